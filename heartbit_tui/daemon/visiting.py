"""Sessions opened for those who take part in them, as a task would open them."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final

from heartbit_tui.auth.users import Owner
from heartbit_tui.client.guests.paths import Paths
from heartbit_tui.client.guests.table import Beside, Seat
from heartbit_tui.daemon.chats import owner_of_session
from heartbit_tui.daemon.live import Host, Live
from heartbit_tui.daemon.once import Once
from heartbit_tui.daemon.planning import Plan
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.store import ids
from heartbit_tui.store.index import SessionInfo
from heartbit_tui.store.store import Store
from heartbit_tui.tasks import Request, Task

SOURCE: Final = "api"
MOST_OPEN: Final = 64
"""Sessions of one person that are open at once, beyond which no further one is made for a guest."""

TOO_MANY: Final = f"{MOST_OPEN} sessions of yours are open. Leave some; each is closed half a minute after that."


class Visits:
    """Opens a session for a guest where it is not open, and remembers what guests were answered, by their keys."""

    def __init__(self, host: Host, plan: Plan, store: Store, clock: Clock) -> None:
        self._host = host
        self._plan = plan
        self._store = store
        self._clock = clock
        self._paths = dict[str, Paths]()
        self.once = Once()

    @asynccontextmanager
    async def to(self, info: SessionInfo) -> AsyncGenerator[Live]:
        """The session, open; it stays so for a while. Raises what opening one raises."""
        async with self._opened(info.id, owner_of_session(info), info.summary.cwd) as live:
            yield live

    def seat(self, live: Live) -> Seat:
        """A session as its guests work with it."""
        self._paths = {name: each for name, each in self._paths.items() if self._host.find(name) is not None}
        paths = self._paths.setdefault(live.id, Paths(Path(live.client.about.cwd)))
        return Seat(client=live.client, shown=live.shown, paths=paths, beside=partial(self._beside, live))

    async def _beside(self, live: Live, kind: Beside) -> str:
        """Another session for whom this one is; one in which nothing is asked is forgotten some time after it was left."""
        if kind == "fork":
            return await self._store.fork(live.id)
        if sum(each.owner == live.owner for each in self._host.open) >= MOST_OPEN:
            raise HeartbitError(TOO_MANY)
        session_id = ids.new_id(self._clock.now())
        async with self._opened(session_id, live.owner, live.client.about.cwd) as made:
            await made.client.settled()
        return session_id

    @asynccontextmanager
    async def _opened(self, session_id: str, owner: Owner, folder: str) -> AsyncGenerator[Live]:
        request = Request(
            task="", source=SOURCE, tenant_id=owner.tenant, user_id=owner.user, session=session_id, folder=folder
        )
        task = Task(id="", request=request, session=session_id, state="running", created=self._clock.now())
        async with self._host.use(session_id, await self._plan(task)) as live:
            yield live


def said(error: HeartbitError | OSError) -> str:
    """What went wrong, as a person reads it."""
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
