"""One model of a cascade at work on an answer of which nothing is shown before it is known to stand."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, suppress
from types import TracebackType
from typing import Self

from heartbit_tui.kernel.errors import ProviderError
from heartbit_tui.kernel.events import ModelEscalated, RetryAttempt, TextDelta
from heartbit_tui.kernel.messages import Assistant, Usage
from heartbit_tui.kernel.protocols import Block, Finish, Part, Provider, Request, Spent

News = RetryAttempt | ModelEscalated | Spent
"""What is told at once, whatever becomes of the answer."""


class Trial:
    """Asks from its `async with` on; leaving that ends it.

    `news` has to be read to its end before the rest is looked at. After `leave` the model goes on in the background,
    so that what its answer costs can still be told.
    """

    def __init__(self, provider: Provider, request: Request) -> None:
        self.left = False
        self.error: ProviderError | None = None
        self.finish: Finish | None = None
        self._provider = provider
        self._request = request
        self._parts: list[Part] = []
        self._news: asyncio.Queue[News | None] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._read(), name=f"trial of {self._provider.model}")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def news(self) -> AsyncGenerator[News, None]:
        """What is told while the model answers; ends with the answer, with an error, or when the model is left."""
        while (part := await self._news.get()) is not None:
            yield part
        if self._task is not None and not self.left:
            await self._task

    def leave(self) -> None:
        """Wait for it no longer."""
        self.left = True
        self._news.put_nowait(None)

    async def late(self, seconds: float) -> list[Spent]:
        """What a model that was left has cost, if it tells within so many seconds; else a cost that is not known."""
        if self._task is not None:
            await asyncio.wait((self._task,), timeout=seconds)
        spent: list[Spent] = []
        with suppress(asyncio.QueueEmpty):
            while True:
                part = self._news.get_nowait()
                spent += [part] if isinstance(part, Spent) else []
        unknown = Spent(purpose="cascade_rejected", model=self._provider.model, usage=Usage())
        return [*spent, self.finish.spent("cascade_rejected") if self.finish else unknown]

    @property
    def answer(self) -> Assistant:
        """The whole answer. Only once there is a `finish`."""
        assert self.finish is not None
        return Assistant(
            content=tuple(part.block for part in self._parts if isinstance(part, Block)),
            stop=self.finish.stop,
            provider=self.finish.provider,
            model=self.finish.model,
            usage=self.finish.usage,
        )

    def shown(self) -> Iterator[Part]:
        """The parts of the answer without its Finish; each text comes in one piece."""
        words: list[str] = []
        for part in self._parts:
            if isinstance(part, TextDelta):
                words.append(part.text)
                continue
            if words:
                yield TextDelta(text="".join(words))
                words.clear()
            yield part

    async def _read(self) -> None:
        try:
            async with aclosing(self._provider.stream(self._request)) as parts:
                async for part in parts:
                    self._take(part)
        except ProviderError as error:
            self.error = error
        finally:
            self._news.put_nowait(None)

    def _take(self, part: Part) -> None:
        match part:
            case RetryAttempt() | ModelEscalated():
                self._parts.clear()
                self._news.put_nowait(part)
            case Spent():
                self._news.put_nowait(part)
            case Finish():
                self.finish = part
            case _:
                self._parts.append(part)
