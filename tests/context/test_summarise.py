"""When a summary is written, by how many questions, and what happens where the model fails at it."""

from collections.abc import Sequence
from math import ceil

from heartbit_tui.context import tokens, writing
from heartbit_tui.context.compress import Compress
from heartbit_tui.context.reflect import Reflect
from heartbit_tui.context.room import Room
from heartbit_tui.context.summarise import REST, Summarise
from heartbit_tui.context.types import Settings
from heartbit_tui.kernel.errors import ContextOverflowError, OverloadedError, ProviderError
from heartbit_tui.kernel.events import (
    AssistantMessage,
    ContextRestored,
    ContextSummarized,
    Event,
    Notice,
    ResultReplaced,
    ResultRestored,
    SummaryFailed,
    SummaryStarted,
    ToolAnswered,
    UserMessage,
)
from heartbit_tui.kernel.messages import (
    Assistant,
    Message,
    StopReason,
    Text,
    ToolCall,
    ToolResult,
    Usage,
    User,
    user,
)
from heartbit_tui.kernel.protocols import Request
from heartbit_tui.testing.conformance_context import prepared
from heartbit_tui.testing.scene import FakeScene, says

OVERFLOW = ContextOverflowError("it does not fit")


def turns(count: int, size: int = 400, first: int = 0) -> list[Event]:
    told: list[Event] = [] if first else [UserMessage(message=user("the task"))]
    for number in range(first, first + count):
        call = ToolCall(id=f"c{number}", name="read", input={"file_path": f"{number}.py"})
        told.append(AssistantMessage(message=Assistant(content=(call,))))
        told.append(ToolAnswered(result=ToolResult(call_id=call.id, content=f"{number} " * (size // 2))))
    return told


def policy(threshold: int = 1_000, *, recursive: bool = False, window: int | None = None) -> Summarise:
    return Summarise(Settings(strategy="summarize", threshold=threshold, recursive=recursive), Room(lambda: window))


def summaries(scene: FakeScene) -> list[ContextSummarized]:
    return [event for event in scene.emitted if isinstance(event, ContextSummarized)]


async def test_nothing_is_summarised_below_the_threshold_or_with_few_messages() -> None:
    for scene in (FakeScene(turns(5, 100)), FakeScene(turns(2, 100_000))):
        assert await prepared(policy(), scene) == 0
        assert scene.asked == []


async def test_beyond_the_threshold_there_is_one_summary_and_its_cost_is_told() -> None:
    scene = FakeScene(turns(12))
    assert await prepared(policy(), scene, turn=3) == 1
    (event,) = summaries(scene)
    assert (event.turn, event.trigger, event.usage) == (3, "threshold", Usage(input_tokens=100, output_tokens=10))
    assert event.tokens_after < event.tokens_before
    assert abs(event.tokens_after - tokens.request(scene.request())) <= 20
    assert len(scene.asked) == 1


async def test_where_a_summary_cannot_get_below_the_threshold_it_is_not_written_each_turn() -> None:
    scene, mine = FakeScene(turns(12, 2_000)), policy(300)
    for number in range(30):
        await prepared(mine, scene)
        scene.tell(*turns(1, 100, first=100 + number))
    assert len(summaries(scene)) <= 10


async def test_a_window_that_is_known_is_filled_to_its_share() -> None:
    for window, expected in ((4_000, 0), (1_200, 1)):
        mine = Summarise(Settings(), Room(lambda window=window: window))
        assert await prepared(mine, FakeScene(turns(12))) == expected
    unlimited = Summarise(Settings(strategy="unlimited"), Room(lambda: 1_200))
    assert await prepared(unlimited, FakeScene(turns(12))) == 0


async def test_sections_are_as_few_as_their_tokens_need() -> None:
    for size in (2_000, 8_000, 20_000):
        scene = FakeScene(turns(60, size))
        mine = policy(recursive=True)
        found = await mine.shorten(scene.request(), scene, turn=1)
        assert found is not None
        asked = sum(tokens.messages(request.messages) for request in scene.asked[:-1])
        assert len(scene.asked) <= ceil(asked / writing.CLUSTER) + 1
        assert all(tokens.messages(request.messages) <= writing.CLUSTER * 1.1 for request in scene.asked)
        assert "Section 1:" in _text(scene.asked[-1].messages)


async def test_a_conversation_larger_than_the_window_is_asked_for_in_sections_as_large_as_a_question_may_be() -> None:
    scene = FakeScene(turns(60, 20_000))
    found = await policy(window=200_000).shorten(scene.request(), scene, turn=1)
    assert found is not None
    asked = [tokens.messages(request.messages) for request in scene.asked]
    assert len(asked) <= ceil(sum(asked[:-1]) / 158_000) + 1
    assert max(asked) <= 160_000


async def test_that_a_summary_is_written_is_told_before_it_is_asked_for_and_when_none_came() -> None:
    fails = FakeScene(turns(12), answer=lambda _: OverloadedError("busy"))
    for scene, end in ((FakeScene(turns(12)), ContextSummarized), (fails, SummaryFailed)):
        await prepared(policy(), scene, turn=3)
        told = [
            event for event in scene.emitted if isinstance(event, SummaryStarted | SummaryFailed | ContextSummarized)
        ]
        assert told[0] == SummaryStarted(turn=3, trigger="threshold")
        assert [type(event) for event in told[1:]] == [end]


async def test_what_is_too_long_for_one_question_is_asked_in_pieces_that_fit() -> None:
    def small(request: Request) -> Assistant | ProviderError:
        return OVERFLOW if tokens.request(request) > 3_000 else says("In short.")

    scene = FakeScene(turns(100, 4_000), answer=small)
    found = await policy(window=100_000).shorten(scene.request(), scene, turn=1, overflow=OVERFLOW)
    assert found is not None
    (event,) = found.events
    assert isinstance(event, ContextSummarized)
    assert event.summary.startswith("In short.")


async def test_a_model_that_fails_is_left_alone_for_some_turns_and_the_run_goes_on() -> None:
    scene, mine = FakeScene(turns(12), answer=lambda _: OverloadedError("busy")), policy()
    for _ in range(2 * REST):
        assert await prepared(mine, scene) == 0
    assert len(scene.asked) == 2
    notices = [event for event in scene.emitted if isinstance(event, Notice)]
    assert len(notices) == 2
    assert "busy" in notices[0].text


async def test_a_summary_that_was_cut_off_gets_more_room_the_next_time() -> None:
    scene = FakeScene(turns(12), answer=lambda _: says("half of", stop=StopReason.MAX_TOKENS))
    mine = policy()
    for _ in range(REST + 1):
        await prepared(mine, scene)
    assert [request.max_tokens for request in scene.asked] == [writing.ANSWER, 2 * writing.ANSWER]


async def test_after_an_overflow_the_links_do_where_no_summary_can_be_written() -> None:
    for answer in (OverloadedError("busy"), says("half of", stop=StopReason.MAX_TOKENS)):
        scene = FakeScene(turns(12), answer=lambda _, answer=answer: answer)
        found = await policy().shorten(scene.request(), scene, turn=1, overflow=OVERFLOW)
        assert found is not None
        scene.tell(*found.events)
        told = _text(scene.conversation.messages())
        assert "No summary could be written" in told
        assert "#1–#" in told
        assert "the task" in told


async def test_the_focus_of_a_person_and_the_earlier_summary_reach_the_model() -> None:
    scene, mine = FakeScene(turns(6)), policy()
    for focus in ("the tests", "the names"):
        found = await mine.shorten(scene.request(), scene, turn=0, focus=focus)
        assert found is not None
        scene.tell(*found.events, *turns(6, first=len(scene.log)))
    assert [
        request.system.endswith(focus) for request, focus in zip(scene.asked, ("the tests", "the names"), strict=True)
    ] == [True, True]
    assert _text(scene.asked[1].messages).startswith("Summary of what came before:\nIn short: it was mended.")


class Kept:
    """A `Keeper` that remembers, or fails."""

    def __init__(self, *, fails: bool = False) -> None:
        self.messages: list[Message] = []
        self._fails = fails

    async def keep(self, messages: Sequence[Message]) -> None:
        if self._fails:
            raise ZeroDivisionError("memory")
        self.messages.extend(messages)


async def test_what_goes_is_kept_in_memory_first_and_a_memory_that_fails_stops_nothing() -> None:
    for keeper in (Kept(), Kept(fails=True)):
        scene = FakeScene(turns(6))
        mine = Summarise(Settings(strategy="summarize", threshold=100), Room(lambda: None), keeper)
        assert await prepared(mine, scene) == 1
        (event,) = summaries(scene)
        gone = [placed for placed in scene.past().entries if placed.seq < event.through]
        results = [block for m in keeper.messages for block in m.content if isinstance(block, ToolResult)]
        wanted = [placed.entry for placed in gone if isinstance(placed.entry, ToolResult)]
        assert results == ([] if keeper.messages == [] else wanted)
        assert len([e for e in scene.emitted if isinstance(e, Notice)]) == int(keeper.messages == [])


async def test_what_no_summary_took_the_place_of_is_not_kept_in_memory() -> None:
    keeper = Kept()
    scene = FakeScene(turns(12), answer=lambda _: OverloadedError("busy"))
    mine = Summarise(Settings(strategy="summarize", threshold=100), Room(lambda: None), keeper)
    for _ in range(2 * REST):
        assert await prepared(mine, scene) == 0
    assert (len(scene.asked), keeper.messages) == (2, [])


async def test_a_long_result_is_compressed_by_one_question_and_the_log_keeps_it() -> None:
    scene = FakeScene(turns(1, 4_000), answer=lambda _: says("the numbers"))
    assert await prepared(Compress(1_000), scene) == 1
    (event,) = [event for event in scene.emitted if isinstance(event, ResultReplaced)]
    assert event.content == "the numbers\n[compressed from 4000 bytes]"
    assert event.omitted == 4_000 - len(event.content)
    assert event.content in _text(scene.conversation.messages())
    assert isinstance(scene.past().entries[-1].entry, ToolResult)
    assert len(scene.past().entries[-1].entry.content) == 4_000
    assert scene.asked[0].max_tokens == 333


async def test_short_results_errors_and_what_the_model_has_no_words_for_stay_as_they_are() -> None:
    wrong = ToolAnswered(result=ToolResult(call_id="c0", content="x" * 4_000, is_error=True))
    sessions = (
        FakeScene(turns(1, 900)),
        FakeScene([*turns(1)[:2], wrong]),
        FakeScene(turns(1, 4_000), answer=lambda _: says("  ")),
        FakeScene(turns(1, 4_000), answer=lambda _: OverloadedError("busy")),
        FakeScene(turns(1, 4_000), answer=lambda _: says("cut", stop=StopReason.MAX_TOKENS)),
    )
    for scene in sessions:
        before = scene.conversation.messages()
        assert await prepared(Compress(1_000), scene) == 0
        assert scene.conversation.messages() == before
    assert [len(scene.asked) for scene in sessions] == [0, 0, 1, 1, 1]


async def test_reflection_stands_behind_the_results_in_the_same_message() -> None:
    scene = FakeScene(turns(2))
    assert await prepared(Reflect(), scene) == 1
    last = scene.conversation.messages()[-1]
    assert [type(block) for block in last.content] == [ToolResult, Text]
    assert await prepared(Reflect(), FakeScene([UserMessage(message=user("hello"))])) == 0


def _text(messages: Sequence[Message]) -> str:
    blocks = (block for message in messages if isinstance(message, User) for block in message.content)
    return "\n".join(b.text if isinstance(b, Text) else b.content for b in blocks if isinstance(b, Text | ToolResult))


async def test_what_a_person_took_back_is_not_summarised_again_at_once() -> None:
    scene, mine = FakeScene(turns(12)), policy()
    assert await prepared(mine, scene) == 1
    fold = scene.past().fold
    assert fold is not None
    scene.tell(ContextRestored(summary=fold.seq))
    for number in range(2):
        assert await prepared(mine, scene) == 0
        scene.tell(*turns(1, first=50 + number))
    scene.tell(*turns(8, first=60))
    assert await prepared(mine, scene) == 1


async def test_nor_where_a_person_then_took_back_that_a_result_was_left_out() -> None:
    scene, mine = FakeScene(turns(12)), policy()
    assert await prepared(mine, scene) == 1
    fold = scene.past().fold
    assert fold is not None
    scene.tell(ContextRestored(summary=fold.seq))
    scene.tell(
        ResultReplaced(tool_call_id="c11", content="", omitted=1, why="dropped"), ResultRestored(tool_call_id="c11")
    )
    assert await prepared(mine, scene) == 0
