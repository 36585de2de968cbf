"""Requests that are done once, however often they are sent because a connection broke."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any, Final

KEPT: Final = 1_024
"""Requests that are known again, the newest."""


class Once:
    """Remembers what came of requests by their keys, as long as the process lives."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._known: OrderedDict[tuple[str, ...], asyncio.Future[Any]] = OrderedDict()

    def knows(self, key: tuple[str, ...]) -> bool:
        """Whether a request with this key was taken."""
        return key in self._known

    async def do(self, key: tuple[str, ...], work: Callable[[], Awaitable[Any]]) -> Any:
        """What comes of the work, or came of it when it was asked for before under this key; raises what it raises."""
        known = self._known.get(key)
        if known is not None:
            return await asyncio.shield(known)
        found = self._known[key] = asyncio.get_running_loop().create_future()
        while len(self._known) > self._kept:
            self._known.popitem(last=False)
        try:
            found.set_result(await work())
        except asyncio.CancelledError:
            del self._known[key]
            found.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - whoever asks again is told the same
            found.set_exception(error)
            found.exception()  # it may be that nobody asks again
        return found.result()
