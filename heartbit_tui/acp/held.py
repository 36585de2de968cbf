"""One session as a client holds it: its prompts one after the other, and all that happens in it told in order."""

import asyncio
from collections.abc import Sequence

from acp.helpers import update_available_commands
from acp.schema import (
    AvailableCommand,
    AvailableCommandInput,
    ConfigOptionUpdate,
    Cost,
    UnstructuredCommandInput as Hint,
    UsageUpdate,
)

from heartbit_tui.acp import errors, prompting, replaying
from heartbit_tui.acp.asking import Asking
from heartbit_tui.acp.choices import Choices
from heartbit_tui.acp.commands import COMMANDS, Commands
from heartbit_tui.acp.endings import Ending, ending, interrupted
from heartbit_tui.acp.peer import Peer
from heartbit_tui.acp.prompting import Block
from heartbit_tui.acp.telling import Fold, Update, told
from heartbit_tui.client.commands import Command, Typed, parse
from heartbit_tui.client.types import Client
from heartbit_tui.kernel.events import (
    ApprovalDecision,
    ApprovalRequested,
    Envelope,
    LlmResponse,
    ModeChanged,
    ModelChanged,
    QuestionAnswered,
    QuestionAsked,
    RunStarted,
    Terminal,
)
from heartbit_tui.kernel.ops import Interrupt, Op

CLOSED = "The session was closed."


class _Turn:
    """A prompt that was submitted; `run` is the one that it set off, as soon as that has started."""

    def __init__(self) -> None:
        self.run = ""
        self.end: asyncio.Future[Terminal] = asyncio.get_running_loop().create_future()


class Held:
    """Nothing is told before `release`: a client has to know of a session before it hears from it."""

    def __init__(self, client: Client, peer: Peer, *, yolo: bool) -> None:
        self.client = client
        self.id = client.about.session_id
        self.choices = Choices(client, yolo=yolo)
        self._peer = peer
        self._cwd = client.about.cwd
        self._fold = Fold(self._cwd, streams=peer.streams_terminals)
        self._asking = Asking(self.id, peer, self._cwd)
        self._commands = Commands(client, self._asking, self._fold)
        self._envelopes = client.envelopes()
        self._released, self._prompted, self._over = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.gone = asyncio.Event()
        """Whether the session is closed, so that it can be taken up again."""
        self._one = asyncio.Lock()
        self._cancelled = 0
        self._turn: _Turn | None = None
        self._work: asyncio.Task[str] | None = None
        self._asked: dict[str, asyncio.Task[None]] = {}
        self._offered: tuple[Command, ...] | None = None

    async def follow(self) -> None:
        """Tell what happens until the session is to be closed."""
        async with asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(self._listen(tasks), name=f"listen to {self.id}")
            await self._over.wait()
            for task in (listening, *self._asked.values()):
                task.cancel()
        if self._turn is not None and not self._turn.end.done():
            self._turn.end.set_exception(errors.failed("closed", CLOSED))

    def release(self) -> None:
        """The client is about to know of the session: from now on it may be told of it."""
        self._released.set()

    async def replay(self) -> None:
        """Tell all that was said before."""
        fold = Fold(self._cwd)
        for envelope in replaying.standing(await self.client.whole() or self.client.history):
            for update in replaying.updates(fold, envelope):
                await self._tell(update)

    async def prompt(self, blocks: Sequence[Block]) -> Ending:
        """Work on a prompt to its end; one after the other. Raises `RequestError`."""
        before = self._cancelled
        async with self._one:
            if self._cancelled != before or self._over.is_set():
                return interrupted()
            self._prompted.set()
            command = parse(prompting.words(blocks), COMMANDS)
            result = await (self._do(command) if isinstance(command, Typed) else self._run(blocks))
            await self._offer()
        return result

    def cancel(self) -> None:
        """Stop what is active, and forget the prompts that wait."""
        self._cancelled += 1
        if self._work is not None:
            self._work.cancel()
        self.client.submit(Interrupt(reason="the client"))

    async def close(self) -> None:
        """Stop what is active and let the session end."""
        self.cancel()
        await self.client.settled()
        self._over.set()

    def leave(self) -> None:
        """Let the session end: the client has gone."""
        self._over.set()

    async def _run(self, blocks: Sequence[Block]) -> Ending:
        op = prompting.prompt(blocks, self._cwd)
        await self.client.settled()
        turn = self._turn = _Turn()
        try:
            self.client.submit(op)
            return ending(await turn.end, self._fold.stop)
        finally:
            self._turn = None

    async def _do(self, command: Typed) -> Ending:
        await self.client.settled()
        self._work = asyncio.create_task(self._commands.do(command), name=f"/{command.name}")
        try:
            text = await self._work
        except asyncio.CancelledError:
            if not self._work.cancelled():
                raise
            return interrupted()
        finally:
            self._work = None
        if text:
            await self._tell(told(text))
        return ending(None, self._fold.stop)

    async def _listen(self, tasks: asyncio.TaskGroup) -> None:
        await self._released.wait()
        for warning in self.client.about.warnings:
            await self._tell(told(warning))
        await self._offer()
        async for envelope in self._envelopes:
            for update in self._fold.take(envelope):
                await self._tell(update)
            await self._beside(envelope)
            self._ask(envelope, tasks)
            self._mark(envelope)

    async def _beside(self, envelope: Envelope) -> None:
        """Tell what holds after an event: the choices, and what the session has cost."""
        match envelope.event:
            case ModeChanged() | ModelChanged():
                options = self.choices.options()
                await self._tell(ConfigOptionUpdate(session_update="config_option_update", config_options=options))
            case LlmResponse() if (usage := self._usage()) is not None:
                await self._tell(usage)
            case _:
                pass

    def _usage(self) -> UsageUpdate | None:
        outlook = self.client.meters.glance() if self.client.meters else None
        if outlook is None or not outlook.size.window:
            return None
        costs = self.client.costs()
        known = not any(line.unpriced for line in costs)
        cost = Cost(amount=sum(line.cost_usd for line in costs), currency="USD") if known else None
        return UsageUpdate(session_update="usage_update", used=outlook.used, size=outlook.size.window, cost=cost)

    def _ask(self, envelope: Envelope, tasks: asyncio.TaskGroup) -> None:
        """Ask what is asked, beside all else; what was settled elsewhere is asked no more."""
        match envelope.event:
            case ApprovalRequested() | QuestionAsked() as asked:
                self._asked[asked.id] = tasks.create_task(self._put(asked), name=f"ask {asked.id}")
            case ApprovalDecision(id=id) | QuestionAnswered(id=id):
                self._settle(id)
            case _:
                if isinstance(envelope.event, Terminal):
                    for asked_id in list(self._asked):
                        self._settle(asked_id)

    def _settle(self, id: str) -> None:
        if task := self._asked.pop(id, None):
            task.cancel()

    async def _put(self, asked: ApprovalRequested | QuestionAsked) -> None:
        """Put a question to the person, once there is somebody: before the first prompt nobody looks."""
        await self._prompted.wait()
        op: Op = await (
            self._asking.decision(asked) if isinstance(asked, ApprovalRequested) else self._asking.answer(asked)
        )
        self._asked.pop(asked.id, None)
        self.client.submit(op)

    def _mark(self, envelope: Envelope) -> None:
        """See which run the prompt has set off, and its end."""
        turn, event = self._turn, envelope.event
        if turn is None or envelope.agent != self._fold.agent:
            return
        if isinstance(event, RunStarted) and not turn.run:
            turn.run = envelope.run
        elif isinstance(event, Terminal) and envelope.run == turn.run and not turn.end.done():
            turn.end.set_result(event)

    async def _offer(self) -> None:
        """Tell which commands there are, where that is news."""
        offered = (*COMMANDS, *await self.client.about.offers())
        if offered != self._offered:
            self._offered = offered
            await self._tell(update_available_commands(map(_command, offered)))

    async def _tell(self, update: Update) -> None:
        await self._peer.tell(self.id, update)


def _command(each: Command) -> AvailableCommand:
    hint = AvailableCommandInput(root=Hint(hint=each.takes)) if each.takes else None
    return AvailableCommand(name=each.name, description=each.does or each.name, input=hint)
