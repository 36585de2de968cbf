"""The whole application with a session that a test plays: what is written to the terminal is kept."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from textual.drivers.headless_driver import HeadlessDriver
from textual.message_pump import MessagePump
from textual.pilot import Pilot
from textual.screen import Screen

from heartbit_tui.client.still import Still
from heartbit_tui.client.types import About, Client, Undo
from heartbit_tui.kernel.events import (
    Delta,
    Envelope,
    Event,
    ModeChanged,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    RunStarted,
    SessionStarted,
)
from heartbit_tui.kernel.ledger import Ledger, Line
from heartbit_tui.kernel.ops import Close, Mode, Op
from heartbit_tui.runtime.options import Options
from heartbit_tui.tui.ahead import Ahead
from heartbit_tui.tui.app import HeartbitApp
from heartbit_tui.tui.start import loader
from heartbit_tui.tui.theme.load import load
from heartbit_tui.undo.intent import Restored, UndoError, What
from heartbit_tui.undo.past import Past, Point
from heartbit_tui.undo.preview import Preview

START = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
DEADLINE = 20.0
BREATH = 0.005
PATIENCE = 0.5
"""Seconds after which it is asked whether the one who should answer is still there."""


class Terminal(HeadlessDriver):
    """Keeps what would go to a terminal."""

    said: list[str]

    @property
    def is_headless(self) -> bool:
        return False

    @property
    def can_suspend(self) -> bool:
        return False

    def write(self, data: str) -> None:
        self.said.append(data)


class Listed:
    """What one can go back to in a log; nothing goes back."""

    def __init__(self, log: Iterable[Envelope]) -> None:
        self._past = Past(log)

    def points(self) -> tuple[Point, ...]:
        return self._past.points()

    async def undo(self, number: str = "", what: What = "both", *, overrule: bool = False) -> Preview:
        raise UndoError("Nothing goes back here.")

    async def redo(self, *, overrule: bool = False) -> Preview:
        raise UndoError("Nothing goes back here.")

    async def carry_out(self, preview: Preview) -> Restored:
        raise UndoError("Nothing goes back here.")

    def during(self, command: str, *, shown: str = "") -> AbstractAsyncContextManager[None]:
        return nullcontext()


class Played(Still):
    """A `Client` whose envelopes a test tells, and that keeps the ops that come."""

    def __init__(self, cwd: str, history: Iterable[Event] = (), *, name: str = "s-1", model: str = "claude-x") -> None:
        self.ops: list[Op] = []
        self._seq = 0
        self._name = name
        self._ledger = Ledger()
        self._running = False
        self._about = About(session_id=name, cwd=cwd, provider="anthropic", model=model, mode=Mode.ASK, tools=("bash",))
        self._mode = Mode.ASK
        first = SessionStarted(cwd=cwd, provider="anthropic", model=model, mode=Mode.ASK)
        self._history = tuple(self._envelope(event) for event in (first, *history))
        self._news: asyncio.Queue[Envelope | None] = asyncio.Queue()
        self.found = asyncio.Event()
        """Set once the whole log can be read."""

    @property
    def about(self) -> About:
        return self._about

    @property
    def history(self) -> tuple[Envelope, ...]:
        return self._history

    async def whole(self) -> tuple[Envelope, ...]:
        await self.found.wait()
        return self._history

    @property
    def running(self) -> bool:
        return self._running

    @property
    def mode(self) -> Mode:
        return self._mode

    @property
    def undo(self) -> Undo:
        return Listed(self._history)

    def costs(self) -> tuple[Line, ...]:
        return self._ledger.lines()

    @property
    def has_news(self) -> bool:
        """Whether something was told that nobody has heard of yet."""
        return not self._news.empty()

    def tell(self, *events: Event, agent: str = "heartbit") -> None:
        """Have these happen, all at once."""
        for event in events:
            self._news.put_nowait(self._envelope(event, agent))

    def submit(self, op: Op) -> None:
        self.ops.append(op)
        if isinstance(op, Close):
            self._news.put_nowait(None)

    async def envelopes(self) -> AsyncIterator[Envelope]:
        async for batch in self.batches():
            for envelope in batch:
                yield envelope

    async def batches(self, pause: Callable[[], float] = float) -> AsyncIterator[tuple[Envelope, ...]]:
        while True:
            batch = [await self._news.get()]
            while not self._news.empty():
                batch.append(self._news.get_nowait())
            yield tuple(envelope for envelope in batch if envelope is not None)
            if None in batch:
                return

    async def settled(self) -> None:
        return

    def _envelope(self, event: Event, agent: str = "heartbit") -> Envelope:
        self._seq += 1
        at = START + timedelta(seconds=self._seq)
        found = Envelope(seq=self._seq, at=at, session=self._name, run="r", agent=agent, event=event)
        if not isinstance(event, Delta):
            self._ledger.take(found)
        match event:
            case RunStarted() if agent == "heartbit":
                self._running = True
            case RunCompleted() | RunFailed() | RunInterrupted() if agent == "heartbit":
                self._running = False
            case ModeChanged(mode=mode):
                self._mode = mode
            case _:
                pass
        return found


class Stage:
    """What a test has of the application."""

    def __init__(self, app: HeartbitApp, pilot: Pilot[int], clients: list[Played], said: list[str]) -> None:
        self.app = app
        self.pilot = pilot
        self.clients = clients
        self.said = said
        """What was written to the terminal, piece by piece."""

    @property
    def client(self) -> Played:
        """The first session."""
        return self.clients[0]

    @property
    def shown(self) -> list[str]:
        """The rows of the screen."""
        return ["".join(part.text for part in strip) for strip in self.app.screen._compositor.render_strips()]  # pyright: ignore[reportPrivateUsage] - there is no public way to the rows

    @property
    def busy(self) -> bool:
        """Whether work goes on that nobody waits for."""
        return any(not worker.is_finished for worker in self.app.workers)

    async def told(self, *events: Event, agent: str = "heartbit") -> None:
        """Have these happen, and be on the screen."""
        self.client.tell(*events, agent=agent)
        await self.drawn()

    async def drawn(self) -> None:
        """Let everything that was told come to the screen."""
        await self.until(lambda: not self.client.has_news)
        await self.settled()

    async def settled(self) -> None:
        """Let all messages so far be heard, and what they change be drawn."""
        for listener in (self.app, self.app.draft, self.app.screen, self.app.focused or self.app.screen):
            await self._answered(listener, listener.call_later)
        screen = self.app.screen
        await self._answered(screen, screen.call_after_refresh)

    async def _answered(self, listener: MessagePump, ask: Callable[[Callable[[], object]], bool]) -> None:
        """Wait until this one comes to what it is asked to call; one that is taken away meanwhile never does."""
        heard = asyncio.Event()
        if not ask(heard.set):
            return
        end = time.monotonic() + DEADLINE
        while not heard.is_set():
            assert time.monotonic() < end, f"{listener!r} hears nothing:\n" + "\n".join(self.shown)
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    await heard.wait()
            if not listener.is_running or (isinstance(listener, Screen) and listener is not self.app.screen):
                return

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until this holds."""
        end = time.monotonic() + DEADLINE
        while not holds():
            assert time.monotonic() < end, "it did not come to that:\n" + "\n".join(self.shown)
            breath = asyncio.Event()  # threads that import what is needed would get no turn without
            asyncio.get_running_loop().call_later(BREATH, breath.set)
            await breath.wait()
            await self.settled()

    async def press(self, *keys: str) -> None:
        """Press these keys, and let what they do be done."""
        await self.pilot.press(*keys)
        await self.settled()

    async def cleared(self) -> None:
        """Take away what is told for a moment, and the empty place that Textual keeps of each and lays out ever after."""
        self.app.clear_notifications()
        await self.app.screen.query("ToastHolder").remove()

    async def back(self) -> None:
        """Leave whatever is open."""
        while len(self.app.screen_stack) > 1:
            self.app.pop_screen()
            await self.settled()


@asynccontextmanager
async def staged(
    folder: Path,
    *,
    size: tuple[int, int] = (120, 40),
    history: Iterable[Event] = (),
    cwd: str = "",
    model: str = "claude-x",
    environment: Mapping[str, str] | None = None,
    found: bool = True,
) -> AsyncGenerator[Stage]:
    """The application, open on a session that the test plays; its whole log is `found` at once, or when the test says."""
    (folder / "home").mkdir(exist_ok=True)
    (folder / "project").mkdir(exist_ok=True)
    usual = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
    variables = {**usual, "HOME": str(folder / "home"), "ANTHROPIC_API_KEY": "sk-ant-test", **(environment or {})}
    project = folder / "project"
    clients: list[Played] = []
    said: list[str] = []

    @asynccontextmanager
    async def connect(_: Options) -> AsyncGenerator[Client]:
        client = Played(cwd or str(project), () if clients else history, name=f"s-{len(clients) + 1}", model=model)
        clients.append(client)
        if found:
            client.found.set()
        yield client

    class Here(Terminal):
        pass

    Here.said = said
    async with asyncio.TaskGroup() as tasks:
        given = Options(cwd=project, environment=variables, surface="tui")
        ahead = Ahead(lambda: given, connect)
        live = loader(ahead, "", tasks)
        app = HeartbitApp(load("heartbit"), live, environment=variables, driver=Here)
        async with app.run_test(headless=False, size=size, notifications=True) as pilot:
            stage = Stage(app, pilot, clients, said)
            await stage.until(lambda: app.live is not None and app.talk.stage == "open" and app.live.sheet.is_attached)
            await stage.until(lambda: not stage.busy)
            try:
                yield stage
            finally:
                ahead.leave()
                app.living.leave()
