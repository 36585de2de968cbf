"""One process's headless work: from the first op to the result line, whatever happens on the way."""

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, suppress
from pathlib import Path
from typing import TypeAlias

from heartbit_tui.client.pursued import begin
from heartbit_tui.client.types import Client
from heartbit_tui.headless import answer_file, endings
from heartbit_tui.headless.endings import STDOUT_GONE, Ending
from heartbit_tui.headless.interrupts import Interrupts
from heartbit_tui.headless.telling import Telling
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import Envelope, Terminal
from heartbit_tui.kernel.ops import Interrupt, Op, Prompt
from heartbit_tui.runtime.options import Options

Connect: TypeAlias = Callable[[Options], AbstractAsyncContextManager[Client]]

NOTHING_DONE = "There was no task, so nothing was done."
READER_LEFT = "the reader of stdout, which went away"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to do: the session to open, the ops for it, and the file that gets the answer.

    A `goal`, with its criteria as the items of a list, holds before the first op. With `judge` what was done is judged at
    the end, where that was not done since the last change.
    """

    options: Options
    ops: Callable[[], AsyncGenerator[Op]]
    answer_file: Path | None = None
    goal: str = ""
    judge: bool = False


async def only(prompt: Prompt) -> AsyncGenerator[Op]:
    """The ops of a plan with one prompt."""
    yield prompt


class Headless:
    """Opens a session, gives it the ops one prompt after the other, and tells all that comes of it."""

    def __init__(self, telling: Telling, connect: Connect) -> None:
        self._telling = telling
        self._connect = connect
        self._client: Client | None = None
        self._task: asyncio.Task[object] | None = None
        self._prompts: asyncio.Queue[Prompt | None] = asyncio.Queue()
        self._ends: asyncio.Queue[Terminal] = asyncio.Queue()
        self._seq = 0
        self._news = asyncio.Event()
        self._stopped = ""
        self._gone = False
        self._failure: Ending | None = None

    async def run(self, plan: Plan, interrupts: Interrupts) -> int:
        """Do it; the exit code.

        The result line is written when the session is closed, so that all is durable and no process is left.
        """
        loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        interrupts.on_first(lambda: loop.call_soon_threadsafe(self._stop, interrupts.name))
        ending = await self._work(plan)
        if interrupts.received:
            ending = endings.interrupted(interrupts.name, interrupts.exit_code)
        if ending.subtype == "success" and plan.answer_file is not None:
            ending = answer_file.keep(plan.answer_file, self._telling.tally.text)
        if not self._gone:
            await self._tell(self._telling.end(ending))
        return STDOUT_GONE if self._gone else ending.exit_code

    async def _work(self, plan: Plan) -> Ending:
        try:
            async with self._connect(plan.options) as client:
                self._client = client
                await self._converse(client, plan)
                await client.settled()
        except asyncio.CancelledError:
            if not self._stopped:
                raise
            return endings.interrupted(self._stopped)
        except Exception as error:  # noqa: BLE001 - the session boundary: a fault of ours must not cost the result line
            return endings.of_error(error)
        end = self._telling.tally.end
        ending = self._failure or (endings.of(end) if end else endings.failed("usage", NOTHING_DONE))
        held = plan.judge or bool(plan.goal)
        return endings.held(self._telling.tally.judged) if held and not ending.is_error else ending

    async def _converse(self, client: Client, plan: Plan) -> None:
        envelopes = client.envelopes()
        await self._tell(self._telling.begin(client.about))
        if plan.goal:
            await begin(client.goals, plan.goal)
        self._watch_reader()
        async with asyncio.TaskGroup() as tasks:
            sides = (
                tasks.create_task(self._listen(envelopes), name="listen"),
                tasks.create_task(self._feed(client, plan), name="feed"),
            )
            while not self._stopped and (prompt := await self._prompts.get()) is not None:
                client.submit(prompt)
                self._judge(await self._ends.get())
            if plan.judge and not self._stopped and self._failure is None:
                await self._hold(client)
            if not self._stopped and self._failure is None:
                await self._heard(await client.finish())
            for side in sides:
                side.cancel()

    async def _hold(self, client: Client) -> None:
        """Let what was done be judged, unless that was just done."""
        if self._telling.tally.judged is None and client.goals is not None:
            await client.settled()
            client.goals.judge()
            await client.settled()

    async def _listen(self, envelopes: AsyncIterator[Envelope]) -> None:
        async for envelope in envelopes:
            await self._tell(self._telling.take(envelope))
            self._seq = envelope.seq
            self._news.set()
            if self._telling.tally.ends_run(envelope) and isinstance(envelope.event, Terminal):
                self._ends.put_nowait(envelope.event)

    async def _heard(self, seq: int) -> None:
        """Return once all up to this seq was told, so that what the end of the session cost is counted."""
        while self._seq < seq and not self._stopped:
            self._news.clear()
            await self._news.wait()

    async def _feed(self, client: Client, plan: Plan) -> None:
        try:
            async for op in plan.ops():
                if isinstance(op, Prompt):
                    self._prompts.put_nowait(op)
                else:
                    client.submit(op)
        except HeartbitError as error:
            self._failure = endings.of_error(error)
            self._stop(str(error))
        self._prompts.put_nowait(None)

    def _judge(self, end: Terminal) -> None:
        """Remember the first run that failed; one that was interrupted on purpose does not count."""
        ending = endings.of(end)
        if ending.is_error and ending.subtype != "interrupted":
            self._failure = self._failure or ending

    async def _tell(self, telling: Coroutine[None, None, None]) -> None:
        try:
            await telling
        except BrokenPipeError:
            self._leave()

    def _watch_reader(self) -> None:
        """Notice a reader that goes away while there is nothing to write."""
        if self._telling.reader_can_leave:
            with suppress(OSError):
                asyncio.get_running_loop().add_reader(1, self._leave)

    def _leave(self) -> None:
        asyncio.get_running_loop().remove_reader(1)
        self._gone = True
        self._stop(READER_LEFT)

    def _stop(self, reason: str) -> None:
        if self._stopped:
            return
        self._stopped = reason
        self._prompts.put_nowait(None)
        self._news.set()
        if self._client is not None:
            self._client.submit(Interrupt(reason=reason))
        elif self._task is not None:
            self._task.cancel()


def force(telling: Telling, interrupts: Interrupts, kill_all: Callable[[], None]) -> None:
    """End this process now: with its result line, and with all that its tools have started, which `kill_all` ends."""
    ending = telling.ending or endings.interrupted(interrupts.name, interrupts.exit_code)
    kill_all()
    telling.end_now(ending)
    os._exit(ending.exit_code)
