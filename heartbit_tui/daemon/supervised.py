"""Whoever supervises a daemon, such as systemd, told of how it stands: sd_notify(3)."""

import asyncio
import logging
import os
import socket
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Final, Self

from heartbit_tui.kernel.protocols import Clock

LOG = logging.getLogger("heartbit.daemon")

VARIABLES: Final = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES")
"""What a supervisor tells this process alone; no program that it starts may speak in its place."""

MICROSECONDS: Final = 1_000_000
OFTEN: Final = 2
"""Signs of life in the time in which one is wanted, as sd_watchdog_enabled(3) advises."""

UNHEARD: Final = "whoever supervises this daemon (NOTIFY_SOCKET) cannot be told: %s"


class Supervisor:
    """Tells the socket `path` (a leading `@` means an abstract one) how the daemon stands; nobody, where that is empty.

    `watchdog` are the seconds within which a sign of life is wanted, 0 for none.
    """

    def __init__(self, path: str = "", watchdog: float = 0.0) -> None:
        self._path = path
        self._watchdog = watchdog
        self._is_heard = True

    @classmethod
    def of(cls, environment: Mapping[str, str], pid: int) -> Self:
        """Whoever the environment of the process `pid` names."""
        path = environment.get("NOTIFY_SOCKET", "")
        meant = environment.get("WATCHDOG_PID", "") in ("", str(pid))
        span = environment.get("WATCHDOG_USEC", "")
        wanted = int(span) / MICROSECONDS if meant and span.isascii() and span.isdecimal() else 0.0
        return cls(path if path.startswith(("/", "@")) else "", wanted)

    def ready(self, status: str) -> None:
        """Say that requests are answered from now on, and how it stands in a sentence."""
        self._tell(READY="1", STATUS=status)

    def stopping(self, status: str, seconds: float) -> None:
        """Say that it stops, and that this may take so long."""
        self._tell(STOPPING="1", STATUS=status, EXTEND_TIMEOUT_USEC=str(int(seconds * MICROSECONDS)))

    @asynccontextmanager
    async def watched(self, clock: Clock) -> AsyncGenerator[None]:
        """Give signs of life as long as this is open and the event loop turns, where any are wanted."""
        watching = asyncio.create_task(self._watch(clock), name="signs of life")
        try:
            yield
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    async def _watch(self, clock: Clock) -> None:
        while self._path and self._watchdog:
            self._tell(WATCHDOG="1")
            await clock.sleep(self._watchdog / OFTEN)

    def _tell(self, **fields: str) -> None:
        if not self._path:
            return
        text = "\n".join(f"{name}={' '.join(value.split())}" for name, value in fields.items())
        address = f"\0{self._path[1:]}" if self._path.startswith("@") else self._path
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as speaking:
                speaking.setblocking(False)
                speaking.sendto(text.encode("utf-8", "replace"), os.fsencode(address))
        except OSError as error:
            if self._is_heard:
                LOG.warning(UNHEARD, error.strerror or error)
            self._is_heard = False
