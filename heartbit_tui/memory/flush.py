"""Keeps what tools told before the conversation that has it is shortened."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice

from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import Event, MemoryChanged
from heartbit_tui.kernel.messages import Assistant, Message, ToolCall, ToolResult, User
from heartbit_tui.memory import telling
from heartbit_tui.memory.errors import EntryRefused
from heartbit_tui.memory.notebook import Notebook
from heartbit_tui.memory.topics import keywords
from heartbit_tui.memory.types import Entry, NewEntry

LEAST = 50
"""Bytes of a result that is worth keeping; the seed's, like all figures here."""

MOST = 500
"""Bytes that are kept of a result."""

AT_ONCE = 4
"""Results that are kept in one go: few enough that the screen does not wait for them."""

IMPORTANCE, STRENGTH = 3, 0.8
TAG = "auto-flush"
BY = "flush"
OWN = ("memory_", "shared_memory_", "knowledge_", "recall_context")
"""Tools whose results are in the memory already, or can be had again: what they told is not kept twice."""

NOT_KEPT = "What tools told could not be kept before the conversation was shortened: {error}"


class Flush:
    """Stores the results in messages that are about to go; `keep` raises nothing, what went wrong is told."""

    def __init__(self, notebook: Notebook, tell: Callable[[Event], None]) -> None:
        self._notebook = notebook
        self._tell = tell

    async def keep(self, messages: Sequence[Message]) -> int:
        """Keep what is worth it in these messages; how many entries that made."""
        kept: list[Entry] = []
        found: set[str] = set()
        wanted = entries(messages, await asyncio.to_thread(_calls, messages))
        while some := tuple(islice(wanted, AT_ONCE)):
            try:
                await self._kept(some, kept, found)
            except HeartbitError as error:
                self._refused(error)
                break  # the file cannot be used: the next ones would fail as these did
        if kept:
            reason = f"left out: {', '.join(sorted(found))}" if found else ""
            self._tell(telling.change("stored", kept, reason=reason))
        return len(kept)

    async def _kept(self, wanted: Sequence[NewEntry], kept: list[Entry], found: set[str]) -> None:
        """Keep them together; where one of them is refused, one by one, so that it is the only one that is not kept."""
        try:
            made, without = await self._notebook.keep(wanted, by=BY)
        except EntryRefused as error:
            if len(wanted) == 1:
                self._refused(error)
            else:
                for each in wanted:
                    await self._kept((each,), kept, found)
        else:
            kept.extend(made)
            found.update(without)

    def _refused(self, error: HeartbitError) -> None:
        self._tell(MemoryChanged(action="refused", reason=NOT_KEPT.format(error=error)))


def entries(messages: Sequence[Message], calls: Mapping[str, ToolCall]) -> Iterator[NewEntry]:
    """An entry for each result that is no error and long enough, with the words that stand for it as its keywords."""
    for message in messages:
        for block in message.content if isinstance(message, User) else ():
            if isinstance(block, ToolResult) and _is_worth_it(block, calls.get(block.call_id)):
                yield NewEntry(
                    content=shortened(block.content),
                    tags=(TAG,),
                    keywords=keywords(block.content),
                    importance=IMPORTANCE,
                    strength=STRENGTH,
                )


def _calls(messages: Sequence[Message]) -> Mapping[str, ToolCall]:
    return {call.id: call for message in messages if isinstance(message, Assistant) for call in message.calls}


def shortened(text: str) -> str:
    """At most 500 bytes of a text and `...`, never cut inside a character."""
    data = text.encode("utf-8", "surrogatepass")
    return text if len(data) <= MOST else f"{data[:MOST].decode('utf-8', 'ignore')}..."


def _is_worth_it(result: ToolResult, call: ToolCall | None) -> bool:
    if result.is_error or (call is not None and call.name.startswith(OWN)):
        return False
    return len(result.content.encode("utf-8", "surrogatepass")) >= LEAST
