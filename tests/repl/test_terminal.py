"""Keys and screen at a real terminal, with a model service that plays a script."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.repl.service import call, desk, service
from tests.repl.terminal import Screen, environment, talk
from tests.samples import FULL
from tests.tools.calls import running

WORD = f"60.{os.getpid()}"
"""Seconds that only processes of these tests sleep: in a sandbox they have ids of their own."""

LOOP = "while :; do sleep 0.1; done"

SLOW: dict[str, Any] = {"blocks": [{"text": "word " * 400}], "chunk": 10, "pace": 0.05}
"""An answer that takes 10 s: nobody waits for its end."""

BASH: dict[str, Any] = {"blocks": [{"text": "I look."}, call("bash", command="echo seen > seen.txt; echo out")]}
READY = r"y once"
RESUME = r"heartbit chat --resume \S+"


@pytest.mark.parametrize("key", ["\x1b", "\x03"])
def test_a_run_is_stopped_with_its_text_kept_and_the_next_prompt_is_answered(tmp_path: Path, key: str) -> None:
    with desk(tmp_path, SLOW, {"blocks": [{"text": "I go on."}], "when": "go on"}) as made, made.screen() as screen:
        screen.keys("write\r")
        screen.until("Esc stops.*word")
        screen.keys(key)
        screen.until(r"word word.*stopped: the user.*ask>")
        screen.keys("go on\r")
        screen.until(r"> go on.*I go on\.")
        screen.keys("\x04")
        assert screen.ended() == 0
        assert screen.modes == screen.first
        assert "heartbit chat --resume" in screen.text


def test_words_typed_during_a_run_steer_it_or_wait_for_its_end(tmp_path: Path) -> None:
    script = (
        BASH,
        {"blocks": [{"text": "Heard you."}], "when": "be brief"},
        {"blocks": [{"text": "Now the second."}], "when": "second task"},
    )
    with desk(tmp_path, *script) as made, made.screen() as screen:
        screen.keys("look\r")
        screen.until(READY)
        screen.keys("be brief\r")
        screen.keys("second task\x1b\r")
        screen.until(r"… second task.*" + READY)
        screen.keys("y")
        screen.until(r"✓ bash.*» be brief.*Heard you\..*> second task.*Now the second\.")
        screen.keys("\x04")
        assert screen.ended() == 0
    assert (made.project / "seen.txt").read_text() == "seen\n"


def test_what_is_typed_fast_goes_to_the_draft_and_never_answers(tmp_path: Path) -> None:
    with desk(tmp_path, BASH, "Refused then.") as made, made.screen() as screen:
        screen.keys("look\r")
        screen.until(READY)
        screen.keys("yesssnaa1234")
        screen.until("yesssnaa1234")
        screen.until(READY)
        assert not (made.project / "seen.txt").exists()
        screen.keys("n")
        screen.until(r"refused.*Refused then\..*yesssnaa1234")
        screen.keys("\x03")
        screen.keys("\x04")
        assert screen.ended() == 0
    assert not (made.project / "seen.txt").exists()


def test_the_words_of_a_refusal_reach_the_model_and_the_draft_comes_back(tmp_path: Path) -> None:
    told = {"blocks": [{"text": "I use printf."}], "when": "says: not echo"}
    with desk(tmp_path, BASH, told) as made, made.screen() as screen:
        screen.keys("look\r")
        screen.until(READY)
        screen.keys("my draft")
        screen.until(r"my draft")
        screen.until(READY)
        screen.keys("e")
        screen.until("reason>")
        screen.keys("not echo\r")
        screen.until(r"refused: not echo.*I use printf\..*ask>")
        screen.keys(" goes on\x01\x0b\x04")
        assert screen.ended() == 0
        assert "my draft" in screen.text.partition("refused: not echo")[2]


def test_a_rule_is_shown_edited_and_kept(tmp_path: Path) -> None:
    again = {"blocks": [call("bash", command="touch one")]}
    script = ({"blocks": [call("bash", command="touch one")]}, again, "Both ran.")
    with desk(tmp_path, *script) as made, made.screen() as screen:
        screen.keys("look\r")
        screen.until(READY)
        screen.keys("a")
        screen.until(r"rule>.*bash\(touch one\)")
        screen.keys("\r")
        screen.until(r"allowed always here.*✓ bash.*✓ bash.*Both ran\.")
        screen.keys("\x04")
        assert screen.ended() == 0


def test_escape_at_a_request_refuses_and_stops(tmp_path: Path) -> None:
    with desk(tmp_path, BASH) as made, made.screen() as screen:
        screen.keys("look\r")
        screen.until(READY)
        screen.keys("\x1b")
        screen.until(r"stopped: the user.*ask>")
        screen.keys("\x04")
        assert screen.ended() == 0
    assert not (made.project / "seen.txt").exists()


def test_a_question_is_answered_by_a_number_or_by_words(tmp_path: Path) -> None:
    options = [{"label": "red", "description": "warm"}, {"label": "green", "description": "cool"}]
    asking = {"blocks": [call("question", questions=[{"question": "Which colour?", "options": options}] * 2)]}
    answered = {"blocks": [{"text": "Noted."}], "when": "Which colour?: light blue"}
    with desk(tmp_path, asking, answered) as made, made.screen() as screen:
        screen.keys("ask me\r")
        screen.until(r"\? Which colour\?.*1  red  warm.*2  green  cool.*1-2")
        screen.keys("2")
        screen.until(r"A request waits.*w own words")
        screen.keys("w")
        screen.until(r"nswer>")
        screen.keys("light blue\r")
        screen.until(r"answered: green; light blue.*Noted\.")
        screen.keys("\x04")
        assert screen.ended() == 0


def test_several_lines_are_pasted_or_typed_into_one_prompt(tmp_path: Path) -> None:
    heard = {"blocks": [{"text": "Got it."}], "when": "five"}
    with desk(tmp_path, heard) as made, made.screen() as screen:
        screen.keys("\x1b[200~one\ntwo\x1b[201~")
        screen.keys("\nthree\\\rfour\x1b\rfive\r")
        screen.until(r"> one\n +two\n +three\n +four\n +five.*Got it\.")
        screen.keys("\x04")
        assert screen.ended() == 0


def test_the_window_may_change_its_size_at_any_time(tmp_path: Path) -> None:
    with desk(tmp_path, SLOW, "After.") as made, made.screen() as screen:
        screen.keys("write\r")
        screen.until("word word")
        for rows, columns in ((10, 40), (3, 12), (60, 200), (24, 80)):
            screen.resize(rows, columns)
            screen.signal(signal.SIGWINCH)
            screen.until("word")
        screen.keys("\x1b")
        screen.until("stopped: the user.*ask>")
        screen.keys("again\r")
        screen.until(r"After\.")
        screen.keys("\x04")
        assert screen.ended() == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
@pytest.mark.parametrize("moment", ["idle", "streaming", "asked"])
def test_a_signal_leaves_the_terminal_as_it_was(tmp_path: Path, number: signal.Signals, code: int, moment: str) -> None:
    script: dict[str, tuple[dict[str, Any], str]] = {
        "idle": (SLOW, "ask>"),
        "streaming": (SLOW, "word word"),
        "asked": (BASH, READY),
    }
    reply, shown = script[moment]
    with desk(tmp_path, reply) as made, made.screen() as screen:
        if moment != "idle":
            screen.keys("look\r")
            screen.until(shown)
        screen.signal(number)
        assert screen.ended() == code
        assert screen.modes == screen.first
        assert ("heartbit chat --resume" in screen.text) == (moment != "idle")


def test_what_was_typed_is_found_again_in_the_next_process_but_never_a_key(tmp_path: Path) -> None:
    with desk(tmp_path, "one", "two", "three") as made:
        with made.screen() as screen:
            screen.keys("find the needle\r")
            screen.until("one.*ask>")
            screen.keys("use sk-ant-api03-AbCdEfGhIjKlMnOpQrSt\r")
            screen.until("two.*ask>")
            screen.keys("\x04")
            assert screen.ended() == 0
        with made.screen() as screen:
            screen.keys("\x12")
            screen.until("I-search")
            screen.keys("need")
            screen.until("find the needle")
            screen.keys("\r\r")
            screen.until(r"> find the needle.*three")
            screen.keys("\x1b[A")
            screen.until("find the needle")
            screen.keys("\x03\x04")
            assert screen.ended() == 0
    kept = (tmp_path / "home" / ".local/state/heartbit/history").read_text()
    assert kept.splitlines() == ['"find the needle"']


def test_tab_completes_commands_choices_and_files(tmp_path: Path) -> None:
    with desk(tmp_path, {"blocks": [{"text": "Seen."}], "when": "read @src/needle.py"}) as made:
        (made.project / "src").mkdir()
        (made.project / "src" / "needle.py").write_text("")
        with made.screen() as screen:
            screen.keys("/mode pl")
            screen.until("/mode pl.*plan")
            screen.keys("\t\r\r")
            screen.until(r"mode: plan.*plan>")
            screen.keys("/sta")
            screen.until("/sta.*status")
            screen.keys("\t\r\r")
            screen.until(r"session  \S+.*folder")
            screen.keys("read @need")
            screen.until(r"read @.*src/needle\.py")
            screen.keys("\t\r\r")
            screen.until(r"> read @src/needle\.py.*Seen\.")
            screen.keys("\x1b[Z")
            screen.until("mode: (?:auto|ask).*(?:auto|ask)>")  # auto where a sandbox works
            screen.keys("\x03\x03")
            assert screen.ended() == 0


MOMENTS = ("heartbit ·", "> look", "I look", "y once", "rule>", "allowed", "ticking", "stopped")
PRESSES = (1, 3)


@pytest.mark.parametrize(
    ("moment", "presses"),
    [
        (moment, presses)
        for number, moment in enumerate(MOMENTS)
        for presses in (PRESSES if FULL else PRESSES[number % 2 :][:1])
    ],
)
def test_ctrl_c_at_a_bad_moment_stops_or_leaves_and_breaks_nothing(tmp_path: Path, moment: str, presses: int) -> None:
    ticking = {"blocks": [{"text": "I look."}, call("bash", command=f"echo ticking; sleep {WORD}")]}
    command = talk(tmp_path)
    with service(tmp_path, (ticking, "Again.")) as variables:
        env = environment(tmp_path / "home", **variables)
        with Screen(command, cwd=tmp_path, env=env) as screen:
            _walk_to(screen, moment)
            screen.keys("\x03" * presses)
            screen.keys("\x04")
            screen.until(r"ask>|rule>|$")
            screen.signal(signal.SIGTERM)
            # Before the line editor has the terminal Ctrl+C is a signal; after a goodbye the other one ends at once.
            assert screen.ended() in (0, 130, 143, -signal.SIGTERM)
            assert screen.modes == screen.first
            assert "Traceback" not in screen.text
    assert running(WORD) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_during_the_goodbye_leaves_no_process(tmp_path: Path, number: signal.Signals) -> None:
    stubborn = f"trap 'echo told > told' TERM; (trap '' TERM; exec sleep {WORD}) & echo ticking; echo up > up; {LOOP}"
    with service(tmp_path, ({"blocks": [call("bash", command=stubborn)]}, "Again.")) as variables:
        env = environment(tmp_path / "home", **variables)
        with Screen(talk(tmp_path), cwd=tmp_path, env=env) as screen:
            _walk_to(screen, "ticking")
            _wait_for(tmp_path / "up")
            screen.keys("\x04")
            _wait_for(tmp_path / "told")
            screen.signal(number)
            assert screen.ended() == 0
    assert running(WORD) == []


def _wait_for(file: Path) -> None:
    """Return once something stands in a file."""
    while not (file.exists() and file.read_text()):
        os.sched_yield()


def _walk_to(screen: Screen, moment: str) -> None:
    """Press what leads to a moment, and come back as soon as it is shown."""
    ways = {
        "heartbit ·": (("", "heartbit ·"),),
        "> look": (("", "ask>"), ("look\r", "> look")),
        "I look": (("", "ask>"), ("look\r", "I look")),
        "y once": (("", "ask>"), ("look\r", "y once")),
        "rule>": (("", "ask>"), ("look\r", "y once"), ("a", "rule>")),
        "allowed": (("", "ask>"), ("look\r", "y once"), ("y", "allowed")),
        "ticking": (("", "ask>"), ("look\r", "y once"), ("y", "allowed.*bash (?:echo|trap).*Esc stops")),
        "stopped": (("", "ask>"), ("look\r", "y once"), ("\x1b", "stopped")),
    }
    for keys, shown in ways[moment]:
        screen.keys(keys)
        screen.until(shown)


def test_two_conversations_in_one_project_keep_out_of_each_others_way(tmp_path: Path) -> None:
    replies = (
        {"blocks": [{"text": "To the first."}], "when": "one"},
        {"blocks": [{"text": "To the other."}], "when": "two"},
    )
    with desk(tmp_path, *replies) as made, made.screen() as first, made.screen() as other:
        first.keys("one\r")
        other.keys("two\r")
        first.until(r"To the first\.")
        other.until(r"To the other\.")
        first.keys("\x04")
        other.keys("\x04")
        assert (first.ended(), other.ended()) == (0, 0)
        assert first.text.count("heartbit chat --resume") == 1


def test_the_settings_give_the_draft_the_keys_of_vi(tmp_path: Path) -> None:
    with desk(tmp_path) as made:
        (made.project / "heartbit.toml").write_text("[ui]\nvim = true\n")
        with made.screen() as screen:
            screen.keys("/vim\r")
            screen.until("The draft has the keys of Emacs")


def test_the_cost_of_an_answer_that_was_cut_off_is_not_told_as_nothing(tmp_path: Path) -> None:
    with desk(tmp_path, SLOW) as made, made.screen() as screen:
        screen.keys("write\r")
        screen.until("word word")
        screen.keys("\x1b")
        screen.until("stopped.*ask>")
        screen.keys("/cost\r")
        screen.until("1 call cut off: what the service charged for that is unknown")
