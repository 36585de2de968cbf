"""What is known of a session beside its transcript."""

from datetime import timedelta
from typing import Any

import pytest

from heartbit_tui.kernel.events import (
    AssistantMessage,
    ContextSummarized,
    Event,
    LlmResponse,
    ModeChanged,
    ModelCalled,
    ModelChanged,
    RunFailed,
    RunInterrupted,
    RunStarted,
    SessionRenamed,
    SessionStarted,
    SummaryFailed,
    SummaryStarted,
    TodosChanged,
    TurnStarted,
)
from heartbit_tui.kernel.messages import Assistant, StopReason, Text, Usage
from heartbit_tui.kernel.ops import Effort, Mode
from heartbit_tui.runtime.opening import RESUMED
from heartbit_tui.tui.transcript.known import Known
from heartbit_tui.tui.transcript.summarising import Summarising
from tests.tui.transcript.story import AGENT, BEGAN, HELPER, Log, done, said

USED = Usage(input_tokens=100, output_tokens=20, cache_read_input_tokens=30)
STARTED = SessionStarted(cwd="/w", provider="anthropic", model="m", mode=Mode.PLAN)


def known(*events: Event, agent: str = AGENT, since: Known | None = None) -> Known:
    """What is known after these events."""
    log = Log()
    log.tell(*events, agent=agent)
    found = since or Known()
    for envelope in log.envelopes:
        found = found.after(envelope)
    return found


@pytest.mark.parametrize(
    ("event", "fields"),
    [
        (STARTED, {"provider": "anthropic", "model": "m", "mode": Mode.PLAN}),
        (SessionRenamed(title="T"), {"title": "T"}),
        (ModeChanged(mode=Mode.AUTO), {"mode": Mode.AUTO}),
        (
            ModelChanged(provider="p", model="n", effort=Effort.LOW),
            {"provider": "p", "model": "n", "effort": Effort.LOW},
        ),
        (TodosChanged(todos=({"content": "a"},)), {"todos": ({"content": "a"},)}),
        (TurnStarted(turn=3, max_turns=9), {"turn": 3}),
    ],
)
def test_each_event_changes_its_own_fields_alone(event: Event, fields: dict[str, Any]) -> None:
    assert known(event) == Known(**fields)


@pytest.mark.parametrize("end", [ContextSummarized(turn=1, usage=USED), SummaryFailed(turn=1), done()])
def test_a_summary_is_being_written_from_its_start_to_its_end(end: Event) -> None:
    begun, since = known(SummaryStarted(turn=1, trigger="asked")), BEGAN + timedelta(seconds=1)
    assert begun.summarising == Summarising(since=since)
    part = ModelCalled(purpose="summary", model="m", usage=USED)
    other = ModelCalled(purpose="compression", model="m", usage=USED)
    more = known(part, part, other, since=begun)
    assert more.summarising == Summarising(since=since, answers=2)
    assert known(end, since=more).summarising is None


@pytest.mark.parametrize("end", [done(), RunFailed(error="x", partial_usage=USED), RunInterrupted(reason="r")])
def test_a_run_is_active_from_its_start_to_its_end(end: Event) -> None:
    running = known(RunStarted(task="x"))
    assert (running.running, running.agent, running.since) == (True, AGENT, BEGAN.replace(second=6))
    over = known(RunStarted(task="x"), end)
    assert (over.running, over.since, over.agent) == (False, None, AGENT)


def test_what_another_agent_does_is_not_the_sessions_own() -> None:
    main = known(STARTED, RunStarted(task="x"))
    assert known(RunStarted(task="y"), TurnStarted(turn=7, max_turns=9), done(), agent=HELPER, since=main) == main


def test_what_the_last_model_call_read_and_wrote_fills_the_window() -> None:
    response = LlmResponse(turn=1, usage=USED, stop_reason=StopReason.END_TURN, tool_call_count=0)
    assert (known().context_tokens, known(response).context_tokens) == (0, 150)


def test_how_full_the_window_is_is_known_of_a_session_that_is_taken_up_again() -> None:
    response = LlmResponse(turn=1, usage=USED, stop_reason=StopReason.END_TURN, tool_call_count=0)
    message = AssistantMessage(message=Assistant(content=(Text(text="a"),), usage=USED))
    events = (RunStarted(task="x"), said("x"), response, message, done())
    resumed = [event for event in events if isinstance(event, RESUMED)]
    assert known(*resumed).context_tokens == known(*events).context_tokens == 150
