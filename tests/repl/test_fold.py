"""What envelopes show, without any screen."""

from dataclasses import replace
from datetime import UTC, datetime

from heartbit_tui.kernel.events import (
    ApprovalDecision,
    ApprovalRequested,
    AssistantMessage,
    Envelope,
    Event,
    LlmResponse,
    ModeChanged,
    PermissionDenied,
    PromptQueued,
    RetryAttempt,
    Rewound,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    RunStarted,
    TextDelta,
    ThinkingDelta,
    TodosChanged,
    ToolCallCompleted,
    ToolCallStarted,
    UserMessage,
)
from heartbit_tui.kernel.messages import Assistant, StopReason, Text, ToolCall, Usage, user
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.repl.fold import Fold
from heartbit_tui.repl.paint import Paint
from heartbit_tui.repl.pieces import Asked, Called, Closed, Ended, Piece, Planned, Said, Settled, Told, Wrote
from heartbit_tui.repl.spoken import Spoken

EDIT = ToolCall(id="c", name="edit", input={"file_path": "a.py"})
DIFF = "--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-old\n+new\n"


def folded(*events: Event, agent: str = "heartbit") -> tuple[list[Piece], Fold]:
    fold = Fold()
    shown: list[Piece] = []
    for seq, event in enumerate(events, 1):
        at = datetime(2026, 1, 1, tzinfo=UTC)
        shown += fold.take(Envelope(seq=seq, at=at, session="s", run="run-1", agent=agent, event=event))
    return shown, fold


def answer(text: str, *calls: ToolCall) -> AssistantMessage:
    return AssistantMessage(message=Assistant(content=(Text(text=text), *calls), stop=StopReason.END_TURN))


def test_an_answer_that_was_streamed_is_shown_once() -> None:
    shown, _ = folded(TextDelta(text="one "), TextDelta(text="two"), answer("one two"))
    assert shown == [Wrote(text="one "), Wrote(text="two"), Closed()]


def test_what_of_an_answer_was_not_streamed_is_shown_at_its_end() -> None:
    assert folded(TextDelta(text="one "), answer("one two"))[0] == [Wrote(text="one "), Wrote(text="two"), Closed()]
    assert folded(answer("one two"))[0] == [Wrote(text="one two"), Closed()]


def test_after_a_retry_what_was_shown_is_void_and_the_new_attempt_is_shown_as_it_comes() -> None:
    retry = RetryAttempt(attempt=1, max_retries=3, delay_ms=1500, error_class="overloaded")
    shown, _ = folded(TextDelta(text="half"), retry, TextDelta(text="whole"), answer("whole"))
    assert shown == [
        Wrote(text="half"),
        Closed(void="this part no longer counts; the answer is written anew"),
        Told(level="warning", text="overloaded; trying again in 1.5 s (1 of 3)"),
        Wrote(text="whole"),
        Closed(),
    ]


def test_a_run_from_its_prompt_to_its_end() -> None:
    completed = ToolCallCompleted(
        tool_name="edit",
        tool_call_id="c",
        is_error=False,
        duration_ms=12,
        details={"diff": DIFF, "added": 1, "removed": 1},
    )
    request = ApprovalRequested(turn=1, tool_names=("edit",), id="r", call=EDIT, preview=DIFF)
    shown, fold = folded(
        RunStarted(task="mend"),
        UserMessage(message=user("mend")),
        UserMessage(message=user("[mode: ask]"), origin="heartbit"),
        ThinkingDelta(text="hm"),
        answer("I edit.", EDIT),
        request,
        ApprovalDecision(turn=1, approved=True, id="r", scope="session"),
        ToolCallStarted(tool_name="edit", tool_call_id="c", input="{}"),
        completed,
        UserMessage(message=user("and more"), origin="steer"),
        RunCompleted(total_usage=Usage(), tool_calls_made=1),
    )
    assert shown == [
        Said(text="mend"),
        Wrote(text="hm", thinking=True),
        Wrote(text="I edit."),
        Closed(),
        Asked(request=request, title="a.py"),
        Settled(id="r", text="allowed for this session"),
        Called(tool="edit", title="a.py", milliseconds=12, is_error=False, outcome="+1 -1"),
        Said(text="and more", how="steer"),
        Closed(),
        Ended(how="completed"),
    ]
    assert (fold.running, fold.working, fold.prompts) == (False, {}, ((2, "mend"),))


def test_a_diff_is_shown_where_nobody_was_asked_about_it() -> None:
    details = {"diff": DIFF, "added": 1, "removed": 1}
    done = ToolCallCompleted(tool_name="edit", tool_call_id="c", is_error=False, duration_ms=1, details=details)
    shown, _ = folded(answer("x", EDIT), done)
    assert shown[-1] == Called(tool="edit", title="a.py", milliseconds=1, is_error=False, outcome="+1 -1", diff=DIFF)


def test_of_a_failed_call_the_last_lines_are_shown() -> None:
    output = "\n".join(f"line {number}" for number in range(30))
    done = ToolCallCompleted(
        tool_name="bash", tool_call_id="c", is_error=True, duration_ms=65_000, output=output, details={"exit_code": 2}
    )
    (called,) = folded(done)[0]
    assert isinstance(called, Called)
    assert called.outcome == "exit 2"
    assert called.tail.splitlines() == ["… 22 lines before", *(f"line {number}" for number in range(22, 30))]


def test_what_is_known_follows_the_log() -> None:
    usage = Usage(input_tokens=100, cache_read_input_tokens=50, output_tokens=7)
    _, fold = folded(
        RunStarted(task="a"),
        UserMessage(message=user("a")),
        PromptQueued(text="b", position=1),
        LlmResponse(turn=1, usage=usage, stop_reason=StopReason.END_TURN, tool_call_count=0),
        TodosChanged(todos=({"content": "do", "status": "pending", "priority": "low"},)),
        ToolCallStarted(tool_name="bash", tool_call_id="c"),
    )
    assert (fold.running, fold.queued, fold.context_tokens) == (True, 1, 157)
    assert (fold.todos, fold.working) == ((("pending", "do"),), {"c": "bash"})
    _, rewound = folded(UserMessage(message=user("a")), UserMessage(message=user("b")), Rewound(to=2))
    assert rewound.prompts == ((1, "a"),)


def test_of_other_agents_the_calls_are_shown_but_not_the_words() -> None:
    fold = Fold()
    at = datetime(2026, 1, 1, tzinfo=UTC)
    first = Envelope(seq=1, at=at, session="s", run="r", agent="heartbit", event=RunStarted(task="x"))
    fold.take(first)
    done = ToolCallCompleted(tool_name="read", tool_call_id="c", is_error=False, duration_ms=1)
    assert fold.take(replace(first, agent="helper", event=TextDelta(text="words"))) == ()
    assert fold.take(replace(first, agent="helper", event=RunCompleted(total_usage=Usage(), tool_calls_made=0))) == ()
    assert fold.running
    assert fold.take(replace(first, agent="helper", event=done)) == (
        Called(tool="read", title="", milliseconds=1, is_error=False, agent="helper"),
    )


def test_how_a_run_ends_is_said() -> None:
    assert folded(RunFailed(error="no key", partial_usage=Usage()))[0] == [Closed(), Ended(how="failed", text="no key")]
    assert folded(RunInterrupted(reason="the user"))[0] == [Closed(), Ended(how="interrupted", text="the user")]
    denied = PermissionDenied(tool_name="bash", tool_call_id="c", reason="a rule")
    assert folded(denied)[0] == [Told(level="warning", text="bash was not allowed: a rule")]
    assert folded(ModeChanged(mode=Mode.PLAN))[0] == [Told(level="info", text="mode: plan")]


def test_a_refusal_is_told_once_and_its_call_in_one_line() -> None:
    call = ToolCall(id="c", name="bash", input={"command": "ls"})
    said = AssistantMessage(message=Assistant(content=(call,)))
    denied = PermissionDenied(tool_name="bash", tool_call_id="c", reason="The user refused this call.")
    ended = ToolCallCompleted(
        tool_name="bash", tool_call_id="c", is_error=True, duration_ms=0, output="The user refused this call."
    )
    decided = ApprovalDecision(turn=1, approved=False, id="a", tool_call_id="c", note="not now")
    told = Called(tool="bash", title="ls", milliseconds=0, is_error=True, outcome="refused")
    assert folded(said, decided, denied, ended)[0][1:] == [Settled(id="a", text="refused: not now"), told]
    by_rule = Told(level="warning", text="bash was not allowed: The user refused this call.")
    assert folded(said, denied, ended)[0][1:] == [by_rule, replace(told, outcome="denied")]


def test_a_request_that_fits_on_a_line_is_shown_once() -> None:
    paint = Paint(colours=False, markdown=None)
    paint.width = 40
    for command, shown in (
        ("make test", ["? bash make test", "  why"]),
        ("a" * 50, [f"? bash {'a' * 32}…", f"  $ {'a' * 50}", "  why"]),
    ):
        call = ToolCall(id="c", name="bash", input={"command": command})
        asked = ApprovalRequested(turn=1, tool_names=("bash",), id="a", call=call, reason="why", preview=command)
        assert paint.draw(Asked(request=asked, title=command)).splitlines() == shown


def test_a_long_paste_is_not_shown_in_full_again() -> None:
    paint = Paint(colours=False, markdown=None)
    lines = paint.draw(Said(text="\n".join(f"line {number}" for number in range(10_000)))).splitlines()
    assert (len(lines), lines[1], lines[-2]) == (22, "> line 0", "  … 9,981 more lines")


PIECES: tuple[Piece, ...] = (
    Said(text="[red]hello\nworld"),
    Wrote(text="I think", thinking=True),
    Wrote(text="An *answer*\n\nwith two"),
    Closed(),
    Called(tool="bash", title="ls " + "x" * 200, milliseconds=2100, is_error=True, outcome="exit 1", tail="no\nway"),
    Called(tool="edit", title="a.py", milliseconds=5, is_error=False, outcome="+1 -1", diff=DIFF),
    Planned(todos=(("completed", "one"), ("in_progress", "two"), ("odd", "three"))),
    Told(level="warning", text="careful"),
    Ended(how="failed", text="broken"),
)


def test_pieces_as_lines_at_a_terminal() -> None:
    paint = Paint(colours=False, markdown=None)
    paint.width = 60
    assert "".join(map(paint.draw, PIECES)).splitlines() == [
        "",
        "> [red]hello",
        "  world",
        "",
        "  I think",
        "An *answer*",
        "",
        "with two",
        "",
        f"✗ bash ls {'x' * 31}…  exit 1 · 2.1 s",
        "    no",
        "    way",
        "✓ edit a.py  +1 -1 · 5 ms",
        *(f"    {line}" for line in DIFF.splitlines()),
        "  [x] one",
        "  [>] two",
        "  [ ] three",
        "! careful",
        "! broken",
    ]


def test_pieces_as_plain_lines() -> None:
    spoken = Spoken()
    assert "".join(map(spoken.draw, PIECES)).splitlines() == [
        "you> [red]hello",
        "you> world",
        "thinking: I think",
        "heartbit: An *answer*",
        "heartbit: with two",
        f"tool: bash ls {'x' * 200} (failed, exit 1, 2.1 s)",
        "output: no",
        "output: way",
        "tool: edit a.py (ok, +1 -1, 5 ms)",
        *(f"diff: {line}" for line in DIFF.splitlines()),
        "todo: [x] one",
        "todo: [>] two",
        "todo: [ ] three",
        "warning: careful",
        "error: broken",
    ]


def test_what_another_agent_asks_and_calls_has_its_name_and_its_plan_is_its_own() -> None:
    fold = Fold()
    at = datetime(2026, 1, 1, tzinfo=UTC)
    first = Envelope(seq=1, at=at, session="s", run="r", agent="heartbit", event=RunStarted(task="x"))
    fold.take(first)

    def other(event: Event) -> tuple[Piece, ...]:
        return fold.take(replace(first, agent="helper", event=event))

    assert other(answer("words", EDIT)) == ()
    asked = ApprovalRequested(turn=1, tool_names=("edit",), id="a1", call=EDIT, reason="why", preview="")
    (piece,) = other(asked)
    assert piece == Asked(request=asked, title="a.py", agent="helper")
    assert "? helper: edit a.py" in Paint(colours=False, markdown=None).draw(piece)
    assert Spoken().draw(piece).startswith("approval: helper: edit a.py\n")
    assert other(TodosChanged(todos=({"content": "do", "status": "pending", "priority": "low"},))) == ()
    assert fold.todos == ()
    (done,) = other(ToolCallCompleted(tool_name="edit", tool_call_id="c", is_error=False, duration_ms=1))
    assert done == Called(tool="edit", title="a.py", milliseconds=1, is_error=False, agent="helper")
