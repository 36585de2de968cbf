"""`heartbit knowledge`: index documents, search them, and tell what is indexed."""

import asyncio
import os
import sys
from argparse import Namespace
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from heartbit_tui.cli.bar import Bar
from heartbit_tui.cli.options import clean
from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt, columns, one_line, say, say_json
from heartbit_tui.headless.endings import UsageError
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.knowledge.load import is_url, source_of
from heartbit_tui.knowledge.shown import beginning, cited, facts
from heartbit_tui.knowledge.types import Embedder, Found, Report, Source, Stats, Wanted
from heartbit_tui.memory.embed.following import Followed, follow
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.embedding import embedding
from heartbit_tui.runtime.knowledge import Knowledge, knowledge
from heartbit_tui.runtime.settings import read

NO_SOURCE = (
    "There is nothing to index: name files, folders, patterns or URLs, as in `heartbit knowledge index docs/ 'notes/**/*.md'`, "
    "or add [[knowledge.sources]] to the settings."
)
USUAL = 5
"""Passages that are shown where no number is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Here:
    """The knowledge base of the directory where the command works, and what makes its vectors."""

    base: Knowledge
    embedder: Embedder
    root: Path
    cwd: Path


Act: TypeAlias = Callable[[_Here, Namespace], Awaitable[int]]


def main(values: Namespace) -> int:
    """Do what the second word of the command says; the exit code."""
    return attempt(lambda: asyncio.run(_act(values)))


async def _act(values: Namespace) -> int:
    async with _here(values) as here:
        return await _ACTS[values.command.partition(" ")[2]](here, values)


@asynccontextmanager
async def _here(values: Namespace) -> AsyncGenerator[_Here]:
    around, clock = Surroundings(values), SystemClock()
    settings = await read(around.options, clock)
    async with (
        embedding(settings, clock, _tell) as made,
        knowledge(settings, around.root, clock, made.reading) as base,
    ):
        yield _Here(base=base, embedder=made.reading, root=around.root, cwd=around.cwd)


async def _index(here: _Here, values: Namespace) -> int:
    index = here.base.index
    for word in values.forget:
        if not await index.drop_source(_rooted(clean(word), here).what):
            raise UsageError(f"{clean(word)} was not added by hand; `heartbit knowledge stats` lists the sources.")
    await index.add_sources(_rooted(clean(word), here) for word in values.sources)
    sources = (*here.base.sources, *await index.sources())
    if not sources and not values.forget:
        raise UsageError(NO_SOURCE)
    with Bar(sys.stderr) as bar:
        report = await index.refresh(sources, here.base.loader, bar.show)
        embedded, note = await _embed(here, bar)
    stats = await index.stats(here.embedder.model)
    if values.json:
        told = {"documents": stats.documents, "chunks_in_all": stats.chunks, "vectors": stats.vectors}
        say_json({**asdict(report), **told, "embedded": embedded, "note": note})
    else:
        for problem in (*report.failed, *filter(None, (note,))):
            _tell(f"warning: {problem}")
        done = ", ".join(f"{count} {word}" for word, count in (*_counts(report), ("embedded", embedded)) if count)
        say(f"{_many(stats.documents, 'document')} in {_many(stats.chunks, 'chunk')}: {done or 'nothing changed'}.")
    return 0 if stats.documents or values.forget else 1


async def _embed(here: _Here, bar: Bar) -> tuple[int, str]:
    """Give vectors to all chunks that have none: how many got one, and why the others did not."""
    seen = Followed(model=here.embedder.model)

    def progress(followed: Followed) -> None:
        nonlocal seen
        seen = followed
        bar.show("embed", followed.done, followed.total, followed.model)

    try:
        await follow(here.base.vectors, here.embedder, progress)
    except HeartbitError as problem:
        left = seen.total - seen.done
        return seen.done, f"{left} chunks have no vector and are found by words alone: {problem}"
    return seen.done, f"{seen.failed} chunks cannot be embedded." if seen.failed else ""


def _tell(text: str) -> None:
    sys.stderr.write(f"{one_line(text, 400)}\n")


def _many(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def _counts(report: Report) -> tuple[tuple[str, int], ...]:
    return (
        ("new", report.added),
        ("changed", report.changed),
        ("unchanged", report.unchanged),
        ("removed", report.removed),
        ("no text and left out", report.skipped),
    )


async def _search(here: _Here, values: Namespace) -> int:
    question = clean(" ".join(values.query)).strip()
    if not question:
        raise UsageError("Say what to search for, as in `heartbit knowledge search how are releases made`.")
    source = clean(values.source or "")
    whole = source and beginning(source, here.cwd)
    found = await here.base.search.find(Wanted(text=question, source=whole, limit=values.number or USUAL))
    if values.json:
        say_json({"query": question, "note": found.note, "passages": facts(found.hits, str(here.cwd))})
    else:
        _show(found, str(here.cwd))
    return 0 if found.hits else 1


def _show(found: Found, folder: str) -> None:
    if found.note:
        sys.stderr.write(f"{found.note}\n")
    if not found.hits:
        sys.stderr.write("Nothing that is indexed fits.\n")
    for hit in found.hits:
        say(f"{cited(hit, folder)}  {hit.score:.2f} by {' and '.join(hit.by)}")
        say("\n".join(f"    {line}" for line in hit.text.split("\n")))


async def _stats(here: _Here, values: Namespace) -> int:
    stats = await here.base.index.stats(here.embedder.model)
    added = await here.base.index.sources()
    if values.json:
        say_json(_facts(here, stats, added))
        return 0
    say(columns(_figures(here, stats)))
    if stats.per_source or added:
        say("")
        say(columns(_sources(stats, here.base.sources, added)))
    return 0


def _facts(here: _Here, stats: Stats, added: tuple[Source, ...]) -> JsonObject:
    held = [{"source": name, "documents": count, "chunks": chunks} for name, count, chunks in stats.per_source]
    listed = {"sources": _names(here.base.sources), "added": _names(added), "per_source": held}
    return {"project": str(here.root), **asdict(stats), **listed}


def _figures(here: _Here, stats: Stats) -> tuple[tuple[str, str], ...]:
    return (
        ("project", str(here.root)),
        ("documents", f"{stats.documents} ({stats.bytes / 1000:.1f} kB)"),
        ("chunks", str(stats.chunks)),
        ("vectors", f"{stats.vectors} by {stats.model}" if stats.model else "none; memory.embedding.provider is none"),
        ("indexed", stats.indexed_at or "never"),
    )


def _sources(stats: Stats, listed: tuple[Source, ...], added: tuple[Source, ...]) -> list[tuple[str, str, str, str]]:
    held = {source: (documents, chunks) for source, documents, chunks in stats.per_source}
    names = dict.fromkeys((*_names(listed), *_names(added), *held))
    by_hand = set(_names(added))
    rows = [("source", "documents", "chunks", "")]
    for name in names:
        documents, chunks = held.get(name, (0, 0))
        rows.append((name, str(documents), str(chunks), "added by hand" if name in by_hand else ""))
    return rows


def _names(sources: tuple[Source, ...]) -> tuple[str, ...]:
    return tuple(each.what for each in sources)


def _rooted(word: str, here: _Here) -> Source:
    """A source as it is kept: a path from the root of the project where it lies in that, else a whole one."""
    if is_url(word) or word.startswith("~"):
        return source_of(word)
    whole = Path(os.path.normpath(here.cwd / word))
    return source_of(str(whole.relative_to(here.root)) if whole.is_relative_to(here.root) else str(whole))


_ACTS: Mapping[str, Act] = MappingProxyType({"index": _index, "search": _search, "stats": _stats})
