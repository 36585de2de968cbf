"""`heartbit sessions`: list, search, show, rename, fork, delete, export, import, prune, disk."""

import asyncio
import sys
from argparse import Namespace
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from heartbit_tui.cli.options import clean
from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt, columns, confirm, one_line, say, say_json
from heartbit_tui.client.moments import moment
from heartbit_tui.config.redact import Redactor
from heartbit_tui.headless.attachments import text_of
from heartbit_tui.headless.endings import UsageError
from heartbit_tui.headless.stdin import AS_ASKED, read
from heartbit_tui.runtime import settings
from heartbit_tui.runtime.audited import own_trail
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.masking import mask_for
from heartbit_tui.store.export_html import export_html
from heartbit_tui.store.export_jsonl import export_jsonl, import_jsonl
from heartbit_tui.store.export_markdown import export_markdown
from heartbit_tui.store.found import Asked
from heartbit_tui.store.index import SessionInfo
from heartbit_tui.store.store import Store

Act: TypeAlias = Callable[[Store, Surroundings, Namespace], Awaitable[int]]

MOST_LISTED = 1000
MEGABYTE = 1_000_000
USUAL_HITS = 20


def main(values: Namespace) -> int:
    """Do what the second word of the command says; the exit code."""
    return attempt(lambda: asyncio.run(_with_store(values)))


async def _with_store(values: Namespace) -> int:
    around = Surroundings(values)
    act = _ACTS[values.command.partition(" ")[2]]
    async with Store.open(around.sessions_file, SystemClock()) as store:
        return await act(store, around, values)


async def _list(store: Store, around: Surroundings, values: Namespace) -> int:
    cwd = None if values.all else str(around.cwd)
    if values.search:
        await store.passages.catch_up(mask_for(around.options), patience=float("inf"))
    found = await store.index.search(clean(values.search or ""), limit=MOST_LISTED, cwd=cwd)
    if values.json:
        say_json([_facts(info) for info in found])
    elif found:
        say(columns(_row(info, with_cwd=values.all) for info in found))
    else:
        sys.stderr.write("No sessions" + ("" if values.all else " of this directory; --all lists those of all") + ".\n")
    return 0


async def _search(store: Store, around: Surroundings, values: Namespace) -> int:
    text = clean(" ".join(values.words)).strip()
    if not text:
        raise UsageError("What is to be found? Give one word or more.")
    left = await store.passages.catch_up(mask_for(around.options), patience=float("inf"))
    cwd = str(around.cwd) if values.here else None
    found = await store.passages.search(Asked(text=text, cwd=cwd, limit=values.limit or USUAL_HITS))
    if values.json:
        say_json({"hits": [{**asdict(hit), "short": hit.short} for hit in found], "not_indexed_yet": left})
    elif found:
        say(columns((hit.short, moment(hit.at), hit.kind, hit.marked) for hit in found))
    else:
        sys.stderr.write("Nothing that was said or done holds these words.\n")
    return 0


async def _show(store: Store, around: Surroundings, values: Namespace) -> int:
    info = await store.index.info(await store.index.resolve(values.id))
    facts = _facts(info)
    if values.json:
        say_json(facts)
    else:
        say(columns(_told(info)))
        say(f"\nGo on with it: heartbit chat --resume {info.short}")
    return 0


async def _rename(store: Store, around: Surroundings, values: Namespace) -> int:
    title = clean(" ".join(values.title)).strip()
    if not title:
        raise UsageError("A session needs a title that is not empty.")
    await store.rename(await store.index.resolve(values.id), title)
    return 0


async def _fork(store: Store, around: Surroundings, values: Namespace) -> int:
    say(await store.fork(await store.index.resolve(values.id)))
    return 0


async def _delete(store: Store, around: Surroundings, values: Namespace) -> int:
    info = await store.index.info(await store.index.resolve(values.id))
    if not values.yes and not confirm(f"Remove {info.short}, “{one_line(info.summary.title, 60)}”, for good?"):
        return 1
    await store.delete(info.id, own_trail(around.options))
    return 0


async def _export(store: Store, around: Surroundings, values: Namespace) -> int:
    log = (await store.load(await store.index.resolve(values.id))).envelopes
    hide = Redactor(around.credentials.secrets())
    match values.format:
        case "html":
            text = hide(export_html(log))
        case "jsonl":
            text = "\n".join(export_jsonl(log))
        case _:
            text = hide(export_markdown(log))
    if values.output:
        _write(Path(values.output), text.rstrip("\n") + "\n")
    else:
        say(text.rstrip("\n"))
    return 0


async def _import(store: Store, around: Surroundings, values: Namespace) -> int:
    text = read(AS_ASKED).text if values.file == "-" else text_of(Path(values.file), "FILE")
    say(await store.take_in(import_jsonl(text.splitlines())))
    return 0


async def _prune(store: Store, around: Surroundings, values: Namespace) -> int:
    config = settings.configuration(around.options)
    days = values.max_days or config.integer("sessions.keep_days")
    size = values.max_mb * MEGABYTE if values.max_mb else config.integer("sessions.max_bytes")
    pruned = await store.prune(
        max_age=timedelta(days=days) if days else None,
        max_bytes=size or None,
        dry_run=values.dry_run,
    )
    verb = "would be removed" if values.dry_run else "removed"
    say(f"{len(pruned.sessions)} sessions {verb}, {_size(pruned.size)}.")
    return 0


async def _disk(store: Store, around: Surroundings, values: Namespace) -> int:
    use = await store.index.disk()
    if values.json:
        say_json({"file": str(around.sessions_file), "bytes": use.total, "sessions": dict(use.sessions)})
    else:
        say(f"{_size(use.total)} in {around.sessions_file}, {len(use.sessions)} sessions")
        say(columns((_size(size), session) for session, size in use.sessions[:10]))
    return 0


_ACTS: Mapping[str, Act] = MappingProxyType(
    {
        "list": _list,
        "search": _search,
        "show": _show,
        "rename": _rename,
        "fork": _fork,
        "delete": _delete,
        "export": _export,
        "import": _import,
        "prune": _prune,
        "disk": _disk,
    }
)


def _facts(info: SessionInfo) -> dict[str, object]:
    left_out = ("renamed", "open_agent", "open_run")
    summary = {name: value for name, value in asdict(info.summary).items() if name not in left_out}
    return {"id": info.id, "short": info.short, "state": info.state, **summary}


def _told(info: SessionInfo) -> Iterator[tuple[str, str]]:
    """What a person may want to know of a session."""
    summary = info.summary
    unpriced = f" + {summary.unpriced} calls of unknown price" if summary.unpriced else ""
    yield "title", summary.title
    yield "id", info.id
    yield "state", info.state
    yield "folder", summary.cwd
    yield "model", f"{summary.provider} {summary.model}"
    yield "began", moment(summary.created)
    yield "last used", moment(summary.updated)
    yield "turns", f"{summary.turns}, {summary.messages} messages"
    yield "cost", f"${summary.cost_usd:.4f}{unpriced}"
    yield "size", _size(summary.size)
    if summary.parent:
        yield "copy of", summary.parent


def _row(info: SessionInfo, *, with_cwd: bool) -> tuple[str, ...]:
    summary = info.summary
    state = "" if info.state == "ended" else f" ({info.state})"
    turns = f"{summary.turns} turn{'' if summary.turns == 1 else 's'}"
    title = one_line(summary.title, 60) + state
    return (info.short, moment(summary.updated), turns, *((summary.cwd,) if with_cwd else ()), title)


def _size(size: int) -> str:
    return f"{size / MEGABYTE:.1f} MB" if size >= MEGABYTE / 10 else f"{size / 1000:.1f} kB"


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, "utf-8", errors="replace")
    except OSError as error:
        raise UsageError(f"-o {file}: {error.strerror}.") from error
