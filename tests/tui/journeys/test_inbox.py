"""The inbox, next beats and a daemon's sessions at a terminal, with a daemon that is a process of its own."""

import json
import signal
import subprocess
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from heartbit_tui.runtime import beating
from heartbit_tui.store.inbox import Letter
from tests.repl.service import call
from tests.tui.journeys.application import COMMAND, ESCAPE, MODEL, Application, Place, place
from tests.tui.rules.letters import drafted

ALT_N, CTRL_S, DOWN = "\x1bn", "\x13", "\x1b[B"
NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
SAID = "The notes are in order."
GRACE = 0.5
"""Seconds after which a key counts for what asks."""

SCRIPT: tuple[dict[str, Any], ...] = (
    {"blocks": [call("bash", command="curl http://a.b")], "when": "please look", "times": 0},
    {"blocks": [{"text": "Here is more."}], "when": "go on with it", "times": 0},
    {"blocks": [{"text": SAID}], "when": "Notes", "times": 0},
    {"blocks": [{"text": "At last."}], "when": "stay at it", "wait": 3_600},
    {"blocks": [{"text": "I could not look."}], "times": 0},
)
SKILL = r"---\nname: greet\ndescription: say hello\n---\nSay hello twice.\n"
BEAT = "---\nevery: 30m\n---\nNotes: see whether they are in order.\n"


@contextmanager
def at_work(here: Place, *words: str) -> Generator[Mapping[str, str]]:
    """A daemon at work there: the environment of those who know its address."""
    command = (*COMMAND, "daemon", "--bind", "127.0.0.1:0", *words)
    with subprocess.Popen(
        command, cwd=here.project, env=here.environment, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        try:
            line = next(line for line in process.stderr if "heartbit listens at " in line)
            yield {**here.environment, "HEARTBIT_URL": json.loads(line)["message"].rpartition(" ")[2]}
        finally:
            for _ in range(2):  # the second one waits for nothing that is at work
                process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)


def ran(here: Place, environment: Mapping[str, str], *words: str) -> str:
    """What a command of heartbit's says."""
    command = (*COMMAND, *words)
    done = subprocess.run(command, cwd=here.project, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def opened(here: Place, environment: Mapping[str, str], **options: Any) -> Application:
    app = Application(here.project, environment, **options)
    app.opened()
    return app


@pytest.mark.slow
def test_a_session_of_the_daemon_is_found_in_the_list_and_joined(tmp_path: Path) -> None:
    with place(tmp_path, *SCRIPT) as here, at_work(here) as environment:
        (here.project / "the_round.md").touch()
        ran(here, environment, "submit", "--wait", "tell me something")
        with opened(here, environment) as app:
            app.keys(CTRL_S)
            app.see("in the daemon")
            app.see("tell me something")
            app.keys("\r")
            app.see("I could not look.")
            app.keys("go on with it\r")
            app.see("Here is more.")
            app.keys("!echo ran in $PWD; exit 3\r")
            app.see("│ ran in")
            app.see("exit 3 ✗")
            app.keys("look at @rou")
            app.see("the_round.md")
            app.keys("\t")
            app.see("look at @the_round.md")
            app.keys("\x15")
            app.command("/fork")
            app.see("This is a copy")
            app.see("Here is more.")
            app.command("/new")
            app.see_no_more("Here is more.")
            app.keys("tell me anew\r")
            app.see("I could not look.")
            app.leave()
        told = ran(here, environment, "status")
        assert "tell me anew" in told
        assert "Here is more." in ran(here, environment, "result", told.splitlines()[1].split()[0])


@pytest.mark.slow
def test_who_is_attached_is_told_so_writes_to_their_own_folder_and_deletes_what_nobody_is_in(tmp_path: Path) -> None:
    with place(tmp_path, *SCRIPT) as here, at_work(here) as environment:
        for words in ("tell me something", "tell me more"):
            ran(here, environment, "submit", "--wait", words)
        newest, oldest = [line.split()[0] for line in ran(here, environment, "status").splitlines()]
        mine = tmp_path / "mine"
        mine.mkdir()
        with Application(mine, environment, "attach", oldest) as app:
            app.opened()
            app.see("tell me something")
            app.see(lambda: app.lines[-1].strip().startswith("daemon  "), "that the session is a daemon's")
            app.command("/export md said.md")
            app.see("Written:")
            assert "tell me something" in (mine / "said.md").read_text("utf-8")
            app.command("/resume nonsense")
            app.see("No session and no task 'nonsense'")
            app.see("tell me something")
            app.keys(CTRL_S)
            app.see("tell me more")
            for words, answer in (("something", "Somebody is in this session"), ("more", "Deleted.")):
                app.keys(words)
                app.see(f"❯ {words}")
                app.see("1 ─╯")
                app.keys("\x04")
                app.see("for good?")
                app.keys("y")
                app.see(answer)
                app.keys("\x7f" * len(words))
                app.see("type to filter")
            app.keys(ESCAPE)
            app.see_no_more("type to filter")
            app.leave()
        gone = subprocess.run(
            (*COMMAND, "attach", newest), env=environment, capture_output=True, text=True, check=False
        )
        assert (gone.returncode, "session not found" in gone.stderr) == (1, True)


@pytest.mark.slow
def test_what_cannot_be_attached_to_leaves_no_screen_behind_and_asks_for_no_key_of_a_model(tmp_path: Path) -> None:
    with place(tmp_path, *SCRIPT) as here, at_work(here) as environment:
        task = ran(here, environment, "submit", "stay at it")
        wrong = {**environment, "HEARTBIT_API_KEY": "wrong"}
        nobody = {**environment, "HEARTBIT_URL": "http://127.0.0.1:9"}
        for variables, words, code in (
            (wrong, "does not know the token", 41),
            (nobody, "No heartbit daemon answers at http://127.0.0.1:9", 69),
            (environment, "No session and no task 'nonsense'", 1),
        ):
            with Application(here.project, variables, "attach", "nonsense") as app:
                assert app.ended() == code, app.shown
                app.restored()
                assert words in app.raw.rpartition(b"\x1b[?1049l")[2].decode()
        with opened(here, wrong) as app:
            app.command("/resume nonsense")
            app.see("No session 'nonsense'")
            assert MODEL in app.lines[-1]
            app.command(f"/resume {json.loads(ran(here, environment, 'status', '--json', task))['session_id']}")
            app.see("the token that it was given")
            app.rest(GRACE)
            assert "Welcome to heartbit" not in app.shown
            app.leave()
        ran(here, environment, "cancel", task)


@pytest.mark.slow
def test_who_leaves_a_session_of_the_daemon_is_asked_nothing_and_it_goes_on(tmp_path: Path) -> None:
    with place(tmp_path, *SCRIPT) as here, at_work(here) as environment:
        task = ran(here, environment, "submit", "stay at it")
        with opened(here, environment) as app:
            app.keys(CTRL_S)
            app.see("in the daemon")
            app.keys("\r")
            app.see(lambda: any("stay at it" in line for line in app.lines) and "type to filter" not in app.shown)
            app.see("Esc interrupts")
            app.keys("/quit\r")
            assert app.ended() == 0, app.shown
            app.restored()
            last = app.raw.rpartition(b"\x1b[?1049l")[2].decode()
        found = json.loads(ran(here, environment, "status", "--json", task))
        assert found["state"] == "running"
        assert f"heartbit attach {found['session_id']}" in last
        ran(here, environment, "cancel", task)


@pytest.mark.slow
def test_a_call_that_waits_in_the_daemon_is_answered_in_the_inbox(tmp_path: Path) -> None:
    with place(tmp_path, *SCRIPT) as here, at_work(here) as environment:
        handed_over(here, "please look")
        with opened(here, environment) as app:
            app.see(lambda: "inbox 1" in app.lines[-1], "a letter in the footer")
            app.keys(ALT_N)
            app.see("schedule look asks")
            app.keys("\r")
            app.see("$ curl http://a.b")
            app.rest(GRACE)
            app.keys("n")
            app.see("Sent.")
            app.keys(ESCAPE)
            app.see("type to filter")
            app.see("I could not look.")
            app.keys("\r")
            app.see("o its session")
            app.keys("o")
            app.see("please look")
            app.see("curl http://a.b")
            app.leave()


def handed_over(here: Place, task: str) -> None:
    """Hand a task over as the schedule would."""
    script = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from heartbit_tui.runtime.clock import SystemClock\n"
        "from heartbit_tui.store.database import Database\n"
        "from heartbit_tui.tasks import STEPS, Request, SqliteQueue\n"
        "async def main() -> None:\n"
        "    async with Database.open(Path(sys.argv[1]), 'tasks', STEPS) as database:\n"
        "        queue = SqliteQueue(database, SystemClock(), lambda _: True)\n"
        "        await queue.accept(Request(task=sys.argv[2], source='cron:look', folder=sys.argv[3]))\n"
        "        await queue.close()\n"
        "asyncio.run(main())\n"
    )
    file = file_of(here)
    subprocess.run([COMMAND[0], "-c", script, str(file), task, str(here.project)], env=here.environment, check=True)


def file_of(here: Place) -> Path:
    return Path(here.environment["HOME"]) / ".local" / "share" / "heartbit" / "heartbit.db"


@pytest.mark.slow
def test_a_beat_is_done_by_hand_without_a_daemon_and_what_it_says_comes_to_the_inbox(tmp_path: Path) -> None:
    with place(tmp_path, *SCRIPT) as here:
        notes = Path(here.environment["HOME"]) / "notes"
        notes.mkdir(parents=True)
        (notes / "HEARTBEAT.md").write_text(BEAT, "utf-8")
        (notes / "HEARTBEAT-wrong.md").write_text("---\ntype: message\n---\nx\n", "utf-8")
        settings = Path(here.environment["HOME"]) / ".config" / "heartbit" / "config.toml"
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text('[heartbeat]\nworkspaces = ["~/notes"]\n', "utf-8")
        with here.application() as app:
            app.command("/beats")
            app.see("no daemon runs")
            app.see("HEARTBEAT-wrong.md")
            app.keys(f"{DOWN}\r")
            app.see("if a daemon ran now")
            app.keys("r")
            app.see("in order.")
            app.see(lambda: "fine" in app.shown and "not yet" not in app.shown, "how it went")
            app.see(lambda: "inbox 1" in app.lines[-1], "a letter in the footer")
            app.keys("p")
            app.see("rests until you let it go on")
            app.keys(ESCAPE)
            app.see("type to filter")
            app.keys(ESCAPE)
            app.see_no_more("type to filter")
            app.leave()
        assert "paused" in ran(here, here.environment, "heartbeat")


@pytest.mark.slow
async def test_a_letter_is_put_away_at_a_small_terminal(tmp_path: Path) -> None:
    with place(tmp_path, *SCRIPT) as here:
        file_of(here).parent.mkdir(parents=True, exist_ok=True)
        async with beating.ledger(file_of(here)) as ledger:
            for number in range(3):
                title = f"news {number}"
                await ledger.inbox.put(
                    Letter(at=NOW, kind="reply", source="heartbit", title=title, text="All is well.")
                )
        with here.application(columns=60, rows=18) as app:
            app.command("/inbox 2")
            app.see("All is well.")
            app.keys("d")
            app.see("Done with")
            app.keys(ESCAPE)
            app.see_no_more("All is well.")
            app.leave()
        assert [line.split()[0] for line in ran(here, here.environment, "inbox").splitlines()] == ["3", "1"]


@pytest.mark.slow
async def test_a_draft_is_edited_in_ones_own_editor_and_accepted(tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text(f"#!/bin/sh\nprintf -- '{SKILL}' > \"$1\"\n", "utf-8")
    editor.chmod(0o755)
    with place(tmp_path, *SCRIPT) as here:
        await drafted(tmp_path, "greet")
        environment = {**here.environment, "EDITOR": str(editor)}
        with opened(here, environment) as app:
            app.keys(ALT_N)
            app.see("meditation drafted a skill")
            app.keys("\r")
            app.see("Say hello.")
            app.keys("e")
            app.see("Say hello twice.")
            app.keys("y")
            app.see("the draft, accepted")
            app.keys(ESCAPE)
            app.see("type to filter")
            app.keys(ESCAPE)
            app.see_no_more("type to filter")
            app.leave()
    skill = tmp_path / "home" / ".config" / "heartbit" / "skills" / "greet" / "SKILL.md"
    assert "Say hello twice." in skill.read_text("utf-8")
