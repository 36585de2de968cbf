"""Where the cursor goes: pure functions of a text and a place in it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias
from unicodedata import category

Motion: TypeAlias = Callable[[str, int], int]
"""From a text and a place in it to another place in it."""

JOINER = "\u200d"
_FLAGS = ("\U0001f1e6", "\U0001f1ff")
_TONES = ("\U0001f3fb", "\U0001f3ff")


def left(text: str, at: int) -> int:
    """One character back, with all that is drawn onto it."""
    at = max(at - 1, 0)
    while at > 0 and joined(text, at):
        at -= 1
    return at


def right(text: str, at: int) -> int:
    """One character on, with all that is drawn onto it."""
    at = min(at + 1, len(text))
    while at < len(text) and joined(text, at):
        at += 1
    return at


def joined(text: str, at: int) -> bool:
    """Whether the character at `at` is drawn together with the one before it."""
    character = text[at]
    if character < "\u0300" or at == 0 or text[at - 1] == "\n":
        return False
    if character == JOINER or _TONES[0] <= character <= _TONES[1]:
        return True
    if text[at - 1] == JOINER and at > 1 and is_picture(character) and is_picture(text[at - 2]):
        return True
    if _FLAGS[0] <= character <= _FLAGS[1]:
        return _flags_before(text, at) % 2 == 1
    return category(character) in ("Mn", "Me")


def is_picture(character: str) -> bool:
    """Whether a character may be part of an emoji that a joiner makes of several."""
    return "\u2190" <= character <= "\u2bff" or "\U0001f000" <= character <= "\U0001faff" or character == "\ufe0f"


def _flags_before(text: str, at: int) -> int:
    start = at
    while start > 0 and _FLAGS[0] <= text[start - 1] <= _FLAGS[1]:
        start -= 1
    return at - start


def line_start(text: str, at: int) -> int:
    """The beginning of the line."""
    return text.rfind("\n", 0, at) + 1


def line_end(text: str, at: int) -> int:
    """The end of the line, before its line end."""
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def rest(text: str, at: int) -> int:
    """The end of the line, or past its line end for one who stands there."""
    end = line_end(text, at)
    return min(end + 1, len(text)) if end == at else end


def word_left(text: str, at: int) -> int:
    """The beginning of this word or of the one before."""
    while at > 0 and not text[at - 1].isalnum():
        at -= 1
    while at > 0 and text[at - 1].isalnum():
        at -= 1
    return at


def word_right(text: str, at: int) -> int:
    """The end of this word or of the next one."""
    size = len(text)
    while at < size and not text[at].isalnum():
        at += 1
    while at < size and text[at].isalnum():
        at += 1
    return at


def blank_left(text: str, at: int) -> int:
    """The beginning of what stands before the cursor up to a blank."""
    while at > 0 and text[at - 1].isspace():
        at -= 1
    while at > 0 and not text[at - 1].isspace():
        at -= 1
    return at


def start(text: str, at: int) -> int:
    """The beginning of everything."""
    return 0


def end(text: str, at: int) -> int:
    """The end of everything."""
    return len(text)


def word_at(text: str, at: int) -> tuple[int, int]:
    """The word around a place, else the one character that stands there."""
    if at >= len(text) or not _in_word(text[at]):
        return at, right(text, at)
    first = last = at
    while first > 0 and _in_word(text[first - 1]):
        first -= 1
    while last < len(text) and _in_word(text[last]):
        last += 1
    return first, last


def _in_word(character: str) -> bool:
    return character.isalnum() or character == "_"


MOTIONS: Mapping[str, Motion] = MappingProxyType(
    {
        "left": left,
        "right": right,
        "word left": word_left,
        "word right": word_right,
        "blank left": blank_left,
        "line start": line_start,
        "line end": line_end,
        "rest": rest,
        "start": start,
        "end": end,
    }
)
"""The motions that keys name."""
