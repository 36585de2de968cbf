"""One session as a person talks to it: what is typed becomes ops, what happens becomes pieces."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

from heartbit_tui.client.commands import Typed, Unknown
from heartbit_tui.client.jobs import running
from heartbit_tui.client.modes import following
from heartbit_tui.client.types import Client
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import Delta, Envelope, RunStarted, UserMessage
from heartbit_tui.kernel.messages import Text
from heartbit_tui.kernel.ops import Answer, Decide, Interrupt, Op, Prompt, SetMode, Steer
from heartbit_tui.repl.commands import parse
from heartbit_tui.repl.dialog import Dialog, Waiting
from heartbit_tui.repl.fold import Fold
from heartbit_tui.repl.pieces import Asked, Ended, Piece, Settled, Told
from heartbit_tui.runtime.options import Which

STILL_RUNS = "{jobs} would be stopped: that still runs in the background. Leave once more to do so; /jobs shows it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """The person is done; `code` is the exit code."""

    code: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """The person wants another session."""

    which: Which


Next: TypeAlias = Leave | Switch


class Screen(Protocol):
    """Where a conversation is seen."""

    def show(self, piece: Piece) -> None:
        """Show a piece below all that was shown before."""
        ...

    def refresh(self) -> None:
        """Something about what is going on has changed."""
        ...

    def clear(self) -> None:
        """Make the screen empty."""
        ...


class Doer(Protocol):
    """Carries out commands."""

    async def do(self, command: Typed) -> Next | None:
        """Carry out a command; what comes next, if the session is to be left."""
        ...


class Conversation:
    """Follows a session; `next` is set once it is to be left."""

    def __init__(self, client: Client, screen: Screen) -> None:
        self.client = client
        self.fold = Fold()
        self.dialog = Dialog()
        self.log: list[Envelope] = []
        """All but the deltas."""
        self.next: Next | None = None
        self._screen = screen
        self._sent = 0
        self._warned = False
        self.asks = True
        """Whether somebody is there who can be asked."""
        self.waits = False
        """Whether a command waits for something, which an interrupt ends."""
        self._changed = asyncio.Event()
        self._left = asyncio.Event()

    @property
    def busy(self) -> bool:
        """Whether a run is active, a change is judged, or a prompt was sent that nothing was heard of yet."""
        return self.fold.running or self.fold.judging or self._sent > 0

    @property
    def waiting(self) -> Waiting | None:
        """What waits for the person."""
        return self.dialog.waiting

    def recall(self) -> None:
        """Take in the history, and show its last run."""
        history = self.client.history
        starts = [index for index, each in enumerate(history) if isinstance(each.event, RunStarted)]
        last = starts[-1] if starts else len(history)
        for index, envelope in enumerate(history):
            for piece in self._take(envelope):
                if index >= last and not isinstance(piece, Asked | Settled):
                    self._screen.show(piece)
        self.dialog.clear()
        self.fold.running = False

    async def listen(self) -> None:
        """Follow the session until it ends."""
        async for envelope in self.client.envelopes():
            for piece in self._take(envelope):
                self._screen.show(piece)
            self._stir()
        self.leave(self.next or Leave())

    async def said(self, text: str, doer: Doer, *, queue: bool = False) -> None:
        """Take in what the person typed: a command, a prompt, or words for the run."""
        warned, self._warned = self._warned, False
        command = parse(text)
        match command:
            case Typed():
                following = await doer.do(command)
                self._warned = warned
                if following is not None:
                    self.leave(following, asked=True)
            case Unknown(name=name) if await self._is_offered(name):
                self._words(text, queue=queue)
            case Unknown(name=name, nearest=nearest):
                hint = f" Did you mean /{nearest}?" if nearest else ""
                self.tell(f"There is no command /{name}.{hint} /help lists them.", warning=True)
            case None if not text.strip():
                pass
            case None:
                self._words(text, queue=queue)
        self._stir()

    async def _is_offered(self, name: str) -> bool:
        """Whether a skill or a command of a file has this name."""
        return any(each.name == name for each in await self.client.about.offers())

    def _words(self, text: str, *, queue: bool) -> None:
        if self.fold.running and not queue:
            self.client.submit(Steer(text=text))
        else:
            self.send(Prompt(content=(Text(text=text),)))

    def send(self, prompt: Prompt) -> None:
        """Send a prompt as it is; it waits where a run is active."""
        self._sent += 1
        self.client.submit(prompt)

    def reply(self, ops: Sequence[Op]) -> None:
        """Send what the person decided or answered."""
        for op in ops:
            self.client.submit(op)
            if isinstance(op, Decide | Answer):
                self.dialog.close(op.id)
        self._stir()

    def interrupt(self) -> None:
        """Stop the active run, or waiting."""
        if self.waits:
            self.waits = False
            self._stir()
            return
        self.client.submit(Interrupt())

    def next_mode(self) -> None:
        """Go on to the next mode."""
        sandboxed = bool(self.client.about.sandbox)
        self.client.submit(SetMode(mode=following(self.client.mode, sandboxed=sandboxed)))

    def tell(self, text: str, *, warning: bool = False) -> None:
        """Show words of heartbit's own."""
        for line in text.split("\n"):
            self._screen.show(Told(level="warning" if warning else "info", text=line))

    def leave(self, following: Next, *, asked: bool = False) -> None:
        """Leave this session; where a person `asked` for it, and commands still run, that is said the first time."""
        going = running(self.fold.jobs)
        if asked and going and self.asks and not self._warned and self.next is None:
            self._warned = True
            self.tell(STILL_RUNS.format(jobs=", ".join(job.id for job in going)), warning=True)
            return
        self.next = self.next or following
        self._left.set()
        self._stir()

    async def attention(self) -> None:
        """Return once the person is to say something: nothing runs, something is asked, or this is over."""
        while self.next is None and self.busy and self.waiting is None:
            self._changed.clear()
            await self._changed.wait()

    async def until(self, over: Callable[[], bool]) -> None:
        """Return once this is so, an interrupt came, or the session is to be left."""
        self.waits = True
        try:
            while self.waits and self.next is None and not over():
                self._changed.clear()
                await self._changed.wait()
        finally:
            self.waits = False

    async def settled(self) -> None:
        """Return once a run that has just told its end is really over; at once while one is active."""
        if not self.busy:
            await self.client.settled()

    async def over(self) -> None:
        """Return once this session is to be left."""
        await self._left.wait()

    def _stir(self) -> None:
        self._changed.set()
        self._screen.refresh()

    def _take(self, envelope: Envelope) -> tuple[Piece, ...]:
        if not isinstance(envelope.event, Delta):
            self.log.append(envelope)
        if isinstance(envelope.event, UserMessage) and envelope.event.origin == "prompt":
            self._sent = max(self._sent - 1, 0)
        pieces = self.fold.take(envelope)
        for piece in pieces:
            match piece:
                case Asked(request=request):
                    self.dialog.open(request)
                case Settled(id=id):
                    self.dialog.close(id)
                case Ended(how=how):
                    self.dialog.clear()
                    self._sent = 0 if how == "interrupted" else self._sent
                case _:
                    pass
        return pieces
