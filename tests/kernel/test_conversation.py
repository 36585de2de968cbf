from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings, strategies as st

from heartbit_tui.kernel.conversation import (
    LOST_START,
    NOT_STARTED,
    SUMMARY,
    UNKNOWN_OUTCOME,
    Conversation,
    Entry,
    assemble,
)
from heartbit_tui.kernel.events import (
    AssistantMessage,
    ContextSummarized,
    Envelope,
    Event,
    Rewound,
    ToolAnswered,
    ToolCallStarted,
    UserMessage,
)
from heartbit_tui.kernel.messages import (
    Assistant,
    Image,
    Message,
    Opaque,
    StopReason,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Usage,
    User,
    user,
)
from heartbit_tui.kernel.rounds import Rounds
from heartbit_tui.testing.strict import problems
from tests.kernel.rig import spoken
from tests.samples import samples

AT = datetime(2026, 1, 1, tzinfo=UTC)
TEXTS = st.sampled_from(["", " \n", "a", "b"])
IDS = st.sampled_from(["1", "2", "3", "4"])
PICTURE = Image(media_type="image/png", data="aGk=")
ASSISTANT_BLOCKS = st.one_of(
    st.builds(Text, text=TEXTS),
    st.builds(Thinking, text=TEXTS),
    st.just(Opaque(provider="p", data={})),
    st.builds(ToolCall, id=IDS, name=st.just("t")),
)
RESULTS = st.builds(ToolResult, call_id=IDS, content=TEXTS)
USER_BLOCKS = st.one_of(st.builds(Text, text=TEXTS), st.just(PICTURE), RESULTS)
ENTRIES: st.SearchStrategy[Entry] = st.one_of(
    st.builds(
        Assistant,
        content=st.lists(ASSISTANT_BLOCKS, max_size=4).map(tuple),
        stop=st.sampled_from([StopReason.END_TURN, StopReason.TOOL_USE, StopReason.PAUSE, StopReason.INTERRUPTED]),
    ),
    st.builds(User, content=st.lists(USER_BLOCKS, max_size=3).map(tuple)),
    RESULTS,
)


def log(*events: Event, agent: str = "main") -> list[Envelope]:
    return [
        Envelope(seq=seq, at=AT, session="s", run="run-1", agent=agent, event=event)
        for seq, event in enumerate(events, 1)
    ]


def folded(*events: Event) -> list[str]:
    return spoken(Conversation("main", log(*events)).messages())


def said(text: str) -> UserMessage:
    return UserMessage(message=user(text))


def answered(text: str, *ids: str) -> AssistantMessage:
    calls = tuple(ToolCall(id=each, name="t") for each in ids)
    return AssistantMessage(message=Assistant(content=(*((Text(text=text),) if text else ()), *calls)))


def result(id: str, content: str = "ok") -> ToolAnswered:
    return ToolAnswered(result=ToolResult(call_id=id, content=content))


@settings(max_examples=samples(1_000, 250))
@given(st.lists(ENTRIES, max_size=12))
def test_whatever_the_log_holds_a_strict_service_takes_it(entries: Sequence[Entry]) -> None:
    messages = (*assemble(entries), *_to_answer(tuple(assemble(entries))))
    assert problems(messages) == []


def _to_answer(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    ended = not messages or isinstance(messages[-1], Assistant)
    return (user("Go on."),) if ended else ()


@settings(max_examples=samples(300, 75))
@given(st.lists(ENTRIES, max_size=10), st.integers(0, 10))
def test_building_entry_by_entry_gives_the_same_as_building_at_once(entries: Sequence[Entry], ask_at: int) -> None:
    conversation = Conversation("main")
    for index, envelope in enumerate(log(*map(_event, entries))):
        conversation.apply(envelope)
        if index == ask_at:
            conversation.messages()
    assert conversation.messages() == tuple(assemble(entries))


def _event(entry: Entry) -> Event:
    match entry:
        case User():
            return UserMessage(message=entry)
        case Assistant():
            return AssistantMessage(message=entry)
        case ToolResult():
            return ToolAnswered(result=entry)


def test_results_come_in_the_order_of_the_calls_and_before_words() -> None:
    events = [said("go"), answered("", "1", "2"), result("2", "b"), said("and"), result("1", "a")]
    assert folded(*events) == ["user: go", "model: <ToolCall 1> | <ToolCall 2>", "user: 1=a | 2=b | and"]


def test_a_call_without_a_result_says_whether_it_had_started() -> None:
    started = ToolCallStarted(tool_name="t", tool_call_id="1")
    events = [said("go"), answered("", "1", "2"), started]
    assert folded(*events)[-1] == f"user: 1!{UNKNOWN_OUTCOME} | 2!{NOT_STARTED}"


def test_only_the_first_result_of_a_call_counts_and_a_stray_one_does_not() -> None:
    events = [said("go"), answered("", "1"), result("1", "a"), result("1", "b"), result("9", "c")]
    assert folded(*events)[-1] == "user: 1=a"


def test_an_answer_that_goes_on_after_a_pause_is_one_message() -> None:
    paused = Assistant(content=(Text(text="a"),), stop=StopReason.PAUSE, usage=Usage(output_tokens=1))
    rest = Assistant(content=(Text(text="b"),), usage=Usage(output_tokens=2))
    messages = Conversation(
        "main", log(said("go"), AssistantMessage(message=paused), AssistantMessage(message=rest))
    ).messages()
    whole = Assistant(content=(Text(text="a"), Text(text="b")), usage=Usage(output_tokens=3))
    assert messages == (user("go"), whole)


@pytest.mark.security("K29")
def test_a_log_that_lost_its_beginning_begins_with_a_note() -> None:
    assert folded(answered("hello")) == [f"user: {LOST_START}", "model: hello"]


def test_thinking_is_kept_byte_equal() -> None:
    thinking = Thinking(text=" \u2028é\n", signature="sig==")
    message = Assistant(content=(thinking, Text(text="done")))
    messages = Conversation("main", log(said("go"), AssistantMessage(message=message))).messages()
    assert messages == (user("go"), message)


def test_a_rewind_goes_back_to_right_before_the_event() -> None:
    events = [said("one"), answered("1st"), said("two"), answered("2nd"), Rewound(to=3), said("three")]
    assert folded(*events) == ["user: one", "model: 1st", "user: three"]


def test_a_rewind_into_a_turn_leaves_no_call_unanswered() -> None:
    events = [said("one"), answered("", "1"), result("1"), answered("done"), Rewound(to=3)]
    assert folded(*events)[-1] == f"user: 1!{NOT_STARTED}"


def test_a_summary_stands_for_what_came_before_it() -> None:
    summary = ContextSummarized(turn=1, usage=Usage(), summary="all of it", through=3)
    events = [said("one"), answered("1st"), said("two"), answered("2nd"), summary]
    assert folded(*events) == [f"user: {SUMMARY}all of it | two", "model: 2nd"]


def test_only_the_newest_summary_counts() -> None:
    first = ContextSummarized(turn=1, usage=Usage(), summary="old", through=2)
    second = ContextSummarized(turn=1, usage=Usage(), summary="new", through=4)
    events = [said("one"), answered("1st"), said("two"), answered("2nd"), first, second]
    assert folded(*events) == [f"user: {SUMMARY}new", "model: 2nd"]


def test_a_rewind_brings_back_what_a_later_summary_had_replaced() -> None:
    summary = ContextSummarized(turn=1, usage=Usage(), summary="all of it", through=3)
    events = [said("one"), answered("1st"), said("two"), summary, answered("2nd"), Rewound(to=3)]
    assert folded(*events) == ["user: one", "model: 1st"]


def test_other_agents_and_repeated_envelopes_leave_no_trace() -> None:
    mine, others = log(said("one"), answered("1st")), log(said("x"), answered("y"), said("z"), agent="other")
    assert spoken(Conversation("main", [*others, *mine, *mine]).messages()) == ["user: one", "model: 1st"]


def test_what_was_told_last_is_what_the_model_still_sees() -> None:
    def told(text: str) -> UserMessage:
        return UserMessage(message=user(text), origin="heartbit")

    events: list[Event] = [told("A"), told("other"), told("B"), told("C")]
    summary = ContextSummarized(turn=1, usage=Usage(), summary="s", through=3)
    assert Conversation("main", log(*events)).last_told({"A", "B"}) == "B"
    assert Conversation("main", log(*events, Rewound(to=3))).last_told({"A", "B"}) == "A"
    assert Conversation("main", log(*events, summary)).last_told({"A"}) == ""


def test_a_message_is_the_same_object_for_as_long_as_nothing_joins_it() -> None:
    call = ToolCall(id="a", name="read", input={})
    entries = (
        user("go"),
        Assistant(content=(call,)),
        ToolResult(call_id="a", content="text"),
        Assistant(content=(Text(text="So."),)),
    )
    rounds, asked = Rounds(frozenset[str]()), list[tuple[Message, ...]]()
    for entry in entries:
        rounds.add(entry)
        asked.append(rounds.messages())
    assert [one is other for one, other in zip(asked[2], asked[3], strict=False)] == [True, True, True]
