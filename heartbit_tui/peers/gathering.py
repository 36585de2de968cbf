"""What a reader uses to tell what it found, piece by piece."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from heartbit_tui.peers.reading import MOST_BYTES, UnreadableError, json_of, text_of, toml_of
from heartbit_tui.peers.types import Item, Kind, Looked

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
ODD = "it is written in a way that is not understood."
NO_COUNTERPART = "heartbit has nothing like it."
HIDES = "it holds what looks like a key or a password, which is not copied into another file."
MOST: Mapping[str, int] = MappingProxyType({"rule": 5_000, "setting": 200, "server": 100, "command": 500, "skill": 200})
"""So many of a kind are taken over; nobody has more, and a file made to keep heartbit busy has."""

TOO_MANY = "there are more than {most:,}; the rest is left out."
BAD_NAME = "its name is none that heartbit takes: letters, digits, _ and -, 64 at most."


class Gathered:
    """Collects the items of one peer."""

    def __init__(self, looked: Looked) -> None:
        self.looked = looked
        self.items: list[Item] = []
        self._counts = Counter[str]()

    def add(self, kind: Kind, name: str, source: str, value: object = None, **more: Any) -> None:
        """An item; `more` are its other fields."""
        self._counts[kind] += 1
        most = MOST.get(kind, 10_000)
        if self._counts[kind] > most:
            if self._counts[kind] == most + 1:
                self.items.append(Item(kind="other", name=f"{kind}s", source=source, why=TOO_MANY.format(most=most)))
            return
        self.items.append(Item(kind=kind, name=name, source=source, value=value, **more))

    def leave(self, name: str, source: str, why: str, kind: Kind = "other") -> None:
        """Something that is left out, with the reason."""
        self.add(kind, name, source, why=why)

    def json(self, path: Path, most: int = MOST_BYTES) -> dict[str, Any]:
        """A file of JSON; empty where there is none, or none that can be read, which is told."""
        return self._document(path, json_of, most)

    def toml(self, path: Path) -> dict[str, Any]:
        """A file of TOML; empty where there is none, or none that can be read, which is told."""
        return self._document(path, toml_of, MOST_BYTES)

    def text(self, path: Path) -> str | None:
        """A text; None where there is none, or none that can be read, which is told."""
        try:
            return text_of(path, inside=self.looked.project)
        except UnreadableError as error:
            self.leave(path.name, str(path), f"{error}.")
            return None

    def _document(self, path: Path, read: Callable[[str], dict[str, Any]], most: int) -> dict[str, Any]:
        try:
            text = text_of(path, inside=self.looked.project, most=most)
            return {} if text is None else read(text)
        except UnreadableError as error:
            self.leave(path.name, str(path), f"{error}.")
            return {}

    def string(self, document: Mapping[str, Any], key: str, source: str) -> str:
        """A string of a document; empty where there is none, or something else, which is told."""
        value = document.get(key)
        if value is None or isinstance(value, str):
            return value or ""
        self.leave(key, source, ODD)
        return ""

    def others(self, document: Mapping[str, Any], known: Iterable[str], source: str) -> None:
        """Tell which keys of a document were not looked at."""
        rest = sorted(str(key) for key in set(document) - set(known))
        if rest:
            shown = ", ".join(rest[:12]) + (f" and {len(rest) - 12} more" if len(rest) > 12 else "")
            self.leave(shown, source, NO_COUNTERPART)

    def instructions(self, path: Path, name: str = "AGENTS.md") -> None:
        """A file of instructions, to become the one of this name."""
        text = self.text(path)
        if text is not None and text.strip():
            self.writing("instructions", name, str(path), text)

    def writing(self, kind: Kind, name: str, source: str, text: str, note: str = "") -> None:
        """A text that becomes a file, unless it holds a secret."""
        if self.looked.secret(text):
            self.leave(name, source, HIDES, kind)
        else:
            self.add(kind, name, source, text, note=note)

    def commands(self, folder: Path) -> None:
        """All Markdown files of a folder as commands, those of folders below it under its name."""
        for path in files_of(folder, ".md"):
            name = path.relative_to(folder).with_suffix("").as_posix()
            if not all(map(NAME.fullmatch, name.split("/"))):
                self.leave(name, str(path), BAD_NAME, "command")
            elif (text := self.text(path)) is not None:
                self.writing("command", name, str(path), text)

    def skills(self, folder: Path) -> None:
        """All skills of a folder: the folders that have a SKILL.md."""
        for path in folders_of(folder):
            if not (path / "SKILL.md").is_file():
                continue
            if NAME.fullmatch(path.name):
                self.add("skill", path.name, str(path), path)
            else:
                self.leave(path.name, str(path), BAD_NAME, "skill")


def files_of(folder: Path, suffix: str, most: int = 500) -> list[Path]:
    """The files with this ending in a folder and in those right below it, sorted; links to folders are not followed."""
    try:
        found = [*folder.glob(f"*{suffix}"), *folder.glob(f"*/*{suffix}")]
        return sorted(path for path in found if path.is_file() and not path.parent.is_symlink())[:most]
    except OSError:
        return []


def folders_of(folder: Path, most: int = 500) -> list[Path]:
    """The folders in a folder, sorted; links are none."""
    try:
        return sorted(path for path in folder.iterdir() if path.is_dir() and not path.is_symlink())[:most]
    except OSError:
        return []


def table(value: object) -> dict[str, Any]:
    """A table; empty for anything else."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def strings(value: object) -> list[str]:
    """The strings of a list; empty for anything else."""
    return [each for each in cast("list[object]", value) if isinstance(each, str)] if isinstance(value, list) else []


def tables(value: object) -> list[dict[str, Any]]:
    """The tables of a list; empty for anything else."""
    return [table(each) for each in cast("list[object]", value)] if isinstance(value, list) else []
