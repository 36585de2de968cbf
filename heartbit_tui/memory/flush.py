"""Keeps what tools told before the conversation that has it is shortened."""

from collections.abc import Callable, Iterator, Sequence

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
        for wanted in entries(messages):
            try:
                entry, without = await self._notebook.keep(wanted, by=BY)
            except HeartbitError as error:
                self._tell(MemoryChanged(action="refused", reason=NOT_KEPT.format(error=error)))
                if not isinstance(error, EntryRefused):
                    break  # the file cannot be used: the next one would fail as this one did
            else:
                kept.append(entry)
                found.update(without)
        if kept:
            reason = f"left out: {', '.join(sorted(found))}" if found else ""
            self._tell(telling.change("stored", kept, reason=reason))
        return len(kept)


def entries(messages: Sequence[Message]) -> Iterator[NewEntry]:
    """An entry for each result that is no error and long enough, with the words that stand for it as its keywords."""
    calls = {call.id: call for message in messages if isinstance(message, Assistant) for call in message.calls}
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


def shortened(text: str) -> str:
    """At most 500 bytes of a text and `...`, never cut inside a character."""
    data = text.encode("utf-8", "surrogatepass")
    return text if len(data) <= MOST else f"{data[:MOST].decode('utf-8', 'ignore')}..."


def _is_worth_it(result: ToolResult, call: ToolCall | None) -> bool:
    if result.is_error or (call is not None and call.name.startswith(OWN)):
        return False
    return len(result.content.encode("utf-8", "surrogatepass")) >= LEAST
