"""On which line of a TOML text each key stands.

The standard library's parser tells no positions. This scanner walks over a text that the parser has accepted, so it
needs to know where things end but never whether they are right.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from heartbit_tui.config.keys import Path

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_NAME = re.compile(r"[A-Za-z0-9_-]+")
_BARE_VALUE = re.compile(r"[^,\]}\n#]*")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|(.))")
_ESCAPED = MappingProxyType({"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b"})
_STRINGS = (
    re.compile(r'"""(?:\\.|[^\\])*?"""(?:"{0,2})', re.DOTALL),
    re.compile(r"'''.*?'''(?:'{0,2})", re.DOTALL),
    re.compile(r'"(?:\\.|[^"\\])*"'),
    re.compile(r"'[^']*'"),
)


@lru_cache(maxsize=8)
def positions(text: str) -> Mapping[Path, int]:
    """The line, counted from 1, of every key and every table of a valid TOML text."""
    return MappingProxyType(_Scanner(text).scan())


def line_of(text: str, path: Path) -> int:
    """The line of a key, or of the nearest table around it; 0 where none stands."""
    lines = positions(text)
    for length in range(len(path), 0, -1):
        if line := lines.get(path[:length]):
            return line
    return 0


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._breaks = [match.start() for match in re.finditer("\n", text)]
        self._lines: dict[Path, int] = {}
        self._counts: dict[Path, int] = {}

    def scan(self) -> dict[Path, int]:
        table: Path = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)
        return self._lines

    def _header(self) -> Path:
        array = self._text.startswith("[[", self._at)
        start = self._at
        self._at += 2 if array else 1
        names = self._names()
        self._at += 2 if array else 1
        for length in range(1, len(names)):
            self._record(self._resolved(names[:length]), start)
        path = (*self._resolved(names[:-1]), names[-1])
        self._record(path, start)
        if array:
            self._counts[path] = self._counts.get(path, 0) + 1
        path = self._resolved(names)
        self._record(path, start)
        return path

    def _resolved(self, names: tuple[str, ...]) -> Path:
        """The place that a header means: the last element wherever an array of tables is on the way."""
        path: Path = ()
        for name in names:
            path = (*path, name)
            if path in self._counts:
                path = (*path, self._counts[path] - 1)
        return path

    def _pair(self, table: Path) -> None:
        start = self._at
        names = self._names()
        for length in range(1, len(names) + 1):
            self._record(table + names[:length], start)
        self._at += 1
        self._value(table + names)

    def _value(self, path: Path) -> None:
        self._skip(_SPACE)
        match self._text[self._at : self._at + 1]:
            case "[":
                self._array(path)
            case "{":
                self._inline(path)
            case '"' | "'":
                self._string()
            case _:
                self._skip(_BARE_VALUE)

    def _array(self, path: Path) -> None:
        self._at += 1
        self._skip(_BLANK)
        index = 0
        while self._text[self._at] != "]":
            self._record((*path, index), self._at)
            self._value((*path, index))
            self._comma()
            index += 1
        self._at += 1

    def _inline(self, path: Path) -> None:
        self._at += 1
        self._skip(_BLANK)
        while self._text[self._at] != "}":
            self._pair(path)
            self._comma()
        self._at += 1

    def _comma(self) -> None:
        self._skip(_BLANK)
        if self._text[self._at] == ",":
            self._at += 1
            self._skip(_BLANK)

    def _names(self) -> tuple[str, ...]:
        names = [self._name()]
        while self._text[self._at : self._at + 1] == ".":
            self._at += 1
            names.append(self._name())
        return tuple(names)

    def _name(self) -> str:
        self._skip(_SPACE)
        quoted = self._text[self._at] in "\"'"
        name = _unquoted(self._string()) if quoted else self._skip(_NAME)
        self._skip(_SPACE)
        return name

    def _string(self) -> str:
        found = next(match for shape in _STRINGS if (match := shape.match(self._text, self._at)))
        self._at = found.end()
        return found.group()

    def _skip(self, shape: re.Pattern[str]) -> str:
        found = shape.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return found.group() if found else ""

    def _record(self, path: Path, at: int) -> None:
        self._lines.setdefault(path, bisect_right(self._breaks, at) + 1)


def _unquoted(text: str) -> str:
    """The name in a quoted key."""
    return _ESCAPE.sub(_character, text[1:-1]) if text.startswith('"') else text[1:-1]


def _character(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    return chr(int(code, 16)) if code else _ESCAPED.get(match[4], match[4])
