"""Bytes of a keyboard, put into the form that Textual's parser reads without loss: pure, the time is passed in.

The parser takes ESC and a key in one piece as two keys, reads the inside of a paste as keys where an escape sequence
stands in it, and gives up at the sub-fields of the kitty keyboard protocol. So pastes are told apart here, and keys
with modifiers are written in the one form that it reads well, `CSI code ; modifiers u`.
"""

import re
from codecs import getincrementaldecoder
from collections.abc import Iterator
from typing import TypeAlias

from heartbit_tui.kernel.dataclass import dataclass

ESCAPE = "\x1b"
PASTE_BEGIN, PASTE_END = "\x1b[200~", "\x1b[201~"
PASTE_PATIENCE = 5.0
"""Seconds of silence after which a paste without an end is taken for whole."""

SPLIT_PATIENCE = 1.0
"""Seconds of silence after which a sequence whose end is missing is left out."""

LONGEST = 64
"""Characters after which what began like a sequence is none."""

SHIFT, ALT, CTRL = 1, 2, 4
LOCKS = 64 | 128
"""Bits of caps lock and num lock, which change no key's meaning."""

ESCAPE_KEY = "\x1b[27u"

_CSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_CSI_OPEN = re.compile(r"\x1b\[[0-?]*[ -/]*\Z")
_STRING = re.compile(r"\x1b[]PX^_](?:[^\x07\x1b]|\x1b(?!\\))*?(?:\x07|\x1b\\|\x9c)", re.DOTALL)
_KEY = re.compile(r"\x1b\[([\d:]*)(?:;([\d:]*))?(?:;([\d:]*))?([u~A-FHPQS])", re.ASCII)
_SINGLE_SHIFT = re.compile(r"\x1bO[A-Za-z ]")
_RUN = re.compile(r"[^\x00-\x1f\x7f-\x9f]+")
_OTHER_KEY = re.compile(r"\x1b\[27;(\d+);(\d+)~", re.ASCII)
_KEYS_BELOW_TEXT = frozenset({8, 9, 13, 27})
_STRINGS = frozenset("]PX^_")
_ARROWS = frozenset("ABCDHF")
_RELEASED = "3"


@dataclass(frozen=True, slots=True)
class Pasted:
    """A text that was pasted, with lines that end in a line feed."""

    text: str


Piece: TypeAlias = str | Pasted
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
        yield from self.late(now)
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
        if not self._rest:
            return None
        return self._since + (SPLIT_PATIENCE if _is_split(self._rest) else self._patience)

    def late(self, now: float) -> Iterator[Piece]:
        """What is taken for whole because nothing followed it."""
        due = self.due
        if due is None or now < due:
            return
        if self._paste is not None:
            yield self._pasted(self._rest)
            return
        rest, self._rest = self._rest, ""
        if _is_split(rest):
            return
        if rest.startswith(ESCAPE + ESCAPE):
            yield ESCAPE_KEY
            rest = rest[1:]
        yield ESCAPE_KEY if rest == ESCAPE else alt(rest[1])
        yield from rest[2:]

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

    def _text(self) -> Piece:
        """Characters up to the next control; those that a key cannot be, such as what joins emoji, go as a paste."""
        match = _RUN.match(self._rest)
        text = self._cut(match.end() if match else 1)
        return text if match is None or text.isprintable() else Pasted(text)

    def _sequence(self, second: str) -> Piece | None:
        if second == "[":
            return self._control()
        if second in _STRINGS:
            return self._string()
        if second == "O" and (len(self._rest) == 2 or _SINGLE_SHIFT.match(self._rest)):
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
        if len(self._rest) == 2 or (_CSI_OPEN.match(self._rest, 1) and len(self._rest) <= LONGEST):
            return None
        self._cut(1)
        return ESCAPE_KEY

    def _unfinished(self, may_follow: bool) -> str | None:
        if may_follow and len(self._rest) <= LONGEST:
            return None
        return alt(self._cut(2)[1])

    def _cut(self, count: int) -> str:
        piece, self._rest = self._rest[:count], self._rest[count:]
        return piece


def _is_split(rest: str) -> bool:
    """Whether this is the beginning of a sequence that nobody types."""
    return len(rest) > 3 and _CSI_OPEN.match(rest) is not None


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
    """A sequence without what the parser cannot read; empty where no key was pressed."""
    if other := _OTHER_KEY.fullmatch(sequence):
        return _key(int(other[2]), max(int(other[1]) - 1, 0), "u")
    found = _KEY.fullmatch(sequence)
    if found is None or sequence == PASTE_END:
        return "" if sequence == PASTE_END else sequence
    codes, modifiers, texts, end = found[1].split(":"), (found[2] or "").split(":"), found[3] or "", found[4]
    if modifiers[1:] == [_RELEASED]:
        return ""
    bits = max(int(modifiers[0] or 1) - 1, 0) & ~LOCKS
    if end == "u" and not bits & ~SHIFT and (text := _text_of(codes, texts, shifted=bool(bits))):
        return text
    code = int(codes[0] or 1)
    if end == "u" and code > 127 and len(codes) > 2 and codes[2]:
        code = int(codes[2])  # the key that stands there on a Latin keyboard, so that Ctrl+C is Ctrl+C in every script
    return _key(code, bits, end)


def _text_of(codes: list[str], texts: str, *, shifted: bool) -> str:
    """What a key without further modifiers writes, where it writes anything."""
    if texts:
        return "".join(chr(int(each)) for each in texts.split(":") if each and is_text(int(each)))
    code = int(codes[0] or 1)
    if not is_text(code) or (shifted and code == ord(" ")):
        return ""
    if not shifted:
        return chr(code)
    other = int(codes[1]) if len(codes) > 1 and codes[1] else 0
    return chr(other) if is_text(other) else chr(code).upper()


def is_text(code: int) -> bool:
    """Whether a code point is a character that can be typed; the private ones are the protocol's names of keys."""
    return 32 <= code < 127 or 160 <= code < 0xD800 or 0xF900 <= code < 0x110000


def _key(code: int, bits: int, end: str) -> str:
    if code >= 0x110000 or 0xD800 <= code < 0xE000 or (end == "u" and code < 32 and code not in _KEYS_BELOW_TEXT):
        return ""
    if bits:
        return f"\x1b[{code};{bits + 1}{end}"
    if end == "u":
        return chr(code) if code in (8, 9, 13, 127) else f"\x1b[{code}u"
    return f"\x1b[{code}~" if end == "~" else f"\x1b[{end}"


def _with_alt(sequence: str) -> str:
    if len(sequence) == 3 and sequence[2] in _ARROWS:
        return f"\x1b[1;{1 + ALT}{sequence[2]}"
    return ""
