"""Bytes of a keyboard, put into the form that Textual's parser reads without loss: pure, the time is passed in.

The parser takes ESC and a key in one piece as two keys, reads the inside of a paste as keys where an escape sequence
stands in it, and gives up at the sub-fields of the kitty keyboard protocol. So pastes are told apart here, and keys
with modifiers are written in the one form that it reads well, `CSI code ; modifiers u`.
"""

import re
from codecs import getincrementaldecoder
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

ESCAPE = "\x1b"
PASTE_BEGIN, PASTE_END = "\x1b[200~", "\x1b[201~"
PASTE_PATIENCE = 5.0
"""Seconds of silence after which a paste without an end is taken for whole."""

LONGEST = 64
"""Characters after which what began like a sequence is none."""

ALT, CTRL, SUPER = 2, 4, 8
LOCKS = 64 | 128
"""Bits of caps lock and num lock, which change no key's meaning."""

ESCAPE_KEY = "\x1b[27u"

_CSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_CSI_OPEN = re.compile(r"\x1b\[[0-?]*[ -/]*\Z")
_STRING = re.compile(r"\x1b[]PX^_](?:[^\x07\x1b]|\x1b(?!\\))*?(?:\x07|\x1b\\|\x9c)", re.DOTALL)
_KEY = re.compile(r"\x1b\[([\d:]+)(?:;([\d:]*))?(?:;[\d:]*)?([u~A-FHP-S])")
_OTHER_KEY = re.compile(r"\x1b\[27;(\d+);(\d+)~")
_STRINGS = frozenset("]PX^_")
_ARROWS: Mapping[str, str] = MappingProxyType({letter: letter for letter in "ABCDHF"})
_RELEASED = "3"


@dataclass(frozen=True, slots=True)
class Pasted:
    """A text that was pasted, with lines that end in a line feed."""

    text: str


Piece: TypeAlias = "str | Pasted"
"""One key or report for the parser, or a paste."""


class Translator:
    """Turns what is read into pieces. `patience` is how many seconds an ESC may stand alone before it is the key."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._rest = ""
        self._since = 0.0
        self._paste: list[str] | None = None

    def feed(self, data: bytes, now: float) -> Iterator[Piece]:
        """The pieces that are whole with this; `now` is in seconds."""
        self._rest += self._decode(data)
        self._since = now
        while self._rest:
            piece = self._next()
            if piece is None:
                return
            if piece:
                yield piece

    @property
    def due(self) -> float | None:
        """When to ask `late` next, or None."""
        if self._paste is not None:
            return self._since + PASTE_PATIENCE
        return self._since + self._patience if self._rest else None

    def late(self, now: float) -> Iterator[Piece]:
        """What is taken for whole because nothing followed it."""
        due = self.due
        if due is None or now < due:
            return
        if self._paste is not None:
            yield self._pasted(self._rest)
            return
        rest, self._rest = self._rest, ""
        if rest[0] == ESCAPE:
            yield ESCAPE_KEY
            rest = rest[1:]
        yield from _alone(rest)

    def _next(self) -> Piece | None:
        """The next piece, None where it is not whole, empty where nothing is left of it."""
        if self._paste is not None:
            return self._in_paste()
        if self._rest[0] != ESCAPE:
            return self._text()
        if self._rest == ESCAPE:
            return None
        return self._sequence(self._rest[1])

    def _in_paste(self) -> Piece | None:
        assert self._paste is not None
        inside, end, after = self._rest.partition(PASTE_END)
        if end:
            self._rest = after
            piece = self._pasted(inside)
            self._rest = after
            return piece
        keep = len(PASTE_END) - 1
        if len(self._rest) > keep:
            self._paste.append(self._rest[:-keep])
            self._rest = self._rest[-keep:]
        return None

    def _pasted(self, last: str) -> Pasted:
        text = "".join((*(self._paste or ()), last))
        self._paste, self._rest = None, ""
        return Pasted(text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n"))

    def _text(self) -> str:
        until = self._rest.find(ESCAPE)
        text = self._rest if until < 0 else self._rest[:until]
        self._rest = self._rest[len(text) :]
        return text

    def _sequence(self, second: str) -> Piece | None:
        if second == "[":
            return self._control()
        if second in _STRINGS:
            return self._string()
        if second == "O":
            return self._cut(3) if len(self._rest) > 2 else None
        if second == ESCAPE:
            return self._twice()
        self._cut(2)
        return alt(second)

    def _control(self) -> Piece | None:
        found = _CSI.match(self._rest)
        if found is None:
            return self._unfinished(_CSI_OPEN.match(self._rest) is not None)
        sequence = self._cut(found.end())
        if sequence == PASTE_BEGIN:
            self._paste = []
            return ""
        return plain(sequence)

    def _string(self) -> str | None:
        """An answer of the terminal that nobody asked for is left out; what has no end is Alt and a key."""
        found = _STRING.match(self._rest)
        if found is None:
            return self._unfinished(len(self._rest) <= LONGEST)
        self._cut(found.end())
        return ""

    def _twice(self) -> Piece | None:
        """Escape, or the Alt that some terminals send as a second ESC before a sequence."""
        inner = _CSI.match(self._rest, 1)
        if inner is not None and (with_alt := _with_alt(inner[0])):
            self._cut(inner.end())
            return with_alt
        if _CSI_OPEN.match(self._rest, 1) and len(self._rest) <= LONGEST:
            return None
        self._cut(1)
        return ESCAPE_KEY

    def _unfinished(self, may_follow: bool) -> str | None:
        if may_follow and len(self._rest) <= LONGEST:
            return None
        second = self._cut(2)[1]
        return alt(second)

    def _cut(self, count: int) -> str:
        piece, self._rest = self._rest[:count], self._rest[count:]
        return piece


def alt(character: str) -> str:
    """Alt and a key, in the parser's form."""
    code = ord(character)
    if code == 0:
        return f"\x1b[32;{1 + ALT + CTRL}u"
    if code < 27 and character not in "\t\r\x08":
        return f"\x1b[{code + 96};{1 + ALT + CTRL}u"
    if character.isupper() and len(character.lower()) == 1:
        return f"\x1b[{ord(character.lower())};{1 + ALT + 1}u"
    return f"\x1b[{127 if code == 8 else code};{1 + ALT}u"


def plain(sequence: str) -> str:
    """A sequence without what the parser cannot read; empty for the release of a key."""
    if other := _OTHER_KEY.fullmatch(sequence):
        return _key(int(other[2]), int(other[1]) - 1, "u")
    found = _KEY.fullmatch(sequence)
    if found is None:
        return sequence
    codes, modifiers, end = found[1].split(":"), (found[2] or "1").split(":"), found[3]
    if modifiers[1:] == [_RELEASED]:
        return ""
    bits = max(int(modifiers[0] or 1) - 1, 0) & ~LOCKS
    code = int(codes[0] or 1)
    if end == "u" and bits & (ALT | CTRL | SUPER) and code > 127 and len(codes) > 2 and codes[2]:
        code = int(codes[2])  # the key that stands there on a Latin keyboard, so that Ctrl+C is Ctrl+C in every script
    return _key(code, bits, end)


def _key(code: int, bits: int, end: str) -> str:
    if bits:
        return f"\x1b[{code};{bits + 1}{end}"
    if end == "u":
        return chr(code) if 32 <= code < 127 or code in (8, 9, 13, 127) else f"\x1b[{code}u"
    return f"\x1b[{code}~" if end == "~" else f"\x1b[{end}"


def _with_alt(sequence: str) -> str:
    if len(sequence) == 3 and sequence[2] in _ARROWS:
        return f"\x1b[1;{1 + ALT}{sequence[2]}"
    return ""


def _alone(rest: str) -> Iterator[str]:
    yield from rest
