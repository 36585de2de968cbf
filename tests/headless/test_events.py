"""`--verbose` tells each event as one JSON object a line, in the shapes that the seed gave them."""

import json
from dataclasses import fields

import pytest

from heartbit_tui.client.types import About
from heartbit_tui.headless.reporters import Manner, reporter
from heartbit_tui.kernel.events import TextDelta, ToolCallCompleted
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.wire.names import event_types
from tests.store.logs import placed

SHAPES = {
    "run_started": "task",
    "turn_started": "turn max_turns",
    "llm_response": "turn usage stop_reason text latency_ms model time_to_first_token_ms tool_call_count",
    "tool_call_started": "tool_name tool_call_id input",
    "tool_call_completed": "tool_name tool_call_id is_error duration_ms output",
    "approval_requested": "turn tool_names",
    "approval_decision": "turn approved",
    "sub_agents_dispatched": "agents",
    "sub_agent_completed": "success usage",
    "context_summarized": "turn usage",
    "run_completed": "total_usage tool_calls_made",
    "guardrail_denied": "hook reason tool_name",
    "guardrail_warned": "hook reason tool_name",
    "run_failed": "error partial_usage",
    "retry_attempt": "attempt max_retries delay_ms error_class",
    "doom_loop_detected": "turn consecutive_count tool_names",
    "session_pruned": "turn tool_results_pruned bytes_saved tool_results_total",
    "auto_compaction_triggered": "turn success usage",
    "sensor_event_processed": "sensor_name decision priority story_id",
    "story_updated": "story_id subject event_count priority",
    "model_escalated": "from_tier to_tier reason",
    "budget_exceeded": "used limit partial_usage",
    "task_routed": "decision reason selected_agent complexity_score escalated",
}
"""The fields of the seed's events, beside `type` and `agent`."""


@pytest.mark.parametrize("name", SHAPES)
def test_every_event_of_the_seed_has_the_fields_that_it_had(name: str) -> None:
    assert set(SHAPES[name].split()) <= {field.name for field in fields(event_types()[name])}


def test_an_event_is_one_line_on_stderr_with_its_place_and_pieces_only_on_demand() -> None:
    done = ToolCallCompleted(
        tool_name="bash", tool_call_id="c1", is_error=False, duration_ms=12, output="hi\n\n(exit code: 0)"
    )
    sample = {
        "type": "tool_call_completed",
        "agent": "heartbit",
        "tool_name": "bash",
        "tool_call_id": "c1",
        "is_error": False,
        "duration_ms": 12,
        "output": "hi\n\n(exit code: 0)",
    }
    telling = reporter(Manner(format="text", verbose=True))
    telling.begin(About(session_id="s", cwd="/", provider="p", model="m", mode=Mode.ASK, tools=()))
    piece, whole = (telling.take(each) for each in placed([TextDelta(text="x"), done]))
    assert (piece.out, piece.err) == ("", "")
    told = json.loads(whole.err)
    assert whole.err.count("\n") == 1
    assert {key: told[key] for key in sample} == sample
    assert (told["seq"], told["session"], told["run"]) == (2, "s", "run-1")
