"""Where hooks stand: in the settings, and in JSON files of their own, each of which counts."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from heartbit_tui.config import Layer, files
from heartbit_tui.config.files import project_root
from heartbit_tui.hooks.reading import Read, read
from heartbit_tui.hooks.types import Hook
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import Settings

PROJECT = ".heartbit/hooks"
NO_JSON = "{file} is no JSON: {error}. Its hooks do not run."
MOST_BYTES = 1 << 20


def found(options: Options, settings: Settings) -> tuple[tuple[Hook, ...], tuple[str, ...]]:
    """All hooks that count for a session, and what is wrong with others. Those of a project count where it is trusted.

    Raises `ConfigError`.
    """
    every = tuple(_every(options, settings))
    return tuple(hook for each in every for hook in each.hooks), tuple(line for each in every for line in each.problems)


def of_project(options: Options) -> bool:
    """Whether the project seems to have hooks, which nobody has read."""
    root = project_root(options.cwd)
    if any((root / PROJECT).glob("*.json")):
        return True
    texts = (files.read(root / name) or "" for name in files.PROJECT_FILES)
    return any("hooks" in text for text in texts)


def _every(options: Options, settings: Settings) -> Iterator[Read]:
    root, trusted = project_root(options.cwd), settings.trust.is_trusted
    for file in files.find(settings.places, root, chosen=options.config_file, bare=options.bare):
        project = file.layer is Layer.PROJECT
        if "hooks" in file.text and (trusted or not project):
            yield read(tomllib.loads(file.text).get("hooks", {}), file.name, project=project)
    yield from _of_folder(settings.places.config / "hooks", project=False)
    if trusted:
        yield from _of_folder(root / PROJECT, project=True)


def _of_folder(folder: Path, *, project: bool) -> Iterator[Read]:
    for path in sorted(folder.glob("*.json")):
        try:
            text = files.read(path) or "{}"
            held = json.loads(text)
        except (ConfigError, ValueError, RecursionError) as error:
            yield Read(problems=(NO_JSON.format(file=path, error=error),))
            continue
        table = cast("dict[str, object]", held) if isinstance(held, dict) else {}
        yield read(table.get("hooks", table), str(path), project=project)
