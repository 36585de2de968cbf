"""Whatever the bytes: no exception, and nothing that is broken passes."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from heartbit_tui.kernel.ops import Mode
from heartbit_tui.kernel.protocols import Allow
from heartbit_tui.permissions import allow_all, parse, shell
from heartbit_tui.permissions.shell import Simple, Word
from tests.permissions.calls import bash, gate
from tests.permissions.shell.corpus import READ_ONLY
from tests.permissions.shell.dangers import DANGERS, PLACES, SUBSTITUTED

SIGNS = "abls -/.*?~$(){}[]<>|&;'\"\\`#!=\n\t0123€\u200b\r\x1b\0"
HIDDEN = (
    "\r",
    "\x1b",
    "\x07",
    "\u200b",
    "\u202e",
    "\u2066",
    "\u00a0",
    "\u3000",
    "\ufeff",
    "\u2028",
    "\x85",
    "\x7f",
    "\U000e0041",
)
BROKEN = (
    "ls '",
    'ls "',
    "ls `",
    "ls $(",
    "ls (",
    "ls \\",
    "ls <<",
    "if ls",
    "ls |",
    "ls &&",
    "for",
    "case x",
    "ls )",
    "{ ls",
)


@pytest.mark.security("P9")
def test_p9_random_bytes_raise_nothing(record_property: Callable[[str, object], None]) -> None:
    dice, cases = random.Random(1), 6_000
    for _ in range(cases):
        text = "".join(dice.choices(SIGNS, k=dice.randrange(1, 40)))
        assert isinstance(shell.look(text).unclear, str)
    record_property("cases", cases)


@pytest.mark.security("P9")
def test_p9_cut_and_spliced_scripts_raise_nothing(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    dice, checked, cases = random.Random(2), gate(tmp_path / "w"), 0
    scripts = tuple(place.format(danger) for place in (*PLACES, *SUBSTITUTED) for danger in DANGERS[::7])
    for script in scripts:
        at = dice.randrange(len(script))
        other = dice.choice(scripts)
        for text in (script[:at], script[at:], script[:at] + other[at:]):
            checked.decide(bash(text), Mode.ASK)
            cases += 1
    record_property("cases", cases)


@pytest.mark.security("P9")
def test_p9_no_hidden_character_passes(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    checked = gate(tmp_path / "w", parse("bash(git log:*)", "allow"), allow_all())
    lines = tuple(
        line[:at] + sign + line[at:] for line in READ_ONLY[::9] for sign in HIDDEN for at in (0, 2, len(line))
    )
    assert len(lines) >= 200
    assert [line for line in lines if isinstance(checked.decide(bash(line), Mode.ASK), Allow)] == []
    record_property("cases", len(lines))


@pytest.mark.security("P9")
def test_p9_what_cannot_be_parsed_never_passes(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    checked = gate(tmp_path / "w", parse("bash(ls:*)", "allow"))
    lines = tuple(f"{line}; {broken}" for line in READ_ONLY[::10] for broken in BROKEN)
    assert len(lines) >= 200
    assert [line for line in lines if isinstance(checked.decide(bash(line), Mode.ASK), Allow)] == []
    record_property("cases", len(lines))


@pytest.mark.security("P9")
def test_p9_a_line_that_begins_with_a_backslash_is_a_line_of_its_own(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """The grammar takes it as more words of the line before."""
    checked = gate(tmp_path / "w", parse("bash(git log:*)", "allow"))
    firsts = ("ls", "git log", "ls >/dev/null", "cat a <b", "[ -f x ]", "echo a", "LANG=C ls", "ls 2>&1", "cat <<<x")
    lines = tuple(
        f"{first}{gap}\\{danger}" for first in firsts for gap in ("\n", " \n ", "\n\n") for danger in DANGERS[:20]
    )
    assert len(lines) >= 200
    assert [line for line in lines if isinstance(checked.decide(bash(line), Mode.ACCEPT_EDITS), Allow)] == []
    record_property("cases", len(lines))


def test_a_line_is_seen_as_its_commands() -> None:
    seen = shell.look("LANG=C l's' \"-l\" | cat *.py > out < in; cd src && $x `pwd`")
    found = [(tuple(word.text for word in one.words), one.assigned, one.folders) for one in seen.commands]
    assert found == [
        (("ls", "-l"), ("LANG",), ("",)),
        (("cat", "*.py"), (), ("",)),
        (("cd", "src"), (), ("",)),
        (("pwd",), (), ("src",)),
        (("$x", "`pwd`"), (), ("src",)),
    ]
    assert [file.path for file in (*seen.writes, *seen.reads)] == ["out", "in"]
    assert seen.unclear == "what $x stands for cannot be told"
    assert shell.look("ls \\\n -l").commands == (Simple((Word("ls"), Word("-l"))),)
