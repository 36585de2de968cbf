"""What was said in a session, entry by entry with its place, and which of it the model is told."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Literal, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import ContextRestored, ContextSummarized, ResultReplaced, ResultRestored
from heartbit_tui.kernel.messages import Assistant, ToolResult, User

Entry: TypeAlias = User | Assistant | ToolResult
Origin: TypeAlias = Literal["prompt", "steer", "heartbit", ""]
Mark: TypeAlias = ContextSummarized | ContextRestored | ResultReplaced | ResultRestored


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """An entry with its seq; `origin` says whose words a user's are, and is empty for all others."""

    seq: int
    entry: Entry
    origin: Origin = ""

    @property
    def own(self) -> bool:
        """Whether these are a person's words."""
        return self.origin in ("prompt", "steer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """A summary that counts: the event, its seq, and the ranges of what it replaced that were brought back."""

    seq: int
    event: ContextSummarized
    back: tuple[tuple[int, int], ...] = ()

    def hides(self, seq: int) -> bool:
        """Whether the model is told the summary in place of the entry with this seq."""
        if seq >= self.event.through or seq in self.event.kept:
            return False
        return not any(first <= seq <= last for first, last in self.back)

    def leaves(self, entries: Sequence[Placed]) -> Iterator[Placed]:
        """The entries that it does not hide; few of a long log, and no more of them are looked at."""
        first = bisect_left(entries, self.event.through, key=_seq)
        if self.back:
            yield from (placed for placed in entries[:first] if not self.hides(placed.seq))
        else:
            for seq in sorted(self.event.kept):
                place = bisect_left(entries, seq, hi=first, key=_seq)
                if place < first and entries[place].seq == seq:
                    yield entries[place]
        yield from entries[first:]


def _seq(placed: Placed) -> int:
    return placed.seq


def no_results() -> Mapping[str, str]:
    """No result was replaced."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """All entries that still count, also those that the model is told a summary of.

    `folds` are the summaries that count, oldest first; only the last of them is told. `undone` says that the last thing
    that happened to them was a person bringing something back. `replaced` holds by call what
    stands for a result, `left_out` the tools that the model is not told of. `todos` and `plan` are as the log has them last; `plan` is an answer in plan mode.
    """

    entries: tuple[Placed, ...] = ()
    folds: tuple[Fold, ...] = ()
    undone: bool = False
    replaced: Mapping[str, str] = field(default_factory=no_results)
    todos: tuple[Mapping[str, object], ...] = ()
    plan: str = ""
    left_out: frozenset[str] = frozenset()
    changed: int = 0
    """The seq of the newest event that changed what the model is told of all this, 0 where none did."""

    @property
    def fold(self) -> Fold | None:
        """The summary that is told, where there is one."""
        return self.folds[-1] if self.folds else None

    def told(self) -> Iterator[Placed]:
        """The entries that the model gets, results as they are told."""
        for placed in self.entries if self.fold is None else self.fold.leaves(self.entries):
            content = self.replaced.get(placed.entry.call_id) if isinstance(placed.entry, ToolResult) else None
            yield placed if content is None else _with(placed, content)

    def hidden(self) -> Iterator[Placed]:
        """The entries that a summary stands for."""
        fold = self.fold
        return (placed for placed in self.entries if fold is not None and fold.hides(placed.seq))

    def between(self, first: int, last: int) -> tuple[Placed, ...]:
        """The entries with a seq from `first` to `last`, as they were said."""
        return tuple(placed for placed in self.entries if first <= placed.seq <= last)


def whole(entries: Sequence[Placed], first: int, last: int) -> tuple[int, int]:
    """The range from `first` to `last`, made wider so that no call stands in it without its results, or they alone."""
    inside = [number for number, placed in enumerate(entries) if first <= placed.seq <= last]
    if not inside:
        return first, last
    start, end = inside[0], inside[-1]
    while start and isinstance(entries[start].entry, ToolResult):
        start -= 1
    while end + 1 < len(entries) and isinstance(entries[end + 1].entry, ToolResult):
        end += 1
    return entries[start].seq, entries[end].seq


def folds(marks: Sequence[tuple[int, Mark]]) -> tuple[Fold, ...]:
    """The summaries that count after all that happened to them."""
    standing: list[Fold] = []
    for seq, mark in marks:
        match mark:
            case ContextSummarized():
                standing.append(Fold(seq=seq, event=mark))
            case ContextRestored(summary=of, first=0, last=0):
                standing = [fold for fold in standing if fold.seq != of]
            case ContextRestored(summary=of, first=first, last=last):
                standing = [replace(f, back=(*f.back, (first, last))) if f.seq == of else f for f in standing]
            case ResultReplaced() | ResultRestored():
                pass
    return tuple(standing)


def undone(marks: Sequence[tuple[int, Mark]]) -> bool:
    """Whether the last thing that happened to the summaries was that something was brought back."""
    about = (mark for _, mark in reversed(marks) if isinstance(mark, ContextSummarized | ContextRestored))
    return isinstance(next(about, None), ContextRestored)


def replaced(marks: Sequence[tuple[int, Mark]]) -> Mapping[str, str]:
    """What stands for the results of calls."""
    found: dict[str, str] = {}
    for _, mark in marks:
        match mark:
            case ResultReplaced(tool_call_id=id, content=content):
                found[id] = content
            case ResultRestored(tool_call_id=id):
                found.pop(id, None)
            case _:
                pass
    return found


def _with(placed: Placed, content: str) -> Placed:
    assert isinstance(placed.entry, ToolResult)
    return replace(placed, entry=replace(placed.entry, content=content, media=()))
