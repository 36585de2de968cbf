"""The agents at work as envelopes tell of them: in which order, how each stands, what it cost, what can be said to it."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from heartbit_tui.client import crew
from heartbit_tui.client.crew import Mate, Mates
from heartbit_tui.kernel.events import (
    ApprovalDecision,
    ApprovalRequested,
    AssistantMessage,
    Envelope,
    Event,
    ModelCalled,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    RunStarted,
    SubAgentCompleted,
    SubAgentsDispatched,
    TextDelta,
    ToolCallCompleted,
    ToolCallStarted,
)
from heartbit_tui.kernel.messages import Assistant, StopReason, ToolCall, Usage

BEGAN = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
USAGE = Usage(input_tokens=900, output_tokens=100)
TASKS = {"tasks": [{"agent": "reader", "task": "read it"}, {"agent": "writer", "task": "write it"}, {"agent": "x"}]}
HAND = ToolCall(id="c1", name="delegate_task", input=TASKS)
RUN = ToolCall(id="b1", name="bash", input={"command": "pytest -q"})


class Log:
    """A fold, and a second between two envelopes."""

    def __init__(self) -> None:
        self.mates = Mates()
        self._seq = 0

    def tell(self, agent: str, *events: Event) -> None:
        for event in events:
            self._seq += 1
            at = BEGAN + timedelta(seconds=self._seq)
            self.mates.take(Envelope(seq=self._seq, at=at, session="s", run="r", agent=agent, event=event))

    def stages(self) -> dict[str, str]:
        return {mate.name: mate.stage for mate in self.mates.all}

    def mate(self, name: str) -> Mate:
        found = self.mates.find(name)
        assert found is not None
        return found


def asks(*calls: ToolCall) -> AssistantMessage:
    return AssistantMessage(message=Assistant(content=calls, stop=StopReason.TOOL_USE, usage=USAGE))


def handed() -> Log:
    log = Log()
    log.tell("main", RunStarted(task="do it"), asks(HAND))
    log.tell("main", SubAgentsDispatched(agents=("reader", "writer", "x"), tool_call_id="c1"))
    return log


def approval(id: str) -> ApprovalRequested:
    return ApprovalRequested(turn=1, tool_names=("bash",), id=id, call=RUN)


def test_who_was_handed_a_task_waits_with_it_until_it_begins() -> None:
    log = handed()
    assert [(mate.name, mate.task, mate.stage) for mate in log.mates.all] == [
        ("reader", "read it", "waiting"),
        ("writer", "write it", "waiting"),
        ("x", "", "waiting"),
    ]
    log.tell("writer", RunStarted(task="write it"))
    assert log.stages() == {"reader": "waiting", "writer": "working", "x": "waiting"}


def test_what_an_agent_does_and_spends_is_counted_as_its_own() -> None:
    log = handed()
    log.tell("reader", RunStarted(task="read it"))
    log.tell("reader", ModelCalled(purpose="turn", model="m", usage=USAGE, cost_usd=0.25), asks(RUN))
    log.tell("main", ModelCalled(purpose="turn", model="m", usage=USAGE, cost_usd=4.0))
    log.tell("reader", ToolCallStarted(tool_name="bash", tool_call_id="b1"))
    assert crew.standing(log.mate("reader")) == "bash pytest -q"
    log.tell("reader", ToolCallCompleted(tool_name="bash", tool_call_id="b1", is_error=False, duration_ms=3, output=""))
    log.tell("reader", ModelCalled(purpose="turn", model="m", usage=USAGE, cost_usd=None))
    log.tell("reader", RunCompleted(total_usage=USAGE, tool_calls_made=1))
    log.tell("reader", SubAgentCompleted(success=True, usage=USAGE))
    assert log.mate("reader") == Mate(
        name="reader",
        since=BEGAN + timedelta(seconds=4),
        task="read it",
        stage="done",
        milliseconds=7_000,
        tokens=2_000,
        cost_usd=0.25,
        unpriced=1,
        calls=1,
    )
    assert crew.figures(log.mate("reader")) == ("2.0k tokens", "$0.25+", "7.0 s")


def test_an_approval_makes_an_agent_wait_for_the_person_and_go_on() -> None:
    log = handed()
    log.tell("reader", RunStarted(task="read it"), approval("a1"))
    assert log.stages()["reader"] == "asking"
    log.tell("reader", ApprovalDecision(turn=1, approved=True, id="a1", tool_call_id="b1"))
    assert log.stages()["reader"] == "working"


def test_how_it_ended_says_who_stopped_it_and_what_failed() -> None:
    log = handed()
    log.tell("reader", RunStarted(task=""), RunInterrupted(reason="the user"))
    log.tell("reader", SubAgentCompleted(success=False, usage=USAGE, stopped="the user"))
    log.tell("writer", RunStarted(task=""), RunFailed(error="It needs a key.", partial_usage=USAGE, kind="auth"))
    log.tell("x", SubAgentCompleted(success=False, usage=Usage()))
    assert [(mate.stage, crew.standing(mate)) for mate in log.mates.all] == [
        ("stopped", "stopped by you"),
        ("failed", "failed: It needs a key."),
        ("failed", "failed: it could not begin"),
    ]


def test_one_that_was_stopped_in_the_queue_is_told_as_stopped_and_took_no_time() -> None:
    log = handed()
    log.tell("writer", SubAgentCompleted(success=False, usage=Usage(), stopped="the user"))
    assert (log.mate("writer").stage, log.mate("writer").why, log.mate("writer").milliseconds) == (
        "stopped",
        "stopped by you",
        0,
    )
    assert log.stages()["reader"] == "waiting"


def test_with_the_run_of_the_main_agent_all_that_it_handed_out_is_over() -> None:
    log = handed()
    log.tell("reader", RunStarted(task=""))
    log.tell("main", RunInterrupted(reason="the user"))
    assert {(mate.stage, mate.why) for mate in log.mates.all} == {("stopped", crew.CUT)}
    log.tell("reader", TextDelta(text="too late"), RunCompleted(total_usage=USAGE, tool_calls_made=0))
    assert log.mate("reader").stage == "stopped"


def test_only_who_is_there_and_at_work_can_be_told_something_or_be_stopped() -> None:
    log = handed()
    log.tell("reader", RunStarted(task=""))
    log.tell("x", SubAgentCompleted(success=False, usage=Usage()))
    refused = [bool(crew.refused(log.mates, name)) for name in ("reader", "writer", "x", "nobody", "")]
    assert refused == [False, False, True, True, True]
    silent = [bool(crew.refused(log.mates, name, words=True)) for name in ("reader", "writer", "x", "nobody", "")]
    assert silent == [False, True, True, True, True]


def test_a_name_at_the_beginning_of_a_line_may_have_spaces_and_the_longest_counts() -> None:
    log = Log()
    log.tell("main", RunStarted(task=""), SubAgentsDispatched(agents=("a", "a b", "a#2")))
    assert crew.addressed(log.mates, "a b be short") == ("a b", "be short")
    assert crew.addressed(log.mates, "a#2  be short") == ("a#2", "be short")
    assert crew.addressed(log.mates, "a be short") == ("a", "be short")
    assert crew.addressed(log.mates, "nobody be short") == ("nobody", "be short")
    assert crew.addressed(log.mates, "") == ("", "")


def test_no_name_and_no_reason_reaches_a_sentence_with_what_a_terminal_would_obey() -> None:
    log = Log()
    hostile = "\x1b]0;owned\x07[red]" + "n" * 400
    log.tell("main", RunStarted(task=""), SubAgentsDispatched(agents=(hostile,)))
    told = (crew.refused(log.mates, hostile, words=True), crew.refused(log.mates, hostile + "x"))
    assert all("\x1b" not in each and "\x07" not in each and len(each) < 300 for each in told)


def test_how_many_there_are_of_each_kind_is_told() -> None:
    mate = Mate(name="a", since=BEGAN)
    stages = ("working", "waiting", "working", "done", "asking")
    assert crew.counted([replace(mate, stage=stage) for stage in stages]) == (
        "2 at work · 1 ask you · 1 waiting · 1 done"
    )
    assert crew.counted([]) == ""


def test_a_piece_of_an_answer_costs_as_much_with_ten_thousand_agents_as_with_ten() -> None:
    def spent(agents: int) -> float:
        log = Log()
        log.tell("main", RunStarted(task=""), SubAgentsDispatched(agents=tuple(f"a{n}" for n in range(agents))))
        log.tell("a1", RunStarted(task=""))
        began = time.process_time()
        log.tell("a1", *(ModelCalled(purpose="turn", model="m", usage=USAGE) for _ in range(2_000)))
        return time.process_time() - began

    assert min(spent(10_000) for _ in range(3)) < 3 * min(spent(10) for _ in range(3))
