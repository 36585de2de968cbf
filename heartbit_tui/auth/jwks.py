"""The published keys of an issuer: fetched once for all who ask, kept for a while, and not for the asking."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, Protocol, TypeVar

from heartbit_tui.auth.refusing import UNAVAILABLE, Refused
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.protocols import Clock

NOT_NOW = "tokens cannot be checked at the moment"


class Named(Protocol):
    """A key with its name, None where it has none."""

    @property
    def kid(self) -> str | None:
        """The name."""
        ...


K = TypeVar("K", bound=Named)


class KeysError(HeartbitError):
    """The keys of an issuer could not be had; the message says why, and goes to the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """How long keys count, in seconds.

    After `fresh` they are fetched anew. While that fails they count for `stale` more, and then nobody is let in by them.
    Between two tries there are `pause`, however many unknown keys tokens name meanwhile.
    """

    fresh: float = 300.0
    stale: float = 3_600.0
    pause: float = 10.0


class Keys(Generic[K]):
    """The keys of one issuer. `fetch` blocks, gives all of them and raises `KeysError`; it is called in a thread."""

    def __init__(self, fetch: Callable[[], Sequence[K]], clock: Clock, keeping: Keeping | None = None) -> None:
        self._fetch = fetch
        self._clock = clock
        self._keeping = keeping or Keeping()
        self._lock = threading.Lock()
        self._thread = ThreadPoolExecutor(1, "jwks")
        self._flight: Future[None] | None = None
        self._kept: tuple[K, ...] = ()
        self._since: float | None = None
        self._tried: float | None = None
        self._fault = "nothing was fetched yet"

    async def of(self, kid: str | None) -> tuple[K, ...]:
        """The keys of this name, all of them where a token names none; empty where there are none.

        Raises `Refused` (503) where no keys are known that still count.
        """
        found = self._named(kid)
        if not (found and self._age() < self._keeping.fresh):
            await self._renewed()
            found = self._named(kid)
        if self._age() >= self._keeping.fresh + self._keeping.stale:
            raise Refused(UNAVAILABLE, NOT_NOW, why=f"the keys of the issuer are not known: {self._fault}")
        return found

    def _named(self, kid: str | None) -> tuple[K, ...]:
        """A name is compared with those of the keys, and nothing else is done with it."""
        return self._kept if kid is None else tuple(key for key in self._kept if key.kid == kid)

    def _age(self) -> float:
        return float("inf") if self._since is None else self._clock.monotonic() - self._since

    async def _renewed(self) -> None:
        """Wait for a fetch that is under way or may begin now; nothing where it is too early for another one."""
        with self._lock:
            now = self._clock.monotonic()
            flight = self._flight
            if flight is None and (self._tried is None or now - self._tried >= self._keeping.pause):
                self._tried = now
                flight = self._flight = self._thread.submit(self._fly)
        if flight is not None:
            await asyncio.shield(asyncio.wrap_future(flight))

    def _fly(self) -> None:
        """In the thread: fetch and keep; what fails leaves what is kept."""
        try:
            began = self._clock.monotonic()
            kept = tuple(self._fetch())
            with self._lock:
                self._kept, self._since = kept, began
        except KeysError as error:
            self._fault = str(error)
        finally:
            with self._lock:
                self._flight = None
