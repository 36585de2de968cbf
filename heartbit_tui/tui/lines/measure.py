"""How wide text is, and where it may be cut: between the clusters of characters that a reader sees as one."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from rich.cells import cell_len

from heartbit_tui.client.visible import harmless

TAB = 4
"""Cells that a tab takes at most."""

_SINGLE = re.compile(
    "[ -~\u00a0-\u00ac\u00ae-\u02ff\u0391-\u03a1\u03a3-\u03ff\u0400-\u0482\u048a-\u052f\u1e00-\u1eff\u2010-\u2027"
    "\u2030-\u205e\u2070\u2074-\u208e\u20a0-\u20bf\u2100-\u218b\u2190-\u2319\u2500-\u25fc\u2610-\u2613\u2713-\u2718"
    "\u2800-\u28ff]*"
)
"""Text of characters that take one cell each and never join another one."""

_ACTING = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200d-\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_PICTURES = "\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff"
_STRAY_JOINER = re.compile(rf"(?<![{_PICTURES}\ufe0f])\u200d+|\u200d+(?![{_PICTURES}])|\u200d\u200d+")

_PICTURED = re.compile(f"[{_PICTURES}]")

_JOINS, _PREPENDS, _FLAG, _LEADING, _SYLLABLE, _PICTURE, _LINKER, _CONSONANT, _OTHER = range(9)
_LINKERS = frozenset(map(chr, (0x94D, 0x9CD, 0xACD, 0xB4D, 0xC4D, 0xD4D, 0x1039, 0x17D2, 0x1A60, 0x1B44, 0xA9C0)))
_PREPENDED = re.compile(
    "[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u0d4e\U000110bd\U000110cd\U000111c2\U000111c3\U0001193f\U00011941"
    "\U00011a3a\U00011a84-\U00011a89\U00011d46\U00011f02]"
)
_JOINED = re.compile("[\u0e33\u0eb3\u200c\uff9e\uff9f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
_HANGUL = re.compile("[\u1160-\u11ff\uac00-\ud7a3\ud7b0-\ud7fb]")
_SCRIPTS = re.compile("[\u0900-\u0d7f\u1000-\u109f\u1780-\u17ff\u1a20-\u1a7f\u1b00-\u1b7f\ua980-\ua9df]")


def clean(text: str) -> str:
    """`text` with all that a terminal would obey written out and tabs as spaces; line ends stay."""
    if not _ACTING.search(text):
        return text
    kept = harmless(text)
    if "\u200d" in kept:
        kept = _STRAY_JOINER.sub("", kept)
    return kept.expandtabs(TAB)


def cells(text: str) -> int:
    """How many cells a text without line ends takes."""
    return len(text) if single(text) else cell_len(text)


def single(text: str) -> bool:
    """Whether each character of `text` takes one cell and may be cut off from the next."""
    return text.isascii() or _SINGLE.fullmatch(text) is not None


def clusters(text: str, start: int = 0) -> Iterator[tuple[int, int]]:
    """From `start` on, where each cluster ends and how many cells it takes."""
    end = len(text)
    while start < end:
        stop = _after(text, start)
        cluster = text[start:stop]
        yield stop, kind_of(cluster)[1] if stop - start == 1 else cell_len(cluster)
        start = stop


def boundary(text: str, at: int) -> int:
    """The nearest place at or before `at` where `text` may be cut; `at` where there is none near it."""
    start = at
    while start > max(at - 256, 0) and not (start < at and text[start].isascii()):
        start -= 1
    last = start
    for stop, _ in clusters(text[: at + 1], start):
        if stop > at:
            break
        last = stop
    return (last if last > start or text[start : start + 1].isascii() else at) or at


@lru_cache(maxsize=4096)
def kind_of(character: str) -> tuple[int, int]:
    """How a character joins its neighbours, and how many cells it takes."""
    width = cell_len(character)
    return _OTHER if character == "\n" else _kind(character, width), width


def _kind(character: str, width: int) -> int:
    if character in _LINKERS:
        return _LINKER
    if width == 0 or unicodedata.category(character) in ("Mn", "Me", "Mc") or _JOINED.match(character):
        return _JOINS
    if "\u1100" <= character <= "\u115f" or "\ua960" <= character <= "\ua97c":
        return _LEADING
    for pattern, kind in ((_PREPENDED, _PREPENDS), (_HANGUL, _SYLLABLE), (_SCRIPTS, _CONSONANT)):
        if pattern.match(character):
            return kind
    if "\U0001f1e6" <= character <= "\U0001f1ff":
        return _FLAG
    return _PICTURE if _PICTURED.match(character) else _OTHER


def _after(text: str, start: int) -> int:
    """Where the cluster that begins at `start` ends."""
    end = len(text)
    kind = kind_of(text[start])[0]
    at = start + 1
    while kind == _PREPENDS and at < end:
        kind = kind_of(text[at])[0]
        at += 1
    if kind == _FLAG and at < end and kind_of(text[at])[0] == _FLAG:
        at += 1
    while kind == _LEADING and at < end and kind_of(text[at])[0] in (_LEADING, _SYLLABLE):
        kind = kind_of(text[at])[0]
        at += 1
    return _joined(text, at, kind)


def _joined(text: str, at: int, kind: int) -> int:
    """Where the cluster ends whose base, of this kind, ends at `at`."""
    linked = False
    while at < len(text):
        follows = kind_of(text[at])[0]
        if follows == _LINKER:
            linked = kind == _CONSONANT
        elif follows == _CONSONANT and linked:
            linked = False
        elif follows != _JOINS and not (follows == kind == _PICTURE and text[at - 1] == "\u200d"):
            break
        at += 1
    return at
