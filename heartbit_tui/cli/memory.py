"""`heartbit memory`: list, search, show, pin, edit, forget, import, export, why, stats."""

import asyncio
import json
import os
import sys
from argparse import Namespace
from collections.abc import Awaitable, Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from types import MappingProxyType
from typing import TextIO, TypeAlias

from heartbit_tui.cli.bar import Bar
from heartbit_tui.cli.options import clean
from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt, columns, confirm, is_terminal, one_line, say, say_json
from heartbit_tui.client import importing, memories
from heartbit_tui.client.memories import SHORT, Account, Memories, Wanted, unlocked
from heartbit_tui.client.moments import moment
from heartbit_tui.headless.endings import UsageError
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.memory import telling
from heartbit_tui.memory.document import recalled_as_json
from heartbit_tui.memory.errors import EmbeddingError
from heartbit_tui.memory.lines import dump
from heartbit_tui.memory.types import Change, Confidentiality, Entry, EntryType, Reach, Recalled, Stats
from heartbit_tui.runtime.shelf import project_of

Act: TypeAlias = Callable[[Memories, Namespace], Awaitable[int]]

USUAL = 50
"""Entries that are listed where no number is given."""

FOUND = 10
"""Entries that a search gives where no number is given; the seed's."""

LONGEST = 80
"""Characters of an entry that a row shows."""

LOCKED = "(restricted; `heartbit memory show --reveal` tells it)"
NOTHING = "There is nothing to change: give new words, or a flag with what is to be different."
NOBODY = "It is restricted, so it is shown only where that is asked for with --reveal."
BAR = "▓▓▓▓▓▓▓▓▓▓", "░░░░░░░░░░"


def main(values: Namespace) -> int:
    """Do what the second word of the command says; the exit code."""
    return attempt(lambda: asyncio.run(_with_memories(values)))


async def _with_memories(values: Namespace) -> int:
    around = Surroundings(values)
    act = _ACTS[values.command.partition(" ")[2]]
    async with memories.opened(around.options, lambda reach: _narrowed(reach, values, around)) as opened:
        for warning in opened.warnings:
            sys.stderr.write(f"heartbit: {one_line(warning, 400)}\n")
        return await act(opened, values)


def _narrowed(reach: Reach, values: Namespace, around: Surroundings) -> Reach:
    """What the flags leave of all that there is."""
    agent, session = getattr(values, "agent", None), getattr(values, "session", None)
    if getattr(values, "here", False):
        reach = replace(reach, projects=(project_of(around.cwd), ""))
    if agent is not None:
        reach = replace(reach, agents=(clean(agent),))
    return reach if session is None else replace(reach, sessions=(clean(session),))


async def _list(opened: Memories, values: Namespace) -> int:
    found = await opened.list(_wanted(values, USUAL))
    if values.json:
        say_json([_shown(entry) for entry in found])
    elif found:
        say(columns(_row(opened, entry) for entry in found))
    else:
        sys.stderr.write("No memories of this kind.\n")
    return 0


async def _search(opened: Memories, values: Namespace) -> int:
    wanted = _wanted(values, FOUND)
    recall = await opened.search(wanted)
    if recall.notice:
        sys.stderr.write(f"heartbit: {one_line(recall.notice, 400)}\n")
    if values.json:
        say_json([_weighed(found, wanted.text) for found in recall.found])
    elif recall.found:
        say(columns(_hit(opened, found, wanted.text) for found in recall.found))
    else:
        sys.stderr.write("Nothing was found.\n")
    return 0


async def _show(opened: Memories, values: Namespace) -> int:
    entry = await opened.find(clean(values.id))
    if not unlocked(entry) and not values.reveal:
        raise UsageError(NOBODY)
    if values.json:
        say_json(dump(entry))
        return 0
    say(entry.content)
    say("")
    say(columns(_told(opened, entry)))
    return 0


async def _pin(opened: Memories, values: Namespace) -> int:
    entry = await opened.pin(clean(values.id), pinned=not values.off)
    return _said(values, entry, "pinned" if entry.pinned else "no longer pinned")


async def _edit(opened: Memories, values: Namespace) -> int:
    change = Change(
        content=clean(" ".join(values.text)).strip() or None,
        category=clean(values.category) if values.category else None,
        tags=_many(values.tag),
        keywords=_many(values.keyword),
        importance=values.importance,
        confidentiality=Confidentiality.of(values.confidentiality) if values.confidentiality else None,
    )
    if change == Change():
        raise UsageError(NOTHING)
    return _said(values, await opened.edit(clean(values.id), change), "changed")


async def _forget(opened: Memories, values: Namespace) -> int:
    entry = await opened.find(clean(values.id))
    quoted = one_line(entry.content, 60) if unlocked(entry) else LOCKED
    if not values.yes and not confirm(f"Forget {entry.id[:SHORT]}, “{quoted}”, for good?"):
        return 1
    return _said(values, await opened.forget(entry.id), "forgotten")


async def _import(opened: Memories, values: Namespace) -> int:
    project = project_of(Surroundings(values).cwd) if values.here else ""
    wanted = importing.Wanted(agent=clean(values.agent) if values.agent else importing.AGENT, project=project)
    with _source(values.file) as lines:
        taken = await importing.take_in(opened, lines, wanted)
    await _embed(opened)
    if values.json:
        say_json(asdict(taken))
        return 0
    cleaned = f" In {taken.cleaned} of them keys or personal data were left out." if taken.cleaned else ""
    say(f"{taken.entries} memories taken in.{cleaned}")
    return 0


async def _embed(opened: Memories) -> None:
    """Give vectors to what was taken in; what has none yet is found by words, and gets one in a session."""
    try:
        with Bar(sys.stderr) as bar:
            followed = await opened.embed(lambda so_far: bar.show("embed", so_far.done, so_far.total, so_far.model))
        if followed is not None and followed.failed:
            sys.stderr.write(f"heartbit: {followed.failed:,} memories got no vector; they are found by their words.\n")
    except EmbeddingError as error:
        sys.stderr.write(f"heartbit: {one_line(str(error), 400)} What has no vector is found by its words.\n")


async def _export(opened: Memories, values: Namespace) -> int:
    count = 0
    with _target(values.file) as file:
        async for page in opened.pages(Wanted()):
            kept = [entry for entry in page if unlocked(entry) or values.restricted]
            file.write("".join(f"{json.dumps(dump(entry), separators=(',', ':'))}\n" for entry in kept))
            count += len(kept)
    if values.json and values.file not in (None, "-"):
        say_json({"file": values.file, "entries": count})
    return 0


async def _why(opened: Memories, values: Namespace) -> int:
    question = clean(" ".join(values.question)).strip()
    account = await opened.why(clean(values.id), question)
    if values.json:
        say_json({**_weighed(account.found, question), "links": [_shown(entry) for entry in account.links]})
        return 0
    say(columns(_account(opened, account)))
    return 0


async def _stats(opened: Memories, values: Namespace) -> int:
    stats = await opened.stats()
    if values.json:
        say_json(_figures(stats))
    else:
        say(columns(_figures_told(stats)))
    return 0


_ACTS: Mapping[str, Act] = MappingProxyType(
    {
        "list": _list,
        "search": _search,
        "show": _show,
        "pin": _pin,
        "edit": _edit,
        "forget": _forget,
        "import": _import,
        "export": _export,
        "why": _why,
        "stats": _stats,
    }
)


def _wanted(values: Namespace, usual: int) -> Wanted:
    return Wanted(
        text=clean(" ".join(values.words)).strip(),
        category=clean(values.category or ""),
        type=EntryType(values.type) if values.type else None,
        tags=_many(values.tag) or (),
        pinned=True if values.pinned else None,
        limit=values.limit or usual,
    )


def _many(given: Sequence[str] | None) -> tuple[str, ...] | None:
    return tuple(clean(each) for each in given) if given else None


def _shown(entry: Entry) -> JsonObject:
    """An entry for a program; the words of one that is restricted are not in it."""
    return dump(entry) if unlocked(entry) else {**dump(entry), "text": "", "summary": ""}


def _weighed(found: Recalled, question: str) -> JsonObject:
    told = recalled_as_json(found)
    return {**_shown(found.entry), "score": told["score"], "because": telling.why(found, question), "why": told["why"]}


def _row(opened: Memories, entry: Entry) -> tuple[str, ...]:
    words = one_line(entry.content, LONGEST) if unlocked(entry) else LOCKED
    kind = f"{entry.category}{', pinned' if entry.pinned else ''}"
    return (entry.id[:SHORT], telling.age(entry.created_at, opened.now()), _whose(entry), kind, words)


def _hit(opened: Memories, found: Recalled, question: str) -> tuple[str, ...]:
    entry = found.entry
    words = one_line(entry.content, LONGEST) if unlocked(entry) else LOCKED
    age = telling.age(entry.created_at, opened.now())
    return (f"{found.why.score:.2f}", entry.id[:SHORT], age, telling.why(found, question), words)


def _whose(entry: Entry) -> str:
    return entry.scope.agent or "everybody"


def _told(opened: Memories, entry: Entry) -> Iterator[tuple[str, str]]:
    """What is known of an entry beside its words."""
    yield "id", entry.id
    yield "what", f"{entry.category}, {entry.type.value}, {entry.confidentiality.word}"
    yield "importance", f"{entry.importance} of 10"
    yield "strength", _bar(opened.strength(entry))
    yield "pinned", "yes" if entry.pinned else "no"
    yield "from", telling.origin(entry, opened.now())
    yield "agent", _whose(entry)
    if entry.scope.project:
        yield "project", entry.scope.project
    yield "stored", moment(entry.created_at)
    yield "recalled", f"{entry.access_count} times, last {telling.age(entry.last_accessed, opened.now())}"
    for name, listed in (("tags", entry.tags), ("keywords", entry.keywords), ("merged from", entry.source_ids)):
        if listed:
            yield name, ", ".join(listed)
    if entry.related_ids:
        yield "linked to", ", ".join(each[:SHORT] for each in entry.related_ids)


def _account(opened: Memories, account: Account) -> Iterator[tuple[str, ...]]:
    """The parts of a score, each with its bar, then where the entry is from."""
    found = account.found
    why = found.why
    words = one_line(found.entry.content, LONGEST) if unlocked(found.entry) else LOCKED
    yield "memory", words
    yield "score", _bar(why.score)
    yield "why", telling.why(found, account.query or found.entry.content)
    yield "relevance", _bar(why.relevance)
    yield "recency", f"{_bar(why.recency)}  stored {telling.age(found.entry.created_at, opened.now())}"
    yield "importance", f"{_bar(why.importance)}  {found.entry.importance} of 10"
    yield "strength", f"{_bar(why.strength)}  recalled {found.entry.access_count} times"
    yield "from", telling.origin(found.entry, opened.now())
    for entry in account.links:
        yield "linked to", f"{entry.id[:SHORT]} {one_line(entry.content, 60) if unlocked(entry) else LOCKED}"


def _bar(share: float) -> str:
    full = round(max(0.0, min(share, 1.0)) * len(BAR[0]))
    return f"{BAR[0][:full]}{BAR[1][full:]} {share:.2f}"


def _figures(stats: Stats) -> JsonObject:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(stats).items()}


def _figures_told(stats: Stats) -> Iterator[tuple[str, str]]:
    yield "memories", f"{stats.entries:,}"
    for name, counts in (
        ("by type", stats.by_type),
        ("by category", stats.by_category),
        ("by level", stats.by_confidentiality),
    ):
        if counts:
            yield name, ", ".join(f"{count:,} {word}" for word, count in sorted(counts.items()))
    yield "pinned", f"{stats.pinned:,}"
    yield "links", f"{stats.links:,}"
    yield "fading", f"{stats.fading:,}"
    yield "text", f"{stats.size:,} bytes"
    for space in stats.spaces:
        waiting = f", {space.pending:,} waiting" if space.pending else ""
        yield "vectors", f"{space.model}: {space.embedded:,}, each of {space.dimension} numbers{waiting}"
    if stats.search:
        yield "searched by", stats.search


def _said(values: Namespace, entry: Entry, done: str) -> int:
    if values.json:
        say_json(_shown(entry))
    else:
        words = one_line(entry.content, 60) if unlocked(entry) else LOCKED
        say(f"{entry.id[:SHORT]} is {done}: {words}")
    return 0


@contextmanager
def _source(name: str) -> Generator[Iterator[str]]:
    """The lines of a file, or of standard input. Raises `UsageError`."""
    if name == "-" and is_terminal(0):
        raise UsageError("Nothing stands on standard input: heartbit memory import FILE, or pipe lines into it.")
    told = "standard input" if name == "-" else clean(name)
    try:
        with open(0 if name == "-" else name, encoding="utf-8", closefd=name != "-") as file:
            yield iter(file)
    except OSError as error:
        raise UsageError(f"{told}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{told} is no UTF-8 text.") from error


@contextmanager
def _target(name: str | None) -> Generator[TextIO]:
    """A file for its owner alone, written anew, or standard output. Raises `UsageError`."""
    if not name or name == "-":
        yield sys.stdout
        return
    try:
        descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            yield file
    except OSError as error:
        raise UsageError(f"{clean(name)}: {error.strerror}.") from error
