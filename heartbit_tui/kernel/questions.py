"""Questions that wait for a person; the first answer wins."""

import asyncio
from typing import Generic, TypeVar

from heartbit_tui.kernel.ops import Answer, Decide

Reply = TypeVar("Reply", Decide, Answer)


class Questions(Generic[Reply]):
    """The open questions of one kind, by id."""

    def __init__(self) -> None:
        self._open: dict[str, asyncio.Future[Reply]] = {}

    async def wait(self, id: str) -> Reply:
        """Wait for the reply to the question with this id."""
        future = self._open[id] = asyncio.get_running_loop().create_future()
        try:
            return await future
        finally:
            del self._open[id]

    def settle(self, reply: Reply) -> bool:
        """Give a reply; False when nothing waits for it, or no more."""
        future = self._open.get(reply.id)
        if future is None or future.done():
            return False
        future.set_result(reply)
        return True

    @property
    def open(self) -> tuple[str, ...]:
        """The ids that wait, oldest first."""
        return tuple(self._open)
