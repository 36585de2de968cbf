"""A person at a screen is asked again about a trusted folder that changed, with the change, and the answer holds."""

import asyncio
import sys
import time
from collections.abc import Callable

import pytest

from heartbit_tui.config.directories import directories
from heartbit_tui.config.locked import LockedFile
from heartbit_tui.config.trust import TrustStore
from tests.headless.machine import Machine, says, service
from tests.repl.terminal import Screen
from tests.tui.journeys.reader import Reader

HEARTBIT = (sys.executable, "-m", "heartbit_tui")
LOOK = 0.6
"""Seconds; more than the grace in which no key counts."""

LINE = 'status_line = "touch x"'

Answer = Callable[[Machine, str], str]
"""Opens a session, waits for the question, presses a key and leaves; what was shown."""


class Patient(Reader):
    """A person who looks at a question before pressing a key, as long as a sheet takes none."""

    def unhurried(self) -> None:
        end = time.monotonic() + LOOK
        while time.monotonic() < end and self._more(end):
            pass


def on_the_screen(machine: Machine, key: str) -> str:
    env = {**machine.variables, "TERM": "xterm-256color"}
    with Patient(HEARTBIT, machine.project, env, rows=30, columns=100) as screen:
        screen.see("Esc no answer")
        screen.unhurried()
        shown = screen.shown
        screen.keys(key)
        screen.see_no_more("Esc no answer")
        if key == "2":
            screen.see("is trusted as it was shown")
        screen.keys("\x03\x03")
        screen.ended()
        return shown


def line_by_line(machine: Machine, key: str) -> str:
    env = {**machine.variables, "TERM": "xterm-256color"}
    with Screen((*HEARTBIT, "chat", "--plain"), cwd=machine.project, env=env, rows=30, columns=100) as screen:
        shown = screen.until("Trust it as shown")
        screen.until("> ")
        screen.keys(f"{key}\n")
        if key == "2":
            screen.until("is trusted as it was shown")
        screen.keys("\x04")
        screen.ended()
        return shown


def store(machine: Machine) -> TrustStore:
    return TrustStore(LockedFile(directories(machine.variables, machine.home).trust_file))


@pytest.mark.security("C3")
@pytest.mark.parametrize(("key", "state"), [("1", "changed"), ("2", "trusted")])
@pytest.mark.parametrize("answer", [on_the_screen, line_by_line])
async def test_a_change_is_asked_about_with_a_diff(machine: Machine, answer: Answer, key: str, state: str) -> None:
    settings = machine.project / "heartbit.toml"
    settings.write_text("mode = 'ask'\n")
    assert (await machine.run("trust", "add")).code == 0
    settings.write_text(f"{LINE}\nmode = 'ask'\n")
    async with service(machine, says()) as (_, known):
        shown = await asyncio.to_thread(answer, known, key)
    assert f"+{LINE}" in shown
    assert store(machine).look(machine.project).state == state
    assert not (machine.project / "x").exists()
