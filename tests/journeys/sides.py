"""The ways through a journey: keys on the screen or at a terminal, and ops on the standard input of a process."""

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from tests.repl.terminal import Screen, talk
from tests.tui.journeys.application import ESCAPE, Application

INTERRUPTED = 130
"""How a headless process ends whose last run was interrupted."""

HEADLESS = """
import asyncio, json, os, sys, time
from pathlib import Path
from heartbit_tui.client.local import local
from heartbit_tui.headless import dialogue
from heartbit_tui.headless.app import Headless, Plan
from heartbit_tui.headless.interrupts import Interrupts
from heartbit_tui.headless.pipe import Pipe
from heartbit_tui.headless.reporters import Manner, reporter
from heartbit_tui.headless.telling import Telling
from heartbit_tui.runtime.options import New, Options, Resume

cwd, session = Path(sys.argv[1]), sys.argv[2]
which = Resume(id=session) if session else New()
options = Options(cwd=cwd, environment=dict(os.environ), surface="headless", on_ask="person", which=which)
manner = Manner(format="stream-json", partial=True, runs=True, terminal=False, verbose=True)
telling = Telling(reporter(manner), Pipe(1), Pipe(2), began=time.monotonic())
interrupts = Interrupts(lambda _: None)
sys.exit(asyncio.run(Headless(telling, local).run(Plan(options=options, ops=dialogue.ops), interrupts)))
"""
"""A headless process whose approvals come as ops on stdin, and whose events go to stderr."""


class AtTheTerminal:
    """Keys at a pseudo terminal."""

    def __init__(self, project: Path, env: Mapping[str, str], session: str) -> None:
        options = {"resume": session} if session else {}
        self._screen = Screen(talk(project, **options), cwd=project, env=env, rows=50, columns=120)
        self._screen.until("ask>")

    def say(self, text: str) -> None:
        self._screen.keys(f"{text}\r")

    def decide(self, how: str, note: str) -> None:
        self._screen.until("y once")
        if note:
            self._screen.keys("e")
            self._screen.until("reason>")
            self._screen.keys(f"{note}\r")
        else:
            self._screen.keys({"once": "y", "session": "s", "no": "n"}[how])

    def answered(self, text: str) -> None:
        self._screen.until(f"{text}.*ask>")

    def interrupt(self, shown: str) -> None:
        self._screen.until(shown)
        self._screen.keys("\x1b")
        self._screen.until("stopped: the user.*ask>")

    def leave(self) -> None:
        with self._screen as screen:
            screen.keys("\x04")
            assert screen.ended() == 0
            assert screen.modes == screen.first


class OnTheScreen:
    """Keys in the application, on a screen of some size."""

    def __init__(self, project: Path, env: Mapping[str, str], session: str, size: tuple[int, int]) -> None:
        words = ("--resume", session) if session else ()
        self._app = Application(project, env, *words, columns=size[0], rows=size[1])
        self._app.opened()

    def say(self, text: str) -> None:
        self._app.keys(f"{text}\r")

    def decide(self, how: str, note: str) -> None:
        if note:
            self._app.decide("e")
            self._app.see("What should the model do instead?")
            self._app.keys(f"{note}\r")
        else:
            self._app.decide({"once": "y", "session": "s", "no": "n"}[how])

    def answered(self, text: str) -> None:
        self._app.see(lambda: re.search(rf"{re.escape(text)} ─+ .* tokens", self._app.words) is not None, text)

    def interrupt(self, shown: str) -> None:
        self._app.see(lambda: shown in self._app.words, shown)
        self._app.keys(ESCAPE)
        self._app.see("Interrupted by the user.")

    def leave(self) -> None:
        with self._app as app:
            app.leave()


class Headless:
    """Ops as JSON lines on stdin, events as JSON lines on stderr."""

    def __init__(self, project: Path, env: Mapping[str, str], session: str) -> None:
        self._out = (project.parent / "out.jsonl").open("ab")
        self._process = subprocess.Popen(
            (sys.executable, "-c", HEADLESS, str(project), session),
            stdin=subprocess.PIPE,
            stdout=self._out,
            stderr=subprocess.PIPE,
            cwd=project,
            env=dict(env),
        )

    def say(self, text: str) -> None:
        self._send({"type": "user", "message": {"role": "user", "content": text}})

    def decide(self, how: str, note: str) -> None:
        asked = self._until("approval_requested")
        scope = "session" if how == "session" else "once"
        self._send({"type": "decide", "id": asked["id"], "allow": how != "no", "scope": scope, "note": note})

    def answered(self, text: str) -> None:
        while text not in json.dumps(self._until("assistant_message")):
            pass
        self._until("run_completed")

    def interrupt(self, shown: str) -> None:
        text = ""
        while shown not in text:
            text += self._until("text_delta")["text"]
        self._send({"type": "interrupt"})
        self._until("run_interrupted")

    def leave(self) -> None:
        stdin, stderr = _pipe(self._process.stdin), _pipe(self._process.stderr)
        stdin.close()
        stderr.read()
        stderr.close()
        self._out.close()
        assert self._process.wait() in (0, INTERRUPTED)

    def _send(self, op: Mapping[str, Any]) -> None:
        stdin = _pipe(self._process.stdin)
        stdin.write(json.dumps(op).encode() + b"\n")
        stdin.flush()

    def _until(self, kind: str) -> dict[str, Any]:
        """The next event of this type."""
        stderr = _pipe(self._process.stderr)
        while line := stderr.readline():
            event = _event(line)
            if event.get("type") == kind:
                return event
        raise AssertionError(f"no {kind} came, and the process has ended")


def _event(line: bytes) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(line)
    except ValueError:
        raise AssertionError(line.decode()) from None
    return found


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None
    return stream
