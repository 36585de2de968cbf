"""A conversation with an embedded heartbit: one prompt after the other, steered, interrupted, approved."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, suppress
from typing import Self, Unpack

from heartbit_tui.client.local import Local, local
from heartbit_tui.client.types import About
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import ApprovalRequested, Envelope, QuestionAsked
from heartbit_tui.kernel.messages import Text
from heartbit_tui.kernel.ops import Answer, Decide, Interrupt, Op, Prompt, Scope, Steer
from heartbit_tui.library.agent import Agent, AgentOptions, Task
from heartbit_tui.library.callbacks import Callbacks
from heartbit_tui.library.exchange import Exchange, Stream
from heartbit_tui.library.result import Result

NOT_OPEN = "The session is not open: use it as `async with Session(…) as session:`."
BUSY = "Another prompt of this session is being answered: wait for it, steer it, or interrupt it."
CLOSED = "The session was closed before the answer was there."
LEFT = "the program, which reads no further"


class Session:
    """A session in this process, open as long as `async with` lasts; what was said is kept unless it is ephemeral.

    Made of an `Agent`, or of what one is made of. Opening raises `ConfigError`, `AuthenticationError`, `StoreError` and
    `UntrustedError`; how runs end is told by their `Result`.
    """

    def __init__(self, agent: Agent | None = None, /, **options: Unpack[AgentOptions]) -> None:
        self._agent = agent or Agent(**options)
        self._stack = AsyncExitStack()
        self._client: Local | None = None
        self._exchange: Exchange | None = None
        self._listening: asyncio.Task[None] | None = None
        self._callbacks: Callbacks | None = None

    async def __aenter__(self) -> Self:
        client = self._client = await self._stack.enter_async_context(local(self._agent.options()))
        self._callbacks = Callbacks(self._agent, client.submit, self._spoiled)
        self._listening = asyncio.create_task(self._listen(client.envelopes()), name="library session")
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *failure: object) -> None:
        try:
            if kind is None:
                await self._open.finish()
        finally:
            await self._stack.aclose()
            await self._end_listening()

    async def _end_listening(self) -> None:
        if self._callbacks is not None:
            await self._callbacks.close()
        if self._listening is not None:
            await self._listening

    @property
    def id(self) -> str:
        """The session's id, under which it can be taken up again."""
        return self.about.session_id

    @property
    def about(self) -> About:
        """What the session is made of: its model, mode, tools, and sentences of warning."""
        return self._open.about

    @property
    def running(self) -> bool:
        """Whether a run is active."""
        return self._open.running

    async def ask(self, task: Task) -> Result:
        """Send a prompt, and wait for the end of its run. Raises what a callback of yours raised."""
        return await self.stream(task).whole()

    def stream(self, task: Task) -> Stream:
        """Send a prompt, and read what happens; leaving the loop early interrupts the run."""
        content = (Text(text=task),) if isinstance(task, str) else tuple(task)
        return Stream(Prompt(content=content), self._begin, self._leave)

    async def workflow(self, name: str, text: str = "") -> Result:
        """Do a workflow, of the settings or of the program's own, and wait for its end.

        Raises what a callback of yours raised; that there is no such workflow is told by the result.
        """
        prompt = Prompt(content=(Text(text=text),), workflow=name)
        return await Stream(prompt, self._begin, self._leave).whole()

    def steer(self, text: str) -> None:
        """Words for the run that is active, which the model reads after the calls that it asked for."""
        self.submit(Steer(text=text))

    def interrupt(self, reason: str = "the program") -> None:
        """Stop the active run."""
        self.submit(Interrupt(reason=reason))

    def decide(self, id: str, *, allow: bool, scope: Scope = "once", note: str = "") -> None:
        """Decide the call of an `ApprovalRequested`; for programs that read events and give no `approve`."""
        self.submit(Decide(id=id, allow=allow, scope=scope, note=note))

    def answer(self, id: str, answers: Sequence[Sequence[str]]) -> None:
        """Answer a `QuestionAsked`: for each part the labels chosen or own words; nothing declines."""
        self.submit(Answer(id=id, answers=tuple(map(tuple, answers))))

    def submit(self, op: Op) -> None:
        """Send any op."""
        self._open.submit(op)

    @property
    def _open(self) -> Local:
        if self._client is None:
            raise HeartbitError(NOT_OPEN)
        return self._client

    async def _begin(self, prompt: Prompt) -> Exchange:
        """Send a prompt, once a run that was left has ended: what is queued when a run is interrupted stays there."""
        if self._exchange is not None:
            raise HeartbitError(BUSY)
        client = self._open
        exchange = self._exchange = Exchange(client.about.session_id, asyncio.get_running_loop().time)
        try:
            if client.running:
                await client.settled()
        except BaseException:
            self._exchange = None
            raise
        client.submit(prompt)
        return exchange

    def _leave(self, exchange: Exchange) -> None:
        if self._exchange is exchange:
            self._exchange = None
        if not exchange.over and self._open.running:
            self.submit(Interrupt(reason=LEFT))

    def _spoiled(self, fault: Exception) -> None:
        """A callback of the program failed: the run ends, and whoever waits for it learns why."""
        if self._exchange is not None:
            self._exchange.spoil(fault)
        with suppress(HeartbitError):
            self.interrupt("an error of the program's own")

    async def _listen(self, envelopes: AsyncIterator[Envelope]) -> None:
        async for envelope in envelopes:
            if self._exchange is not None and self._exchange.result is None:
                self._exchange.take(envelope)
            if self._callbacks is not None and isinstance(envelope.event, ApprovalRequested | QuestionAsked):
                self._callbacks.take(envelope.event)
        if self._exchange is not None and self._exchange.result is None:
            self._exchange.fail(HeartbitError(CLOSED))
