import random
from dataclasses import replace

import pytest

from heartbit_tui.kernel.events import Choice, Question, QuestionAsked
from heartbit_tui.kernel.ops import Answer, Decide, Interrupt
from heartbit_tui.tui.keys.actions import ACTIONS
from heartbit_tui.tui.sheets.dialog import KEYS, Dialog
from heartbit_tui.tui.sheets.waiting import Ops, Request, Waiting
from tests.tui.sheets.made import approval, question

LABELS = ("SQLite", "PostgreSQL", "Neither")


def dialog(*requests: Request) -> Dialog:
    made = Dialog()
    for request in requests:
        made.open(request)
    return made


def state(made: Dialog) -> Waiting:
    """What is open."""
    assert made.waiting is not None
    return made.waiting


def press(made: Dialog, *keys: str) -> Ops:
    """All that the keys send; a key may also be words to type."""
    sent: Ops = ()
    for key in keys:
        single = key in KEYS or key in SPECIAL or len(key) == 1
        for each in (key,) if single else tuple(key):
            if made.waiting is not None:
                character = each if len(each) == 1 else None
                sent += made.press("space" if each == " " else each, character, made.waiting.ticket) or ()
    return sent


SPECIAL = frozenset(
    {"enter", "escape", "up", "down", "left", "right", "tab", "backspace", "space", "ctrl+u", "shift+tab"}
)


@pytest.mark.parametrize(
    ("keys", "ops"),
    [
        (("y",), (Decide(id="a", allow=True),)),
        (("1",), (Decide(id="a", allow=True),)),
        (("Y",), (Decide(id="a", allow=True),)),
        (("s",), (Decide(id="a", allow=True, scope="session"),)),
        (("2",), (Decide(id="a", allow=True, scope="session"),)),
        (("a", "enter"), (Decide(id="a", allow=True, scope="project", pattern="bash(ls -l)"),)),
        (("3", "enter"), (Decide(id="a", allow=True, scope="project", pattern="bash(ls -l)"),)),
        (("a", "ctrl+u", "bash(ls)", "enter"), (Decide(id="a", allow=True, scope="project", pattern="bash(ls)"),)),
        (("a", "ctrl+u", "enter"), ()),
        (("a", "escape", "n"), (Decide(id="a", allow=False),)),
        (("n",), (Decide(id="a", allow=False),)),
        (("4",), (Decide(id="a", allow=False),)),
        (("e", "use make", "enter"), (Decide(id="a", allow=False, note="use make"),)),
        (("tab", "  use make ", "enter"), (Decide(id="a", allow=False, note="use make"),)),
        (("e", "enter"), (Decide(id="a", allow=False),)),
        (("e", "yes", "escape", "y"), (Decide(id="a", allow=True),)),
        (("escape",), (Decide(id="a", allow=False), Interrupt())),
        (("ctrl+e", "escape", "escape"), (Decide(id="a", allow=False), Interrupt())),
        (("ctrl+e", "y"), (Decide(id="a", allow=True),)),
        (("enter",), ()),
        (("enter", "enter", "space", "t", "f"), ()),
        (("right", "enter"), (Decide(id="a", allow=True),)),
        (("left", "left", "enter"), (Decide(id="a", allow=False),)),
        (("up", "enter", "not that", "enter"), (Decide(id="a", allow=False, note="not that"),)),
        (
            ("down", "down", "down", "enter", "enter"),
            (Decide(id="a", allow=True, scope="project", pattern="bash(ls -l)"),),
        ),
        (("y", "y"), (Decide(id="a", allow=True),)),
    ],
)
def test_each_key_of_an_approval_does_what_it_says(keys: tuple[str, ...], ops: Ops) -> None:
    assert press(dialog(approval()), *keys) == ops


@pytest.mark.parametrize(
    ("keys", "answers"),
    [
        (("1",), (("SQLite",),)),
        (("3",), (("Neither",),)),
        (("down", "down", "enter"), (("PostgreSQL",),)),
        (("down", "space"), (("SQLite",),)),
        (("up", "enter", "redis", "enter"), (("redis",),)),
        (("w", "redis", "enter"), (("redis",),)),
        (("tab", "redis please", "enter"), (("redis please",),)),
        (("w", "escape", "2"), (("PostgreSQL",),)),
        (("w", "enter", "x", "enter"), (("x",),)),
        (("escape",), ()),
    ],
)
def test_each_key_of_a_question_does_what_it_says(keys: tuple[str, ...], answers: tuple[tuple[str, ...], ...]) -> None:
    assert press(dialog(question()), *keys) == (Answer(id="q", answers=answers),)


@pytest.mark.parametrize("key", ["enter", "space", "4", "9", "0", "y", "n", "a", "backspace", "left", "x"])
def test_no_other_key_answers_a_question_by_itself(key: str) -> None:
    assert press(dialog(question()), key) == ()


def test_several_options_are_ticked_and_confirmed() -> None:
    made = dialog(question(multiple=True))
    assert press(made, "enter") == ()
    assert press(made, "3", "1", "down", "space", "space", "enter") == (
        Answer(id="q", answers=(("SQLite", "Neither"),)),
    )


def test_own_words_join_what_was_ticked() -> None:
    made = dialog(question(multiple=True))
    assert press(made, "1", "w", "redis", "enter") == (Answer(id="q", answers=(("SQLite", "redis"),)),)


def test_without_own_words_there_is_no_row_and_no_key_for_them() -> None:
    made = dialog(question(other=False))
    assert (state(made).rows, press(made, "w")) == (3, ())
    assert press(made, "up", "enter") == (Answer(id="q", answers=(("Neither",),)),)


def test_questions_come_one_at_a_time_and_earlier_ones_can_be_gone_back_to() -> None:
    made = dialog(question(count=3))
    assert press(made, "1", "2") == ()
    assert state(made).at == 2
    press(made, "backspace", "left")
    assert (state(made).at, state(made).lit) == (0, 0)
    assert press(made, "3", "enter", "w", "redis", "enter") == (
        Answer(id="q", answers=(("Neither",), ("PostgreSQL",), ("redis",))),
    )


def test_own_words_and_ticks_are_there_again_when_a_question_is_gone_back_to() -> None:
    made = dialog(question(count=2, multiple=True))
    press(made, "2", "w", "redis", "enter", "backspace")
    assert (state(made).chosen, state(made).own) == (frozenset({1}), "redis")
    assert press(made, "w", "enter", "1", "enter") == (Answer(id="q", answers=(("PostgreSQL", "redis"), ("SQLite",))),)


def test_a_question_without_options_takes_words_at_once() -> None:
    made = dialog(QuestionAsked(id="q", questions=(Question(question="Which name?"),)))
    assert press(made, "heart", "enter") == (Answer(id="q", answers=(("heart",),)),)
    made = dialog(QuestionAsked(id="q", questions=(Question(question="Which name?"),)))
    assert press(made, "x", "escape") == (Answer(id="q", answers=()),)


def test_more_than_nine_options_are_reached_by_the_arrows() -> None:
    options = tuple(Choice(label=f"option {number}") for number in range(1, 13))
    made = dialog(QuestionAsked(id="q", questions=(Question(question="Which?", options=options),)))
    assert press(made, "up", "up", "enter") == (Answer(id="q", answers=(("option 12",),)),)


def test_without_a_proposal_neither_session_nor_always_is_offered() -> None:
    made = dialog(approval(proposal=""))
    assert state(made).acts == ("allow-once", "refuse", "refuse-saying")
    assert press(made, "s", "a", "2", "3") == ()
    assert press(made, "down", "down", "enter") == (Decide(id="a", allow=False),)


def test_a_rule_of_several_lines_is_kept_whole_where_it_was_not_edited() -> None:
    rule = "bash(cat <<E\n\tx \u200b\nE)"
    made = dialog(approval(proposal=rule))
    assert press(made, "a", "enter") == (Decide(id="a", allow=True, scope="project", pattern=rule),)


def test_several_requests_are_counted_and_answered_in_order() -> None:
    made = dialog(approval("a"), approval("b"), question("c"))
    assert (state(made).place, state(made).count) == (1, 3)
    assert press(made, "y") == (Decide(id="a", allow=True),)
    made.open(approval("d"))
    assert (state(made).place, state(made).count) == (2, 4)
    assert press(made, "n", "1") == (Decide(id="b", allow=False), Answer(id="c", answers=(("SQLite",),)))
    made.close("d")
    made.open(approval("e"))
    assert (state(made).place, state(made).count) == (1, 1)


def test_a_request_settled_elsewhere_goes_away_and_takes_what_was_begun_with_it() -> None:
    made = dialog(approval("a"), approval("b"))
    press(made, "e", "because")
    made.close("a")
    assert (state(made).ticket.id, state(made).stage, state(made).entry) == ("b", "choose", None)
    made.close("a")
    made.close("unknown")
    assert (state(made).place, state(made).count) == (2, 2)
    made.clear()
    assert made.waiting is None


def test_what_was_begun_stays_when_another_request_comes_or_goes() -> None:
    made = dialog(approval("a"), approval("b"))
    press(made, "e", "because")
    made.open(approval("c"))
    made.close("b")
    assert state(made).entry is not None
    assert press(made, "enter") == (Decide(id="a", allow=False, note="because"),)


def test_a_request_that_comes_twice_is_one() -> None:
    made = dialog(approval("a"), approval("a"))
    assert state(made).count == 1


def test_what_was_seen_before_cannot_be_answered_any_more() -> None:
    made = dialog(approval("a"))
    seen = state(made).ticket
    made.close("a")
    made.open(approval("a"))
    assert [made.press(key, key, seen) for key in "ysn1"] == [None] * 4
    assert made.pick(0, seen) == ()


def test_two_requests_with_equal_contents_are_different_tickets_with_one_digest() -> None:
    made = dialog(approval("a"))
    first = state(made).ticket
    made.clear()
    made.open(approval("a"))
    second = state(made).ticket
    assert first is not second
    assert first != second
    assert first.digest == second.digest
    assert len(first.digest) == 64
    made.clear()
    made.open(approval("a", input={"command": "ls -la"}))
    assert state(made).ticket.digest != first.digest


def test_a_click_takes_a_choice_and_nothing_beyond_them() -> None:
    for index, ops in enumerate(
        [
            (Decide(id="a", allow=True),),
            (Decide(id="a", allow=True, scope="session"),),
            (),
            (Decide(id="a", allow=False),),
        ]
    ):
        made = dialog(approval())
        assert made.pick(index, state(made).ticket) == ops
    made = dialog(approval())
    assert [made.pick(index, state(made).ticket) for index in (-1, 5, 99)] == [()] * 3


def test_pasted_text_goes_into_the_line_that_is_written_and_nowhere_else() -> None:
    made = dialog(approval())
    assert made.paste("y\n") is False
    press(made, "e")
    assert made.paste("use\n make\t") is True
    assert press(made, "enter") == (Decide(id="a", allow=False, note="use make"),)


def test_other_keys_can_be_given_for_every_act() -> None:
    made = Dialog({"j": "allow-once", "k": "refuse"})
    made.open(approval())
    assert press(made, "y", "n", "j") == (Decide(id="a", allow=True),)


def test_the_acts_are_those_of_the_list_of_actions_with_its_keys() -> None:
    listed = {key: action.name for action in ACTIONS if action.where == ("sheet",) for key in action.keys}
    assert dict(KEYS) == listed


def test_whatever_happens_an_op_names_the_request_that_was_seen_when_the_key_was_pressed() -> None:
    """The screen may be behind: keys are pressed for what was drawn last, which may be gone by then."""
    chance = random.Random(11)
    keys = ["y", "1", "s", "a", "n", "e", "x", "w", *sorted(SPECIAL)]
    sent = 0
    for run in range(1000):
        made, drawn, answered = Dialog(), None, list[str]()
        for number in range(40):
            match chance.choice(
                ["open", "close", "draw", "key", "key", "key", "clear"] if run % 3 else ["open", "draw", "key", "key"]
            ):
                case "open":
                    made.open(chance.choice([approval(f"a{number}"), question(f"q{number}", count=2)]))
                case "close":
                    made.close(f"{chance.choice('aq')}{chance.randrange(max(number, 1))}")
                case "draw":
                    drawn = made.waiting and made.waiting.ticket
                case "clear" if chance.random() < 0.2:
                    made.clear()
                case _ if drawn is not None:
                    key = chance.choice(keys)
                    for op in made.press(key, key if len(key) == 1 else None, drawn) or ():
                        if isinstance(op, Decide | Answer):
                            assert op.id == drawn.id
                            answered.append(op.id)
                case _:
                    pass
        assert len(answered) == len(set(answered))
        sent += len(answered)
    assert sent > 500


def test_the_columns_that_were_chosen_stay_for_the_next_request() -> None:
    made = dialog(approval("a"), approval("b"))
    press(made, "t", "y")
    assert state(made).split is True
    assert replace(state(made), split=False) != state(made)
