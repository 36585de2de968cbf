"""All language servers of one session: what they say of files before and after these are changed."""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.lsp import texts
from heartbit_tui.lsp.delta import Delta, compared
from heartbit_tui.lsp.find import Inventory, root_of
from heartbit_tui.lsp.languages import language_of
from heartbit_tui.lsp.types import Around, AtWork, Counts, Diagnostic, Found

if TYPE_CHECKING:
    from heartbit_tui.lsp.server import Server

PATIENCE = 1.5
"""Seconds that a result waits at most for what is said of the files that it changed."""

SHORT = 0.3
"""The same for a server that was too slow for that lately."""

MISSES = 2
"""How often in a row makes it slow."""

MOST = 8
"""Servers that run at once; the one that was not used for longest is ended first."""

OTHERS = 10
"""Other open files that a server is asked about after an edit, the ones used last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A file and a program that serves it, in the folder where the program works."""

    found: Found
    root: str
    path: str

    @property
    def server(self) -> tuple[str, str]:
        """Which server that is."""
        return (self.found.program.name, self.root)


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What changed in what is said of files since it was told last; `later` names files of which more is to come."""

    deltas: tuple[Delta, ...] = ()
    later: tuple[str, ...] = ()


class Servers:
    """Starts servers when files that they serve are touched; `close` ends them all.

    `roots` are the folders of the project, links resolved: no other files are shown to a server.
    """

    def __init__(self, inventory: Inventory, roots: Sequence[str], around: Around) -> None:
        self._inventory = inventory
        self._roots = tuple(roots)
        self._around = around
        self._servers: OrderedDict[tuple[str, str], Server] = OrderedDict()
        self._base: dict[tuple[tuple[str, str], str], tuple[Diagnostic, ...]] = {}
        self._basing: dict[tuple[tuple[str, str], str], asyncio.Task[None]] = {}
        self._locks: WeakValueDictionary[tuple[tuple[str, str], str], asyncio.Lock] = WeakValueDictionary()
        self._busy: Counter[tuple[tuple[str, str], str]] = Counter()
        self._misses: Counter[tuple[str, str]] = Counter()
        self._seasoned: set[tuple[str, str]] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loading: asyncio.Future[Callable[[Found, str, Around], Server]] | None = None
        self._closed = False

    @property
    def inventory(self) -> Inventory:
        """What can be started."""
        return self._inventory

    @property
    def counts(self) -> Counts:
        """How many errors and warnings are known, over all files."""
        return Counts.of(
            each for server in self._servers.values() for said in server.said.values() for each in said.diagnostics
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The programs that run."""
        return tuple(dict.fromkeys(name for (name, _), server in self._servers.items() if server.state == "ready"))

    def at_work(self, name: str) -> tuple[AtWork, ...]:
        """How the servers of a program stand that were needed so far."""
        return tuple(
            AtWork(
                root=root,
                state=server.state,
                files=len(server.documents),
                counts=Counts.of(each for said in server.said.values() for each in said.diagnostics),
            )
            for (program, root), server in self._servers.items()
            if program == name
        )

    def places(self, path: str) -> tuple[Place, ...]:
        """Who serves a file, whose links are resolved; none for one outside of the project."""
        if not any(path.startswith(root.rstrip("/") + "/") for root in self._roots):
            return ()
        chosen = self._inventory.serving(path, lambda found: self._is_broken(self._place(found, path)))
        return tuple(self._place(found, path) for found in chosen)

    def _place(self, found: Found, path: str) -> Place:
        return Place(found=found, root=root_of(found.program, path, self._roots), path=path)

    def _is_broken(self, place: Place) -> bool:
        server = self._servers.get(place.server)
        return server is not None and server.state == "broken"

    def warm(self, paths: Iterable[str]) -> None:
        """Start those that serve these files; nobody waits."""
        for path in paths:
            for place in self.places(path):
                if place.server not in self._servers:
                    self._begin(self._warmed(place), f"start of {place.found.program.name}")

    async def before(self, paths: Iterable[str]) -> None:
        """These files are about to change: learn what is said of them as they are, beside whatever else goes on."""
        for path in paths:
            fresh = [place for place in self.places(path) if (place.server, path) not in self._base]
            fresh = [place for place in fresh if (place.server, path) not in self._basing]
            if fresh:
                old = await asyncio.to_thread(texts.read, path)
                for place in fresh:
                    self._learn(place, old)

    async def after(self, paths: Iterable[str]) -> Findings:
        """These files have changed, and maybe others: what that does to what is said, as far as it is known soon."""
        written = tuple(dict.fromkeys(paths))
        if not written and not self._servers:
            return Findings()
        stale = await self._stale()
        await self._touch(written, stale)
        places = [place for path in dict.fromkeys((*written, *stale)) for place in self.places(path)]
        at_work = [(place, self._begin(self._checked(place), f"look at {place.path}")) for place in places]
        await self._wait(at_work)
        later = tuple(dict.fromkeys(place.path for place, task in at_work if not task.done()))
        return Findings(deltas=self._news(), later=later)

    async def looked(self, path: str) -> None:
        """Return once the servers of a file have started, and have said what they think of it as it is now."""
        tasks = [self._begin(self._checked(place), f"look at {path}") for place in self.places(path)]
        if tasks:
            await asyncio.wait(tasks)

    async def known(self, path: str) -> tuple[Diagnostic, ...] | None:
        """All that is said of a file as it is now, waiting for servers to start; None where nobody says anything."""
        await self.looked(path)
        places = self.places(path)
        found: list[Diagnostic] = []
        answered = False
        for place in places:
            server = self._servers.get(place.server)
            said = server.said.get(path) if server else None
            if said is not None:
                answered = True
                self._base[place.server, path] = said.diagnostics
                found += said.diagnostics
        return tuple(sorted(found, key=lambda each: (each.line, each.column))) if answered else None

    def everywhere(self) -> Mapping[str, tuple[Diagnostic, ...]]:
        """All that is known of all files now, by path."""
        found: dict[str, tuple[Diagnostic, ...]] = {}
        for server in self._servers.values():
            for path, said in server.said.items():
                found[path] = (*found.get(path, ()), *said.diagnostics)
        return found

    async def server(self, place: Place) -> "Server":
        """The server of a place, started or not."""
        make = await self._loaded()
        known = self._servers.get(place.server)
        if known is None:
            known = self._servers[place.server] = make(place.found, place.root, self._around)
            while len(self._servers) > MOST:
                _, oldest = self._servers.popitem(last=False)
                self._begin(oldest.close(), f"end of {oldest.name}")
        self._servers.move_to_end(place.server)
        return known

    async def close(self) -> None:
        """End all of them, side by side."""
        self._closed = True
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        closing = [asyncio.ensure_future(server.close()) for server in self._servers.values()]
        self._servers.clear()
        if closing:
            await asyncio.wait(closing)

    async def based(self, place: Place) -> None:
        """Return once a file may be shown as it is now: what was said of it before its first change is learnt."""
        if basing := self._basing.get((place.server, place.path)):
            await asyncio.wait([basing])

    async def _loaded(self) -> "Callable[[Found, str, Around], Server]":
        """What makes a server; it is loaded in a thread with the first."""
        if self._loading is None:
            self._loading = asyncio.ensure_future(asyncio.to_thread(_load))
        return await asyncio.shield(self._loading)

    async def _warmed(self, place: Place) -> None:
        (await self.server(place)).begin()

    def _learn(self, place: Place, old: str | None) -> None:
        key = (place.server, place.path)
        if old is None:
            self._base[key] = ()
            self._begin(self._warmed(place), f"start of {place.found.program.name}")
            return
        self._basing[key] = self._begin(self._based(place, old), f"first look at {place.path}")

    async def _based(self, place: Place, old: str) -> None:
        """What is said of a file before it is changed for the first time."""
        key = (place.server, place.path)
        try:
            async with self._lock(place):
                server = await self.server(place)
                if await server.check(place.path, language_of(place.path), old, written=False):
                    said = server.said.get(place.path)
                    self._base.setdefault(key, said.diagnostics if said else ())
        finally:
            self._basing.pop(key, None)

    async def _checked(self, place: Place) -> None:
        """Show a file as it is now to a server, and keep what it says."""
        key = (place.server, place.path)
        self._busy[key] += 1
        try:
            await self.based(place)
            async with self._lock(place):
                server = await self.server(place)
                text = await asyncio.to_thread(texts.read, place.path)
                if text is None:
                    return
                if await server.check(place.path, language_of(place.path), text) and server.across:
                    others = [each.path for each in server.documents if each.path != place.path]
                    await asyncio.gather(*(server.again(path) for path in others[-OTHERS:]))
        finally:
            self._busy[key] -= 1

    async def _wait(self, at_work: "Sequence[tuple[Place, asyncio.Task[None]]]") -> None:
        """Until all are done that run already, and no longer than a person would bear."""
        running = [(place, task) for place, task in at_work if self._runs(place)]
        if running:
            await asyncio.wait([task for _, task in running], timeout=SHORT)
        brisk = [task for place, task in running if self._misses[place.server] < MISSES and not task.done()]
        if brisk:
            await asyncio.wait(brisk, timeout=PATIENCE - SHORT)
        for place, task in running:
            self._misses[place.server] = 0 if task.done() else self._misses[place.server] + 1

    def _runs(self, place: Place) -> bool:
        server = self._servers.get(place.server)
        return server is not None and server.state == "ready"

    async def _stale(self) -> tuple[str, ...]:
        """The open files that are not any more as they were shown to a server."""
        known = {
            document.path: document.stamp
            for server in self._servers.values()
            for document in server.documents
            if document.stamp is not None
        }

        def look() -> tuple[str, ...]:
            return tuple(path for path, stamp in known.items() if texts.stamp_of(path) != stamp)

        return await asyncio.to_thread(look) if known else ()

    async def _touch(self, written: Sequence[str], stale: Sequence[str]) -> None:
        """Tell all servers what happened to files on the disk, and forget what is gone."""

        def look() -> dict[str, str]:
            return {path: "changed" if Path(path).is_file() else "deleted" for path in (*written, *stale)}

        changes = await asyncio.to_thread(look)
        for key, base in self._base.items():
            if changes.get(key[1]) == "changed" and not base and key not in self._known():
                changes[key[1]] = "created"
        for (_, root), server in self._servers.items():
            inside = {path: how for path, how in changes.items() if path.startswith(root.rstrip("/") + "/")}
            server.touched(inside)

    def _known(self) -> set[tuple[tuple[str, str], str]]:
        return {(key, document.path) for key, server in self._servers.items() for document in server.documents}

    def _news(self) -> tuple[Delta, ...]:
        """What changed since it was told last, by file; what is still at work comes another time."""
        before: dict[str, list[Diagnostic]] = {}
        after: dict[str, list[Diagnostic]] = {}
        for key, server in self._servers.items():
            if server.state != "ready":
                continue
            opened = {document.path for document in server.documents}
            mine = {path for name, path in self._base if name == key}
            for path in mine | set(server.said):
                if self._busy[key, path] or (key, path) in self._basing:
                    continue
                said = server.said.get(path)
                now = said.diagnostics if said else ()
                fresh = path not in mine and path not in opened and key not in self._seasoned
                before.setdefault(path, []).extend(now if fresh else self._base.get((key, path), ()))
                after.setdefault(path, []).extend(now)
                self._base[key, path] = now
            if opened:
                self._seasoned.add(key)
        deltas = (compared(path, before[path], now) for path, now in after.items())
        return tuple(delta for delta in deltas if delta)

    def _lock(self, place: Place) -> asyncio.Lock:
        return self._locks.setdefault((place.server, place.path), asyncio.Lock())

    def _begin(self, work: Coroutine[None, None, None], name: str) -> "asyncio.Task[None]":
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._around.say(f"A language server could not be used: {error}", True)


def _load() -> "Callable[[Found, str, Around], Server]":
    from heartbit_tui.lsp.server import Server

    return Server
