"""What fills the model's window, item by item, and what would go next; pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal, TypeAlias

from heartbit_tui.context import tokens
from heartbit_tui.context.cutting import KEEP, through
from heartbit_tui.kernel.conversation import SUMMARY
from heartbit_tui.kernel.messages import Assistant, JsonObject, Text, ToolCall, ToolResult, User
from heartbit_tui.kernel.past import Past, Placed
from heartbit_tui.kernel.protocols import Request

Kind: TypeAlias = Literal[
    "system", "instructions", "skills", "tools", "memory", "summary", "prompt", "told", "answer", "file", "result"
]
"""What an item is; `told` are words of heartbit itself, `file` is a file that was read or written."""

KINDS: tuple[Kind, ...] = (
    "system",
    "instructions",
    "skills",
    "tools",
    "memory",
    "summary",
    "prompt",
    "told",
    "answer",
    "file",
    "result",
)
FILES = frozenset({"read", "write", "edit", "patch"})
TITLE = 80
"""Letters of a title."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing in the window. `first` and `last` are seqs of the log, 0 for what does not stand there.

    `droppable` ones can be taken out for themselves: a result, by the id of its `call`.
    """

    kind: Kind
    title: str
    tokens: int
    first: int = 0
    last: int = 0
    call: str = ""
    droppable: bool = False


def items(request: Request, past: Past, *, instructions: str = "", factor: float = 1.0) -> tuple[Item, ...]:
    """Everything that `request` sends, in its order; `past` is the conversation that it was made of.

    `instructions` is the part of the system prompt that came from files; `factor` corrects all estimates
    (`tokens.Meter.factor`).
    """
    found = (*_fixed(request, instructions), *_summary(past), *_entries(past))
    return tuple(replace(item, tokens=round(item.tokens * factor)) for item in found)


def total(several: Sequence[Item]) -> int:
    """The tokens of all items."""
    return sum(item.tokens for item in several)


def by_kind(several: Sequence[Item]) -> Mapping[Kind, int]:
    """Tokens by kind, in the order of `KINDS`, without those that have none."""
    sums: dict[Kind, int] = {kind: total([item for item in several if item.kind == kind]) for kind in KINDS}
    return {kind: sums[kind] for kind in sums if sums[kind]}


def next_dropped(several: Sequence[Item], past: Past, *, keep: int = KEEP) -> tuple[Item, ...]:
    """The items that the next compaction would put into a summary, oldest first; none where it would do nothing."""
    end = through(past, keep=keep)
    return tuple(item for item in several if item.last and item.last < end and item.kind != "prompt")


def turns_left(totals: Sequence[int], threshold: int) -> int | None:
    """In how many turns the threshold is reached, going by how the last totals grew; None where they do not grow."""
    growth = [after - before for before, after in pairwise(totals) if after > before]
    if not growth:
        return None
    return max(-(-(threshold - totals[-1]) * len(growth) // sum(growth)), 0)


def _fixed(request: Request, instructions: str) -> Iterator[Item]:
    told = tokens.text(instructions) if instructions in request.system else 0
    yield Item(kind="system", title="system prompt", tokens=tokens.text(request.system) - told)
    if told:
        yield Item(kind="instructions", title="instructions of files", tokens=told)
    for spec in request.tools:
        yield Item(kind="tools", title=spec.name, tokens=tokens.tool(spec))


def _summary(past: Past) -> Iterator[Item]:
    if past.fold is not None:
        event = past.fold.event
        size = tokens.text(SUMMARY + event.summary)
        first = event.spans[0].first if event.spans else 1
        yield Item(kind="summary", title=f"summary of {first}–{event.through - 1}", tokens=size, first=past.fold.seq)


def _entries(past: Past) -> Iterator[Item]:
    calls: dict[str, ToolCall] = {}
    for placed in past.told():
        if isinstance(placed.entry, Assistant):
            calls |= {call.id: call for call in placed.entry.calls}
        yield _item(placed, calls)


def _item(placed: Placed, calls: Mapping[str, ToolCall]) -> Item:
    size, at = tokens.entry(placed.entry), placed.seq
    match placed.entry:
        case User():
            kind: Kind = "prompt" if placed.own else "told"
            return Item(kind=kind, title=_cut(_words(placed.entry)), tokens=size, first=at, last=at)
        case Assistant() as answer:
            title = _cut(answer.text) or ", ".join(call.name for call in answer.calls)
            return Item(kind="answer", title=title, tokens=size, first=at, last=at)
        case ToolResult(call_id=id):
            call = calls.get(id)
            kind = "file" if call is not None and call.name in FILES else "result"
            title = _cut(f"{call.name} {_subject(call.input)}") if call else id
            return Item(kind=kind, title=title, tokens=size, first=at, last=at, call=id, droppable=True)


def _words(message: User) -> str:
    return " ".join(block.text for block in message.content if isinstance(block, Text)) or "media"


def _subject(given: JsonObject) -> str:
    """What a call is about: the first text among its arguments."""
    return next((value for value in given.values() if isinstance(value, str)), "")


def _cut(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= TITLE else f"{line[: TITLE - 1]}…"
