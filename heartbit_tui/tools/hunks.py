"""Hunks find their place in a text, or none; they are never put where they might not belong."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tools.arguments import Unable
from heartbit_tui.tools.endings import dominant, ending_of, split_lines
from heartbit_tui.tools.unified import Hunk, Line

Same: TypeAlias = Callable[[str, Line], bool]
"""Whether a line of the file, without its ending, is the line that a hunk wants there."""

_TYPOGRAPHIC = MappingProxyType(
    {
        ord(fancy): plain
        for plain, all_fancy in {"'": "‘’‚‛", '"': "“”„‟", "-": "‐‑‒–—−", " ": "\xa0\u202f"}.items()
        for fancy in all_fancy
    }
)
_TOLD = 10
_SLACK = 3
_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A hunk and the number of lines that stand before it; `moved` is how far that is from where it said."""

    hunk: Hunk
    at: int
    moved: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """A text as lines: `raw` with endings, `bare` without, in the form in which the hunks are written."""

    raw: tuple[str, ...]
    bare: tuple[str, ...]

    @property
    def unended(self) -> bool:
        """Whether the last line has no newline."""
        return bool(self.raw) and not self.raw[-1].endswith("\n")


def apply(words: str, hunks: Sequence[Hunk], name: str) -> tuple[str, tuple[Placed, ...]]:
    """The text with the hunks applied, and where they went; raises `Unable` where one does not fit.

    All hunks at the lines that they state, else each at the only place in the text where it fits. Indentation
    counts; white space at the end of a line does not, and typographic quotes only in lines that are removed.
    """
    literal = any(line.text.endswith("\r") for hunk in hunks for line in hunk.old)
    raw = tuple(split_lines(words))
    target = _Target(raw=raw, bare=tuple(_bare(line, literal) for line in raw))
    ordered = sorted(hunks, key=lambda hunk: hunk.old_start)
    placed = _placed(target, ordered, name)
    _refuse_overlap(placed, name)
    lines = list(_changed(target, placed, "\n" if literal else dominant(words), literal))
    return _joined(target, placed, lines, dominant(words)), placed


def _bare(line: str, literal: bool) -> str:
    return line.removesuffix("\n") if literal else line.removesuffix("\n").removesuffix("\r")


def _stated(hunk: Hunk) -> int:
    return max(hunk.old_start - 1, 0) if hunk.old else hunk.old_start


def _placed(target: _Target, hunks: Sequence[Hunk], name: str) -> tuple[Placed, ...]:
    if all(_fits(target, hunk, _stated(hunk), _loosely) for hunk in hunks):
        return tuple(
            Placed(hunk=hunk, at=_stated(hunk), moved=0) if _sure(target, hunk) else _searched(target, hunk, name)
            for hunk in hunks
        )
    return tuple(_searched(target, hunk, name) for hunk in hunks)


def _sure(target: _Target, hunk: Hunk) -> bool:
    """Whether a hunk fits its stated line to the letter, and does not claim the end of a file that goes on."""
    at = _stated(hunk)
    ends = hunk.lines[-1].sign == " " or at + len(hunk.old) == len(target.raw)
    return ends and _fits(target, hunk, at, _exactly)


def _exactly(there: str, line: Line) -> bool:
    return there == line.text


def _loosely(there: str, line: Line) -> bool:
    if there.rstrip() == line.text.rstrip():
        return True
    return line.sign == " " and there.rstrip().translate(_TYPOGRAPHIC) == line.text.rstrip().translate(_TYPOGRAPHIC)


def _fits(target: _Target, hunk: Hunk, at: int, same: Same) -> bool:
    old = hunk.old
    if not old:
        return not target.raw and at == 0
    if at + len(old) > len(target.bare):
        return False
    if any(not same(there, line) for there, line in zip(target.bare[at : at + len(old)], old, strict=True)):
        return False
    at_end = at + len(old) == len(target.raw)
    if not at_end and not all(line.ended for line in hunk.lines):
        return False
    return old[-1].ended or target.unended


def _searched(target: _Target, hunk: Hunk, name: str) -> Placed:
    if not hunk.old:
        raise Unable(
            f"The hunk `{hunk.header}` for {name} has neither context nor removed lines, so its place cannot be "
            "checked. Give it three lines of context. Nothing was changed."
        )
    places = [at for at in range(len(target.bare)) if _fits(target, hunk, at, _loosely)]
    if not places:
        raise Unable(_misfit(target, hunk, name))
    if len(places) > 1:
        raise Unable(_ambiguous(hunk, places, name))
    rivals = _rivals(target, hunk, places[0])
    if rivals and places[0] != _stated(hunk):
        raise Unable(_ambiguous(hunk, [places[0], rivals[0]], name))
    return _anchored(target, hunk, places[0], name)


def _rivals(target: _Target, hunk: Hunk, place: int) -> list[int]:
    """Where half of the hunk's telling lines stand close together: it may belong there, to lines changed since."""
    telling = {line.text.rstrip() for line in hunk.old if _WORD.search(line.text)}
    here = [line.rstrip() if line.rstrip() in telling else "" for line in target.bare]
    here[place : place + len(hunk.old)] = [""] * len(hunk.old)
    width = len(hunk.old) + _SLACK
    starts = (at for at, line in enumerate(here) if line)
    return [at for at in starts if 2 * len({*here[at : at + width]} - {""}) >= len(telling)]


def _anchored(target: _Target, hunk: Hunk, at: int, name: str) -> Placed:
    """A hunk without context on one side said that it is at that end of the file, and so it must be."""
    first, last = hunk.lines[0].sign == " ", hunk.lines[-1].sign == " "
    at_end = at + len(hunk.old) == len(target.raw)
    moved = at - _stated(hunk)
    if moved and ((not first and hunk.old_start <= 1 and at > 0) or (not last and not at_end)):
        raise Unable(
            f"The hunk `{hunk.header}` does not fit {name} at its line; line {at + 1} would fit, but the hunk has no "
            "context on one side to be sure. Correct the line number or add context. Nothing was changed."
        )
    return Placed(hunk=hunk, at=at, moved=moved)


def _ambiguous(hunk: Hunk, places: Sequence[int], name: str) -> str:
    numbers = ", ".join(str(at + 1) for at in sorted(places)[:_TOLD])
    return (
        f"The hunk `{hunk.header}` does not fit {name} at its line, and {len(places)} places come into question (lines "
        f"{numbers}). Correct the line number or add context. Nothing was changed."
    )


def _misfit(target: _Target, hunk: Hunk, name: str) -> str:
    at, old = _stated(hunk), hunk.old
    for number, line in enumerate(old, at):
        there = target.bare[number] if number < len(target.bare) else None
        if there is None or not _loosely(there, line):
            found = "the file ends before it" if there is None else f"the file has `{there[:200]}`"
            return (
                f"The hunk `{hunk.header}` does not fit {name}: for line {number + 1} it wants `{line.text[:200]}`, "
                f"{found}, and it fits nowhere else. Read the file again. Nothing was changed."
            )
    return (
        f"The hunk `{hunk.header}` does not fit {name}: it says that the file ends there without a newline, which "
        "is not so. Nothing was changed."
    )


def _refuse_overlap(placed: Sequence[Placed], name: str) -> None:
    for first, second in pairwise(placed):
        if first.at + len(first.hunk.old) > second.at:
            raise Unable(
                f"The hunks `{first.hunk.header}` and `{second.hunk.header}` for {name} overlap or change their order. "
                "Make one hunk of them. Nothing was changed."
            )


def _changed(target: _Target, placed: Sequence[Placed], otherwise: str, literal: bool) -> Iterator[str]:
    at = 0
    for place in placed:
        yield from target.raw[at : place.at]
        at = place.at
        for line in place.hunk.lines:
            if line.sign == " ":
                yield target.raw[at]
            elif line.sign == "+":
                yield line.text + _ending(target, at, otherwise, literal) if line.ended else line.text
            at += line.sign != "+"
    yield from target.raw[at:]


def _ending(target: _Target, at: int, otherwise: str, literal: bool) -> str:
    if literal or not target.raw:
        return "\n"
    near = target.raw[at - 1] if at else target.raw[0]
    return ending_of(near) or otherwise


def _joined(target: _Target, placed: Sequence[Placed], lines: list[str], ending: str) -> str:
    """The lines as one text: only the last may lack its newline, and does so where the file or the patch says so."""
    for index, line in enumerate(lines[:-1]):
        if not line.endswith("\n"):
            lines[index] = line + ending
    if lines and target.unended and lines[-1].endswith("\n") and not _marked(placed):
        lines[-1] = lines[-1][: -len(ending_of(lines[-1]))]
    return "".join(lines)


def _marked(placed: Sequence[Placed]) -> bool:
    return any(not line.ended for place in placed for line in place.hunk.lines)
