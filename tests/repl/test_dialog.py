import pytest

from heartbit_tui.kernel.events import ApprovalRequested, Choice, Question, QuestionAsked
from heartbit_tui.kernel.messages import ToolCall
from heartbit_tui.kernel.ops import Answer, Decide, Interrupt, Op
from heartbit_tui.repl.dialog import Dialog


def approval(id: str = "a", proposal: str = "bash(ls)") -> ApprovalRequested:
    call = ToolCall(id=f"call-{id}", name="bash", input={"command": "ls"})
    return ApprovalRequested(turn=1, tool_names=("bash",), id=id, call=call, proposal=proposal)


def question(*, multiple: bool = False, other: bool = True, count: int = 1) -> QuestionAsked:
    options = (Choice(label="red"), Choice(label="green"), Choice(label="blue"))
    one = Question(question="Which?", options=options, multiple=multiple, allow_other=other)
    return QuestionAsked(id="q", questions=(one,) * count)


def dialog(*requests: ApprovalRequested | QuestionAsked) -> Dialog:
    made = Dialog()
    for request in requests:
        made.open(request)
    return made


@pytest.mark.parametrize(
    ("keys", "lines", "ops"),
    [
        ("y", (), (Decide(id="a", allow=True),)),
        ("1", (), (Decide(id="a", allow=True),)),
        ("s", (), (Decide(id="a", allow=True, scope="session"),)),
        ("2", (), (Decide(id="a", allow=True, scope="session"),)),
        ("n", (), (Decide(id="a", allow=False),)),
        ("4", (), (Decide(id="a", allow=False),)),
        ("a", ("bash(ls -l)",), (Decide(id="a", allow=True, scope="project", pattern="bash(ls -l)"),)),
        ("3", ("",), (Decide(id="a", allow=True, scope="project", pattern="bash(ls)"),)),
        ("e", ("use git ls-files",), (Decide(id="a", allow=False, note="use git ls-files"),)),
    ],
)
def test_keys_of_an_approval(keys: str, lines: tuple[str, ...], ops: tuple[Op, ...]) -> None:
    made = dialog(approval())
    sent = [made.key(key) for key in keys]
    sent += [made.line(line) for line in lines]
    assert tuple(op for each in sent for op in each or ()) == ops


def test_other_keys_mean_nothing() -> None:
    made = dialog(approval())
    meant = {chr(code) for code in range(32, 127) if dialog(approval()).key(chr(code)) is not None}
    assert meant == set("ysane1234")
    assert made.key("enter") is None
    assert Dialog().key("y") is None


def test_what_may_not_be_remembered_is_not_offered() -> None:
    made = dialog(approval(proposal=""))
    assert [made.key(key) for key in "sa23"] == [None, None, None, None]
    assert made.key("y") == (Decide(id="a", allow=True),)


def test_escape_refuses_and_gives_the_turn_back() -> None:
    assert dialog(approval()).refuse() == (Decide(id="a", allow=False), Interrupt())
    assert dialog(question()).refuse() == (Answer(id="q", answers=()),)


def test_escape_out_of_the_rule_leads_back_to_the_choice() -> None:
    made = dialog(approval())
    made.key("a")
    made.back()
    assert made.key("y") == (Decide(id="a", allow=True),)


def test_requests_come_one_after_the_other_and_are_counted() -> None:
    made = dialog(approval("a"), approval("b"), approval("c"))
    places: list[tuple[int, int]] = []
    for name in ("a", "b", "c"):
        waiting = made.waiting
        assert waiting is not None
        assert waiting.request.id == name
        places.append((waiting.place, waiting.count))
        made.close(name)
    assert places == [(1, 3), (2, 3), (3, 3)]
    assert made.waiting is None


def test_a_request_that_was_settled_elsewhere_leaves_what_is_being_typed_alone() -> None:
    made = dialog(approval("a"), approval("b"))
    made.key("e")
    made.close("b")
    assert made.line("no") == (Decide(id="a", allow=False, note="no"),)


def test_the_keys_of_questions() -> None:
    assert dialog(question()).key("2") == (Answer(id="q", answers=(("green",),)),)
    assert dialog(question()).key("4") is None
    several = dialog(question(multiple=True))
    assert [several.key(key) for key in ("3", "1", "2", "2", "enter")] == [
        (),
        (),
        (),
        (),
        (Answer(id="q", answers=(("red", "blue"),)),),
    ]
    assert dialog(question(multiple=True)).key("enter") is None
    assert dialog(question(other=False)).key("w") is None


def test_several_questions_are_answered_one_by_one() -> None:
    made = dialog(question(count=2))
    assert [made.key("1"), made.key("w"), made.line("none of these")] == [
        (),
        (),
        (Answer(id="q", answers=(("red",), ("none of these",))),),
    ]


@pytest.mark.parametrize(
    ("request_", "line", "ops"),
    [
        (approval(), "y", (Decide(id="a", allow=True),)),
        (approval(), "YES", (Decide(id="a", allow=True),)),
        (approval(), "session", (Decide(id="a", allow=True, scope="session"),)),
        (approval(), "n", (Decide(id="a", allow=False),)),
        (approval(), "no use the other one", (Decide(id="a", allow=False, note="use the other one"),)),
        (approval(), "a", ()),
        (approval(), "", None),
        (approval(), "maybe", None),
        (approval(), "yes and more", None),
        (question(), "1", (Answer(id="q", answers=(("red",),)),)),
        (question(), "green", (Answer(id="q", answers=(("green",),)),)),
        (question(), "9", (Answer(id="q", answers=(("9",),)),)),
        (question(), "something else", (Answer(id="q", answers=(("something else",),)),)),
        (question(multiple=True), "1, 3", (Answer(id="q", answers=(("red", "blue"),)),)),
        (question(other=False), "something else", ()),
        (question(), "-", (Answer(id="q", answers=()),)),
        (question(), "", None),
    ],
)
def test_whole_lines_mean_the_same_as_keys(
    request_: ApprovalRequested | QuestionAsked, line: str, ops: tuple[Op, ...] | None
) -> None:
    assert dialog(request_).spoken(line) == ops


def test_no_line_that_is_no_clear_yes_allows_anything() -> None:
    lines = ["", " ", "yy", "yes?", "y!", "ok", "sure", "allow", "1 2", "y n", "true", "\x1b", "\ud800", "Y E S", "ja"]
    assert [line for line in lines if dialog(approval()).spoken(line)] == []
