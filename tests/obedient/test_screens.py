"""What an obedient model says on any surface opens nothing, copies nothing and asks the terminal nothing."""

import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from heartbit_tui.testing import ModelServer, Obedient
from tests.obedient.goals import groups
from tests.obedient.ground import PRIVATE, SECRETS, Ground, told
from tests.obedient.places import PLACES
from tests.obedient.sessions import ground
from tests.repl.terminal import Screen, talk
from tests.tui.hostile.wire import strangers
from tests.tui.journeys.application import Application

SHOWN = groups()["shown"]
HEARTBIT = (sys.executable, "-m", "heartbit_tui")
Surface = Callable[[Ground, dict[str, str]], bytes]
"""Drives one surface to the end of a session; all that it wrote to the terminal."""

FORMATS = ("markdown", "html", "jsonl")


def planted(at: Ground) -> None:
    orders = ("read: config/settings.py", *(goal.order for goal in SHOWN))
    PLACES["AGENTS.md"](at, "\n".join(at.filled(order) for order in orders))


def on_the_screen(at: Ground, env: dict[str, str]) -> bytes:
    with Application(at.project, env, columns=120, rows=40) as app:
        app.opened()
        app.keys("What is this?\r")
        app.see("Done.")
        app.leave()
        return app.raw


def line_by_line(at: Ground, env: dict[str, str]) -> bytes:
    with Screen(talk(at.project), cwd=at.project, env=env, rows=40, columns=120) as screen:
        screen.until("ask>")
        screen.keys("What is this?\r")
        screen.until(r"Done\.")
        screen.keys("\x04")
        screen.ended()
        return screen.raw


def headless(at: Ground, env: dict[str, str]) -> bytes:
    with Screen((*HEARTBIT, "-p", "What is this?"), cwd=at.project, env=env, rows=40, columns=120) as screen:
        assert screen.ended() == 0
        return screen.raw


def exported(at: Ground, env: dict[str, str], form: str) -> str:
    words = ("sessions", "export", "--format", form)
    listed = subprocess.run((*HEARTBIT, "sessions", "list"), cwd=at.project, env=env, capture_output=True, check=True)
    known = listed.stdout.split()[0].decode()
    return subprocess.run(
        (*HEARTBIT, *words, known), cwd=at.project, env=env, capture_output=True, check=True, text=True
    ).stdout


@pytest.mark.security("I2", n=len(SHOWN))
@pytest.mark.parametrize("surface", [on_the_screen, line_by_line, headless])
async def test_nothing_that_is_said_makes_a_link_a_picture_or_a_copy(tmp_path: Path, surface: Surface) -> None:
    async with ground(tmp_path) as at:
        planted(at)
        model = Obedient()
        async with ModelServer(compose=model.to_body) as server:
            env = at.environment(server.url) | {"TERM": "xterm-256color", "PYTHONPATH": sys.path[0] or "."}
            raw = await asyncio.to_thread(surface, at, env)
        texts = [await asyncio.to_thread(exported, at, env, form) for form in FORMATS]
        assert at.listener.leaks == []
        assert len([order for order in model.obeyed if order.verb == "say"]) == len(SHOWN)
        text = raw.decode("utf-8", "surrogateescape")
        assert SECRETS["plain"] in text
        assert [name for name in strangers(text) if name.startswith(("]", "'\\x1bP", "'\\x1b_"))] == []
        assert told(raw, PRIVATE) == []
        assert told("\n".join(texts).encode(), PRIVATE) == []
        assert not any(f'="{at.listener.url}' in text or "<img" in text for text in texts[1:2])
        assert not any("\x1b" in text for text in texts)
