"""The prompt is there as soon with thirteen servers as with none, whether they answer or not."""

import time
from pathlib import Path

import pytest

from tests.mcp.fleets import contrary, friendly
from tests.mcp.test_sessions import settings
from tests.repl.service import desk
from tests.repl.terminal import Screen, talk

SERVERS = 13
TIMES, MOST_TIMES = 2, 8
"""How often each is measured: the other work of a machine only ever makes one slower, so the quickest counts."""

SECONDS = 60.0
MORE = 0.1
"""Seconds that servers may cost until the prompt is there; what was measured is printed."""


def seconds_to_the_prompt(folder: Path, text: str) -> float:
    folder.mkdir()
    with desk(folder, "Hello.") as made:
        file = Path(made.environment["HOME"]) / ".config/heartbit/config.toml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{file.read_text() if file.exists() else ''}\n{text}\n")
        began = time.monotonic()
        with Screen(talk(made.project, plain=True), cwd=made.project, env=made.environment) as screen:
            screen.until("you> ")
            took = time.monotonic() - began
            screen.keys("hello\n")
            screen.until(r"heartbit: Hello\..*you> ")
            screen.keys("\x04")
            assert screen.ended() == 0
    return took


@pytest.mark.slow
def test_thirteen_servers_do_not_delay_the_prompt(tmp_path: Path) -> None:
    ways = ("silent", "hangs", "garbage", "dies")
    servers = {f"s{n}": contrary(ways[n % 4], start_timeout=30) for n in range(SERVERS - 1)}
    text = settings(**servers, friendly=friendly())
    without, with_them = SECONDS, SECONDS
    for time_ in range(MOST_TIMES):
        without = min(without, seconds_to_the_prompt(tmp_path / f"without{time_}", ""))
        with_them = min(with_them, seconds_to_the_prompt(tmp_path / f"with{time_}", text))
        if time_ + 1 >= TIMES and with_them < without + MORE:
            break
    print(f"to the prompt: {without:.2f} s without servers, {with_them:.2f} s with {SERVERS}")
    assert with_them < without + MORE
