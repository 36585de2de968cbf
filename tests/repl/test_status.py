"""The lines around the draft say what they have to say at every width."""

from heartbit_tui.kernel.events import ApprovalRequested
from heartbit_tui.kernel.messages import ToolCall
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.repl.dialog import Waiting
from heartbit_tui.repl.status import Now, choices, fragments, tail

CALL = ToolCall(id="c", name="bash", input={"command": "make test"})
ASKED = ApprovalRequested(turn=1, tool_names=("bash",), id="a", call=CALL, proposal="bash(make test)")
ONE = Waiting(request=ASKED, place=1, count=1, stage="choose")


def lines(width: int) -> list[str]:
    text = "".join(part for _, part in fragments(Now(mode=Mode.ASK, width=width, waiting=ONE)))
    return text.split("\n")


def test_every_key_and_the_rule_are_shown_whole_at_every_usual_width() -> None:
    for width in range(40, 201):
        shown = lines(width)
        assert max(map(len, shown)) < width
        assert " · ".join(shown[:-1]) == (
            "bash? y once · s session · a always · n no · e no, with words · always would be bash(make test)"
        )


def test_of_several_requests_the_one_that_is_meant_is_named() -> None:
    of_two = Waiting(request=ASKED, place=1, count=2, stage="choose")
    assert choices(of_two).startswith("1 of 2: bash make test? y once")


def test_words_are_not_broken_while_they_are_written() -> None:
    assert tail("some words that come", 12, 6) == ["some words", "that come"]
    assert tail("a" * 30, 12, 2) == ["a" * 11, "a" * 8]
    assert tail("one\n\n two", 12, 6) == ["one", "", " two"]
