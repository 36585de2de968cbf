from heartbit_tui.kernel.events import GuardrailDenied, PermissionDenied, RetryAttempt, RunFailed, ToolCallCompleted
from heartbit_tui.telemetry import Metrics
from heartbit_tui.telemetry.metrics import HELP
from tests.telemetry.story import MODEL, USAGE, Story, squad


def metrics(*stories: Story) -> Metrics:
    found = Metrics()
    for story in stories:
        for envelope in story.envelopes:
            found.take(envelope)
    return found


def counts(found: Metrics) -> dict[str, float]:
    return {
        f"{each.name.removeprefix('heartbit_')} {' '.join(value for _, value in each.labels)}": each.value
        for each in found.counters()
    }


def test_everything_that_happened_is_counted_once() -> None:
    assert counts(metrics(squad())) == {
        f"cost_usd_total {MODEL}": 1.25,
        f"model_calls_total {MODEL} turn": 5,
        "runs_total heartbit completed": 1,
        "runs_total reader completed": 1,
        "runs_total writer completed": 1,
        f"tokens_total {MODEL} cache_read": 1000,
        f"tokens_total {MODEL} input": 5000,
        f"tokens_total {MODEL} output": 250,
        "tool_calls_total delegate_task ok": 1,
        "tool_calls_total read ok": 1,
        "turns_total heartbit": 2,
        "turns_total reader": 2,
        "turns_total writer": 1,
    }


def test_what_went_wrong_is_counted_by_its_kind() -> None:
    story = Story()
    story.begin()
    story.tell(RetryAttempt(attempt=1, max_retries=3, delay_ms=5, error_class="rate_limited"))
    story.turn(calls=2)
    story.tell(PermissionDenied(tool_name="bash", tool_call_id="c1", reason="no"))
    story.tell(ToolCallCompleted(tool_name="bash", tool_call_id="c1", is_error=True, duration_ms=0))
    story.call("c2", "read")
    story.answer("c2", "read", error=True)
    story.tell(GuardrailDenied(hook="post_llm", reason="pii"))
    story.tell(RunFailed(error="x", partial_usage=USAGE, kind="max_turns"))
    found = counts(metrics(story))
    assert {name: value for name, value in found.items() if not name.startswith(("tokens", "cost", "model"))} == {
        "denials_total guardrail": 1,
        "denials_total permission": 1,
        "retries_total rate_limited": 1,
        "runs_total heartbit max_turns": 1,
        "tool_calls_total bash refused": 1,
        "tool_calls_total read failed": 1,
        "turns_total heartbit": 1,
    }


def test_how_long_things_took_is_kept_in_buckets() -> None:
    found = {(each.name, each.labels): each for each in metrics(squad(), squad()).histograms()}
    tool = found["heartbit_tool_duration_seconds", (("tool", "delegate_task"),)]
    assert (tool.count, tool.sum, tool.most, sum(tool.buckets), tool.quantile(0.5)) == (2, 18.0, 9.0, 2, 9.0)
    latency = found["heartbit_llm_latency_seconds", (("model", MODEL),)]
    assert (latency.count, round(latency.sum, 6), latency.quantile(0.95)) == (10, 18.0, 1.8)
    assert found["heartbit_run_duration_seconds", (("agent", "heartbit"),)].count == 2


def test_a_quantile_is_a_bound_of_those_that_are_below_it() -> None:
    story = Story()
    story.begin()
    for number, took in enumerate((3, 8, 30, 700, 4000, 900_000)):
        story.call(f"c{number}", "bash")
        story.answer(f"c{number}", "bash", took)
    (tool,) = (each for each in metrics(story).histograms() if each.name == "heartbit_tool_duration_seconds")
    assert [tool.quantile(share) for share in (0, 0.5, 0.6, 0.8, 1)] == [0.005, 0.05, 1.0, 5.0, 900.0]


def test_every_metric_has_a_sentence() -> None:
    told = metrics(squad())
    assert {each.name for each in (*told.counters(), *told.histograms())} <= HELP.keys()
