"""Where the motions of vi lead."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tui.draft.motions import left, line_end, line_start, right
from heartbit_tui.tui.lines.setting import cells

END_OF_LINE = 1 << 30
"""A column beyond every line."""

Reach: TypeAlias = Literal["exclusive", "inclusive", "lines"]
"""Whether an operator takes the character at the end of a motion, or whole lines."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a motion leads."""

    at: int
    reach: Reach


@dataclass(frozen=True, slots=True)
class Find:
    """A search for a letter in the line: which of f, t, F, T."""

    motion: str
    letter: str


def first_nonblank(text: str, at: int) -> int:
    """The first letter of the line that is no blank."""
    start, end = line_start(text, at), line_end(text, at)
    while start < end and text[start] in " \t":
        start += 1
    return start


def resting(text: str, at: int) -> int:
    """The nearest place where the cursor may rest in normal mode: on a character, unless the line is empty."""
    start, end = line_start(text, at), line_end(text, at)
    return left(text, end) if at >= end and end > start else at


def lines_on(text: str, at: int, by: int) -> int:
    """The beginning of the line so many lines below, or above; the last or first one where there are fewer."""
    start = line_start(text, at)
    for _ in range(abs(by)):
        if by > 0:
            end = line_end(text, start)
            if end == len(text):
                break
            start = end + 1
        elif start == 0:
            break
        else:
            start = line_start(text, start - 1)
    return start


def column(text: str, at: int) -> int:
    """The cells before a place in its line."""
    return cells(text[line_start(text, at) : at])


def at_column(text: str, start: int, wanted: int, *, beyond: bool = False) -> int:
    """The place in the line from `start` that covers a column, else its last character, or `beyond` it its end."""
    end, at = line_end(text, start), start
    while at < end:
        following = right(text, at)
        wanted -= cells(text[at:following])
        if wanted < 0:
            return at
        at = following
    return end if beyond else resting(text, end)


def _blank_class(character: str) -> int:
    return 0 if character.isspace() else 1


def _word_class(character: str) -> int:
    if character.isspace():
        return 0
    return 2 if character.isalnum() or character == "_" else 1


def _is_empty_line(text: str, at: int) -> bool:
    return text[at] == "\n" and (at == 0 or text[at - 1] == "\n")


def word_on(text: str, at: int, kind: Callable[[str], int]) -> int:
    """The beginning of the next word; an empty line counts as one."""
    size = len(text)
    if at >= size:
        return size
    here = kind(text[at])
    while at < size and here and kind(text[at]) == here:
        at += 1
    if not here and text[at] == "\n":
        at += 1
    while at < size and kind(text[at]) == 0 and not _is_empty_line(text, at):
        at += 1
    return at


def word_back(text: str, at: int, kind: Callable[[str], int]) -> int:
    """The beginning of this word or of the one before."""
    at -= 1
    while at > 0 and kind(text[at]) == 0 and not _is_empty_line(text, at):
        at -= 1
    if at <= 0:
        return 0
    here = kind(text[at])
    while here and at > 0 and kind(text[at - 1]) == here:
        at -= 1
    return at


def word_end(text: str, at: int, kind: Callable[[str], int]) -> int:
    """The last character of this word, or of the next one."""
    size, start = len(text), at
    at += 1
    while at < size and kind(text[at]) == 0:
        at += 1
    if at >= size:
        return max(size if text.endswith("\n") else size - 1, start)
    while at + 1 < size and kind(text[at + 1]) == kind(text[at]):
        at += 1
    return at


def end_back(text: str, at: int, kind: Callable[[str], int]) -> int:
    """The last character of the word before."""
    here = kind(text[at]) if at < len(text) else 0
    at = max(at - 1, 0)
    while at > 0 and here and kind(text[at]) == here:
        at -= 1
    while at > 0 and kind(text[at]) == 0 and not _is_empty_line(text, at):
        at -= 1
    return at


def word_stop(text: str, at: int, times: int, kind: Callable[[str], int]) -> int:
    """Where an operator that takes words stops: the last of them does not reach beyond its line."""
    for _ in range(times - 1):
        at = word_on(text, at, kind)
    end = line_end(text, at)
    return min(word_on(text, at, kind), end) if at < end else min(at + 1, len(text))


def word_rest(text: str, at: int, times: int, kind: Callable[[str], int]) -> int:
    """The last character of this word, where the cursor may stand already, or of a later one."""
    here = kind(text[at])
    while at + 1 < len(text) and kind(text[at + 1]) == here:
        at += 1
    for _ in range(times - 1):
        at = word_end(text, at, kind)
    return at


def operator_target(
    operator: str, motion: str, text: str, at: int, count: int | None, find: Find | None
) -> Target | None:
    """Where a motion leads when an operator waits for it, which is elsewhere for words."""
    kind = _blank_class if motion in "WE" else _word_class
    inside = at < len(text) and text[at] != "\n"
    if motion in ("w", "W"):
        if operator == "c" and inside and kind(text[at]):
            return Target(word_rest(text, at, count or 1, kind), "inclusive")
        return Target(word_stop(text, at, count or 1, kind), "exclusive")
    found = target(motion, text, at, count, find)
    if found is None and motion in ("e", "E", "h", "l"):
        return Target(at, "exclusive" if motion in "hl" else "inclusive")
    return found


Step: TypeAlias = Callable[[str, int], int]

_WORDS: Mapping[str, tuple[Step, Reach]] = MappingProxyType(
    {
        "w": (lambda text, at: word_on(text, at, _word_class), "exclusive"),
        "W": (lambda text, at: word_on(text, at, _blank_class), "exclusive"),
        "b": (lambda text, at: word_back(text, at, _word_class), "exclusive"),
        "B": (lambda text, at: word_back(text, at, _blank_class), "exclusive"),
        "e": (lambda text, at: word_end(text, at, _word_class), "inclusive"),
        "E": (lambda text, at: word_end(text, at, _blank_class), "inclusive"),
        "ge": (lambda text, at: end_back(text, at, _word_class), "inclusive"),
    }
)


def target(motion: str, text: str, at: int, count: int | None, find: Find | None) -> Target | None:
    """Where a motion leads; None where it leads nowhere. `find` is what f, t, F, T, ; and , look for."""
    times = count or 1
    match motion:
        case "h" | "l":
            return _aside(motion, text, at, times)
        case "0":
            return Target(line_start(text, at), "exclusive")
        case "^":
            return Target(first_nonblank(text, at), "exclusive")
        case "$":
            return _to_end(text, at, times)
        case "j" | "k":
            return _line(text, at, times if motion == "j" else -times)
        case "gg" | "G":
            last = motion == "G" and count is None
            return Target(lines_on(text, 0, len(text) if last else times - 1), "lines")
        case "f" | "t" | "F" | "T" | ";" | ",":
            return None if find is None else _found(find, text, at, times, again=motion in ";,")
        case _:
            return _words(motion, text, at, times)


def _aside(motion: str, text: str, at: int, times: int) -> Target | None:
    start, end = line_start(text, at), line_end(text, at)
    to = at
    for _ in range(times):
        following = left(text, to) if motion == "h" else right(text, to)
        if to == (start if motion == "h" else end):
            break
        to = following
    return Target(to, "exclusive") if to != at else None


def _to_end(text: str, at: int, times: int) -> Target | None:
    start = lines_on(text, at, times - 1)
    if times > 1 and start == line_start(text, at):
        return None
    end = line_end(text, start)
    return Target(left(text, end) if end > start else end, "inclusive")


def _line(text: str, at: int, by: int) -> Target | None:
    start = lines_on(text, at, by)
    moved = text.count("\n", min(start, at), max(start, line_start(text, at)))
    return Target(start, "lines") if moved == abs(by) or (moved and abs(by) > moved) else None


def _found(find: Find, text: str, at: int, times: int, *, again: bool) -> Target | None:
    start, end = line_start(text, at), line_end(text, at)
    ahead, till = find.motion in "ft", find.motion in "tT"
    to = at
    if again and till and times == 1:
        neighbour = to + 1 if ahead else to - 1
        if start <= neighbour < end and text[neighbour] == find.letter:
            to = neighbour
    for _ in range(times):
        to = text.find(find.letter, to + 1, end) if ahead else text.rfind(find.letter, start, max(to, start))
        if to < 0:
            return None
    if till:
        to += -1 if ahead else 1
    return Target(to, "inclusive" if ahead else "exclusive")


def _words(motion: str, text: str, at: int, times: int) -> Target | None:
    step, reach = _WORDS[motion]
    to = at
    for _ in range(times):
        following = step(text, to)
        if following == to:
            break
        to = following
    return Target(to, reach) if to != at else None
