"""The inbox and next beats in lines: what stands in them is told, whole and never obeyed."""

import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from heartbit_tui.client import letters
from heartbit_tui.client.beats import NO_DAEMON, Coming, Due, ordered, when
from heartbit_tui.client.letters import Behind, who
from heartbit_tui.store.inbox import Letter, LetterKind
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.lines.setting import cells
from heartbit_tui.tui.screens import beats, inbox
from heartbit_tui.tui.theme.ink import ink
from heartbit_tui.tui.theme.load import load
from tests.tui.hostile.texts import LONG, SHORT

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
LETTER = Letter(id=7, at=NOW - timedelta(hours=2), kind="reply", source="heartbit", title="t", text="text")
LOOK = Look(60, ink(load("heartbit")))
DIFF = "--- a/p.py\n+++ b/p.py\n@@ -1 +1 @@\n-one\n+two\n"
TEXTS = tuple(dict.fromkeys((*SHORT, *LONG)))
DUE = Due(kind="heartbeat", name="/h/notes/HEARTBEAT.md", next=NOW + timedelta(minutes=12), stands="fine")


def told(lines: Iterable[Line]) -> str:
    return "\n".join(line.text for line in lines)


def harmful(lines: Iterable[Line]) -> list[str]:
    """The lines with letters that a terminal would obey, and those that are too wide."""
    found = [line.text for line in lines]
    return [
        text
        for text in found
        if cells(text) > LOOK.width or any(unicodedata.category(each) in ("Cc", "Cs") for each in text)
    ]


@pytest.mark.parametrize("kind", get_args(LetterKind))
def test_each_kind_of_letter_is_told(kind: LetterKind) -> None:
    letter = replace(LETTER, kind=kind, cost_usd=0.5)
    text = told(inbox.lines(letter, Behind(), NOW, LOOK))
    assert all(each in text for each in ("the pulse", letters.how(letter), "2 h ago", "$0.5000", "letter 7", "text"))


def test_a_source_is_told_in_words() -> None:
    sources = (
        "cron:tidy",
        "heartbeat:notes/HEARTBEAT.md",
        "sensor:mail",
        "meditation",
        "memory meditate",
        "api",
        "cron:",
    )
    assert [who(replace(LETTER, source=each)) for each in sources] == [
        "schedule tidy",
        "heartbeat notes/HEARTBEAT.md",
        "sensor mail",
        "meditation",
        "meditation",
        "a task of api",
        "a task of cron:",
    ]


def test_changes_are_shown_as_diffs_and_those_without_one_by_name() -> None:
    letter = replace(LETTER, changed=("/p/p.py", "/p/other.bin"))
    text = told(inbox.lines(letter, Behind(diff=DIFF, unshown=("/p/other.bin",)), NOW, LOOK))
    assert all(
        each in text for each in ("2 files changed", "p.py", "one", "two", "/p/other.bin  no diff of it is kept")
    )


def test_a_long_diff_is_cut_and_says_so() -> None:
    hunks = "".join(f"@@ -{at} +{at} @@\n-a\n+b\n" for at in range(1, 9_000, 9))
    found = inbox.lines(LETTER, Behind(diff=f"--- a/p\n+++ b/p\n{hunks}"), NOW, LOOK)
    assert len(found) < 1_000
    assert "… and more" in found[-1].text


def test_no_text_of_a_letter_is_obeyed() -> None:
    for text in TEXTS:
        letter = replace(LETTER, title=text, text=text, source=text, changed=(text,))
        behind = Behind(skill=text, state=text, note=text, diff=DIFF.replace("two", text), unshown=(text,))
        found = [*inbox.lines(letter, behind, NOW, LOOK), *inbox.preview(letter, NOW, LOOK)]
        assert harmful(found) == [], repr(text[:80])


def test_no_text_of_a_beat_is_obeyed() -> None:
    for text in TEXTS:
        due = replace(DUE, name=text, stands=text, last=text, fault=text, why=((text[:20], text),))
        assert harmful(beats.lines(due, Coming(notes=(text,)), NOW, LOOK)) == [], repr(text[:80])


def test_without_a_daemon_no_beat_seems_to_come_by_itself() -> None:
    coming = Coming(due=(DUE,), notes=(NO_DAEMON,))
    assert "no daemon runs" in beats.row(DUE, coming, NOW, "/h").note
    text = told(beats.lines(DUE, coming, NOW, LOOK))
    assert all(each in text for each in ("if a daemon ran now", "`heartbit daemon` starts one"))
    alive = Coming(due=(DUE,), lives=True)
    assert "no daemon" not in beats.row(DUE, alive, NOW, "/h").note
    assert "if a daemon ran" not in told(beats.lines(DUE, alive, NOW, LOOK))


def test_what_is_wrong_comes_first_then_what_is_next() -> None:
    late = replace(DUE, name="late", next=NOW + timedelta(hours=3))
    never = replace(DUE, name="never", next=None)
    wrong = replace(DUE, name="wrong", next=None, fault="It has no table.")
    rests = replace(DUE, name="rests", rests=True)
    working = replace(DUE, name="working", at_work=True)
    assert [each.name for each in ordered((never, late, rests, DUE, wrong))] == [
        "wrong",
        DUE.name,
        "late",
        "never",
        "rests",
    ]
    assert [when(each, NOW) for each in (DUE, late, never, rests, working)] == [
        "in 12m",
        "in 3h",
        "never",
        "rests",
        "now",
    ]
    assert beats.row(wrong, Coming(), NOW, "/h").mark[1] == "error"
    assert "It has no table." in beats.row(wrong, Coming(), NOW, "/h").note
