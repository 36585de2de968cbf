"""Each figure of the specification is there, is fed by what it is about, and by nothing else."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from heartbit_tui.daemon.metrics import COUNTERS, HISTOGRAMS, Figures
from heartbit_tui.kernel import events
from heartbit_tui.kernel.events import Envelope, Event
from heartbit_tui.kernel.messages import StopReason, ToolCall, Usage
from heartbit_tui.tasks import Request, State, Task
from tests.daemon.ground import Ground, calls, says
from tests.daemon.http import SETTINGS, served, submitted
from tests.daemon.test_metrics import samples

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
USAGE = Usage(input_tokens=7, output_tokens=2, cache_read_input_tokens=5, cache_creation_input_tokens=3)

OF_THE_SPECIFICATION = {
    *(f"daemon_tasks_{each}" for each in ("submitted", "completed", "failed", "cancelled", "by_source")),
    *(
        f"llm_{each}"
        for each in ("calls", "tokens_input", "tokens_output", "tokens_cache_read", "tokens_cache_creation")
    ),
    *("llm_cost_usd", "tool_calls", "tool_errors", "errors", "pulse_runs", "pulse_ok", "pulse_action"),
    *("reliability_retry_attempts", "reliability_doom_loops_detected", "reliability_context_compactions"),
    *("reliability_context_summarizations", "reliability_session_prunes", "reliability_session_bytes_saved"),
    *("reliability_guardrail_denials", "reliability_guardrail_warnings"),
    *("agent_runs_started", "agent_turns", "agent_runs_completed"),
    *("orchestrator_dispatches", "orchestrator_sub_completions"),
    *("interaction_approvals_requested", "interaction_approvals_decided"),
    *("routing_decisions", "routing_escalations", "cascade_escalations", "http_requests"),
    *("daemon_task_duration_seconds", "llm_call_duration_seconds", "llm_ttft_seconds", "tool_duration_seconds"),
    "http_request_duration_seconds",
}
"""All names but those of sensors, of which there are none, and the gauge of tasks at work."""


def task(state: State, *, source: str = "api", result: str = "", started: bool = True) -> Task:
    """A task that stands like this, and was at work for two seconds."""
    return Task(
        id="t",
        request=Request(task="do it", source=source, silent="HEARTBIT_OK"),
        state=state,
        created=AT,
        started=AT if started else None,
        ended=AT + timedelta(seconds=2) if state != "running" else None,
        result=result,
    )


def happens(event: Event) -> Callable[[Figures], None]:
    return lambda figures: figures.take(Envelope(seq=1, at=AT, session="s", run="r", agent="a", event=event))


def stands(state: State, **more: Any) -> Callable[[Figures], None]:
    return lambda figures: figures.task(task(state, **more))


FED: tuple[tuple[Callable[[Figures], None], dict[str, float]], ...] = (
    (lambda figures: figures.accepted(), {"daemon_tasks_submitted_total": 1}),
    (stands("running"), {'daemon_tasks_by_source_total{source="api"}': 1, "daemon_tasks_active": 1}),
    (
        stands("completed"),
        {
            "daemon_tasks_completed_total": 1,
            "daemon_task_duration_seconds_count": 1,
            "daemon_task_duration_seconds_sum": 2,
        },
    ),
    (stands("failed", started=False), {"daemon_tasks_failed_total": 1}),
    (stands("cancelled", started=False), {"daemon_tasks_cancelled_total": 1}),
    (stands("interrupted"), {}),
    (
        stands("completed", source="heartbit", result="HEARTBIT_OK", started=False),
        {"daemon_tasks_completed_total": 1, "pulse_runs_total": 1, "pulse_ok_total": 1},
    ),
    (
        stands("completed", source="heartbit", result="I mended it.", started=False),
        {"daemon_tasks_completed_total": 1, "pulse_runs_total": 1, "pulse_action_total": 1},
    ),
    (happens(events.RunStarted(task="x")), {'agent_runs_started_total{agent="a"}': 1}),
    (happens(events.TurnStarted(turn=1, max_turns=9)), {'agent_turns_total{agent="a"}': 1}),
    (happens(events.RunCompleted(total_usage=USAGE, tool_calls_made=0)), {'agent_runs_completed_total{agent="a"}': 1}),
    (happens(events.RunFailed(error="x", partial_usage=USAGE)), {'errors_total{error_class="run_failed"}': 1}),
    (
        happens(events.BudgetExceeded(used=2, limit=1, partial_usage=USAGE)),
        {'errors_total{error_class="budget_exceeded"}': 1},
    ),
    (
        happens(events.ModelCalled(purpose="turn", model="m", usage=USAGE, cost_usd=0.25)),
        {
            'llm_calls_total{agent="a"}': 1,
            'llm_tokens_input_total{agent="a"}': 7,
            'llm_tokens_output_total{agent="a"}': 2,
            'llm_tokens_cache_read_total{agent="a"}': 5,
            'llm_tokens_cache_creation_total{agent="a"}': 3,
            'llm_cost_usd_total{agent="a"}': 0.25,
        },
    ),
    (
        happens(
            events.LlmResponse(
                turn=1,
                usage=USAGE,
                stop_reason=StopReason.END_TURN,
                tool_call_count=0,
                latency_ms=500,
                time_to_first_token_ms=250,
            )
        ),
        {
            'llm_call_duration_seconds_count{agent="a"}': 1,
            'llm_call_duration_seconds_sum{agent="a"}': 0.5,
            'llm_ttft_seconds_count{agent="a"}': 1,
            'llm_ttft_seconds_sum{agent="a"}': 0.25,
        },
    ),
    (
        happens(events.ToolCallCompleted(tool_name="glob", tool_call_id="c", is_error=True, duration_ms=500)),
        {
            'tool_calls_total{agent="a",tool_name="glob"}': 1,
            'tool_errors_total{agent="a",tool_name="glob"}': 1,
            'tool_duration_seconds_count{agent="a",tool_name="glob"}': 1,
            'tool_duration_seconds_sum{agent="a",tool_name="glob"}': 0.5,
        },
    ),
    (
        happens(events.RetryAttempt(attempt=1, max_retries=3, delay_ms=10)),
        {"reliability_retry_attempts_total": 1},
    ),
    (
        happens(events.DoomLoopDetected(turn=1, consecutive_count=3, tool_names=("glob",))),
        {"reliability_doom_loops_detected_total": 1},
    ),
    (
        happens(events.AutoCompactionTriggered(turn=1, success=True, usage=USAGE)),
        {"reliability_context_compactions_total": 1},
    ),
    (happens(events.AutoCompactionTriggered(turn=1, success=False, usage=USAGE)), {}),
    (happens(events.ContextSummarized(turn=1, usage=USAGE)), {"reliability_context_summarizations_total": 1}),
    (
        happens(events.SessionPruned(turn=1, tool_results_pruned=2, bytes_saved=900, tool_results_total=4)),
        {"reliability_session_prunes_total": 1, "reliability_session_bytes_saved_total": 900},
    ),
    (
        happens(events.GuardrailDenied(hook="pre_tool", reason="x")),
        {'reliability_guardrail_denials_total{hook="pre_tool"}': 1},
    ),
    (
        happens(events.GuardrailWarned(hook="post_tool", reason="x")),
        {'reliability_guardrail_warnings_total{hook="post_tool"}': 1},
    ),
    (happens(events.SubAgentsDispatched(agents=("one", "two"))), {"orchestrator_dispatches_total": 1}),
    (
        happens(events.SubAgentCompleted(success=True, usage=USAGE)),
        {'orchestrator_sub_completions_total{success="true"}': 1},
    ),
    (
        happens(events.ApprovalRequested(turn=1, tool_names=("bash",), id="1", call=ToolCall(id="c", name="bash"))),
        {"interaction_approvals_requested_total": 1},
    ),
    (
        happens(events.ApprovalDecision(turn=1, approved=False, id="1")),
        {'interaction_approvals_decided_total{approved="false"}': 1},
    ),
    (
        happens(events.TaskRouted(decision="orchestrate", reason="x", complexity_score=0.5, escalated=True)),
        {'routing_decisions_total{decision="orchestrate"}': 1, "routing_escalations_total": 1},
    ),
    (
        happens(events.ModelEscalated(from_tier="small", to_tier="large", reason="gate_rejected")),
        {'cascade_escalations_total{from_tier="small",reason="gate_rejected",to_tier="large"}': 1},
    ),
    (
        lambda figures: figures.answered("GET", "/tasks", 200, 0.5),
        {
            'http_requests_total{method="GET",path="/tasks",status="200"}': 1,
            'http_request_duration_seconds_count{method="GET",path="/tasks"}': 1,
            'http_request_duration_seconds_sum{method="GET",path="/tasks"}': 0.5,
        },
    ),
)
"""Each kind of activity, with all that it feeds."""


def told(figures: Figures) -> dict[str, float]:
    return {name.removeprefix("heartbit_"): value for name, value in samples(figures.text().decode()).items()}


def grown(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    return {name: value - before.get(name, 0.0) for name, value in after.items() if value != before.get(name, 0.0)}


@pytest.mark.parametrize(("activity", "fed"), FED)
def test_an_activity_feeds_its_figures_and_no_others(
    activity: Callable[[Figures], None], fed: dict[str, float]
) -> None:
    figures = Figures()
    before = told(figures)
    activity(figures)
    assert grown(before, told(figures)) == fed


def test_the_names_are_those_of_the_specification_and_each_is_fed_by_some_activity() -> None:
    assert {*COUNTERS, *HISTOGRAMS} == OF_THE_SPECIFICATION
    fed = {name.partition("{")[0].removesuffix("_total") for _, each in FED for name in each}
    fed = {name.removesuffix("_count").removesuffix("_sum") for name in fed}
    assert fed - {"daemon_tasks_active"} == OF_THE_SPECIFICATION


LOOK = calls("glob", {"pattern": "*"}, times=0)
TEAM = '[[agents]]\nname = "one"\ndescription = "Looks."\nsystem_prompt = "You look."\n'
REAL: tuple[tuple[list[Any], str, dict[str, float]], ...] = (
    (
        [calls("read", {"file_path": "nowhere.txt"}), says("It is not there.")],
        "",
        {'tool_errors_total{agent="heartbit",tool_name="read"}': 1, "daemon_tasks_completed_total": 1},
    ),
    (
        [says("x", fault={"kind": "status", "status": 400}, times=0)],
        "",
        {'errors_total{error_class="run_failed"}': 1, "daemon_tasks_failed_total": 1},
    ),
    (
        [says("x", fault={"kind": "status", "status": 529}), says("There.")],
        "",
        {"reliability_retry_attempts_total": 1, "daemon_tasks_completed_total": 1},
    ),
    (
        [calls("glob", {"pattern": "*"}, times=2), says("I stop.")],
        "[limits]\nmax_identical_tool_calls = 2\n[daemon]\ninteraction_timeout_seconds = 1\n",
        {"reliability_doom_loops_detected_total": 1},
    ),
    ([LOOK], "[limits]\nmax_total_tokens = 20\n", {'errors_total{error_class="budget_exceeded"}': 1}),
    (
        [
            calls("delegate_task", {"tasks": [{"agent": "one", "task": "look"}]}),
            says("Seen.", when_system="You look."),
            says("It was seen."),
        ],
        TEAM,
        {
            "orchestrator_dispatches_total": 1,
            'orchestrator_sub_completions_total{success="true"}': 1,
            'agent_runs_started_total{agent="one"}': 1,
        },
    ),
)
"""What a model does, with which settings, and some of what that feeds."""


@pytest.mark.parametrize(("replies", "settings", "fed"), REAL)
async def test_what_happens_in_a_task_of_a_daemon_comes_to_its_figures(
    tmp_path: Path, replies: list[Any], settings: str, fed: dict[str, float]
) -> None:
    ground = Ground(tmp_path)
    ground.prepare(replies, SETTINGS + settings)
    async with served(ground) as found, found.caller() as caller:
        before = await scraped(caller)
        await submitted(caller, "do it")
        after = await counted(caller, before)
        assert {name: grown(before, after).get(name) for name in fed} == fed


async def test_a_call_that_was_asked_about_and_a_task_that_was_cancelled_come_to_the_figures(tmp_path: Path) -> None:
    ground = Ground(tmp_path)
    ground.prepare([calls("bash", {"command": "rm -r build"}, times=0)], SETTINGS)
    async with served(ground, mode=None) as found, found.caller() as caller:
        before = await scraped(caller)
        task_id = await submitted(caller, "remove it")
        while not (waiting := (await caller.get("/approvals")).json()["approvals"]):
            pass
        assert (await scraped(caller))["daemon_tasks_active"] == 1
        place = f"/approvals/{waiting[0]['session_id']}/{waiting[0]['id']}"
        assert (await caller.post(place, json={"decision": "deny"})).status_code < 300
        assert (await caller.delete(f"/tasks/{task_id}")).status_code == 204
        after = grown(before, await counted(caller, before))
        assert after['interaction_approvals_decided_total{approved="false"}'] >= 1
        assert after["interaction_approvals_requested_total"] >= 1
        assert (after["daemon_tasks_cancelled_total"], after.get("daemon_tasks_active")) == (1, None)


async def counted(caller: httpx.AsyncClient, before: dict[str, float]) -> dict[str, float]:
    """The figures once one more task has ended."""
    name = "daemon_task_duration_seconds_count"
    async with asyncio.timeout(40):
        while (after := await scraped(caller))[name] == before[name]:
            pass
    return after


async def scraped(caller: httpx.AsyncClient) -> dict[str, float]:
    found = samples((await caller.get("/metrics")).text)
    return {name.removeprefix("heartbit_"): value for name, value in found.items()}
