"""A session in this process, seen as a client."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import takewhile
from types import MappingProxyType
from typing import TYPE_CHECKING

from heartbit_tui.client.called import called, names
from heartbit_tui.client.commands import Command
from heartbit_tui.client.types import About, Commands, Goals, Plans
from heartbit_tui.kernel.bus import Subscription
from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.kernel.events import Delta, Envelope, Terminal
from heartbit_tui.kernel.ledger import Line
from heartbit_tui.kernel.ops import Mode, Op
from heartbit_tui.kernel.protocols import Journal
from heartbit_tui.runtime import plugins
from heartbit_tui.runtime.build import Opened, opened
from heartbit_tui.runtime.meters import Meters
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.undoing import Undoing

if TYPE_CHECKING:
    from heartbit_tui.client.counterparts import Counterpart, Kind, LookUp
    from heartbit_tui.client.memories import Memory
    from heartbit_tui.client.served import Served

PROMPTS = "heartbit_tui.client.offered:prompts"
SERVED = "heartbit_tui.client.served:AtHome"
COUNTERPARTS = MappingProxyType(
    {"lsp": "heartbit_tui.client.counterparts:of_languages", "a2a": "heartbit_tui.client.counterparts:of_agents"}
)
MEMORIES = "heartbit_tui.client.memories:of_session"


def _at_once() -> float:
    return 0.0


@asynccontextmanager
async def local(options: Options) -> AsyncGenerator["Local"]:
    """Open a session as the options ask, and close it again: what runs is interrupted, what was said is kept.

    Raises `ConfigError`, `AuthenticationError`, `StoreError`, `UntrustedError`.
    """
    async with opened(options) as found:
        readers: list[Subscription] = []
        try:
            yield Local(found, readers, options.environment.get("HOME", ""))
        finally:
            for reader in readers:
                reader.end()


class Local:
    """A `Client` of a session that runs in this process; whoever opened it ends the `readers` that it gives out."""

    def __init__(self, found: Opened, readers: list[Subscription], home: str = "") -> None:
        self._opened = found
        self._readers = readers
        self._home = home
        self.counterparts: LookUp = self._counterparts
        self.served: Served | None = None
        self.plans: Plans | None = found.pursuits.planning
        self.goals: Goals | None = found.pursuits.pursuit
        self.commands: Commands | None = found.commands
        if found.servers is not None:
            self.served = plugins.resolve(SERVED)(found.servers.fleet, home)

    @property
    def about(self) -> About:
        session, found = self._opened.session, self._opened
        return About(
            session_id=session.id,
            cwd=found.cwd,
            provider=session.settings.provider.name,
            model=session.settings.provider.model,
            mode=session.settings.mode,
            tools=tuple(tool.spec.name for tool in session.agent.all_tools),
            skills=names(found.skilled.catalogue) if found.skilled else (),
            mcp_servers=found.servers.statuses() if found.servers else (),
            warnings=found.warnings,
            sandbox=found.sandbox,
            safety=found.safety,
            effort=session.settings.effort,
            offers=self._offers,
            names=found.language.names,
            workflows=found.workflows,
        )

    @property
    def history(self) -> tuple[Envelope, ...]:
        return self._opened.log

    async def whole(self) -> tuple[Envelope, ...]:
        """The log as it is recorded. Raises `StoreError`."""
        return await self._opened.whole()

    @property
    def running(self) -> bool:
        return self._opened.session.running

    @property
    def mode(self) -> Mode:
        return self._opened.session.settings.mode

    @property
    def undo(self) -> Undoing:
        return self._opened.undo

    def costs(self) -> tuple[Line, ...]:
        return self._opened.meters.ledger.lines()

    @property
    def meters(self) -> Meters:
        return self._opened.meters

    def output(self, job: str) -> str:
        return self._opened.jobs.output(job)

    def submit(self, op: Op) -> None:
        self._opened.session.submit(op)

    def envelopes(self) -> AsyncIterator[Envelope]:
        """What happens, told once it is durable: nothing that was shown is lost to a kill -9 but pieces of an answer."""
        reader = self._opened.session.bus.subscribe(after=self._opened.last_seq)
        self._readers.append(reader)
        return Durable(reader, self._opened.journal)

    async def batches(self, pause: Callable[[], float] = _at_once) -> AsyncIterator[tuple[Envelope, ...]]:
        """What happens, as `envelopes` tells it, in batches of all that waits; pieces come before facts are durable."""
        reader = self._opened.session.bus.subscribe(after=self._opened.last_seq)
        self._readers.append(reader)
        while await reader.wait():
            with suppress(TimeoutError):
                async with asyncio.timeout(pause()):
                    await reader.fact()
            batch = reader.drain()
            pieces = tuple(takewhile(lambda envelope: isinstance(envelope.event, Delta), batch))
            if pieces:
                yield pieces
            if facts := batch[len(pieces) :]:
                await _durable(self._opened.journal, facts)
                yield facts

    async def settled(self) -> None:
        session = self._opened.session
        await session.settled()
        await self._opened.journal.committed(session.seq)

    def _counterparts(self, kind: "Kind") -> "tuple[Counterpart, ...]":
        peers = self._opened.peers
        found = self._opened.language.standings() if kind == "lsp" else peers.roster.statuses() if peers else ()
        return plugins.resolve(COUNTERPARTS[kind])(found, self._home)

    def memories(self) -> "Memory | None":
        remembering = self._opened.remembering
        return plugins.resolve(MEMORIES)(remembering) if remembering is not None else None

    async def _offers(self) -> tuple[Command, ...]:
        skilled, servers = self._opened.skilled, self._opened.servers
        own = called(await skilled.recent()) if skilled is not None else ()
        return (*own, *plugins.resolve(PROMPTS)(servers.statuses())) if servers is not None else own

    async def finish(self) -> int:
        session = self._opened.session
        await session.settled()
        await self._opened.background.close()
        if self._opened.remembering is not None:
            await self._opened.remembering.finish()
        await self._opened.telemetry.flush()
        return session.seq


class Durable:
    """The envelopes of a reader, each as soon as it is durable."""

    def __init__(self, reader: Subscription, journal: Journal) -> None:
        self._reader = reader
        self._journal = journal
        self._next: Envelope | None = None

    def __aiter__(self) -> AsyncIterator[Envelope]:
        return self

    async def __anext__(self) -> Envelope:
        envelope = self._next = self._next or await anext(self._reader)
        await _durable(self._journal, (envelope,))
        self._next = None
        return envelope


async def _durable(journal: Journal, batch: Sequence[Envelope]) -> None:
    """Return once the batch is; pieces are not waited for.

    Where nothing can be written any more it returns all the same: the run itself then tells what is wrong.
    """
    facts = [envelope for envelope in batch if not isinstance(envelope.event, Delta)]
    if facts:
        last = any(isinstance(envelope.event, Terminal) for envelope in facts)
        with suppress(StoreError):
            await (journal.committed if last else journal.kept)(facts[-1].seq)
