import random
from dataclasses import replace
from datetime import timedelta

import pytest

from heartbit_tui.kernel.events import (
    ApprovalDecision,
    ApprovalRequested,
    AssistantMessage,
    ContextSummarized,
    Event,
    GuardrailDenied,
    GuardrailWarned,
    ModelCalled,
    ModelEscalated,
    NameRepaired,
    PermissionDenied,
    Question,
    QuestionAnswered,
    QuestionAsked,
    RetryAttempt,
    Rewound,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    RunStarted,
    SummaryFailed,
    SummaryStarted,
    ToolCallCompleted,
    ToolCallStarted,
    ToolInputDelta,
    TurnStarted,
)
from heartbit_tui.kernel.messages import Assistant, ToolCall, Usage
from heartbit_tui.tui.timeline.rows import Row, Totals
from heartbit_tui.tui.transcript.blocks import State
from tests.tui.timeline.story import START, Story


def test_a_call_is_told_with_what_it_took_and_how_long_it_waited_for_whom() -> None:
    story = Story().begin()
    story.asks_for(("a", "edit", {"file_path": "src/a.py"}))
    story.approval("a", "edit", {"file_path": "src/a.py"}, 8_400)
    story.starts("a", "edit", 150)
    story.ends("a", "edit", 25, {"added": 4, "removed": 1}, after=25)
    assert story.timeline.rows() == (
        Row(
            number=0,
            kind="call",
            id="a",
            at=START,
            seq=2,
            name="edit",
            title="src/a.py",
            state="ok",
            working=25,
            person=8_400,
            queued=150,
            added=4,
            removed=1,
            outcome="+4 -1",
        ),
    )
    assert story.timeline.totals() == Totals(calls=1, tools=25, person=8_400, added=4, removed=1)


def test_a_call_that_is_written_under_another_id_than_it_gets_has_one_row() -> None:
    story = Story().begin()
    for call in ("call_1", "call_2", "call_3"):
        story.tell(ToolInputDelta(tool_call_id=call, tool_name="edit", text="{"))
    story.tell(ToolInputDelta(tool_call_id="theirs", tool_name="read", text="{"), agent="scout")
    story.asks_for(("call_1_1", "edit", {"file_path": "a.py"}), ("call_2_1", "edit", {"file_path": "b.py"}))
    rows = [(row.id, row.title, row.state) for row in story.timeline.rows()]
    assert rows == [
        ("call_1_1", "a.py", "waiting"),
        ("call_2_1", "b.py", "waiting"),
        ("call_3", "", "cut"),
        ("theirs", "", "writing"),
    ]
    story.starts("call_1_1", "edit")
    story.ends("call_1_1", "edit", 25)
    assert [row.state for row in story.timeline.rows()] == ["ok", "waiting", "cut", "writing"]


def test_calls_side_by_side_get_lanes_and_count_once_on_the_clock() -> None:
    story = Story().begin()
    story.asks_for(("a", "read", {}), ("b", "read", {}), ("c", "grep", {}))
    for call in "abc":
        story.starts(call, "read")
    story.ends("b", "read", 100, after=100)
    story.asks_for(("d", "read", {}))
    story.starts("d", "read")
    for call in "acd":
        story.ends(call, "read", 300, after=100)
    rows = {row.id: row for row in story.timeline.rows()}
    assert {call: row.lane for call, row in rows.items()} == {"a": 0, "b": 1, "c": 2, "d": 1}
    assert story.timeline.totals().tools == 400
    assert story.timeline.longest == 300


def test_a_model_call_is_told_with_its_tokens_price_and_retries() -> None:
    story = Story().begin()
    story.tell(TurnStarted(turn=1, max_turns=9))
    story.tell(RetryAttempt(attempt=1, max_retries=3, delay_ms=500), 100)
    story.turn(1_800)
    story.turn(200, cost=None)
    first, second, third = story.timeline.rows()
    assert (first.state, first.retries, first.working) == ("failed", 1, 100)
    assert (second.state, second.title, second.working) == ("ok", "claude-sonnet-4-6", 1_800)
    assert (second.read, second.written, second.cost, third.cost) == (1_200, 340, 0.01, None)
    assert story.timeline.totals() == Totals(turns=3, model=2_100, read=2_400, written=680, cost=0.01, unpriced=1)


def test_the_time_of_a_question_is_the_persons_and_not_the_tools() -> None:
    story = Story().begin()
    story.asks_for(("a", "question", {}))
    story.starts("a", "question")
    story.tell(QuestionAsked(id="x", questions=(Question(question="Which?"),), tool_call_id="a"), 10)
    asking = story.timeline.rows()[0]
    story.tell(QuestionAnswered(id="x", answers=(("this",),)), 5_000)
    story.ends("a", "question", 5_030, after=20)
    done = story.timeline.rows()[0]
    assert (asking.state, done.state, done.working, done.person) == ("asking", "ok", 30, 5_000)
    totals = story.timeline.totals()
    assert (totals.tools, totals.person) == (30, 5_000)


def test_what_was_refused_failed_or_never_ran_says_so() -> None:
    story = Story().begin()
    story.asks_for(("a", "bash", {"command": "rm -rf /"}), ("b", "bash", {"command": "false"}), ("c", "bsh", {}))
    story.tell(PermissionDenied(tool_name="bash", tool_call_id="a", reason="no", input={"command": "rm -rf /"}))
    story.ends("a", "bash", 0, error=True)
    story.starts("b", "bash")
    story.ends("b", "bash", 7, {"exit_code": 1}, error=True)
    story.tell(NameRepaired(tool_call_id="c", asked="bsh", tool_name="bash"))
    story.starts("c", "bash")
    story.tell(RunInterrupted(reason="the user"), 900)
    told = [(row.name, row.state, row.exit_code, row.working) for row in story.timeline.rows()]
    assert told == [("bash", "refused", None, 0), ("bash", "failed", 1, 7), ("bash", "cut", None, 900)]
    totals = story.timeline.totals()
    assert (totals.calls, totals.failed, totals.tools) == (2, 1, 900)


def test_a_refused_approval_is_the_persons_time_and_no_work() -> None:
    story = Story().begin()
    story.asks_for(("a", "bash", {"command": "ls"}))
    story.approval("a", "bash", {"command": "ls"}, 3_000, approved=False)
    story.ends("a", "bash", 0, error=True)
    (row,) = story.timeline.rows()
    assert (row.state, row.person, row.working) == ("refused", 3_000, 0)


def test_other_agents_stand_under_their_names_and_end_with_their_own_run() -> None:
    story = Story().begin()
    story.asks_for(("m", "delegate_task", {}))
    story.starts("m", "delegate_task")
    story.asks_for(("a", "grep", {"pattern": "x"}), agent="explorer")
    story.starts("a", "grep", agent="explorer")
    story.tell(RunFailed(error="over", partial_usage=Usage()), 50, "explorer")
    main, other = story.timeline.rows()
    assert (main.agent, main.state, other.agent, other.state) == ("", "running", "explorer", "cut")
    story.tell(RunCompleted(total_usage=Usage(), tool_calls_made=1), 50)
    assert [row.going for row in story.timeline.rows()] == [False, False]


def test_what_was_taken_back_is_marked_and_still_counts() -> None:
    story = Story().begin()
    story.turn()
    seq = story.seq + 1
    story.turn()
    story.tell(Rewound(to=seq))
    assert [row.void for row in story.timeline.rows()] == [False, True]
    assert story.timeline.totals().cost == 0.02


def test_rows_are_forgotten_but_their_sums_are_not() -> None:
    story = Story(kept=100).begin()
    story.starts("long", "bash")
    for number in range(1_000):
        story.asks_for((f"c{number}", "read", {}))
        story.starts(f"c{number}", "read")
        story.ends(f"c{number}", "read", 1, after=1)
    timeline = story.timeline
    assert len(timeline.rows()) <= 125
    assert timeline.row(0) is None
    assert timeline.rows()[0].number == timeline.first
    assert timeline.rows()[-1].number == timeline.end - 1 == 1_000
    assert timeline.find("c999") == 1_000
    assert timeline.totals().calls == 1_000
    story.tell(RunCompleted(total_usage=Usage(), tool_calls_made=1))
    assert timeline.totals(START + timedelta(days=1)) == timeline.totals()


def anything(random_: random.Random) -> list[Event]:
    """What might be told of one call, likely or not."""
    call = random_.choice("abcd")
    asked = ToolCall(id=call, name="bash", input={"command": f"{call}\x1b[2J[/red]"})
    details = {"exit_code": "x", "added": True}
    return [
        AssistantMessage(message=Assistant(content=(asked,))),
        ToolCallStarted(tool_name="\x07", tool_call_id=call, input='{"command": [['),
        ToolCallCompleted(tool_name="bash", tool_call_id=call, is_error=False, duration_ms=3, details=details),
        ApprovalRequested(turn=1, tool_names=("bash",), id=f"q-{call}", call=asked),
        ApprovalDecision(turn=1, approved=random_.random() < 0.5, id=f"q-{call}", tool_call_id=call),
        TurnStarted(turn=1, max_turns=3),
        QuestionAsked(id=call, questions=(), tool_call_id=call),
        QuestionAnswered(id=call, answers=()),
        RunCompleted(total_usage=Usage(), tool_calls_made=0),
        Rewound(to=random_.randrange(60)),
    ]


def test_no_order_of_events_breaks_the_fold_or_makes_a_time_negative() -> None:
    orders = 0
    for seed in range(300):
        random_ = random.Random(seed)
        story = Story(kept=20)
        for _ in range(60):
            agent = random_.choice(["heartbit", "other"])
            story.tell(random_.choice(anything(random_)), random_.randrange(-50, 200), agent)
        story.tell(RunInterrupted(reason="over"))
        rows, totals = story.timeline.rows(), story.timeline.totals()
        assert all(min(row.working, row.person, row.queued, row.lane) >= 0 for row in rows)
        assert all("\x1b" not in row.title and "\x07" not in row.name for row in rows)
        assert min(totals.tools, totals.person, totals.model) >= 0
        assert story.timeline.totals(story.at + timedelta(days=1)) == totals
        orders += 1
    assert orders == 300


def test_a_row_is_replaced_and_never_changed() -> None:
    story = Story().begin()
    story.asks_for(("a", "bash", {"command": "ls"}))
    before = story.timeline.rows()[0]
    copy = replace(before)
    story.starts("a", "bash")
    assert before == copy
    assert story.timeline.rows()[0] != before


def test_a_call_and_an_answer_show_the_worst_that_guardrails_did_to_them() -> None:
    story = Story().begin()
    story.turn()
    story.tell(GuardrailWarned(hook="post_llm", reason="r", guardrail="llm_judge"))
    story.asks_for(("a", "bash", {"command": "x"}), ("b", "read", {}), ("c", "read", {}))
    story.tell(
        GuardrailDenied(hook="pre_tool", reason="r", tool_name="bash", guardrail="tool_policy", tool_call_id="a")
    )
    story.tell(GuardrailWarned(hook="pre_tool", reason="r", tool_name="bash", guardrail="pii", tool_call_id="a"))
    story.ends("a", "bash", 0)
    story.starts("b", "read")
    rewrote = GuardrailWarned(hook="post_tool", reason="r", tool_name="read", tool_call_id="b", changed=True)
    story.tell(replace(rewrote, guardrail="pii"))
    story.tell(GuardrailDenied(hook="post_tool", reason="r", guardrail="injection", tool_call_id="b"))
    story.ends("b", "read", 3)
    rows = {row.id if row.kind == "call" else row.kind: row for row in story.timeline.rows()}
    assert {name: (row.guarded, row.guardrail) for name, row in rows.items()} == {
        "model": ("warned", "llm_judge"),
        "a": ("denied", "tool_policy"),
        "b": ("withheld", "injection"),
        "c": (None, ""),
    }
    assert rows["a"].state == "refused"


@pytest.mark.parametrize(
    ("end", "state"), [(ContextSummarized(turn=1, usage=Usage()), "ok"), (SummaryFailed(turn=1), "failed")]
)
def test_a_summary_has_one_row_with_all_that_was_asked_for_it(end: Event, state: State) -> None:
    story = Story().begin()
    story.tell(TurnStarted(turn=1, max_turns=9))
    story.tell(SummaryStarted(turn=1, trigger="threshold"), 100)
    for _ in range(3):
        story.tell(ModelCalled(purpose="summary", model="m", usage=Usage(input_tokens=100, output_tokens=5)), 200)
    turn, summary = story.timeline.rows()
    assert (turn.read, summary.state, summary.going) == (0, "running", True)
    story.tell(end, 0)
    turn, summary = story.timeline.rows()
    assert (turn.state, turn.read) == ("running", 0)
    assert (summary.name, summary.title, summary.state, summary.working) == ("summary", "m", state, 600)
    assert (summary.read, summary.written, story.timeline.totals().read) == (300, 15, 300)


def test_what_a_judge_costs_is_no_part_of_the_answer_that_it_judges() -> None:
    story = Story().begin()
    story.tell(TurnStarted(turn=1, max_turns=9, held=True))
    for purpose, model, tokens in (("turn", "large", 100), ("judge", "small", 7)):
        usage = Usage(input_tokens=tokens, output_tokens=1)
        story.tell(ModelCalled(purpose=purpose, model=model, usage=usage, cost_usd=0.01))
    turn, judge = story.timeline.rows()
    assert [(row.name, row.title, row.read) for row in (turn, judge)] == [
        ("model", "large", 100),
        ("judge", "small", 7),
    ]
    assert story.timeline.totals().cost == 0.02


def test_other_agents_have_shades_in_the_order_in_which_they_were_heard() -> None:
    story = Story().begin()
    story.tell(RunStarted(task="a"), agent="reader")
    story.turn(agent="writer")
    story.turn()
    story.asks_for(("c", "read", {}), agent="reader")
    story.asks_for(("d", "edit", {}), agent="writer")
    story.turn(agent="third")
    assert [(row.agent, row.name, row.shade) for row in story.timeline.rows()] == [
        ("writer", "model", 1),
        ("", "model", 0),
        ("reader", "read", 0),
        ("writer", "edit", 1),
        ("third", "model", 2),
    ]


def test_a_turn_tells_which_models_it_went_through_and_what_that_saved() -> None:
    story, usage = Story().begin(), Usage(input_tokens=100, output_tokens=10)
    story.tell(TurnStarted(turn=1, max_turns=9))
    spent = ModelCalled(purpose="cascade_rejected", model="small", usage=usage, cost_usd=0.01, instead_usd=0.0)
    story.tell(spent)
    story.tell(ModelEscalated(from_tier="small", to_tier="middle", reason="gate_rejected"))
    (row,) = story.timeline.rows()
    assert (row.climbed, row.title, row.saved) == (("small",), "middle", -0.01)
    story.tell(ModelCalled(purpose="turn", model="middle", usage=usage, cost_usd=0.02, instead_usd=0.20))
    (row,) = story.timeline.rows()
    assert (row.read, row.written) == (200, 20)
    assert (row.cost, row.saved) == (pytest.approx(0.03), pytest.approx(0.17))
    totals = story.timeline.totals()
    assert (totals.cost, totals.saved, totals.read) == (pytest.approx(0.03), pytest.approx(0.17), 200)
