"""Keeps the index of a project as its sources are: what changed is cut anew, what is gone is forgotten."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import field

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.knowledge import rows
from heartbit_tui.knowledge.load import Loader, is_url
from heartbit_tui.knowledge.prepare import Left, Outcome, Ready, Same, ready, ready_files
from heartbit_tui.knowledge.types import Database, Progress, Report, Settings, Source, Stats, Unreadable

AT_ONCE = 64
"""Documents that are read in one hop, and written in one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """One document to look at, and the source that it belongs to; `named` where it was asked for by its own name."""

    uri: str
    source: Source
    named: bool


@dataclass(slots=True, kw_only=True)
class _Tally:
    """What was done so far."""

    known: Mapping[str, str]
    items: dict[str, _Item] = field(default_factory=dict[str, _Item])
    failed: list[str] = field(default_factory=list[str])
    unfit: list[str] = field(default_factory=list[str])
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    skipped: int = 0
    chunks: int = 0

    def count(self, outcome: Outcome) -> None:
        """Count one document."""
        match outcome:
            case Same():
                self.unchanged += 1
            case Ready(document=document, chunks=chunks):
                is_new = document.uri not in self.known
                self.added += is_new
                self.changed += not is_new
                self.chunks += len(chunks)
            case Left(uri=uri, problem=problem):
                self._left(self.items[uri], problem)

    def _left(self, item: _Item, problem: HeartbitError) -> None:
        if isinstance(problem, Unreadable):
            self.unfit.append(item.uri)
        if isinstance(problem, Unreadable) and not item.named:
            self.skipped += 1
        else:
            self.failed.append(str(problem))

    def report(self, removed: int) -> Report:
        """All of it."""
        return Report(
            added=self.added,
            changed=self.changed,
            unchanged=self.unchanged,
            removed=removed,
            skipped=self.skipped,
            chunks=self.chunks,
            failed=tuple(self.failed),
        )


def quiet(stage: str, done: int, total: int, what: str) -> None:
    """For whom nobody waits."""


class Index:
    """The index of one project, which its root folder stands for; several processes may work on it at once.

    Everything raises `StoreError` when the file cannot be used.
    """

    def __init__(self, database: Database, project: str, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._project = project
        self._settings = settings
        self._clock = clock

    async def refresh(self, sources: Sequence[Source], loader: Loader, progress: Progress = quiet) -> Report:
        """Bring the index up to these sources, and forget what none of them has any more.

        A document that cannot be had now is told, and what was known of it stays. Whatever was done when this is
        broken off stays too, and the next time goes on from there.
        """
        tally = _Tally(known=await self._database.read(lambda connection: rows.digests(connection, self._project)))
        for source in dict.fromkeys(sources):
            await self._list(source, loader, tally)
        done, total = 0, len(tally.items)
        progress("load", 0, total, "")
        async for outcomes in self._outcomes(tally, loader):
            for outcome in outcomes:
                tally.count(outcome)
            await self._write([each for each in outcomes if isinstance(each, Ready)], tally)
            done += len(outcomes)
            progress("load", done, total, _uri(outcomes[-1]))
        return tally.report(await self._forget(tally))

    async def stats(self, model: str = "") -> Stats:
        """What the index holds; `model` is the one whose vectors are counted."""
        return await self._database.read(lambda connection: rows.stats(connection, self._project, model))

    async def sources(self) -> tuple[Source, ...]:
        """The sources that were added by hand."""
        return await self._database.read(lambda connection: rows.sources(connection, self._project))

    async def add_sources(self, sources: Iterable[Source]) -> None:
        """Have these indexed from now on, beside those of the configuration."""
        added = tuple(sources)
        await self._database.write(lambda connection: rows.add_sources(connection, self._project, added))

    async def drop_source(self, what: str) -> bool:
        """Forget a source that was added by hand; whether it was there. Its documents go with the next `refresh`."""
        return await self._database.write(lambda connection: rows.drop_source(connection, self._project, what))

    async def _list(self, source: Source, loader: Loader, tally: _Tally) -> None:
        found = await loader.list(source)
        for uri in found.uris:
            tally.items.setdefault(uri, _Item(uri=uri, source=source, named=found.named))
        if found.problem:
            tally.failed.append(found.problem)

    async def _outcomes(self, tally: _Tally, loader: Loader) -> AsyncIterator[list[Outcome]]:
        """Documents as they are now: files many at once, pages one by one."""
        files = [uri for uri in tally.items if not is_url(uri)]
        for some in _batches(files):
            yield await asyncio.to_thread(ready_files, some, self._settings, tally.known)
        for uri in tally.items:
            if is_url(uri):
                yield [await self._page(uri, loader, tally.known.get(uri, ""))]

    async def _page(self, uri: str, loader: Loader, known: str) -> Outcome:
        try:
            document = await loader.page(uri)
        except HeartbitError as problem:
            return Left(uri=uri, problem=problem)
        return await asyncio.to_thread(ready, document, self._settings, known)

    async def _write(self, prepared: Sequence[Ready], tally: _Tally) -> None:
        at = self._clock.now().isoformat(timespec="seconds")
        if prepared:
            labelled = [(each, tally.items[each.document.uri].source.what) for each in prepared]
            await self._database.write(lambda connection: rows.put(connection, self._project, at, labelled))

    async def _forget(self, tally: _Tally) -> int:
        """Forget what no source has, or is no text any more; note to which source the rest belongs. How many went."""
        gone = [uri for uri in tally.known if uri not in tally.items or uri in set(tally.unfit)]
        claimed = [(uri, item.source.what) for uri, item in tally.items.items() if uri in tally.known]

        await self._database.write(lambda connection: rows.settle(connection, self._project, gone, claimed))
        return len(gone)


def _batches(uris: Sequence[str]) -> Iterator[Sequence[str]]:
    return (uris[start : start + AT_ONCE] for start in range(0, len(uris), AT_ONCE))


def _uri(outcome: Outcome) -> str:
    return outcome.document.uri if isinstance(outcome, Ready) else outcome.uri
