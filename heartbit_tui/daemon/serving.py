"""A daemon that listens: from its first task to the last word of its last run."""

import asyncio
import logging
import signal
import socket
from collections.abc import AsyncGenerator, Callable, Generator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from types import MappingProxyType
from typing import Final

import uvicorn

from heartbit_tui.client.registered import registered
from heartbit_tui.daemon.descriptors import for_callers, widened
from heartbit_tui.daemon.http.app import application
from heartbit_tui.daemon.http.entry import Entry
from heartbit_tui.daemon.opening import Daemon, Setup, opened
from heartbit_tui.daemon.supervised import Supervisor
from heartbit_tui.daemon.unit.text import ENDING
from heartbit_tui.daemon.waiting import end_of, first_of
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.runtime.admitting import parted

LOG = logging.getLogger("heartbit.daemon")

SIGNALS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
CLOSING: Final = 2
"""Seconds that connections get at the end to take what they were sent."""

BREATH: Final = 0.5
"""Seconds between two looks of the server whether it is to stop, and what time it is."""

BACKLOG: Final = 2_048
"""Connections that may wait to be taken."""

MADE: Mapping[str, str] = MappingProxyType(
    {
        "new": "Others who speak with it need this token, which is told once; `heartbit submit` finds it by itself: {token}",
        "exposed": "Others could read the token that it had, so there is a new one, which is told once: {token}",
    }
)
LISTENS = "heartbit listens at {address}"
ENDED = "heartbit has ended."
FINISHING = "heartbit finishes what it is at ({count} at work); once more stops it at once."
TAKEN = "{host}:{port} cannot be listened on: {why}. Another program may have it; give another one with --bind."


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: when to stop is decided here. It looks up twice a second, not ten times."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._ending = asyncio.Event()

    def end(self) -> None:
        """Answer what is under way, and no more."""
        self.should_exit = True
        self._ending.set()

    async def main_loop(self) -> None:
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                async with asyncio.timeout(BREATH):
                    await self._ending.wait()


class Stop:
    """When a daemon is to stop: at the first signal with patience, at the second at once."""

    def __init__(self) -> None:
        self._wanted = asyncio.Event()
        self._now = asyncio.Event()

    def ask(self) -> None:
        """Ask for it; again means at once."""
        (self._now if self._wanted.is_set() else self._wanted).set()

    async def wanted(self) -> None:
        """Return once it was asked for."""
        await self._wanted.wait()

    async def hurried(self) -> None:
        """Return once it was asked for again."""
        await self._now.wait()


async def serve(
    setup: Setup, tell: Callable[[str], None], stop: Stop | None = None, supervisor: Supervisor | None = None
) -> int:
    """Do tasks and answer over HTTP until a signal comes; the exit code. Raises `ConfigError`, `StoreError`.

    `tell` gets a sentence for whoever has started it, `supervisor` what a program wants to know that looks after it.
    """
    stop, supervisor = stop or Stop(), supervisor or Supervisor()
    for number in SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, stop.ask)
    async with opened(setup) as daemon:
        listening = listen(daemon.bind)
        host, port = listening.getsockname()[:2]
        address = f"http://{_shown(host)}:{port}"
        server = _Server(_config(daemon, for_callers(widened())))
        answering = asyncio.create_task(server.serve(sockets=[listening]), name="http")
        async with _standing(daemon, address, supervisor):
            tell(LISTENS.format(address=address))
            for told in _own(daemon):
                tell(told)
            for warning in (*daemon.door.warnings, *daemon.warnings):
                LOG.warning("%s", warning)
            supervisor.ready(LISTENS.format(address=address))
            await first_of(stop.wanted(), end_of(answering))
            finishing = FINISHING.format(count=daemon.at_work)
            tell(finishing)
            supervisor.stopping(finishing, _grace(daemon) + ENDING)
            await _drain(daemon, stop)
            daemon.leaving.set()
            server.end()
            await answering
    tell(ENDED)
    return 0


def listen(bind: str) -> socket.socket:
    """A socket that listens there; port 0 is one that is free. Raises `ConfigError`."""
    given, port = parted(bind)
    host = given or "127.0.0.1"
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        found = socket.socket(family, kind, protocol)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(address)
    except OSError as error:
        raise ConfigError(TAKEN.format(host=host, port=port, why=error.strerror or error), key="daemon.bind") from error
    found.listen(BACKLOG)
    found.setblocking(False)
    return found


@asynccontextmanager
async def _standing(daemon: Daemon, address: str, supervisor: Supervisor) -> AsyncGenerator[None]:
    """Let it be seen from outside, as long as this is open, that the daemon is there and not stuck."""
    with registered(daemon.file, daemon.name, address, daemon.since):
        async with supervisor.watched(daemon.clock):
            yield


async def _drain(daemon: Daemon, stop: Stop) -> None:
    draining = asyncio.create_task(daemon.drain(_grace(daemon)), name="drain")
    hurrying = asyncio.create_task(stop.hurried(), name="hurry")
    await asyncio.wait({draining, hurrying}, return_when=asyncio.FIRST_COMPLETED)
    if not draining.done():
        await daemon.drain(0.0)
    hurrying.cancel()
    await asyncio.gather(draining, hurrying, return_exceptions=True)


def _grace(daemon: Daemon) -> float:
    return float(daemon.config.integer("daemon.drain_timeout_seconds") or 0)


def _config(daemon: Daemon, most: int) -> uvicorn.Config:
    return uvicorn.Config(
        application(daemon),
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        ws="wsproto",
        http=Entry,
        limit_concurrency=most,
        h11_max_incomplete_event_size=65_536,
        timeout_graceful_shutdown=CLOSING,
        timeout_keep_alive=30,
    )


def _own(daemon: Daemon) -> Iterator[str]:
    """What has to be told of the token that the daemon made for itself."""
    if daemon.door.own is not None and daemon.door.own.made:
        yield MADE[daemon.door.own.made].format(token=daemon.door.own.token)


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
