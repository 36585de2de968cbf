"""`heartbit audit`: list, show, export, verify."""

import asyncio
import json
import os
import sys
from argparse import Namespace
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TextIO, TypeAlias, cast

from heartbit_tui.cli.options import clean
from heartbit_tui.cli.since import moment
from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt, columns, one_line, say, say_json
from heartbit_tui.headless.endings import UsageError
from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.store import ids
from heartbit_tui.store.audit import Wanted
from heartbit_tui.store.chain import Row
from heartbit_tui.store.store import Store
from heartbit_tui.wire.write import timestamp

Act: TypeAlias = Callable[[Store, Namespace], Awaitable[int]]

USUAL = 50
"""Rows that are listed where no number is given."""

LONGEST = 80
"""Characters of what a row tells that are listed."""

SHOWN_FIRST = ("input", "reason", "error", "output", "task", "model", "mode", "text")
"""What of a row says most, in this order."""


def main(values: Namespace) -> int:
    """Do what the second word of the command says; the exit code."""
    return attempt(lambda: asyncio.run(_with_store(values)))


async def _with_store(values: Namespace) -> int:
    act = _ACTS[values.command.partition(" ")[2]]
    async with Store.open(Surroundings(values).sessions_file, SystemClock()) as store:
        return await act(store, values)


async def _list(store: Store, values: Namespace) -> int:
    wanted = Wanted(
        session=await _session(store, clean(values.session or "")),
        since=_since(values),
        tool=clean(values.tool or ""),
        decision=values.decision or "",
        tenant=_name(values.tenant),
        user=_name(values.by),
    )
    found = await store.audit.search(wanted, limit=values.limit or USUAL)
    if values.json:
        say_json([_facts(row) for row in found])
    elif found:
        say(columns(_line(row) for row in found))
    else:
        sys.stderr.write("Nothing of this kind was audited.\n")
    return 0


async def _show(store: Store, values: Namespace) -> int:
    if not values.row.isascii() or not values.row.isdecimal() or len(values.row) > 18:
        raise UsageError(
            f"A row has a number, not {one_line(clean(values.row), 40)!r}; `heartbit audit list` shows it."
        )
    row = await store.audit.row(int(values.row))
    facts = _facts(row)
    if values.json:
        say_json(facts)
        return 0
    told = facts.pop("told")
    say(columns((name, str(value)) for name, value in facts.items() if value != ""))
    say(json.dumps(told, indent=2, ensure_ascii=False))
    return 0


async def _export(store: Store, values: Namespace) -> int:
    wanted = Wanted(since=_since(values))
    if not values.file or values.file == "-":
        return await _write(store, wanted, sys.stdout.write)
    try:
        with _private(Path(values.file)) as opened:
            return await _write(store, wanted, opened.write)
    except OSError as error:
        raise UsageError(f"{clean(values.file)}: {error.strerror}.") from error


def _private(file: Path) -> TextIO:
    """The file to be written anew, for its owner alone where it is new."""
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "w", encoding="ascii")


async def _write(store: Store, wanted: Wanted, write: Callable[[str], object]) -> int:
    async for page in store.audit.pages(wanted):
        write("".join(f"{json.dumps(_facts(row), separators=(',', ':'))}\n" for row in page))
    return 0


async def _verify(store: Store, values: Namespace) -> int:
    checked = await store.audit.check()
    if values.json:
        say_json(asdict(checked))
    elif checked.broken:
        say(f"The audit does not hold: {checked.broken}. {checked.rows} rows before that are as they were written.")
    else:
        say(f"{checked.rows} rows are as they were written. The last is {checked.last}, its digest {checked.digest}.")
    return 1 if checked.broken else 0


_ACTS: Mapping[str, Act] = MappingProxyType({"list": _list, "show": _show, "export": _export, "verify": _verify})


async def _session(store: Store, text: str) -> str:
    """The session that a text means; one that was deleted has to be named whole."""
    try:
        return await store.index.resolve(text) if text else ""
    except StoreError:
        if await store.audit.search(Wanted(session=text), limit=1):
            return text
        raise


def _name(given: str | None) -> str | None:
    """A tenant or a user as it was typed, an empty one too; None where any will do."""
    return None if given is None else clean(given)


def _since(values: Namespace) -> str:
    return timestamp(moment(clean(values.since), SystemClock().now())) if values.since else ""


def _facts(row: Row) -> dict[str, object]:
    return {**row._asdict(), "told": _told(row)}


def _told(row: Row) -> object:
    try:
        return json.loads(row.told)
    except ValueError:  # somebody changed it, which `verify` tells
        return row.told


def _line(row: Row) -> tuple[str, ...]:
    decision = f"{row.decision} by {row.decided_by}" if row.decided_by else row.decision
    return (str(row.id), _clock(row.at), ids.short(row.session), row.kind, row.tool, decision, _said(row))


def _clock(at: str) -> str:
    """A moment on the person's own clock."""
    try:
        return f"{datetime.fromisoformat(at).astimezone():%Y-%m-%d %H:%M:%S}"
    except ValueError:
        return at


def _said(row: Row) -> str:
    return one_line(next(_texts(_told(row)), ""), LONGEST)


def _texts(told: object) -> Iterator[str]:
    if isinstance(told, dict):
        facts = cast("dict[str, object]", told)
        yield from (str(facts[name]) for name in SHOWN_FIRST if facts.get(name))
