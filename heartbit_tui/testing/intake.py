"""An intake whose tasks end when a test says so."""

import asyncio

from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.kernel.messages import Usage
from heartbit_tui.tasks import Outcome, Request, State


class FakeIntake:
    """An `Intake` that keeps what it is handed over; a key makes it the same task again, as with a real one.

    With `full` it accepts nothing.
    """

    def __init__(self) -> None:
        self.requests: list[Request] = []
        """What was accepted, in order; the first is the task `1`."""
        self.full = False
        self._ends: dict[str, asyncio.Future[Outcome]] = {}
        self._changed = asyncio.Condition()

    async def submit(self, request: Request) -> str:
        if self.full:
            raise StoreError("The disk is full, so nothing can be accepted.")
        for number, known in enumerate(self.requests, 1):
            if request.key and (known.key, known.user_id) == (request.key, request.user_id):
                return str(number)
        async with self._changed:
            self.requests.append(request)
            self._changed.notify_all()
        return str(len(self.requests))

    async def outcome(self, task_id: str) -> Outcome:
        if not 1 <= int(task_id) <= len(self.requests):
            raise KeyError(task_id)
        return await asyncio.shield(self._end(task_id))

    async def cancel(self, task_id: str) -> bool:
        waits = not self._end(task_id).done()
        if waits:
            self.end(task_id, state="cancelled")
        return waits

    def end(self, task_id: str, text: str = "", *, state: State = "completed", cost_usd: float | None = None) -> None:
        """Let a task end, which need not have been handed over yet."""
        outcome = Outcome(id=task_id, state=state, text=text, usage=Usage(), cost_usd=cost_usd)
        self._end(task_id).set_result(outcome)

    async def accepted(self, count: int) -> None:
        """Wait until so many were accepted in all."""
        async with self._changed:
            await self._changed.wait_for(lambda: len(self.requests) >= count)

    def _end(self, task_id: str) -> asyncio.Future[Outcome]:
        return self._ends.setdefault(task_id, asyncio.get_running_loop().create_future())
