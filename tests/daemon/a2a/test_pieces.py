"""What is told of a task folds to what it came to, from its beginning and from anywhere in it; what waits is said in words."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from heartbit_tui.a2a.serving import Declined, Piece, Stood
from heartbit_tui.daemon.a2a.asking import op_of, words_of
from heartbit_tui.daemon.a2a.pieces import Asks, Pieces
from heartbit_tui.daemon.feed import Line
from heartbit_tui.kernel.events import ApprovalRequested, Choice, Question, QuestionAsked
from heartbit_tui.kernel.messages import ToolCall
from heartbit_tui.kernel.ops import Answer, Decide

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
SIZES = (Choice(label="S"), Choice(label="L", description="For most."))
COLOURS = Question(question="Which colours?", options=(Choice(label="Red"), Choice(label="Blue")), multiple=True)
FIXED = Question(question="Which size?", options=SIZES, allow_other=False)


def lines(*events: dict[str, Any]) -> tuple[Line, ...]:
    head = {"at": "2026-11-22T09:30:00.000000Z", "agent": "heartbit", "session": "s"}
    return tuple(
        Line(seq=seq, type=event["type"], text=json.dumps(head | event)) for seq, event in enumerate(events, start=1)
    )


def delta(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "text_delta", "text": text, **more}


def message(text: str) -> dict[str, Any]:
    return {"type": "assistant_message", "message": {"content": [{"type": "text", "text": text}]}}


TURN = {"type": "turn_started"}


def test_pieces_that_come_together_are_one_and_each_text_takes_the_place_of_the_one_before() -> None:
    pieces = Pieces()
    first = lines({"type": "run_started"}, TURN, delta("I "), delta("look."), message("I look."))
    call = lines({"type": "tool_call_started", "tool_name": "bash"}, delta("no", agent="helper"), TURN, delta("Th"))
    assert [list(pieces.take(batch)) for batch in (first, call, lines(delta("ere."), message("There.")))] == [
        [Stood(state="working", at=AT), Piece(text="I look.", append=False)],
        [Stood(state="working", at=AT, words="uses bash"), Piece(text="Th", append=False)],
        [Piece(text="ere.", append=True)],
    ]
    assert pieces.told == "There."


def test_what_does_not_count_any_more_is_replaced_and_a_text_that_was_not_written_in_pieces_is_told_whole() -> None:
    pieces = Pieces()
    assert list(
        pieces.take(lines(TURN, delta("wro"), {"type": "retry_attempt"}, delta("right"), message("right")))
    ) == [
        Piece(text="wro", append=False),
        Piece(text="right", append=False),
    ]
    assert list(pieces.take(lines(TURN, message("whole")))) == [Piece(text="whole", append=False)]
    assert list(pieces.take(lines(TURN, delta("secr"), message("withheld")))) == [
        Piece(text="secr", append=False),
        Piece(text="withheld", append=False),
    ]
    assert pieces.told == "withheld"


def test_what_is_asked_and_decided_is_told_in_its_place() -> None:
    events = (
        {"type": "approval_requested", "id": "a"},
        {"type": "approval_decision"},
        {"type": "question_asked", "id": "q"},
    )
    assert list(Pieces().take(lines(delta("x"), *events))) == [
        Piece(text="x", append=False),
        Asks(session="s", id="a", at=AT),
        Stood(state="working", at=AT),
        Asks(session="s", id="q", at=AT),
    ]


def approval(**given: Any) -> ApprovalRequested:
    call = ToolCall(id="1", name="bash", input=given)
    return ApprovalRequested(turn=1, tool_names=("bash",), id="a", call=call, reason="It writes.")


def test_a_call_is_shown_whole_with_what_hides_written_out() -> None:
    command = "ls\u202e" + "x" * 10_000
    assert words_of(approval(command=command)) == (
        'The tool bash waits for a word: {"command": "ls<U+202E>' + "x" * 10_000 + '"}\n'
        "It writes.\nAnswer with the word “allow” or “deny”."
    )


@pytest.mark.parametrize(
    ("words", "allow"), [("allow", True), (" Yes. ", True), ("ALLOW!", True), ("deny", False), ("no", False)]
)
def test_only_words_that_leave_no_doubt_decide(words: str, allow: bool) -> None:
    assert op_of(approval(), (words,)) == Decide(id="a", allow=allow)


@pytest.mark.parametrize("words", ["", "okay then", "yes, but only once", "allow deny", "do not allow", "always allow"])
def test_any_other_words_leave_a_call_waiting(words: str) -> None:
    with pytest.raises(Declined, match="allow"):
        op_of(approval(), (words,))


def test_questions_are_said_with_their_choices_and_how_to_answer() -> None:
    assert words_of(QuestionAsked(id="q", questions=(COLOURS, FIXED))).splitlines() == [
        "Which colours?",
        "- Red",
        "- Blue",
        "Answer with one or more of these, with commas between them: Red, Blue. Or with words of your own.",
        "Which size?",
        "- S",
        "- L: For most.",
        "Answer with one of: S, L.",
        "Answer each of the 2 questions on a line of its own, or in a part of its own.",
    ]


@pytest.mark.parametrize(
    ("texts", "answers"),
    [
        (("red, BLUE", "l"), (("Red", "Blue"), ("L",))),
        (("red\nS",), (("Red",), ("S",))),
        (("red, green\n\nS",), (("red, green",), ("S",))),
    ],
)
def test_answers_are_labels_where_they_name_them_and_words_where_these_are_taken(
    texts: tuple[str, ...], answers: tuple[tuple[str, ...], ...]
) -> None:
    assert op_of(QuestionAsked(id="q", questions=(COLOURS, FIXED)), texts) == Answer(id="q", answers=answers)


@pytest.mark.parametrize("texts", [("red",), ("red", "XL"), ("red", ""), ("red", "S", "more"), ("red\nS\nmore",)])
def test_answers_that_are_none_leave_a_question_waiting(texts: tuple[str, ...]) -> None:
    with pytest.raises(Declined):
        op_of(QuestionAsked(id="q", questions=(COLOURS, FIXED)), texts)
