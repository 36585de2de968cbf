"""What a program decides and answers when its agent asks, each in a task of its own."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import replace
from typing import cast

from heartbit_tui.kernel.events import ApprovalRequested, QuestionAsked
from heartbit_tui.kernel.ops import Answer, Decide, Op
from heartbit_tui.library.agent import Agent

NOBODY = "Nobody is there to approve it."
FAILED = "The program that decides about calls failed, so the call was denied."


class Callbacks:
    """Asks the callbacks of an agent and sends in what they say; `spoiled` hears what one of them raised.

    A call whose callback failed is denied, a question declined.
    """

    def __init__(self, agent: Agent, submit: Callable[[Op], None], spoiled: Callable[[Exception], None]) -> None:
        self._agent = agent
        self._submit = submit
        self._spoiled = spoiled
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, event: ApprovalRequested | QuestionAsked) -> None:
        """Begin to decide or to answer."""
        if isinstance(event, ApprovalRequested):
            if self._agent.approve is not None:
                self._begin(self._decide(event, self._agent.approve))
            elif self._agent.on_ask is None:
                self._submit(Decide(id=event.id, allow=False, note=NOBODY))
        elif self._agent.answer is not None or self._agent.on_ask is None:
            self._begin(self._answer(event))

    async def close(self) -> None:
        """End what was not decided."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _decide(self, event: ApprovalRequested, approve: Callable[[ApprovalRequested], object]) -> None:
        try:
            said = await _settled(approve(event))
        except Exception as error:  # noqa: BLE001 - the program's own code: the call is denied, and the error is raised where it waits
            self._submit(Decide(id=event.id, allow=False, note=FAILED))
            self._spoiled(error)
            return
        self._submit(
            replace(said, id=event.id) if isinstance(said, Decide) else Decide(id=event.id, allow=said is True)
        )

    async def _answer(self, event: QuestionAsked) -> None:
        answers: Sequence[Sequence[str]] = ()
        try:
            if self._agent.answer is not None:
                answers = cast("Sequence[Sequence[str]]", await _settled(self._agent.answer(event)))
            answers = tuple(tuple(each) for each in answers)
        except Exception as error:  # noqa: BLE001 - the program's own code: the question is declined, and the error is raised where it waits
            self._spoiled(error)
            answers = ()
        self._submit(Answer(id=event.id, answers=answers))


async def _settled(said: object) -> object:
    return await cast("Awaitable[object]", said) if inspect.isawaitable(said) else said
