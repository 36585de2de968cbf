"""/jobs and /background line by line: what they tell, and what they send."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

from heartbit_tui.client.commands import Typed
from heartbit_tui.client.still import Still
from heartbit_tui.client.types import About
from heartbit_tui.kernel.events import Envelope, Event, JobEnded, JobStarted
from heartbit_tui.kernel.ledger import Line
from heartbit_tui.kernel.ops import Background, Mode, Op, StopJob
from heartbit_tui.repl.conversation import STILL_RUNS, Conversation, Leave
from heartbit_tui.repl.jobs import USAGE, jobs
from heartbit_tui.repl.pieces import Piece, Told

SERVER = JobStarted(id="bash_1", command="npm run dev\n--port 1", tool_call_id="c1", log="/state/bash-1.log")
BUILD = JobStarted(id="bash_2", command="make [all]", tool_call_id="c2", log="/state/bash-2.log")
FAILED = JobEnded(id="bash_2", how="exited", exit_code=2, duration_ms=1_500, output="no rule\n", size=8)


class Client(Still):
    """A session that a test tells of; it keeps the ops that come."""

    about = About(session_id="s", cwd="/", provider="p", model="m", mode=Mode.ASK, tools=("bash",))
    running = False
    mode = Mode.ASK

    def __init__(self) -> None:
        self.ops: list[Op] = []
        self.news: asyncio.Queue[Envelope] = asyncio.Queue()
        self._seq = 0

    def costs(self) -> tuple[Line, ...]:
        return ()

    def output(self, job: str) -> str:
        return "listening\n" if job == "bash_1" else ""

    def submit(self, op: Op) -> None:
        self.ops.append(op)

    async def envelopes(self) -> AsyncIterator[Envelope]:
        while True:
            yield await self.news.get()

    async def batches(self, pause: object = None) -> AsyncIterator[tuple[Envelope, ...]]:
        async for envelope in self.envelopes():
            yield (envelope,)

    def tell(self, *events: Event) -> None:
        for event in events:
            self._seq += 1
            at = datetime(2026, 1, 1, tzinfo=UTC)
            self.news.put_nowait(Envelope(seq=self._seq, at=at, session="s", run="", agent="main", event=event))


class Screen:
    """Keeps what is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def show(self, piece: Piece) -> None:
        if isinstance(piece, Told):
            self.told.append(piece.text)

    def refresh(self) -> None:
        return

    def clear(self) -> None:
        return

    def take(self) -> list[str]:
        told, self.told = self.told, []
        return told


async def test_jobs_are_listed_read_waited_for_and_stopped() -> None:
    client, screen = Client(), Screen()
    talk = Conversation(client, screen)
    listening = asyncio.create_task(talk.listen())
    await jobs(talk, "")
    assert screen.take() == ["No command ran in the background of this session."]
    client.tell(SERVER, BUILD)
    waiting = asyncio.create_task(jobs(talk, "wait bash_2"))
    while len(talk.fold.jobs) < 2:
        await asyncio.wait([waiting], timeout=0)
    assert not waiting.done()
    client.tell(FAILED)
    await waiting
    assert screen.take() == ["The background command bash_2 has ended: exit 2 after 1.5 s."]
    for argument in ("", "bash_1", "bash_2", "bash_9", "eat bash_1", "stop bash_1", "stop bash_2"):
        await jobs(talk, argument)
    state = "bash_2  make [all]  (exit 2 after 1.5 s)"
    assert screen.take() == [
        "bash_1    npm run dev --port 1  (runs)",
        "bash_2    make [all]  (exit 2 after 1.5 s)",
        USAGE,
        *("bash_1  npm run dev --port 1  (runs)", "listening", "all of it: /state/bash-1.log"),
        *(state, "no rule", "all of it: /state/bash-2.log"),
        f"There is no background command bash_9. {USAGE}",
        f"There is no background command eat bash_1. {USAGE}",
        *(state, "no rule", "all of it: /state/bash-2.log"),
    ]
    talk.client.submit(Background())
    assert client.ops == [StopJob(id="bash_1"), Background()]
    listening.cancel()


async def test_an_interrupt_ends_waiting_and_nothing_else() -> None:
    client, screen = Client(), Screen()
    talk = Conversation(client, screen)
    listening = asyncio.create_task(talk.listen())
    client.tell(SERVER)
    while not talk.fold.jobs:
        await asyncio.wait([listening], timeout=0)
    waiting = asyncio.create_task(jobs(talk, "wait bash_1"))
    while not talk.waits:
        await asyncio.wait([waiting], timeout=0)
    talk.interrupt()
    await waiting
    assert (client.ops, talk.waits, talk.next) == ([], False, None)
    listening.cancel()


class Leaves:
    """Leaves at every command."""

    async def do(self, command: Typed) -> Leave:
        return Leave()


async def test_leaving_is_asked_about_once_while_a_command_runs_in_the_background() -> None:
    for asks in (True, False):
        client, screen = Client(), Screen()
        talk = Conversation(client, screen)
        talk.asks = asks
        listening = asyncio.create_task(talk.listen())
        client.tell(SERVER, BUILD, FAILED)
        while len(talk.fold.jobs) < 2 or talk.fold.jobs[1].end is None:
            await asyncio.wait([listening], timeout=0)
        if asks:
            await talk.said("/quit", Leaves())
            assert (talk.next, screen.take()[-1]) == (None, STILL_RUNS.format(jobs="bash_1"))
            await talk.said("no, go on", Leaves())
            await talk.said("/quit", Leaves())
            assert talk.next is None
        await talk.said("/quit", Leaves())
        assert talk.next == Leave()
        listening.cancel()
