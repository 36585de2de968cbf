"""A process that talks in a session until it is killed: `python talker.py` reads the name of a file from each line.

For each it forks a child that takes the session in that file up and goes on with it, run after run, with a strict
judge in the place of the model service. The child tells `pid N`, then `SEQ DIGEST` of each event once it is
acknowledged, and `bad …` for what the judge would refuse; `gone` is told when it was killed.
"""

import asyncio
import hashlib
import os
import sys
from pathlib import Path

from heartbit_tui.kernel.events import Delta, Envelope
from heartbit_tui.kernel.messages import Text, Thinking
from heartbit_tui.kernel.protocols import Effects
from heartbit_tui.providers.script import Reply, call
from heartbit_tui.store.recorder import Recorder
from heartbit_tui.store.store import Store
from heartbit_tui.testing.clock import FakeClock
from heartbit_tui.testing.tools import FakeTool
from heartbit_tui.wire.write import dumps
from tests.kernel.rig import Plan, Rig, says, turn

RUN = (
    turn(
        Thinking(text="I think about it. " * 9), Text(text="I look. " * 20), call("echo", text="one"), chunk=4, times=1
    ),
    turn(call("note", text="two"), call("echo", text="x" * 5_000), call("note", text="three"), chunk=9),
    turn(Text(text="Almost. " * 30), call("note", text="four"), chunk=3),
)


class Telling:
    """A `Journal` that tells what the one behind it has acknowledged; a sink of the same session."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._waiting: list[Envelope] = []

    def take(self, envelope: Envelope) -> None:
        self._recorder.take(envelope)
        if not isinstance(envelope.event, Delta):
            self._waiting.append(envelope)

    async def committed(self, seq: int) -> None:
        await self._recorder.committed(seq)
        self._tell(seq)

    async def kept(self, seq: int) -> None:
        await self._recorder.kept(seq)
        self._tell(seq)

    def _tell(self, seq: int) -> None:
        for envelope in [each for each in self._waiting if each.seq <= seq]:
            say(f"{envelope.seq} {digest(envelope)}")
        self._waiting = [each for each in self._waiting if each.seq > seq]


def digest(envelope: Envelope) -> str:
    return hashlib.sha256(dumps(envelope).encode()).hexdigest()


def replies() -> list[Reply]:
    return [*RUN, says("Done. " * 40, chunk=5)] * 200


async def talk(path: Path) -> None:
    """Take the session up where it is, and go on for good."""
    clock = FakeClock(auto=True)
    async with Store.open(path, clock) as store, store.recorder("s1") as recorder:
        log = (await store.load("s1")).envelopes if recorder.seq else ()
        telling = Telling(recorder)
        tools = (FakeTool("echo"), FakeTool("note", effects=Effects.WRITE))
        rig = Rig(Plan(replies=replies(), tools=tools, clock=clock, log=log, journal=telling, sinks=(telling.take,)))
        async with rig.session:
            while True:
                await rig.ask("go on")
                for complaint in rig.complaints:
                    say(f"bad {complaint}")


def say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


def main() -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            say(f"pid {os.getpid()}")
            asyncio.run(talk(Path(line.strip())))
        os.waitpid(child, 0)
        say("gone")


if __name__ == "__main__":
    main()
