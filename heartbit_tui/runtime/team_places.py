"""Where agents that can be given tasks are defined, without reading anything: folders of the person and of the project."""

from collections.abc import Iterator
from pathlib import Path

from heartbit_tui.config.files import project_root
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import Settings
from heartbit_tui.runtime.skill_places import OTHERS, OURS

FOLDER = "agents"
WORKFLOWS = "workflows"


def defined(options: Options, settings: Settings) -> bool:
    """Whether there may be agents, or workflows that are done as if by some."""
    if options.brought.workflows or settings.config.is_set(WORKFLOWS):
        return True
    if options.bare or options.demo:
        return False
    return settings.config.is_set(FOLDER) or any(folder.is_dir() for folder, _ in folders(options, settings))


def folders(options: Options, settings: Settings) -> Iterator[tuple[Path, bool]]:
    """The folders, and whether the project brings them; of equal names the one of a later folder counts."""
    home, root = Path(options.environment.get("HOME") or "/"), project_root(options.cwd)
    yield home / OTHERS[0] / FOLDER, False
    yield settings.places.config / FOLDER, False
    if root != home:
        yield root / OTHERS[0] / FOLDER, True
        yield root / OURS / FOLDER, True
