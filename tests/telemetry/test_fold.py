from datetime import timedelta

import pytest

from heartbit_tui.kernel.events import (
    ContextSummarized,
    RunFailed,
    RunInterrupted,
    SummaryFailed,
    SummaryStarted,
    TextDelta,
    ToolCallCompleted,
    TurnStarted,
)
from heartbit_tui.telemetry import Span
from tests.telemetry.story import MODEL, START, TOTAL, USAGE, Story, squad


def after(milliseconds: int) -> object:
    return START + timedelta(milliseconds=milliseconds)


def one_call() -> Story:
    story = Story()
    story.begin()
    story.turn(calls=1)
    story.call("c1", "read", input='{"file_path":"a.py"}')
    story.answer("c1", "read")
    story.turn()
    story.end()
    return story


def test_a_run_is_its_model_calls_and_its_batches_of_tool_calls() -> None:
    assert one_call().tree() == [
        "agent.run heartbit",
        "  agent.llm_call heartbit",
        "  agent.tool_batch heartbit",
        "    agent.tool_call heartbit",
        "  agent.llm_call heartbit",
    ]


def test_each_span_has_the_attributes_of_its_kind_and_its_times() -> None:
    call, tool, batch, _, run = one_call().spans
    assert call == Span(
        name="heartbit.agent.llm_call",
        id="3:llm_call",
        trace="s/r",
        parent="2:run",
        start=START + timedelta(milliseconds=15),
        end=START + timedelta(milliseconds=1815),
        attributes={
            "agent": "heartbit",
            "turn": 1,
            "gen_ai.system": "anthropic",
            "gen_ai.request.model": MODEL,
            "gen_ai.response.model": MODEL,
            "gen_ai.response.finish_reasons": ("tool_use",),
            "gen_ai.usage.input_tokens": USAGE.prompt,
            "gen_ai.usage.output_tokens": USAGE.output_tokens,
            "latency_ms": 1800,
            "ttft_ms": 400,
            "tool_call_count": 1,
            "response_text": "I look.",
        },
    )
    assert (tool.parent, tool.start, tool.end) == (batch.id, after(1816), after(1836))
    assert tool.attributes == {
        "agent": "heartbit",
        "turn": 1,
        "tool_name": "read",
        "tool_call_id": "c1",
        "input": '{"file_path":"a.py"}',
        "output": "there",
        "is_error": False,
        "duration_ms": 20,
    }
    assert (batch.name, batch.start, batch.end) == ("heartbit.agent.tool_batch", after(1815), after(1836))
    assert (run.parent, run.start, run.failed) == ("", after(10), False)
    assert run.attributes == {
        "agent": "heartbit",
        "task": "mend it",
        "model": MODEL,
        "max_turns": 9,
        "total_input_tokens": TOTAL.prompt,
        "total_output_tokens": TOTAL.output_tokens,
        "estimated_cost_usd": 0.5,
    }


def test_the_work_of_other_agents_belongs_to_the_call_that_handed_it_on() -> None:
    story = squad()
    assert story.tree() == [
        "agent.run heartbit",
        "  agent.llm_call heartbit",
        "  agent.tool_batch heartbit",
        "    agent.tool_call heartbit",
        "      orchestrator.delegate heartbit",
        "        agent.run reader",
        "          agent.llm_call reader",
        "          agent.tool_batch reader",
        "            agent.tool_call reader",
        "          agent.llm_call reader",
        "        agent.run writer",
        "          agent.llm_call writer",
        "  agent.llm_call heartbit",
    ]
    assert {span.trace for span in story.spans} == {"s/r"}
    team = next(span for span in story.spans if span.name == "heartbit.orchestrator.delegate")
    assert (team.attributes, team.failed) == ({"agent": "heartbit", "agents": ("reader", "writer")}, False)


def test_a_squad_has_a_name_of_its_own_and_tells_of_members_that_failed() -> None:
    story = Story()
    story.begin()
    story.turn(calls=1)
    story.call("c1", "form_squad")
    story.dispatch("a", "b")
    story.begin("x", "a")
    story.begin("y", "b")
    story.end("a")
    story.done("a")
    story.tell(RunFailed(error="no key", partial_usage=USAGE, kind="auth"), 5, "b")
    story.done("b", success=False)
    team = story.spans[-1]
    assert (team.name, team.failed, team.error) == ("heartbit.orchestrator.squad", True, "1 of 2 failed")
    failed = next(span for span in story.spans if span.attributes["agent"] == "b")
    assert (failed.error, failed.attributes["error.type"]) == ("no key", "auth")


def test_two_agents_of_one_name_have_a_span_each() -> None:
    story = Story()
    story.begin()
    story.turn(calls=1)
    story.call("c1", "delegate_task")
    story.dispatch("a", "a")
    for _ in range(2):
        story.begin("x", "a")
        story.end("a")
        story.done("a")
    story.answer("c1", "delegate_task")
    story.end()
    assert story.tree()[3:7] == [
        "    agent.tool_call heartbit",
        "      orchestrator.delegate heartbit",
        "        agent.run a",
        "        agent.run a",
    ]


def test_an_agent_that_nobody_announced_belongs_to_the_run_in_which_it_works() -> None:
    story = Story()
    story.begin()
    story.turn(agent="helper")
    story.end("helper")
    story.end()
    assert story.tree() == ["agent.run heartbit", "  agent.run helper", "    agent.llm_call helper"]


@pytest.mark.parametrize("how", ["interrupted", "closed"])
def test_whatever_goes_on_when_a_run_ends_is_cut_off_with_it(how: str) -> None:
    story = Story()
    story.begin()
    story.turn(calls=1)
    story.call("c1", "delegate_task")
    story.dispatch("a")
    story.begin("x", "a")
    story.tell(TurnStarted(turn=1, max_turns=9), 1, "a")
    if how == "closed":
        story.spans += story.fold.close(story.at)
    else:
        story.tell(RunInterrupted(reason="the person", partial_usage=USAGE))
    assert story.tree() == [
        "agent.run heartbit !",
        "  agent.llm_call heartbit",
        "  agent.tool_batch heartbit !",
        "    agent.tool_call heartbit !",
        "      orchestrator.delegate heartbit !",
        "        agent.run a !",
        "          agent.llm_call a !",
    ]
    assert story.fold.close(story.at) == []


def test_what_lies_inside_comes_before_what_it_lies_in() -> None:
    for story in (one_call(), squad()):
        ids = [span.id for span in story.spans]
        assert len(set(ids)) == len(ids)
        assert all(ids.index(span.parent) > ids.index(span.id) for span in story.spans if span.parent)


def test_a_call_that_was_refused_takes_no_time() -> None:
    story = Story()
    story.begin()
    story.turn(calls=1)
    story.tell(ToolCallCompleted(tool_name="bash", tool_call_id="c1", is_error=True, duration_ms=0, output="denied"), 7)
    tool, batch = story.spans[-2:]
    assert (tool.start, tool.end, tool.failed, tool.parent) == (story.at, story.at, True, batch.id)


def test_summaries_are_spans_whether_they_succeed_or_not() -> None:
    story = Story()
    story.begin()
    story.tell(SummaryStarted(turn=3, trigger="threshold"))
    story.tell(ContextSummarized(turn=3, usage=USAGE, summary="so far"), 900)
    story.tell(SummaryStarted(turn=4, trigger="overflow"))
    story.tell(SummaryFailed(turn=4), 100)
    assert [(span.name, span.failed, span.attributes["turn"]) for span in story.spans] == [
        ("heartbit.agent.summarize", False, 3),
        ("heartbit.agent.summarize", True, 4),
    ]


def test_pieces_of_answers_and_what_belongs_to_no_run_are_no_spans() -> None:
    story = Story()
    story.tell(TextDelta(text="x"))
    story.answer("c1", "read")
    story.end()
    assert story.spans == []
