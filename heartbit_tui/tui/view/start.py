"""Opens the screen of a replay, and follows a file that still grows."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from heartbit_tui.client.types import About, Client
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import Envelope
from heartbit_tui.tui.setup import Setup
from heartbit_tui.tui.talk.pace import Pace
from heartbit_tui.tui.talk.talks import Talks
from heartbit_tui.tui.view.app import ALL, ViewApp
from heartbit_tui.tui.view.client import NOBODY, Replay
from heartbit_tui.tui.view.player import Player
from heartbit_tui.tui.view.read import Reader
from heartbit_tui.tui.view.sift import Sieve

LOOKS = 0.5
"""Seconds between two looks at a file that still grows."""

PIECE = 1 << 20
"""Bytes that are read of a file at once."""


class Tail:
    """A file read line by line, from where the last look ended; a line without its end waits for it."""

    def __init__(self, file: BinaryIO, reader: Reader) -> None:
        self._file = file
        self._reader = reader
        self._rest = b""

    def more(self) -> list[Envelope]:
        """What has come since the last look. Raises `NotReadable` and `OSError`."""
        found: list[Envelope] = []
        while piece := self._file.read(PIECE):
            *lines, self._rest = (self._rest + piece).split(b"\n")
            found += self._reader.feed(line.decode("utf-8", "replace") for line in lines)
        return found

    def rest(self) -> list[Envelope]:
        """What stands at the end without a line end."""
        rest, self._rest = self._rest, b""
        return self._reader.feed([rest.decode("utf-8", "replace")]) if rest.strip() else []


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a replay begins: `playing` from its start, else with everything shown; `speed` in times of life."""

    playing: bool = True
    speed: float = 1.0
    follow: bool = False
    wanted: Sieve = ALL
    """What is stopped at."""


async def view_file(setup: Setup, path: Path, reader: Reader, manner: Manner) -> int:
    """Show a file until the person leaves; the exit code. Raises `NotReadable` and `OSError` before anything is shown."""
    with path.open("rb") as file:
        tail = Tail(file, reader)
        envelopes = await asyncio.to_thread(tail.more)
        grows = manner.follow or (reader.is_stream and not reader.finished)
        if not grows:
            envelopes += tail.rest()
            reader.end()
        player = Player(envelopes, playing=manner.playing, speed=manner.speed)
        player.grows = grows
        return await _show(setup, player, manner, reader, tail if grows else None)


async def view_log(setup: Setup, envelopes: tuple[Envelope, ...], about: About, manner: Manner) -> int:
    """Show a stored session until the person leaves; the exit code."""
    return await _show(setup, Player(envelopes, playing=manner.playing, speed=manner.speed), manner, about=about)


async def _show(
    setup: Setup,
    player: Player,
    manner: Manner,
    reader: Reader | None = None,
    tail: Tail | None = None,
    about: About = NOBODY,
) -> int:
    replay = Replay(player, time.monotonic, about)
    if not manner.playing:
        player.jump(player.state.of)
    async with asyncio.TaskGroup() as tasks:
        talks = Talks(lambda _: _connected(replay), Pace(time.monotonic), tasks)
        talk = talks.open(setup.options)
        app = ViewApp(replace(setup, task="", draft=""), talks, player, replay, reader, wanted=manner.wanted)
        follower = tasks.create_task(_follow(tail, player, replay, reader, app.show_state)) if tail else None
        try:
            return await app.run_async() or 0
        finally:
            talk.leave()
            if follower is not None:
                follower.cancel()


@asynccontextmanager
async def _connected(replay: Replay) -> AsyncGenerator[Client]:
    yield replay


async def _follow(tail: Tail, player: Player, replay: Replay, reader: Reader | None, told: Callable[[], None]) -> None:
    """Look at the file now and then, until it has told its end."""
    while reader is None or not reader.finished:
        await asyncio.sleep(LOOKS)
        found = await asyncio.to_thread(tail.more)
        if found:
            player.feed(found)
            replay.touched()
    player.grows = False
    told()
