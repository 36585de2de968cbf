"""Where skills and commands lie, without looking there: heartbit's own folder, the person's, the project's."""

from collections.abc import Iterator
from pathlib import Path

from heartbit_tui.config import Config, Directories
from heartbit_tui.config.files import project_root
from heartbit_tui.config.watched import folders_between
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.permissions import Rule
from heartbit_tui.runtime.options import Options

OURS = ".heartbit"
OTHERS = (".claude", ".agents")
"""Folders of other programs in which skills lie; the first has commands too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """One folder: of skills or of commands, and who wrote what is in it, as `heartbit_tui.skills.types.Place` has it."""

    folder: Path
    layer: str
    title: str
    kind: str = "skills"


def shipped() -> Path:
    """The skills that heartbit brings: inside an installed package, else in the checkout that it runs from."""
    package = Path(__file__).parents[1]
    inside = package / "shipped" / "skills"
    return inside if inside.is_dir() else package.parent / "skills"


def wanted(options: Options, config: Config) -> bool:
    """Whether a session has skills and commands at all."""
    return not options.bare and config.boolean("skills.enabled")


def skill_places(options: Options, config: Config, places: Directories) -> tuple[Where, ...]:
    """All of them in their order: of equal names the one of a later folder counts."""
    return (*_beyond(options, config, places), *_of_project(project_root(options.cwd), options.cwd))


def readable(options: Options, config: Config, places: Directories) -> Iterator[Rule]:
    """The rules by which the files of skills outside of the project may be read: what a skill names lies there."""
    if not wanted(options, config):
        return
    for place in _beyond(options, config, places):
        for tool in ("read", "list", "glob", "grep") if place.kind == "skills" else ():
            yield Rule(tool=tool, pattern=f"{place.folder}/**", action="allow", source="heartbit")


def _beyond(options: Options, config: Config, places: Directories) -> Iterator[Where]:
    home = Path(options.environment.get("HOME") or "/")
    yield Where(folder=shipped(), layer="built-in", title="built-in")
    for name in OTHERS:
        yield Where(folder=home / name / "skills", layer="user", title=f"~/{name}/skills")
    yield Where(folder=places.config / "skills", layer="user", title=_short(places.config / "skills", home))
    for text in config.strings("skills.paths"):
        folder = Path(home, text[2:]) if text.startswith("~/") else project_root(options.cwd) / text
        yield Where(folder=folder, layer="settings", title=text)
    yield Where(folder=home / OTHERS[0] / "commands", layer="user", title=f"~/{OTHERS[0]}/commands", kind="commands")
    commands = places.config / "commands"
    yield Where(folder=commands, layer="user", title=_short(commands, home), kind="commands")


def _of_project(root: Path, folder: Path) -> Iterator[Where]:
    """The project's, those nearer to where a person stands later."""
    for below in ("", *folders_between(root, folder)):
        for kind, names in (("skills", (*OTHERS, OURS)), ("commands", (OTHERS[0], OURS))):
            for name in names:
                title = f"{below}/{name}/{kind}".lstrip("/")
                yield Where(folder=root / below / name / kind, layer="project", title=title, kind=kind)


def _short(folder: Path, home: Path) -> str:
    return f"~/{folder.relative_to(home)}" if folder.is_relative_to(home) else str(folder)
