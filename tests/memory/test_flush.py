"""What tools told is kept before the conversation that has it is shortened."""

from collections.abc import Sequence

import pytest

from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.kernel.events import Event, MemoryChanged
from heartbit_tui.kernel.messages import Assistant, Message, ToolCall, ToolResult, User, user
from heartbit_tui.memory.errors import EntryRefused
from heartbit_tui.memory.flush import Flush
from heartbit_tui.memory.notebook import Notebook
from heartbit_tui.memory.types import Entry, NewEntry, Query, Reach
from heartbit_tui.memory.volatile import VolatileMemory
from heartbit_tui.testing.clock import FakeClock
from tests.memory.rig import ANYBODY, ground

LONG = "The build wrote 214 objects into target/release and linked heartbit in 12.4 s."


def exchange(name: str, content: str, *, is_error: bool = False, id: str = "c") -> tuple[Message, ...]:
    return (
        Assistant(content=(ToolCall(id=id, name=name),)),
        User(content=(ToolResult(call_id=id, content=content, is_error=is_error),)),
    )


async def kept(*messages: Message) -> tuple[list[Entry], list[Event]]:
    memory, told = VolatileMemory(FakeClock()), list[Event]()
    await Flush(Notebook(ground(memory)), told.append).keep(messages)
    return list(await memory.list(Query(reach=ANYBODY))), told


async def test_a_long_result_is_kept_with_the_figures_of_the_specification() -> None:
    (entry,), told = await kept(user("build"), *exchange("bash", LONG))
    assert (entry.content, entry.category, entry.tags, entry.importance, entry.strength) == (
        LONG,
        "fact",
        ("auto-flush",),
        3,
        0.8,
    )
    assert (entry.type.value, entry.origin.by, entry.confidentiality.word) == ("episodic", "flush", "public")
    assert set(entry.keywords) >= {"heartbit", "object", "release", "target"}
    (event,) = told
    assert isinstance(event, MemoryChanged)
    assert (event.action, event.ids, event.count) == ("stored", (entry.id,), 1)


@pytest.mark.parametrize(
    "messages",
    [
        exchange("bash", "x" * 49),
        exchange("bash", LONG, is_error=True),
        exchange("memory_recall", LONG),
        (user(LONG),),
        (),
    ],
)
async def test_what_is_short_wrong_or_kept_already_is_left(messages: tuple[Message, ...]) -> None:
    assert await kept(*messages) == ([], [])


async def test_it_is_cut_at_500_bytes_and_never_inside_a_character() -> None:
    (entry,), _ = await kept(*exchange("bash", "x" * 499 + "é" * 50))
    assert entry.content == "x" * 499 + "..."


async def test_a_secret_in_a_result_is_left_out_and_that_is_told() -> None:
    (entry,), (event,) = await kept(*exchange("bash", f"{LONG} token sk-ant-api03-AbCdEfGhIjKlMnOpQrStUvWx"))
    assert "sk-ant" not in entry.content
    assert isinstance(event, MemoryChanged)
    assert event.reason == "left out: a key or a password"


async def test_a_memory_that_fails_is_told_and_raises_nothing() -> None:
    class Full(VolatileMemory):
        async def store_many(self, new: Sequence[NewEntry | Entry], reach: Reach | None = None) -> tuple[Entry, ...]:
            raise StoreError("The disk is full.")

    told = list[Event]()
    assert await Flush(Notebook(ground(Full(FakeClock()))), told.append).keep(exchange("bash", LONG)) == 0
    assert [event.action for event in told if isinstance(event, MemoryChanged)] == ["refused"]


async def test_many_results_are_kept_whole_in_order_and_one_that_is_refused_keeps_no_other_back() -> None:
    class Picky(VolatileMemory):
        async def store_many(self, new: Sequence[NewEntry | Entry], reach: Reach | None = None) -> tuple[Entry, ...]:
            if any("number 13" in entry.content for entry in new):
                raise EntryRefused("Not this one.")
            return await super().store_many(new, reach)

    memory, told = Picky(FakeClock()), list[Event]()
    messages = [message for n in range(20) for message in exchange("bash", f"{LONG} It is the number {n}.", id=f"c{n}")]
    assert await Flush(Notebook(ground(memory)), told.append).keep(messages) == 19
    contents = {entry.content for entry in await memory.list(Query(reach=ANYBODY, limit=50))}
    assert contents == {f"{LONG} It is the number {n}." for n in range(20) if n != 13}
    refused, stored = (event for event in told if isinstance(event, MemoryChanged))
    assert (refused.action, stored.action, stored.count) == ("refused", "stored", 19)
