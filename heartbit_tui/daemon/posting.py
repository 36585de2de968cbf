"""Puts into the inbox what came of tasks that nobody watched, and what waits in them for a person."""

import asyncio
import logging
from datetime import timedelta
from typing import Final, Self

from heartbit_tui.daemon.outcomes import (
    changed_by,
    is_told,
    letter_of,
    question_key,
    question_of,
    unwatched,
)
from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.kernel.events import (
    ApprovalDecision,
    ApprovalRequested,
    Envelope,
    QuestionAnswered,
    QuestionAsked,
    ToolCallCompleted,
)
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.store.inbox import Inbox
from heartbit_tui.store.store import Store
from heartbit_tui.tasks import CommandQueue, Task

LOG = logging.getLogger("heartbit.daemon")

MISSED: Final = 200
"""Tasks that are looked through at a start, the newest: a daemon that died may have told nobody of their end."""

RECENT: Final = timedelta(days=7)


class Posting:
    """Writes letters. `async with` it; what was heard is written before it is left."""

    def __init__(self, inbox: Inbox, store: Store, clock: Clock) -> None:
        self._inbox = inbox
        self._store = store
        self._clock = clock
        self._working: dict[str, Task] = {}
        self._heard: asyncio.Queue[Envelope] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        self._writing = asyncio.create_task(self._write(), name="letters of questions")
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self._heard.join()
        self._writing.cancel()
        await asyncio.gather(self._writing, return_exceptions=True)

    def take(self, envelope: Envelope) -> None:
        """Hear what happens in a session."""
        wanted = ApprovalRequested | QuestionAsked | ApprovalDecision | QuestionAnswered
        if envelope.session in self._working and isinstance(envelope.event, wanted):
            self._heard.put_nowait(envelope)

    async def task(self, task: Task) -> None:
        """Hear how a task stands; a letter that cannot be written is told in the log and tried again at the next start."""
        if task.state == "running":
            if unwatched(task):
                self._working[task.session] = task
            return
        if (at_work := self._working.get(task.session)) is not None and at_work.id == task.id:
            del self._working[task.session]
        if not is_told(task):
            return
        try:
            await self._inbox.put(letter_of(task, await self._changed(task), self._clock))
        except StoreError as error:
            LOG.error("what came of task %s could not be put into the inbox: %s", task.id, error)

    async def catch_up(self, queue: CommandQueue) -> None:
        """Write what a daemon that died could not; what has a letter gets no second one."""
        since = self._clock.now() - RECENT
        for task in (await queue.page(limit=MISSED)).tasks:
            if task.state not in ("running", "pending") and (task.ended or task.created) >= since:
                await self.task(task)

    async def _changed(self, task: Task) -> tuple[str, ...]:
        try:
            log = await self._store.load(task.session, until=task.last_seq, only=(ToolCallCompleted,))
        except StoreError:
            return ()  # nothing was done in a session that is not there
        return changed_by([each for each in log.envelopes if each.seq > (task.first_seq or 0)])

    async def _write(self) -> None:
        while True:
            envelope = await self._heard.get()
            try:
                await self._question(envelope)
            except StoreError as error:
                LOG.error("what waits in session %s could not be put into the inbox: %s", envelope.session, error)
            except Exception:  # one letter's own fault does not keep those after it from being written
                LOG.exception("what waits in session %s", envelope.session)
            finally:
                self._heard.task_done()

    async def _question(self, envelope: Envelope) -> None:
        match envelope.event:
            case ApprovalRequested() | QuestionAsked() as event:
                if (task := self._working.get(envelope.session)) is not None:
                    await self._inbox.put(question_of(task, envelope, event))
            case ApprovalDecision(id=id) | QuestionAnswered(id=id):
                await self._inbox.finish_key(question_key(envelope.session, id))
            case _:
                pass
