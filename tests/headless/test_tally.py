"""What a result tells, folded from envelopes."""

import pytest

from heartbit_tui.client.tally import Tally
from heartbit_tui.kernel.events import (
    AssistantMessage,
    Envelope,
    Event,
    ModelCalled,
    PermissionDenied,
    RetryAttempt,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    RunStarted,
    TextDelta,
    ToolCallCompleted,
    TurnStarted,
)
from heartbit_tui.kernel.messages import Assistant, Text, Usage
from tests.headless.envelopes import enveloped

SPENT = Usage(input_tokens=10, output_tokens=5)
DONE = RunCompleted(total_usage=SPENT, tool_calls_made=0)


def folded(envelopes: list[Envelope]) -> Tally:
    tally = Tally()
    for envelope in envelopes:
        tally.take(envelope)
    return tally


def of(*events: Event) -> Tally:
    return folded(enveloped(events))


def said(text: str) -> AssistantMessage:
    return AssistantMessage(message=Assistant(content=(Text(text=text),)))


def spent(cost: float | None) -> ModelCalled:
    return ModelCalled(purpose="turn", model="m", usage=SPENT, cost_usd=cost)


def ended(name: str, *changed: str) -> ToolCallCompleted:
    return ToolCallCompleted(tool_name=name, tool_call_id="1", is_error=False, duration_ms=1, changed=changed)


def test_the_last_words_are_the_answer() -> None:
    tally = of(RunStarted(task="t"), TurnStarted(turn=1, max_turns=9), said("a"), said("b"), DONE)
    assert (tally.text, tally.turns, tally.end) == ("b", 1, DONE)


def test_a_wanted_shape_is_the_answer_as_json() -> None:
    shaped = RunCompleted(total_usage=SPENT, tool_calls_made=0, structured={"name": "Ødegård"})
    tally = of(RunStarted(task="t"), said("words"), shaped)
    assert (tally.text, tally.structured) == ('{"name": "Ødegård"}', {"name": "Ødegård"})


def test_costs_add_up_and_one_unknown_price_makes_the_sum_unknown() -> None:
    tally = of(RunStarted(task="t"), spent(0.25), spent(0.5))
    assert (tally.usage, tally.cost_usd) == (SPENT + SPENT, 0.75)
    tally.take(enveloped([spent(None)])[0])
    assert tally.cost_usd is None
    assert Tally().cost_usd == 0.0


TURN, PIECE, AGAIN = (
    TurnStarted(turn=1, max_turns=9),
    TextDelta(text="a"),
    RetryAttempt(attempt=1, max_retries=3, delay_ms=5),
)


@pytest.mark.parametrize(
    ("events", "known"),
    [
        ((TURN, PIECE, spent(0.5), RunInterrupted(reason="x")), True),
        ((TURN, RunFailed(error="no key", kind="auth", partial_usage=SPENT)), True),
        ((TURN, AGAIN, PIECE, spent(0.5), DONE), True),
        ((TURN, PIECE, RunInterrupted(reason="x")), False),
        ((TURN, RunInterrupted(reason="x")), False),
        ((TURN, PIECE, RunFailed(error="cut", kind="network", partial_usage=SPENT)), False),
        ((TURN, RunFailed(error="late", kind="timeout", partial_usage=SPENT)), False),
        ((TURN, PIECE, AGAIN, PIECE, spent(0.5), DONE), False),
        ((TURN, PIECE), False),
    ],
)
def test_what_a_call_cost_that_was_cut_off_is_not_known(events: tuple[Event, ...], known: bool) -> None:
    assert (of(RunStarted(task="t"), *events).cost_usd is not None) == known


def test_changed_files_are_told_once_in_order() -> None:
    tally = of(RunStarted(task="t"), ended("write", "/b", "/a"), ended("edit", "/b"), ended("bash"))
    assert (tally.changed_files, tally.calls) == (("/b", "/a"), 3)


def test_denials_are_told_with_what_was_asked() -> None:
    denied = PermissionDenied(tool_name="bash", tool_call_id="7", reason="why", rule="r", input={"command": "x"})
    (told,) = of(RunStarted(task="t"), denied).denials
    assert told == {
        "tool_name": "bash",
        "tool_use_id": "7",
        "tool_input": {"command": "x"},
        "reason": "why",
        "rule": "r",
    }


def test_what_an_earlier_process_left_does_not_count() -> None:
    left = enveloped([said("old"), RunInterrupted(reason="crash")], run="run-1")
    mine = enveloped([RunStarted(task="t"), said("new")], run="run-2", first=3)
    tally = folded([*left, *mine])
    assert (tally.text, tally.end) == ("new", None)


def test_the_words_and_the_end_of_another_agent_are_not_the_answer() -> None:
    main = enveloped([RunStarted(task="t"), said("mine")])
    failed = RunFailed(error="e", partial_usage=SPENT)
    other = enveloped([RunStarted(task="u"), TurnStarted(turn=1, max_turns=9), said("theirs"), failed], agent="b")
    tally = folded([*main, *other, *enveloped([spent(0.5), ended("write", "/x")], agent="b")])
    assert (tally.text, tally.end, tally.turns) == ("mine", None, 0)
    assert not tally.ends_run(other[-1])
    assert (tally.cost_usd, tally.changed_files) == (0.5, ("/x",))


def test_a_second_run_starts_with_a_new_answer() -> None:
    first = enveloped([RunStarted(task="t"), said("one"), DONE], run="run-1")
    second = enveloped([RunStarted(task="t"), RunFailed(error="e", partial_usage=SPENT)], run="run-2", first=4)
    tally = folded([*first, *second])
    assert (tally.text, tally.end) == ("", second[-1].event)
    assert [tally.ends_run(envelope) for envelope in (first[-1], second[-1])] == [False, True]
