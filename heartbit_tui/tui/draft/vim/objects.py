"""The text objects of vi: a word, what is in quotes or brackets, a paragraph."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from heartbit_tui.tui.draft.motions import line_end, line_start

PAIRS: Mapping[str, str] = MappingProxyType(
    {"(": "()", ")": "()", "b": "()", "[": "[]", "]": "[]", "{": "{}", "}": "{}", "B": "{}", "<": "<>", ">": "<>"}
)
"""The brackets that an object is named by."""


def span_of(name: str, text: str, at: int, count: int) -> tuple[int, int, bool] | None:
    """Where an object begins and ends, and whether it is made of lines; None where there is none."""
    around, kind = name[0] == "a", name[1]
    if kind in "wW":
        return _word(text, at, count, _blank if kind == "W" else _class, around=around)
    if kind == "p":
        return _paragraph(text, at, count, around=around)
    found = _quoted(text, at, kind, around=around) if kind in "\"'`" else _paired(text, at, PAIRS[kind], count, around)
    return None if found is None else (*found, False)


def _class(character: str) -> int:
    if character in " \t":
        return 0
    return 2 if character.isalnum() or character == "_" else 1


def _blank(character: str) -> int:
    return 0 if character in " \t" else 1


def _word(text: str, at: int, count: int, kind: Callable[[str], int], *, around: bool) -> tuple[int, int, bool] | None:
    first, last = line_start(text, at), line_end(text, at)
    if first == last:
        return None if around else (at, at, False)
    start = end = min(at, last - 1)
    while start > first and kind(text[start - 1]) == kind(text[at]):
        start -= 1
    began_blank = kind(text[at]) == 0
    end = start
    for _ in range(count):
        end = _run(text, end, last, kind)
        if around and began_blank and end == last:
            return None
        if around and end < last and (began_blank or kind(text[end]) == 0):
            end = _run(text, end, last, kind)
    if around and not began_blank and kind(text[end - 1]) != 0:
        blank = start
        while blank > first and kind(text[blank - 1]) == 0:
            blank -= 1
        start = blank if blank > first else start
    return start, end, False


def _run(text: str, at: int, last: int, kind: Callable[[str], int]) -> int:
    """The end of the characters of one class that begin here."""
    if at >= last:
        return at
    here = kind(text[at])
    while at < last and kind(text[at]) == here:
        at += 1
    return at


def _quoted(text: str, at: int, quote: str, *, around: bool) -> tuple[int, int] | None:
    first, last = line_start(text, at), line_end(text, at)
    pair = _quote_pair(_quotes(text, first, last, quote), at)
    if pair is None:
        return None
    start, end = pair
    if not around:
        return start + 1, end
    stop = end + 1
    while stop < last and text[stop] in " \t":
        stop += 1
    if stop == end + 1:
        while start > first and text[start - 1] in " \t":
            start -= 1
    return start, stop


def _quote_pair(places: list[int], at: int) -> tuple[int, int] | None:
    """On a quote the pairs count from the beginning of the line; else the quotes around, or the next two."""
    if at in places:
        first = places.index(at) // 2 * 2
        return (places[first], places[first + 1]) if first + 1 < len(places) else None
    behind = [place for place in places if place < at]
    ahead = [place for place in places if place > at]
    found = [*behind[-1:], *ahead[:2]][:2]
    return (found[0], found[1]) if len(found) > 1 and ahead else None


def _quotes(text: str, first: int, last: int, quote: str) -> list[int]:
    """Where quotes stand in a line; one after a backslash is none."""
    places: list[int] = []
    at = first
    while at < last:
        if text[at] == "\\":
            at += 1
        elif text[at] == quote:
            places.append(at)
        at += 1
    return places


def _paired(text: str, at: int, pair: str, count: int, around: bool) -> tuple[int, int] | None:
    start = _opening(text, at, pair)
    if start < 0 and count == 1:
        start = text.find(pair[0], at)
    for _ in range(count - 1):
        start = _opening(text, start - 1, pair) if start > 0 else -1
    if start < 0:
        return None
    end = _closing(text, start, pair)
    if end < 0:
        return None
    return (start, end + 1) if around else (start + 1, end)


def _opening(text: str, at: int, pair: str) -> int:
    """The bracket that is open at a place, which may itself be the opening or the closing one."""
    depth = 0
    at = min(at, len(text) - 1)
    if at >= 0 and text[at] == pair[1]:
        at -= 1
    while at >= 0:
        if text[at] == pair[1]:
            depth += 1
        elif text[at] == pair[0]:
            if depth == 0:
                return at
            depth -= 1
        at -= 1
    return -1


def _closing(text: str, start: int, pair: str) -> int:
    depth = 0
    for at in range(start, len(text)):
        if text[at] == pair[0]:
            depth += 1
        elif text[at] == pair[1]:
            depth -= 1
            if depth == 0:
                return at
    return -1


def _paragraph(text: str, at: int, count: int, *, around: bool) -> tuple[int, int, bool] | None:
    lines = text.split("\n")
    row = text.count("\n", 0, at)
    blank = [not line.strip() for line in lines]
    first = row
    while first > 0 and blank[first - 1] == blank[row]:
        first -= 1
    last = _block(blank, first)
    for _ in range(count - 1):
        if last >= len(lines):
            return None
        last = _block(blank, last)
    if around:
        if last < len(lines):
            last = _block(blank, last)
        elif blank[row]:
            return None
        else:
            while first > 0 and blank[first - 1]:
                first -= 1
    start = sum(len(line) + 1 for line in lines[:first])
    return start, start + sum(len(line) + 1 for line in lines[first:last]) - 1, True


def _block(blank: list[bool], first: int) -> int:
    """The line after the last one that is as blank as this one."""
    last = first
    while last < len(blank) and blank[last] == blank[first]:
        last += 1
    return last
