"""Reads the keys of normal and visual mode: counts, operators, motions and objects."""

from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass

OPERATORS: Final = "dcy"
MOTIONS: Final = "hjklwbeWBE0^$G;,"
FINDS: Final = "ftFT"
OBJECTS: Final = "wWp\"'`()b[]{}B<>"
ACTS: Final = ("i", "a", "I", "A", "o", "O", "x", "X", "D", "C", "s", "S", "Y", "p", "P", "~", "J", "u", ".", "v", "V")
VISUAL_ACTS: Final = ("d", "x", "c", "s", "y", "~", "J", "p", "P", "o", "v", "V", "u", "U")
KEYS: Final = ("ctrl+r",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What keys ask for: an act, or a motion, or an operator (the act) and what it is about.

    `motion` is also the name of an object (iw, a() or `line`; `argument` the letter of a find or of r. `count` is
    None where none was typed.
    """

    act: str = ""
    motion: str = ""
    argument: str = ""
    count: int | None = None


Reading: TypeAlias = Command | Literal["unfinished", "wrong"]


def reading(keys: Sequence[str], *, visual: bool = False) -> Reading:
    """What the keys mean so far."""
    count, rest = _counted(keys)
    if not rest:
        return "unfinished"
    if visual:
        return _visual(rest, count)
    if rest[0] in OPERATORS:
        return _operator(rest[0], rest[1:], count)
    if rest[0] == "r":
        return Command(act="r", argument=rest[1], count=count) if len(rest) > 1 else "unfinished"
    if rest[0] in ACTS or rest[0] in KEYS:
        return Command(act=rest[0], count=count)
    return _motion("", rest, count)


def _visual(rest: Sequence[str], count: int | None) -> Reading:
    if rest[0] == "r":
        return Command(act="r", argument=rest[1], count=count) if len(rest) > 1 else "unfinished"
    if rest[0] in VISUAL_ACTS:
        return Command(act=rest[0], count=count)
    return _object("", rest, count) if rest[0] in "ia" else _motion("", rest, count)


def _operator(operator: str, keys: Sequence[str], before: int | None) -> Reading:
    after, rest = _counted(keys)
    count = before if after is None else after * (before or 1)
    if not rest:
        return "unfinished"
    if rest[0] == operator:
        return Command(act=operator, motion="line", count=count)
    return _object(operator, rest, count) if rest[0] in "ia" else _motion(operator, rest, count)


def _object(act: str, rest: Sequence[str], count: int | None) -> Reading:
    if len(rest) < 2:
        return "unfinished"
    return Command(act=act, motion=rest[0] + rest[1], count=count) if rest[1] in OBJECTS else "wrong"


def _motion(act: str, rest: Sequence[str], count: int | None) -> Reading:
    if rest[0] == "g" or rest[0] in FINDS:
        if len(rest) < 2:
            return "unfinished"
        if rest[0] in FINDS:
            return Command(act=act, motion=rest[0], argument=rest[1], count=count) if len(rest[1]) == 1 else "wrong"
        return Command(act=act, motion="g" + rest[1], count=count) if rest[1] in "ge" else "wrong"
    return Command(act=act, motion=rest[0], count=count) if rest[0] in MOTIONS else "wrong"


def _counted(keys: Sequence[str]) -> tuple[int | None, Sequence[str]]:
    """A count at the beginning, which never begins with 0, and what follows it."""
    digits = 0
    while digits < len(keys) and keys[digits].isdecimal() and (digits or keys[0] != "0"):
        digits += 1
    return (min(int("".join(keys[:digits])), 9999) if digits else None), keys[digits:]
