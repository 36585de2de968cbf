"""What becomes of a task that has ended: a letter, a notice, and what later tasks may know of it."""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection
from contextlib import AsyncExitStack, asynccontextmanager

from heartbit_tui.daemon import notifying
from heartbit_tui.daemon.notifying import Notifying
from heartbit_tui.daemon.outcomes import is_silent
from heartbit_tui.daemon.posting import Posting
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.runtime.beating import ledger
from heartbit_tui.runtime.institutional import Institution, institution
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import Settings
from heartbit_tui.store.inbox import Inbox
from heartbit_tui.store.store import Store
from heartbit_tui.tasks import Task

LOG = logging.getLogger("heartbit.daemon")

Hear = Callable[[Task], Awaitable[None]]


class Aftermath:
    """Hears of each task that has begun or ended; what goes wrong here is told in the log and changes no outcome."""

    def __init__(self, inbox: Inbox, posting: Posting, notifying: Notifying, known: Institution | None) -> None:
        self.inbox = inbox
        self.posting = posting
        self.beat = notifying.beat
        """Hears what a beat had to say that was no task."""
        self._notifying = notifying
        self._known = known
        self._hearers: list[Hear] = []

    def hear(self, hearer: Hear) -> None:
        """Let somebody else hear of tasks too."""
        self._hearers.append(hearer)

    async def task(self, task: Task) -> None:
        """Hear how a task stands."""
        await self.posting.task(task)
        self._notifying.task(task)
        await self._remember(task)
        for hear in self._hearers:
            await hear(task)

    async def _remember(self, task: Task) -> None:
        if self._known is None or is_silent(task):
            return
        try:
            await self._known.keep(task)
        except HeartbitError as error:
            LOG.warning("what came of task %s is not remembered: %s", task.id, error)

    async def recall(self, task: Task, told: Collection[str]) -> str:
        """What is known from earlier tasks but those that are `told`, as data; empty where nothing is."""
        return await self._known.recall(task, told) if self._known else ""


@asynccontextmanager
async def after(options: Options, settings: Settings, store: Store, clock: Clock) -> AsyncGenerator[Aftermath]:
    """What the settings want to be done behind tasks. Raises `ConfigError`, `StoreError`."""
    terms = notifying.terms(settings)
    environment = {name: value for name, value in settings.environment.items() if name not in settings.secret_names}
    async with AsyncExitStack() as stack:
        kept = await stack.enter_async_context(ledger(settings.store))
        known = await stack.enter_async_context(institution(options, settings, clock))
        posting = await stack.enter_async_context(Posting(kept.inbox, store, clock))
        telling = Notifying(terms, clock, environment, notifying.client(settings))
        yield Aftermath(kept.inbox, posting, await stack.enter_async_context(telling), known)
