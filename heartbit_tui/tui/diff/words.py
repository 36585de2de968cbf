"""Which words of a changed line are new, and which are gone."""

import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import TypeAlias

from heartbit_tui.tui.diff.types import Row

LONGEST = 600
"""Characters; longer lines are not compared word by word."""

MOST_WORDS = 160
"""Words of a line, without what both lines begin and end with; more are not compared."""

MOST_PAIRS = 400
"""Runs of rows with more possible pairs are paired in order."""

ALIKE = 0.4
"""Lines that have less than this share of their characters in common are two lines, not one that changed."""

Span: TypeAlias = tuple[int, int]

_WORD = re.compile(r"\w+|\s+|[^\w\s]")


def changed(old: str, new: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Where `old` and `new` differ, as (start, stop) in each; nothing for lines too long or too different."""
    if max(len(old), len(new)) > LONGEST:
        return (), ()
    before, after = _WORD.findall(old), _WORD.findall(new)
    start = _shared(before, after)
    end = _shared(before[start:][::-1], after[start:][::-1])
    left, right = before[start : len(before) - end], after[start : len(after) - end]
    if max(len(left), len(right)) > MOST_WORDS:
        return (), ()
    codes = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    ahead = sum(map(len, before[:start]))
    gone = _spans(ahead, left, [(low, high) for tag, low, high, _, _ in codes if tag != "equal"])
    come = _spans(ahead, right, [(low, high) for tag, _, _, low, high in codes if tag != "equal"])
    return (gone, come) if _alike(old, gone) and _alike(new, come) else ((), ())


def pairs(rows: Sequence[Row]) -> list[tuple[int, int]]:
    """The indices of the removed and the added rows that stand for one another."""
    found: list[tuple[int, int]] = []
    at = 0
    while at < len(rows):
        removed = _run(rows, at, "removed")
        added = _run(rows, removed, "added")
        gone, come = range(at, removed), range(removed, added)
        if len(gone) == len(come) or len(gone) * len(come) > MOST_PAIRS:
            found += zip(gone, come, strict=False)
        else:
            found += _matched(rows, gone, come)
        at = max(added, at + 1)
    return found


def _matched(rows: Sequence[Row], gone: Sequence[int], come: Sequence[int]) -> list[tuple[int, int]]:
    """Pairs in order, each row of the shorter run with the one among those it may take that is most like it."""
    fewer, others = (gone, come) if len(gone) < len(come) else (come, gone)
    words = {at: Counter(_WORD.findall(rows[at].text[:LONGEST].strip())) for at in (*gone, *come)}
    found: list[tuple[int, int]] = []
    start = 0
    for number, one in enumerate(fewer):
        most = len(others) - (len(fewer) - number - 1)
        best = max(range(start, most), key=lambda at: ((words[one] & words[others[at]]).total(), -at))
        found.append((one, others[best]) if fewer is gone else (others[best], one))
        start = best + 1
    return found


def _run(rows: Sequence[Row], at: int, kind: str) -> int:
    while at < len(rows) and rows[at].kind == kind:
        at += 1
    return at


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words both begin with."""
    most = min(len(one), len(other))
    return next((at for at in range(most) if one[at] != other[at]), most)


def _spans(ahead: int, words: Sequence[str], ranges: Sequence[Span]) -> tuple[Span, ...]:
    """Ranges of words as ranges of characters; what only a blank separates is one."""
    found: list[Span] = []
    for low, high in ranges:
        start = ahead + sum(map(len, words[:low]))
        stop = start + sum(map(len, words[low:high]))
        if stop > start:
            found.append((start, stop))
    return tuple(found)


def _alike(line: str, spans: Sequence[Span]) -> bool:
    whole = len(line.strip())
    return whole == 0 or (whole - sum(stop - start for start, stop in spans)) / whole >= ALIKE
