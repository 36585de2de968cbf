"""Sessions are deleted for good where nothing works in them, nothing waits for them, and nobody is there."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from heartbit_tui.auth.users import Owner
from heartbit_tui.daemon.chats import Chats
from heartbit_tui.daemon.live import Host
from heartbit_tui.kernel.errors import HeartbitError, StoreError
from heartbit_tui.store.trail import Trail
from heartbit_tui.tasks import State, Task
from heartbit_tui.tasks.recent import Recent, Wanted

HAS_TASK: Final = "Task {id} of this session {stands}; `heartbit cancel {id}` stops it."
STANDS: Final[Mapping[State, str]] = MappingProxyType(
    {"running": "is at work", "pending": "waits", "interrupted": "was interrupted and waits"}
)
"""How tasks stand that need their session still."""

AT_WORK: Final = "Something works in this session; interrupt it first."
VISITED: Final = "Somebody is in this session; it can be deleted once all have left it."


class InUseError(HeartbitError):
    """A session cannot be deleted now; the text says what it is needed for."""


class Deleting:
    """Deletes sessions; `trail` is the audit in the name of an owner."""

    def __init__(self, chats: Chats, host: Host, recent: Recent, trail: Callable[[Owner], Trail]) -> None:
        self._chats = chats
        self._host = host
        self._recent = recent
        self._trail = trail

    async def delete(self, session_id: str, owner: Owner) -> None:
        """Delete a session, which is closed for that where it only stands open. Raises `InUseError` where it is needed."""
        if task := await self._unfinished(session_id):
            raise InUseError(HAS_TASK.format(id=task.id[:8], stands=STANDS[task.state]))
        if (live := self._host.find(session_id)) is not None and live.client.running:
            raise InUseError(AT_WORK)
        if not await self._host.close(session_id):
            raise InUseError(VISITED)
        try:
            await self._chats.delete(session_id, self._trail(owner))
        except StoreError as error:
            if not await self._chats.is_open(session_id):
                raise
            raise InUseError(str(error)) from error

    async def _unfinished(self, session_id: str) -> Task | None:
        """A task that needs the session still."""
        found = await self._recent.page(Wanted(session=session_id, states=tuple(STANDS), limit=1))
        return found.tasks[0] if found.tasks else None
