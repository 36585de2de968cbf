"""`heartbit memory meditate`, `drafts` and `merged`: the memory put in order, the skills that come of it, doubles undone."""

import asyncio
import sys
from argparse import Namespace
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from heartbit_tui.cli.options import clean
from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt, columns, is_terminal, one_line, say, say_json
from heartbit_tui.client.memories import SHORT
from heartbit_tui.client.moments import moment
from heartbit_tui.headless.endings import UsageError
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.memory.document import as_json
from heartbit_tui.memory.meditation_drafts import Draft
from heartbit_tui.memory.meditation_merges import KEPT, Merge
from heartbit_tui.memory.meditation_report import Report, told
from heartbit_tui.runtime import beating, drafting, meditating
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.meditating import Opened
from heartbit_tui.store.inbox import Inbox, Letter

NOTHING = "There is nothing to put in order."
NO_DRAFTS = "No drafts wait.\n"
WHICH = "Say which draft: heartbit memory drafts {what} ID. `heartbit memory drafts` lists those that wait."
NO_MERGES = "No merge of doubles can be undone: nothing was merged in the last 30 days.\n"
WHICH_MERGE = "Say which merge by its number: heartbit memory merged undo NUMBER. `heartbit memory merged` lists them."
NO_TEXT = "Say where the new text is: heartbit memory drafts edit ID --file FILE; `-` reads standard input."
LONGEST = 80
"""Characters of a row's last cell."""

Act: TypeAlias = Callable[[Opened, Surroundings, Namespace], Awaitable[int]]


def main(values: Namespace) -> int:
    """Do what the command says; the exit code."""
    work = {"memory meditate": _meditate, "memory merged": _merged}.get(values.command, _with_drafts)
    return attempt(lambda: asyncio.run(work(values)))


async def _meditate(values: Namespace) -> int:
    around, clock = Surroundings(values), SystemClock()
    report = await meditating.meditate(around.options, clock, dry=values.dry_run)
    if report.changed and not values.dry_run:
        async with beating.ledger(around.sessions_file) as ledger:
            await _tell(ledger.inbox, report, clock)
    if values.json:
        say_json(_figures(report))
        return 0
    for line in _lines(report):
        say(line)
    say(told(report) or NOTHING)
    return 0


async def _tell(inbox: Inbox, report: Report, clock: SystemClock) -> None:
    """Put the report into the inbox, and each draft that waits."""
    text = told(report)
    await inbox.put(
        Letter(at=clock.now(), kind="meditation", source="memory meditate", title=text[:LONGEST], text=text)
    )
    for letter in beating.drafted(report.waiting):
        await inbox.put(letter)


def _lines(report: Report) -> Iterator[str]:
    """What would be done, one line each, where nothing was."""
    if not report.dry:
        return
    for double in report.doubles:
        gone = ", ".join(each.id[:SHORT] for each in double.gone)
        yield f"merge  {gone} into {double.keeper.id[:SHORT]}: {one_line(double.keeper.content, LONGEST)}"
    for cluster in report.clusters:
        yield f"skill  of {', '.join(each.id[:SHORT] for each in cluster)}: {one_line(cluster[0].content, LONGEST)}"
    for run in report.runs:
        yield f"skill  of a run of {len(run.steps)} calls: {one_line(run.task, LONGEST)}"
    for each in report.demoted:
        yield f"edge   {each.id[:SHORT]}: {one_line(each.content, LONGEST)}"


def _figures(report: Report) -> JsonObject:
    return {
        "dry_run": report.dry,
        "looked_at": report.looked,
        "merged": [{"keeper": each.keeper.id, "gone": [one.id for one in each.gone]} for each in report.doubles],
        "clusters": [[each.id for each in cluster] for cluster in report.clusters],
        "runs": [each.session for each in report.runs],
        "drafts": [each.id for each in report.drafts],
        "demoted": [each.id for each in report.demoted],
        "troubles": list(report.troubles),
        "asked": report.asked,
        "cost_usd": report.cost_usd,
    }


async def _merged(values: Namespace) -> int:
    """List the merges that can be undone, or undo one."""
    number = clean(values.number or "")
    if values.what == "undo" and not number.isdecimal():
        raise UsageError(WHICH_MERGE)
    async with meditating.opened(Surroundings(values).options, SystemClock()) as opened:
        if values.what == "undo":
            merge = await opened.kept.undo(int(number), opened.ground.reach)
            await opened.embed()
            return _parted(values, merge)
        found = await opened.kept.merges(opened.ground.reach)
    if values.json:
        say_json([_merge(each) for each in found])
    elif found:
        say(columns(row for each in found for row in _rows(each)))
    else:
        sys.stderr.write(NO_MERGES)
    return 0


def _rows(merge: Merge) -> Iterator[tuple[str, ...]]:
    until = f"until {moment(merge.at + KEPT)}"
    yield str(merge.number), until, "stayed", merge.keeper.id[:SHORT], one_line(merge.keeper.content, LONGEST)
    for each in merge.gone:
        yield "", "", "went", each.id[:SHORT], one_line(each.content, LONGEST)


def _parted(values: Namespace, merge: Merge) -> int:
    if values.json:
        say_json(_merge(merge))
    else:
        back = ", ".join(each.id[:SHORT] for each in merge.gone)
        say(f"{back}: there again, and held apart from {merge.keeper.id[:SHORT]} from now on.")
    return 0


def _merge(merge: Merge) -> JsonObject:
    gone = [as_json(each) for each in merge.gone]
    return {"number": merge.number, "at": merge.at.isoformat(), "keeper": as_json(merge.keeper), "gone": gone}


async def _with_drafts(values: Namespace) -> int:
    around = Surroundings(values)
    act = _ACTS[values.what or "list"]
    async with meditating.opened(around.options, SystemClock()) as opened:
        return await act(opened, around, values)


async def _list(opened: Opened, around: Surroundings, values: Namespace) -> int:
    found = await opened.drafts.list(None if values.all else "waiting")
    if values.json:
        say_json([_shown(each) for each in found])
    elif found:
        say(columns((each.id[:SHORT], each.state, each.name, one_line(each.description, LONGEST)) for each in found))
    else:
        sys.stderr.write(NO_DRAFTS)
    return 0


async def _show(opened: Opened, around: Surroundings, values: Namespace) -> int:
    draft = await _meant(opened, values)
    if values.json:
        say_json(_shown(draft))
        return 0
    say(drafting.text_of(draft))
    rows = [("draft", draft.id), ("made", moment(draft.made)), ("by", draft.model), ("stands", draft.state)]
    rows += [("note", draft.note)] if draft.note else []
    rows += [("written to", draft.file)] if draft.file else []
    of = "of the task" if draft.run else "of memory"
    rows += [(of, f"{drafting.short_of(draft, each.id)} {one_line(each.content, LONGEST)}") for each in draft.sources]
    say(columns(rows))
    return 0


async def _accept(opened: Opened, around: Surroundings, values: Namespace) -> int:
    draft = await drafting.accept(opened.drafts, await _meant(opened, values), around.places.config / "skills")
    await _finish(around, draft)
    return _said(values, draft, f"accepted; its skill stands in {draft.file}")


async def _refuse(opened: Opened, around: Surroundings, values: Namespace) -> int:
    draft = await opened.drafts.refuse((await _meant(opened, values)).id)
    await _finish(around, draft)
    return _said(values, draft, "refused" if draft.run else "refused; its memories stay as they are")


async def _edit(opened: Opened, around: Surroundings, values: Namespace) -> int:
    if not values.file or (values.file == "-" and is_terminal(0)):
        raise UsageError(NO_TEXT)
    text = _text(around.cwd, clean(values.file))
    draft = await drafting.edit(opened.drafts, await _meant(opened, values), text, opened.ground.clean)
    return _said(values, draft, "changed")


def _text(cwd: Path, name: str) -> str:
    try:
        with open(0 if name == "-" else cwd / name, encoding="utf-8", closefd=name != "-") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{name} cannot be read: {error}.") from error


_ACTS: Mapping[str, Act] = MappingProxyType(
    {"list": _list, "show": _show, "accept": _accept, "refuse": _refuse, "edit": _edit}
)


async def _meant(opened: Opened, values: Namespace) -> Draft:
    if not values.id:
        raise UsageError(WHICH.format(what=values.what))
    return await opened.drafts.find(clean(values.id))


async def _finish(around: Surroundings, draft: Draft) -> None:
    async with beating.ledger(around.sessions_file) as ledger:
        await ledger.inbox.finish_about("draft", draft.id)


def _shown(draft: Draft) -> JsonObject:
    made = {"made": draft.made.isoformat(), "decided": draft.decided.isoformat() if draft.decided else None}
    return {**asdict(draft), **made, "skill": drafting.text_of(draft)}


def _said(values: Namespace, draft: Draft, done: str) -> int:
    if values.json:
        say_json(_shown(draft))
    else:
        say(f"{draft.id[:SHORT]} {draft.name} is {done}.")
    return 0
