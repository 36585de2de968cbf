"""Sessions opened for those who take part in them, as a task would open them."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

from heartbit_tui.client.guests.table import Seat
from heartbit_tui.daemon.live import Host, Live
from heartbit_tui.daemon.once import Once
from heartbit_tui.daemon.planning import Plan
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.store.index import SessionInfo
from heartbit_tui.tasks import Request, Task

SOURCE: Final = "api"


class Visits:
    """Opens a session for a guest where it is not open, and remembers what guests were answered, by their keys."""

    def __init__(self, host: Host, plan: Plan, clock: Clock) -> None:
        self._host = host
        self._plan = plan
        self._clock = clock
        self.once = Once()

    @asynccontextmanager
    async def to(self, info: SessionInfo) -> AsyncGenerator[Live]:
        """The session, open; it stays so for a while. Raises what opening one raises."""
        tenant, user = info.owner
        folder = info.summary.cwd
        request = Request(task="", source=SOURCE, tenant_id=tenant, user_id=user, session=info.id, folder=folder)
        now = self._clock.now()
        task = Task(id="", request=request, session=info.id, state="running", created=now)
        async with self._host.use(info.id, await self._plan(task)) as live:
            yield live

    def seat(self, live: Live) -> Seat:
        """A session as its guests work with it."""
        return Seat(client=live.client, shown=live.shown)


def said(error: HeartbitError | OSError) -> str:
    """What went wrong, as a person reads it."""
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
