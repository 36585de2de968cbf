"""Requests that are done once, however often they are sent because a connection broke."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
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
        while (known := self._known.get(key)) is not None:
            with suppress(_BrokenOffError):  # then it is done for whoever asks again
                return await asyncio.shield(known)
        found = self._known[key] = asyncio.get_running_loop().create_future()
        self._forget()
        try:
            found.set_result(await work())
        except asyncio.CancelledError:
            del self._known[key]
            found.set_exception(_BrokenOffError())
            found.exception()
            raise
        except Exception as error:  # noqa: BLE001 - whoever asks again is told the same
            found.set_exception(error)
            found.exception()  # it may be that nobody asks again
        return found.result()

    def _forget(self) -> None:
        """Forget the oldest of those that are done: one that is not would be done twice."""
        more = len(self._known) - self._kept
        old = [key for key, found in self._known.items() if found.done()] if more > 0 else []
        for key in old[:more]:
            del self._known[key]


class _BrokenOffError(Exception):
    """Nothing came of a request, because its caller gave it up."""
