import random

import pytest

from heartbit_tui.kernel.events import ApprovalRequested, Choice, Question, QuestionAsked
from heartbit_tui.kernel.messages import ToolCall
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.lines.measure import cells
from heartbit_tui.tui.sheets import approval as approvals, asking
from heartbit_tui.tui.sheets.body import Body, items
from heartbit_tui.tui.sheets.dialog import Dialog
from heartbit_tui.tui.sheets.frame import Drawn, View
from heartbit_tui.tui.sheets.sheet import HINTS
from heartbit_tui.tui.sheets.subject import subject
from heartbit_tui.tui.sheets.waiting import Request
from tests.tui.sheets.made import approval, change, inked, question
from tests.tui.sheets.test_exact import ACTING, BIDI, INVISIBLE, TROJAN

INK = inked()
BAD = "\u202e\x1b]0;x\x07\u200b[bold red]x[/] p\u0430y\r\n\t\ud800" + " " * 50 + "end"


def drawn(dialog: Dialog, width: int = 120, rows: int = 20, *, offset: int = 0, ready: bool = True) -> Drawn:
    """What waits, drawn."""
    assert dialog.waiting is not None
    view = View(
        waiting=dialog.waiting, look=Look(width, INK), rows=rows, hints=HINTS, offset=offset, ready=ready, draft="hi"
    )
    if not isinstance(dialog.waiting.request, ApprovalRequested):
        return asking.drawn(view)
    told = subject(dialog.waiting.request, "~/proj")
    return approvals.drawn(view, told, Body(items(told), view.look, divided=dialog.waiting.split))


def texts(sheet: Drawn) -> list[str]:
    return [line.text.rstrip() for line in sheet.lines]


def dialog(request: Request, *keys: str, agent: str = "") -> Dialog:
    made = Dialog()
    made.open(request, agent)
    for key in keys:
        assert made.waiting is not None
        made.press(key, key if len(key) == 1 else None, made.waiting.ticket)
    return made


def hostile() -> list[Request]:
    """Requests in which every text is hostile."""
    call = ToolCall(id=BAD, name=f"tool{BAD}", input={BAD: BAD, "url": f"https://{BAD}"})
    one = Question(question=BAD, header=BAD, options=(Choice(label=BAD, description=BAD), Choice(label="b" + BAD)))
    return [
        ApprovalRequested(
            turn=1,
            tool_names=("x",),
            id="a",
            call=call,
            reason=BAD,
            rule=BAD,
            proposal=f"bash({BAD})",
            preview=BAD,
            precedent=BAD,
        ),
        QuestionAsked(id="q", questions=(one, one)),
        change(diff=f"--- a/{BAD}\n+++ b/x\n@@ -1 +1 @@ {BAD}\n-{BAD}\n+{BAD}\n"),
    ]


def test_an_approval_reads_from_what_over_why_to_the_choices() -> None:
    assert texts(drawn(dialog(approval(), agent="reviewer"))) == [
        "─ ? bash  Run this command? " + "─" * 81 + " reviewer ─",
        "  $ ls -l",
        "  in ~/proj",
        "",
        "  The bash tool would run a program, and no rule allows exactly this.",
        "",
        "  y Yes, once    s Yes, this session    a Always, in this project…    n No    e No, and say why…",
        "  Esc no, and stop the run   Ctrl+E why",
    ]


def test_a_wider_rule_tells_on_one_line_what_it_would_have_allowed() -> None:
    told = "It would have allowed 14 of your last 20 asks, such as `pytest -q a`, not `git push -f`."
    wider = approval(proposal="bash(pytest -q:*)", precedent=told)
    assert texts(drawn(dialog(wider)))[4:7] == [
        "  The bash tool would run a program, and no rule allows exactly this.",
        f"  Always: bash(pytest -q:*). {told}",
        "",
    ]
    assert f"  {told}" in texts(drawn(dialog(wider, "ctrl+e")))
    narrow = texts(drawn(dialog(wider), width=50))
    at = next(number for number, line in enumerate(narrow) if line.startswith("  Always:"))
    assert (narrow[at + 1][-2:], narrow[at + 2]) == (" …", "")


def test_the_rule_is_shown_before_it_is_kept_with_where_it_holds() -> None:
    assert texts(drawn(dialog(approval(), "a")))[-4:] == [
        "  Always allow, in this project:",
        "    bash(ls -l)",
        "  Whatever this rule fits runs without asking from now on. It is kept among your /permissions.",
        "  Enter allow, and keep the rule   Esc back",
    ]


def test_a_rule_for_a_command_that_would_not_be_kept_is_told_before() -> None:
    assert "is not kept" in texts(drawn(dialog(approval(), "a", "*")))[-2]
    wild = approval(input={"command": "ls *.py"})
    assert "is not kept" not in texts(drawn(dialog(wild, "a")))[-2]


def test_an_explanation_tells_the_rule_the_reason_what_would_be_kept_and_the_call() -> None:
    made = dialog(approval(), "ctrl+e")
    assert made.waiting is not None
    assert texts(drawn(made))[4:8] == [
        "  No rule decides this, so the ask mode asks.",
        "  The bash tool would run a program, and no rule allows exactly this.",
        "  Always would remember: bash(ls -l)",
        f"  Call call-a, sha256 of tool and arguments {made.waiting.ticket.digest[:16]}",
    ]


@pytest.mark.parametrize(
    ("width", "rows", "choices"),
    [
        (120, 20, ["  y Yes, once    s Yes, this session    a Always, in this project…    n No    e No, and say why…"]),
        (80, 12, ["  y once   s session   a always…   n no   e no, because…"]),
        (50, 12, ["  y once  s session  a always  n no  e why"]),
        (
            40,
            12,
            [
                "  y Yes, once",
                "  s Yes, this session",
                "  a Always, in this project…",
                "  n No",
                "  e No, and say why…",
            ],
        ),
        (40, 7, ["  y once  s session  a always  n no", "  e why"]),
        (20, 3, ["  y  s  a  n  e"]),
    ],
)
def test_the_choices_take_as_much_room_as_there_is(width: int, rows: int, choices: list[str]) -> None:
    sheet = drawn(dialog(approval()), width, rows)
    shown = texts(sheet)
    assert [shown[row] for row in sorted({spot.row for spot in sheet.spots})] == choices
    assert "  $ ls -l" in shown
    for spot in sheet.spots:
        assert sheet.lines[spot.row].text[spot.start : spot.end].split()[0] == "ysane"[spot.index]


def test_a_question_reads_from_what_is_asked_to_the_options() -> None:
    assert texts(drawn(dialog(question(count=2, multiple=True), "2"), 60)) == [
        "─ ? question  Database " + "─" * 19 + " question 1 of 2 ─",
        "  Which database should the service use?",
        "",
        "  1 ☐ SQLite  One file, nothing to run.",
        "  2 ☑ PostgreSQL  A server; needs one to be there.",
        "  3 ☐ Neither",
        "  w   In my own words…",
        "",
        "  Esc no answer   1-3 tick   ↑ ↓ move   Space tick",
    ]


def test_the_end_of_what_does_not_fit_is_always_in_view_with_the_number_of_lines_that_are_not() -> None:
    request = approval(input={"command": "\n".join(f"echo {number}" for number in range(100)) + "\nrm -rf ~"})
    for rows in range(6, 30):
        for offset in (0, 1, 7, 50):
            shown = texts(drawn(dialog(request), 80, rows, offset=offset))
            assert any("rm -rf ~" in row for row in shown)
            assert any("more line" in row for row in shown)
    whole = [drawn(dialog(request), 80, 20, offset=offset) for offset in range(100)]
    seen = {row.strip() for sheet in whole for row in texts(sheet)}
    assert {f"echo {number}" for number in range(1, 100)} <= seen


def test_of_many_options_the_lit_one_is_always_in_view() -> None:
    options = tuple(Choice(label=f"option {number}", description="what it means") for number in range(30))
    request = QuestionAsked(id="q", questions=(Question(question="Which?", options=options),))
    for turns in range(1, 32):
        sheet = drawn(dialog(request, *["down"] * turns), 40, 9)
        assert turns - 1 in {spot.index for spot in sheet.spots}
        assert len(sheet.lines) <= 9


def test_nothing_hostile_reaches_the_screen_from_any_text() -> None:
    bad = set(ACTING + BIDI + INVISIBLE + "\t\r\ud800")
    counted = 0
    for request in hostile():
        for keys in ((), ("a",), ("e", "x"), ("ctrl+e",), ("t",), ("w", "x"), ("down",)):
            for width in (120, 60, 20):
                sheet = drawn(dialog(request, *keys, agent=BAD), width)
                assert set("".join(texts(sheet))) & bad == set()
                counted += 1
    assert counted == 63


def test_markup_is_shown_as_it_is() -> None:
    shown = "".join(texts(drawn(dialog(approval(input={"command": "echo [bold]x[/bold] [/] [@click=quit]"})))))
    assert "[bold]x[/bold] [/] [@click=quit]" in shown


def test_no_size_and_no_state_draws_more_than_there_is_room_for() -> None:
    chance = random.Random(23)
    keys = ["a", "e", "w", "x", "1", "down", "up", "ctrl+e", "t", "left", "space", "enter"]
    requests = [*hostile(), approval(), change(), question(count=3), question(multiple=True, other=False)]
    requests += [approval(input={"command": text}) for text in TROJAN[:20]]
    for _ in range(600):
        made = Dialog()
        made.open(chance.choice(requests), chance.choice(["", "agent", BAD]))
        for _ in range(chance.randrange(4)):
            if made.waiting is not None:
                key = chance.choice(keys)
                made.press(key, key if len(key) == 1 else None, made.waiting.ticket)
        if made.waiting is None:
            continue
        width, rows = chance.randrange(1, 130), chance.randrange(1, 30)
        sheet = drawn(made, width, rows, offset=chance.randrange(30), ready=chance.random() < 0.5)
        assert len(sheet.lines) <= rows
        if width >= 8:
            assert [line.text for line in sheet.lines if cells(line.text) > width] == []
        for spot in sheet.spots:
            assert 0 <= spot.row < rows
