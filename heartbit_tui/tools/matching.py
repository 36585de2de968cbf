"""Where a text stands in a file, and, where it stands nowhere, what comes nearest."""

import difflib
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tools.endings import plain

_COMPARED_LINES = 3000
_CANDIDATES = 5
_SIMILAR = 0.6
_SHOWN_LINES = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A part of a text: characters `start` to `stop`."""

    start: int
    stop: int


def occurrences(words: str, wanted: str) -> list[Span]:
    """Where `wanted` stands in `words`, without overlaps; CRLF in either counts as a plain newline."""
    sought = plain(wanted)
    if "\r\n" not in words:
        return list(_found(words, sought))
    ends = [match.start() - index for index, match in enumerate(re.finditer("\r\n", words))]
    return [
        Span(start=span.start + bisect_left(ends, span.start), stop=span.stop + bisect_left(ends, span.stop))
        for span in _found(plain(words), sought)
    ]


def _found(words: str, sought: str) -> Iterator[Span]:
    at = words.find(sought) if sought else -1
    while at >= 0:
        yield Span(start=at, stop=at + len(sought))
        at = words.find(sought, at + len(sought))


def line_of(words: str, at: int) -> int:
    """The number, from 1, of the line at a character."""
    return words.count("\n", 0, at) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """The lines of a file that are most like a text that is not in it: from line `line`, with the differences."""

    line: int
    diff: str
    spaces_only: bool


def nearest(words: str, wanted: str) -> Near | None:
    """The lines most like `wanted`, None where nothing is like it."""
    lines, sought = plain(words).split("\n"), plain(wanted).strip("\n").split("\n")
    best = max(_places(lines, sought), key=lambda place: _likeness(lines, sought, place), default=None)
    if best is None or _likeness(lines, sought, best) < _SIMILAR:
        return None
    there = lines[best : best + len(sought)]
    differences = list(difflib.unified_diff(sought, there, lineterm="", n=1))[3:]
    more = [f"… {len(differences) - _SHOWN_LINES} more lines"] if len(differences) > _SHOWN_LINES else []
    return Near(
        line=best + 1,
        diff="\n".join(differences[:_SHOWN_LINES] + more),
        spaces_only=[line.split() for line in sought] == [line.split() for line in there],
    )


def _places(lines: Sequence[str], sought: Sequence[str]) -> list[int]:
    """Lines at which the text might have been meant to start: those that most of its lines vote for."""
    wanted: dict[str, list[int]] = {}
    for index, line in enumerate(sought):
        if line.strip():
            wanted.setdefault(" ".join(line.split()), []).append(index)
    votes = Counter(
        at - index for at, line in enumerate(lines) for index in wanted.get(" ".join(line.split()), ()) if at >= index
    )
    return [place for place, _ in votes.most_common(_CANDIDATES)] or _alike(lines, sought)


def _alike(lines: Sequence[str], sought: Sequence[str]) -> list[int]:
    """Places at which one line is like the longest line of the text."""
    longest = max(range(len(sought)), key=lambda index: len(sought[index].strip()))
    close = difflib.get_close_matches(sought[longest][:500], [line[:500] for line in lines[:_COMPARED_LINES]], n=3)
    return [max(at - longest, 0) for at, line in enumerate(lines[:_COMPARED_LINES]) if line[:500] in close]


def _likeness(lines: Sequence[str], sought: Sequence[str], place: int) -> float:
    there = lines[place : place + len(sought)]
    ratios = [difflib.SequenceMatcher(None, a[:500], b[:500]).ratio() for a, b in zip(sought, there, strict=False)]
    return sum(ratios[:200]) / min(len(sought), 200)
