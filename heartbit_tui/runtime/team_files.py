"""The agents that can be given tasks, read: from folders of the person and of the project, and from the settings."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from heartbit_tui.agents.definitions import Definition, Withheld, of_file
from heartbit_tui.config.files import project_root
from heartbit_tui.config.locked import LockedFile
from heartbit_tui.config.trust import TrustStore
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import Settings
from heartbit_tui.runtime.skilled import Trusted
from heartbit_tui.runtime.team_places import folders
from heartbit_tui.runtime.watching import further

MOST = 262_144
"""Bytes of a file that defines an agent."""

TOO_LONG = "It has more than {most:,} bytes."
UNREADABLE = "It cannot be read: {error}."
NO_TEXT = "It is no UTF-8 text."
LEFT_OUT = "The agent in {file} is left out. {reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The agents by name, and a sentence for each file that defines none."""

    definitions: tuple[Definition, ...]
    warnings: tuple[str, ...] = ()


def look(options: Options, settings: Settings) -> Found:
    """All agents; of equal names the project's counts, and before it the settings'. Blocks."""
    found: dict[str, Definition] = {}
    warnings: list[str] = []
    store, root = TrustStore(LockedFile(settings.places.trust_file)), project_root(options.cwd)
    warrant = Trusted(store, root, further(options.cwd, settings.places, options.config_file))
    for folder, of_project in folders(options, settings):
        for file in sorted(folder.glob("*.md")):
            read = _read(file, warrant if of_project else None)
            if isinstance(read, Withheld):
                warnings.append(LEFT_OUT.format(file=read.file, reason=read.reason))
            else:
                found[read.name] = read
    found |= {each.name: each for each in _of_settings(settings)}
    return Found(definitions=tuple(found.values()), warnings=tuple(warnings))


def _read(file: Path, warrant: Trusted | None) -> Definition | Withheld:
    try:
        data = file.read_bytes()
    except OSError as error:
        return Withheld(file=file, reason=UNREADABLE.format(error=error.strerror or error))
    if len(data) > MOST:
        return Withheld(file=file, reason=TOO_LONG.format(most=MOST))
    if warrant is not None and (reason := warrant.refused(file, data)):
        return Withheld(file=file, reason=reason)
    try:
        return of_file(data.decode("utf-8"), file)
    except UnicodeDecodeError:
        return Withheld(file=file, reason=NO_TEXT)


def _of_settings(settings: Settings) -> Iterator[Definition]:
    tables = settings.config.value("agents")
    for number, table in enumerate(cast("list[Mapping[str, Any]]", tables) if isinstance(tables, list) else ()):
        yield Definition(
            name=str(table["name"]),
            description=str(table["description"]),
            prompt=str(table["system_prompt"]),
            source=settings.config.source(f"agents[{number}].name"),
            number=number,
        )
