"""A user's token exchanged for one of the agent's in that user's name, once for all who ask at the same time."""

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import field

from heartbit_tui.auth.granting import Answer, Exchange, Grant, form, granted
from heartbit_tui.auth.types import ExchangeError
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.protocols import Clock

MOST = 1_024
"""Users whose tokens are kept; the one that was used longest ago goes first."""

THREADS = 8
"""Users whose tokens are exchanged at the same time."""

NOBODY = "there is no token of the user “{user}” of the tenant “{tenant}” to exchange"
WITHOUT = "a user and a tenant have to be named before a token can be exchanged"
SERVER_FAULT = 500
Key = tuple[str, str]
Send = Callable[[str, Mapping[str, str]], Answer]
"""Posts a form; blocks until there is an answer. Raises `ExchangeError`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    grant: Grant = field(repr=False)
    since: float


class TokenExchangeAuthProvider:
    """An `AuthProvider` by RFC 8693; where no token is to be had, it raises, and nothing else is sent in its place.

    `subject` gives the token of a user of a tenant, or nothing. It can be asked from several loops at once.
    """

    def __init__(self, exchange: Exchange, subject: Callable[[str, str], str], send: Send, clock: Clock) -> None:
        self._exchange = exchange
        self._subject = subject
        self._send = send
        self._clock = clock
        self._lock = threading.Lock()
        self._kept = OrderedDict[Key, _Kept]()
        self._flights: dict[Key, Future[str]] = {}
        self._threads = ThreadPoolExecutor(THREADS, "token-exchange")

    async def auth_header_for(self, user_id: str, tenant_id: str) -> str | None:
        if not user_id or not tenant_id:
            raise ExchangeError(WITHOUT)
        key = (tenant_id, user_id)
        with self._lock:
            if header := self._fresh(key):
                return header
            flight = self._flights.get(key)
            if flight is None:
                flight = self._flights[key] = self._threads.submit(self._fly, key)
        return await asyncio.shield(asyncio.wrap_future(flight))

    def rejected(self, user_id: str, tenant_id: str, header: str) -> bool:
        key = (tenant_id, user_id)
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and kept.grant.header == header:
                del self._kept[key]
        return True

    def _fresh(self, key: Key) -> str:
        kept = self._kept.get(key)
        if kept is None or self._clock.monotonic() - kept.since >= kept.grant.fresh:
            return ""
        self._kept.move_to_end(key)
        return kept.grant.header

    def _fly(self, key: Key) -> str:
        """In a thread: exchange and keep; all who wait hear what came of it."""
        try:
            return self._exchanged(key)
        finally:
            with self._lock:
                del self._flights[key]

    def _exchanged(self, key: Key) -> str:
        tenant, user = key
        subject = self._subject(user, tenant)
        if not subject:
            self._forget(key)
            raise ExchangeError(NOBODY.format(user=user, tenant=tenant))
        began = self._clock.monotonic()
        asked = form(self._exchange, subject)
        try:
            answer = self._send(self._exchange.url, asked)
            if answer.status >= SERVER_FAULT:
                raise _Away(str(answer.status))
        except (ExchangeError, _Away) as error:
            return self._still(key, error)
        try:
            grant = granted(answer, asked)
        except ExchangeError:
            self._forget(key)  # this user is not let in any more, or not as before
            raise
        self._keep(key, _Kept(grant=grant, since=began))
        return grant.header

    def _still(self, key: Key, error: Exception) -> str:
        """The token that is kept, as long as it is valid; nothing was said against it."""
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None and self._clock.monotonic() - kept.since < kept.grant.valid:
            return kept.grant.header
        if isinstance(error, ExchangeError):
            raise error
        raise ExchangeError(f"the token exchange answered {error}") from error

    def _keep(self, key: Key, kept: _Kept) -> None:
        now = self._clock.monotonic()
        with self._lock:
            over = [each for each, held in self._kept.items() if now - held.since >= held.grant.valid]
            for each in over:
                del self._kept[each]
            self._kept[key] = kept
            self._kept.move_to_end(key)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)

    def _forget(self, key: Key) -> None:
        with self._lock:
            self._kept.pop(key, None)


class _Away(Exception):
    """The place that exchanges tokens is out of order."""
