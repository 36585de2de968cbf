"""What fills the model's window, item by item, and what would go next; pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from types import MappingProxyType
from typing import Literal, TypeAlias, get_args

from heartbit_tui.context import letters, tokens
from heartbit_tui.context.transcript import subject
from heartbit_tui.kernel.conversation import SUMMARY
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.dropping import note
from heartbit_tui.kernel.messages import Assistant, Message, Text, ToolCall, ToolResult, User, UserBlock
from heartbit_tui.kernel.past import Past, Placed
from heartbit_tui.kernel.protocols import Request

Kind: TypeAlias = Literal[
    "system", "instructions", "skills", "tools", "memory", "summary", "prompt", "told", "answer", "file", "result"
]
"""What an item is; `told` are words of heartbit itself, `file` is a file that was read or written."""

KINDS: tuple[Kind, ...] = get_args(Kind)
BY_ORIGIN: Mapping[str, Kind] = MappingProxyType(
    {"prompt": "prompt", "steer": "prompt", "memory": "memory", "skill": "skills", "instructions": "instructions"}
)
"""What a user's message is by whose words it holds; any other are heartbit's own."""

BY_TOOL: Mapping[str, Kind] = MappingProxyType(
    {**dict.fromkeys(("read", "write", "edit", "patch"), "file"), "skill": "skills"}
)
"""What a result is by its tool; those of memory are told by the beginning of their names."""

TITLE = 80
"""Letters of a title."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing in the window. `first` and `last` are seqs of the log, 0 for what does not stand there.

    `tokens` are estimated, `letters` are exact. `droppable` ones can be taken out for themselves: a result, by the id of
    its `call`, or a tool, by its title. `restorable` ones were taken out or shortened and can be told whole again.
    """

    kind: Kind
    title: str
    tokens: int
    letters: int = 0
    first: int = 0
    last: int = 0
    call: str = ""
    droppable: bool = False
    restorable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the system prompt that is an item of its own: its text stands in it word for word."""

    kind: Kind
    title: str
    text: str


class Kept:
    """The items of messages that were looked at before: a long conversation is counted once, then what is new of it."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Message, tuple[Item, ...]]] = {}
        self._changed = 0

    def since(self, past: Past) -> None:
        """Forget everything where the conversation was changed."""
        if past.changed != self._changed:
            self._known.clear()
            self._changed = past.changed

    def of(self, message: Message, make: Callable[[Message], Iterator[Item]]) -> tuple[Item, ...]:
        """The items of a message."""
        known = self._known.get(id(message))
        if known is None or known[0] is not message:
            known = self._known[id(message)] = (message, tuple(make(message)))
        return known[1]

    def trim(self, messages: Sequence[Message]) -> None:
        """Forget what is no longer sent, once that is as much as what is."""
        if len(self._known) > 2 * len(messages) + 64:
            self._known = {id(message): self._known[id(message)] for message in messages}


def items(
    request: Request,
    past: Past,
    *,
    parts: Sequence[Part] = (),
    kept: Kept | None = None,
) -> tuple[Item, ...]:
    """Everything that `request` sends, in its order; `past` is the conversation that it was made of.

    `parts` are the parts of the system prompt.
    """
    said = _said(request, past, Kept() if kept is None else kept)
    return (*_system(request, parts), *_tools(request, past), *said)


def total(several: Sequence[Item]) -> int:
    """The tokens of all items."""
    return sum(item.tokens for item in several)


def by_kind(several: Sequence[Item]) -> Mapping[Kind, int]:
    """Tokens by kind, in the order of `KINDS`, without those that have none."""
    sums = dict.fromkeys(KINDS, 0)
    for item in several:
        sums[item.kind] += item.tokens
    return {kind: size for kind, size in sums.items() if size}


def before(several: Sequence[Item], end: int) -> tuple[Item, ...]:
    """The items before a seq that a summary would stand for: all but a person's own words."""
    return tuple(item for item in several if item.last and item.last < end and item.kind != "prompt")


def turns_left(totals: Sequence[int], threshold: int) -> int | None:
    """In how many turns the threshold is reached, going by how the last totals grew; None where they do not grow."""
    growth = [after - before for before, after in pairwise(totals) if after > before]
    if not growth:
        return None
    return max(-(-(threshold - totals[-1]) * len(growth) // sum(growth)), 0)


def _system(request: Request, parts: Sequence[Part]) -> Iterator[Item]:
    """The system prompt as a whole, less the parts that are told one by one."""
    rest, found = request.system, list[Item]()
    for part in parts:
        if part.text and part.text in rest:
            rest = rest.replace(part.text, "", 1)
            size = tokens.text(part.text)
            found.append(Item(kind=part.kind, title=part.title, tokens=size, letters=len(part.text)))
    own = max(tokens.text(request.system) - total(found), 0)
    yield Item(kind="system", title="system prompt", tokens=own, letters=len(rest))
    yield from found


def _tools(request: Request, past: Past) -> Iterator[Item]:
    several = len(request.tools) > 1
    for spec in request.tools:
        size, exact = tokens.tool(spec), letters.tool(spec)
        yield Item(kind="tools", title=spec.name, tokens=size, letters=exact, droppable=several)
    for name in sorted(past.left_out):
        yield Item(kind="tools", title=name, tokens=0, restorable=True)


def _said(request: Request, past: Past, kept: Kept) -> Iterator[Item]:
    """The messages as they are sent, each block with the entry of the log that it came from."""
    told = tuple(past.told())
    calls = {call.id: call for each in told if isinstance(each.entry, Assistant) for call in each.entry.calls}
    results = {each.entry.call_id: each for each in told if isinstance(each.entry, ToolResult)}
    places = {id(part): each for each in told if not isinstance(each.entry, ToolResult) for part in each.entry.content}

    def made(message: Message) -> Iterator[Item]:
        if isinstance(message, Assistant):
            yield _answer(message, [places[id(part)] for part in message.content if id(part) in places])
            return
        overhead = tokens.OVERHEAD
        for place, group in groupby(message.content, lambda part: _place(part, places, results)):
            item = _item(tuple(group), place, calls, past)
            yield replace(item, tokens=item.tokens + overhead)
            overhead = 0

    kept.since(past)
    for message in request.messages:
        yield from kept.of(message, made)
    kept.trim(request.messages)


def _place(part: UserBlock, places: Mapping[int, Placed], results: Mapping[str, Placed]) -> Placed | ToolResult | None:
    """Where a block came from; a result that stands in for a missing one is its own place."""
    if isinstance(part, ToolResult):
        return results.get(part.call_id, part)
    return places.get(id(part))


def _answer(message: Assistant, places: Sequence[Placed]) -> Item:
    title = _cut(message.text) or ", ".join(call.name for call in message.calls)
    return Item(
        kind="answer",
        title=title,
        tokens=tokens.message(message),
        letters=sum(map(letters.block, message.content)),
        first=places[0].seq if places else 0,
        last=places[-1].seq if places else 0,
    )


def _item(
    group: tuple[UserBlock, ...], place: Placed | ToolResult | None, calls: Mapping[str, ToolCall], past: Past
) -> Item:
    seq = place.seq if isinstance(place, Placed) else 0
    first, size, exact = group[0], sum(map(tokens.block, group)), sum(map(letters.block, group))
    if isinstance(first, ToolResult):
        return _result(first, seq, calls.get(first.call_id), past)
    title = _cut(_words(User(content=group)))
    summary = place is None and title.startswith(SUMMARY.strip())
    kind: Kind = "summary" if summary else BY_ORIGIN.get(place.origin, "told") if isinstance(place, Placed) else "told"
    title = _summarised(past) if summary else title
    return Item(kind=kind, title=title, tokens=size, letters=exact, first=seq, last=seq)


def _result(result: ToolResult, seq: int, call: ToolCall | None, past: Past) -> Item:
    out = result.call_id in past.replaced
    gains = bool(result.media) or len(result.content) > len(note(result))
    return Item(
        kind=_kind_of(call),
        title=_cut(f"{call.name} {subject(call.input)}") if call else result.call_id,
        tokens=tokens.block(result),
        letters=letters.block(result),
        first=seq,
        last=seq,
        call=result.call_id,
        droppable=bool(seq) and gains,
        restorable=out,
    )


def _kind_of(call: ToolCall | None) -> Kind:
    name = call.name if call else ""
    return "memory" if name.startswith(("memory_", "shared_memory_")) else BY_TOOL.get(name, "result")


def _summarised(past: Past) -> str:
    if past.fold is None:
        return "summary"
    event = past.fold.event
    return f"summary of {event.spans[0].first if event.spans else 1}–{event.through - 1}"


def _words(message: User) -> str:
    return " ".join(block.text for block in message.content if isinstance(block, Text)) or "media"


def _cut(words: str) -> str:
    line = " ".join(words[: TITLE * 4].split())
    return line if len(line) <= TITLE else f"{line[: TITLE - 1]}…"
