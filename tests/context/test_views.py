"""What each policy shows of a conversation."""

from dataclasses import replace
from random import Random

from hypothesis import given, settings, strategies as st

from heartbit_tui.context import tokens
from heartbit_tui.context.each import Each
from heartbit_tui.context.media import AUDIO, IMAGE, MediaOnce, evicted, has_media
from heartbit_tui.context.prune import Prune, pruned
from heartbit_tui.context.room import Room
from heartbit_tui.context.types import Pruning
from heartbit_tui.context.window import Window, fitted
from heartbit_tui.kernel.conversation import Conversation
from heartbit_tui.kernel.events import SessionPruned
from heartbit_tui.kernel.messages import Assistant, Audio, Image, Message, Text, ToolCall, ToolResult, User, user
from heartbit_tui.kernel.protocols import Request, ToolSpec
from heartbit_tui.testing.histories import envelopes, history
from heartbit_tui.testing.scene import FakeScene
from heartbit_tui.testing.strict import problems
from tests.samples import samples

PNG = Image(media_type="image/png", data="aGk=")
WAV = Audio(format="wav", data="aGk=")


def called(number: int, content: str, path: str = "") -> tuple[Message, Message]:
    call = ToolCall(id=f"c{number}", name="read", input={"file_path": path or f"src/{number}.py"})
    return Assistant(content=(call,)), User(content=(ToolResult(call_id=call.id, content=content),))


def conversation(turns: int, size: int = 400) -> tuple[Message, ...]:
    pairs = [called(number, f"{number}" * size) for number in range(turns)]
    return (user("the task"), *(message for pair in pairs for message in pair))


def test_a_window_keeps_the_task_and_the_newest_pairs() -> None:
    messages = conversation(10)
    for budget in range(200, 1_200, 50):
        kept = fitted(messages, budget)
        assert kept[0] == messages[0]
        assert kept[-2:] == messages[-2:]
        assert kept[1:] == messages[len(messages) - len(kept) + 1 :]
        assert len(kept) % 2 == 1
        assert tokens.messages(kept) <= budget


def test_a_newest_result_that_is_too_large_is_cut_and_its_pair_stays() -> None:
    messages = (*conversation(3), *called(9, "x" * 100_000))
    kept = fitted(messages, 1_000)
    assert [type(message) for message in kept] == [User, Assistant, User]
    (result,) = kept[-1].content
    assert isinstance(result, ToolResult)
    assert "bytes omitted" in result.content
    assert tokens.messages(kept) <= 1_000


def test_a_task_that_is_larger_than_the_window_keeps_head_and_tail() -> None:
    (only,) = fitted((user("begin " + "x" * 50_000 + " end"),), 500)
    assert isinstance(only.content[0], Text)
    assert only.content[0].text.startswith("begin ")
    assert only.content[0].text.endswith(" end")
    assert tokens.message(only) <= 500


@settings(max_examples=samples(200, 50))
@given(st.integers(0, 10_000), st.integers(0, 3_000))
def test_whatever_the_window_a_strict_service_takes_what_is_in_it(seed: int, budget: int) -> None:
    messages = Conversation("main", envelopes(history(Random(seed), 4))).messages()
    messages = messages if messages and isinstance(messages[-1], User) else (*messages, user("Go on."))
    kept = fitted(messages, budget)
    assert problems(kept) == []
    assert len(kept) == len(messages) or kept[-1].content


async def test_system_prompt_and_tools_count_in_the_window() -> None:
    bare = Request(system="", messages=conversation(10))
    spec = ToolSpec(name="t", description="d" * 2_000, input_schema={})
    window = Window(lambda _: 1_000, Room(lambda: None))
    sizes = [
        len((await window.view(request, turn=1)).messages)
        for request in (bare, replace(bare, system="s" * 2_000), replace(bare, system="s" * 1_600, tools=(spec,)))
    ]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == 3
    unbounded = Window(lambda _: 0, Room(lambda: None))
    assert (await unbounded.view(bare, turn=1)).messages == bare.messages


def test_only_old_results_are_pruned_to_head_and_tail_and_the_count_is_exact() -> None:
    messages = (user("the task"), *called(1, "head" + "x" * 996), *called(2, "y" * 900), *called(3, "z" * 900))
    found = pruned(messages, Pruning(recent=2, most=200))
    assert (found.results, found.total) == (1, 1)
    assert found.messages[3:] == messages[3:]
    (result,) = found.messages[2].content
    assert isinstance(result, ToolResult)
    head, mark, tail = result.content.split("\n")
    assert head.startswith("head")
    assert len(result.content) <= 200
    assert mark == f"[pruned: {1_000 - len(head) - len(tail)} bytes omitted]"
    assert found.saved == 1_000 - len(result.content)


def test_what_newer_turns_still_work_on_is_not_pruned() -> None:
    messages = (user("t"), *called(1, "x" * 900, "a.py"), *called(2, "y" * 900, "b.py"), *called(3, "z", "a.py"))
    assert pruned(messages, Pruning(recent=1)).results == 1
    assert pruned(messages, Pruning(recent=1)).messages[2] == messages[2]


@settings(max_examples=samples(100, 50))
@given(st.integers(0, 10_000), st.integers(0, 4), st.integers(0, 300), st.booleans())
def test_pruning_changes_no_role_no_pair_and_no_word(seed: int, recent: int, most: int, task: bool) -> None:
    messages = Conversation("main", envelopes(history(Random(seed), 3))).messages()
    found = pruned(messages, Pruning(recent=recent, most=most, task=task))
    assert [type(message) for message in found.messages] == [type(message) for message in messages]
    for before, after in zip(messages, found.messages, strict=True):
        kept = [block for block in before.content if not isinstance(block, ToolResult)]
        assert kept == [block for block in after.content if not isinstance(block, ToolResult)]
    assert _bytes(messages) - _bytes(found.messages) == found.saved
    assert 0 <= found.results <= found.total


def _bytes(messages: tuple[Message, ...]) -> int:
    results = (block for message in messages for block in message.content if isinstance(block, ToolResult))
    return sum(len(result.content.encode()) for result in results)


async def test_pruning_is_told_when_it_grows_and_not_each_turn() -> None:
    scene, policy = FakeScene(), Prune(Pruning(recent=1))
    for turns in (1, 3, 3, 4):
        await policy.prepare(Request(system="", messages=conversation(turns)), scene, turn=turns)
    told = [event for event in scene.emitted if isinstance(event, SessionPruned)]
    assert [(event.turn, event.tool_results_pruned) for event in told] == [(3, 2), (4, 3)]


def sent(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    return evicted(messages, list(map(has_media, messages)))


def test_media_are_sent_until_their_run_has_ended_and_those_of_results_once() -> None:
    first = User(content=(Text(text="look"), PNG, WAV))
    shown = User(content=(ToolResult(call_id="c1", content="a picture", media=(PNG,)),))
    call = Assistant(content=(ToolCall(id="c1", name="read"),))
    assert sent((first,)) == (first,)
    assert sent((first, call, shown)) == (first, call, shown)
    gone = sent((first, call, shown, Assistant(content=(Text(text="ok"),)), user("next")))
    assert gone[0] == User(content=(Text(text="look"), Text(text=IMAGE), Text(text=AUDIO)))
    assert gone[2] == User(content=(ToolResult(call_id="c1", content=f"a picture\n{IMAGE}"),))


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 6)), max_size=12))
def test_what_is_known_of_messages_is_right_whatever_conversation_comes_next(steps: list[tuple[int, int]]) -> None:
    pool = conversation(12)
    counted, asked, whole = Each(tokens.message), list[Message](), list[Message]()
    noted = Each(lambda message: asked.append(message) or tokens.message(message))
    for start, cut in steps:
        whole = [*whole[: len(whole) - cut], *pool[start % len(pool) :][:5]]
        assert counted.of(whole) == noted.of(whole) == list(map(tokens.message, whole))
    asked.clear()
    assert noted.of([*whole, pool[0]])[:-1] == list(map(tokens.message, whole))
    assert asked == [pool[0]]


async def test_a_conversation_without_media_is_sent_as_it_is() -> None:
    messages = conversation(5)
    view = await MediaOnce().view(Request(system="", messages=messages), turn=1)
    assert view.messages is messages
