"""At a terminal, what asks for a screen gets one, and what asks for output gets that."""

import pytest

from heartbit_tui.cli.lookup import find
from heartbit_tui.cli.options import options
from heartbit_tui.cli.parser import parse
from heartbit_tui.cli.screen import wanted
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.runtime.options import New, Resume, Which


@pytest.mark.parametrize(
    ("words", "screen"),
    [
        ((), True),
        (("fix", "it"), True),
        (("run",), True),
        (("run", "fix it"), True),
        (("--demo",), True),
        (("-c",), True),
        (("--resume", "abc", "--fork"), True),
        (("--model", "m", "--permission-mode", "plan", "fix it"), True),
        (("--on-ask", "fail", "fix it"), True),
        (("--max-cost", "1", "fix it"), True),
        (("-p", "fix it"), False),
        (("-p",), False),
        (("--print=",), False),
        (("--headless", "fix it"), False),
        (("--json", "fix it"), False),
        (("--output-format", "json", "fix it"), False),
        (("--output-format", "text", "fix it"), True),
        (("--input-format", "stream-json"), False),
        (("--include-partial-messages", "fix it"), False),
        (("--json-schema", "{}", "fix it"), False),
        (("--output-schema", "f", "fix it"), False),
        (("-o", "f", "fix it"), False),
        (("-v", "fix it"), False),
        (("--image", "a.png", "fix it"), False),
        (("-",), False),
    ],
)
def test_the_words_decide(words: tuple[str, ...], screen: bool) -> None:
    meant = find(words)
    assert meant.command.name == "run"
    assert wanted(parse(meant.command, meant.rest)) is screen


@pytest.mark.parametrize(
    ("words", "which", "mode"),
    [
        ((), New(), None),
        (("-c",), Resume(), None),
        (("--resume", "abc", "--fork"), Resume(id="abc", fork=True), None),
        (("--session", "mine", "fix it"), New(id="mine"), None),
        (("--permission-mode", "plan"), New(), Mode.PLAN),
        (("--approve",), New(), Mode.ASK),
    ],
)
def test_flags_mean_for_the_screen_what_they_mean_elsewhere(
    words: tuple[str, ...], which: Which, mode: Mode | None
) -> None:
    meant = find(words)
    given = options(parse(meant.command, meant.rest), surface="tui", on_ask="person")
    assert (given.surface, given.on_ask, given.which, given.mode) == ("tui", "person", which, mode)
