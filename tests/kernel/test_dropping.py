"""What a person takes out of the context: whatever is dropped, in whatever order, the conversation can be sent."""

import asyncio
from collections.abc import Sequence

from hypothesis import given, settings, strategies as st

from heartbit_tui.context import letters
from heartbit_tui.context.outlook import Size, outlook
from heartbit_tui.kernel.conversation import Conversation
from heartbit_tui.kernel.dropping import LAST_TOOL, NO_GAIN, NO_RESULT, note
from heartbit_tui.kernel.events import Envelope, Notice, ResultReplaced, ToolDropped
from heartbit_tui.kernel.messages import JsonObject, Message, ToolResult, User, user
from heartbit_tui.kernel.ops import Drop, Op, Rewind
from heartbit_tui.kernel.protocols import CallContext, Output, Request
from heartbit_tui.providers.script import Reply, call
from heartbit_tui.testing.strict import problems
from heartbit_tui.testing.tools import FakeTool
from heartbit_tui.wire.read import loads
from heartbit_tui.wire.write import dumps
from tests.kernel.rig import Plan, Rig, opened, says, turn
from tests.samples import samples

TOOLS = ("read", "bash", "grep")
LONG = "a long result with 日本語 in it\n" * 40


async def big(input: JsonObject, context: CallContext) -> Output:
    return Output(content=LONG[: int(input.get("size", len(LONG)))])


def replies(turns: int, *, words: int = 1) -> list[Reply]:
    """Runs of several turns with two calls each."""
    one = [
        turn(call(TOOLS[n % 3], f"c{n}a", size=700 + n), call(TOOLS[(n + 1) % 3], f"c{n}b", size=n))
        for n in range(turns)
    ]
    return [*one, *(says(f"done {n}") for n in range(words))]


def plan(turns: int, *, words: int = 1, log: Sequence[Envelope] = ()) -> Plan:
    return Plan(replies=replies(turns, words=words), tools=[FakeTool(name, big) for name in TOOLS], log=log)


def results(messages: Sequence[Message]) -> dict[str, str]:
    blocks = (block for message in messages if isinstance(message, User) for block in message.content)
    return {block.call_id: block.content for block in blocks if isinstance(block, ToolResult)}


async def test_a_result_that_is_dropped_keeps_its_place_and_is_told_whole_again() -> None:
    async with opened(plan(2, words=2)) as rig:
        await rig.ask("go")
        before = rig.messages
        rig.session.submit(Drop(calls=("c0a",)))
        told = results(rig.messages)
        assert told["c0a"].startswith("[The user took this result out: 700 characters.")
        assert {name: text for name, text in told.items() if name != "c0a"} == {
            name: text for name, text in results(before).items() if name != "c0a"
        }
        await rig.ask("again")
        assert results(rig.last_request.messages)["c0a"] == told["c0a"]
        rig.session.submit(Drop(calls=("c0a",), back=True))
        assert rig.messages[: len(before)] == before


async def test_a_tool_that_is_dropped_is_not_told_of_and_the_last_one_stays() -> None:
    async with opened(plan(1, words=3)) as rig:
        await rig.ask("go")
        rig.session.submit(Drop(tools=("bash", "grep", "read", "nothing")))
        assert rig.of(ToolDropped) == [ToolDropped(tool_name="bash"), ToolDropped(tool_name="grep")]
        assert rig.of(Notice)[0].text == LAST_TOOL.format(tool="read")
        await rig.ask("again")
        assert [spec.name for spec in rig.last_request.tools] == ["read"]
        rig.session.submit(Drop(tools=("grep",), back=True))
        await rig.ask("and again")
        assert [spec.name for spec in rig.last_request.tools] == ["read", "grep"]


async def test_what_cannot_be_dropped_is_told_and_changes_nothing() -> None:
    async with opened(plan(2)) as rig:
        await rig.ask("go")
        before = rig.messages
        rig.session.submit(Drop(calls=("c1b", "no such call")))
        assert [notice.text for notice in rig.of(Notice)] == [
            NO_GAIN.format(call="c1b"),
            NO_RESULT.format(call="no such call"),
        ]
        rig.session.submit(Drop(calls=("c0a",)))
        rig.session.submit(Drop(calls=("c0a",)))
        assert len(rig.of(ResultReplaced)) == 1
        assert rig.messages != before


async def test_going_back_to_before_a_drop_tells_the_result_again() -> None:
    async with opened(plan(2)) as rig:
        await rig.ask("go")
        before, seq = rig.messages, rig.session.seq + 1
        rig.session.submit(Drop(calls=("c0a",), tools=("grep",)))
        rig.session.submit(Rewind(seq=seq))
        assert (rig.messages, rig.session.desk.past().left_out) == (before, frozenset())


STEPS = st.lists(
    st.one_of(
        st.builds(Drop, calls=st.lists(st.sampled_from([f"c{n}{x}" for n in range(5) for x in "ab"]), max_size=3).map(tuple), back=st.booleans()),
        st.builds(Drop, tools=st.lists(st.sampled_from(TOOLS), max_size=2).map(tuple), back=st.booleans()),
        st.just("ask"),
        st.integers(1, 60).map(lambda seq: Rewind(seq=seq)),
    ),
    max_size=12,
)  # fmt: skip


@settings(max_examples=samples(120, 50), deadline=None)
@given(st.integers(0, 5), STEPS)
def test_dropping_anything_in_any_order_leaves_what_a_strict_service_takes_resumes_and_forks_alike(
    turns: int, steps: list[Op | str]
) -> None:
    asyncio.run(_drops(turns, steps))


async def _drops(turns: int, steps: list[Op | str]) -> None:
    states: list[tuple[int, tuple[Message, ...]]] = []
    async with opened(plan(turns, words=1 + len(steps))) as rig:
        await rig.ask("go")
        for step in steps:
            if isinstance(step, str):
                await rig.ask("on")
            else:
                rig.session.submit(step)
            _holds(rig)
            states.append((len(rig.log), rig.messages))
        await rig.ask("at last")
        _holds(rig)
    for length, messages in states:
        assert Conversation("main", rig.log[:length]).messages() == messages


def _holds(rig: Rig) -> None:
    """The conversation pairs up, is the same for who folds the log anew, and each call has one result."""
    conversation = rig.session.desk.conversation
    again = Conversation("main", [loads(dumps(envelope)) for envelope in rig.log])
    assert again.messages() == conversation.messages()
    assert again.past().left_out == conversation.past().left_out
    if conversation.messages():
        end = () if isinstance(conversation.messages()[-1], User) else (user("Go on."),)
        assert problems((*conversation.messages(), *end)) == []
    _agrees(rig, conversation)


def _agrees(rig: Rig, conversation: Conversation) -> None:
    """The items are all of what would be sent, to the character, and each dropped result is a note."""
    specs = tuple(tool.spec for tool in rig.session.agent.tools)
    request = Request(system=rig.session.agent.system, messages=conversation.messages(), tools=specs)
    found = outlook(request, conversation.past(), Size())
    assert sum(item.letters for item in found.plain) == letters.request(request)
    for item in found.plain:
        if item.restorable and item.call:
            assert results(request.messages)[item.call] == conversation.past().replaced[item.call]


def test_a_note_is_of_one_size_whatever_it_stands_for() -> None:
    sizes = {len(note(ToolResult(call_id="c", content="x" * size))) for size in (0, 1, 999)}
    assert max(sizes) < 100
