"""`heartbit undo` and `heartbit redo`: a session goes back, and forward again, after a look at what that means."""

import asyncio
import sys
from argparse import Namespace
from collections.abc import Iterator

from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt, columns, confirm, one_line, say, say_json
from heartbit_tui.client import titles
from heartbit_tui.client.moments import moment
from heartbit_tui.client.shared import own_words
from heartbit_tui.headless.endings import UsageError
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.opening import UNDO
from heartbit_tui.runtime.undo_stored import stored
from heartbit_tui.store.store import Store
from heartbit_tui.undo import preview as previewed
from heartbit_tui.undo.intent import What
from heartbit_tui.undo.past import Point
from heartbit_tui.undo.preview import Preview
from heartbit_tui.undo.service import Service
from heartbit_tui.undo.spans import AT_WORK, Spans

NO_SESSION = "There is no session of {cwd} that could be undone."
CUT_OFF = (
    "heartbit was killed while a command of this session ran. Open it once with `heartbit chat --resume {session}`: "
    "then what that command did can be undone, too.\n"
)
SHOWN = 200
"""Files of a preview that are listed; a person who wants more asks for --json."""


def main(values: Namespace) -> int:
    """Go back or forward; the exit code is 1 where nothing was done."""
    return attempt(lambda: asyncio.run(_main(values)))


async def _main(values: Namespace) -> int:
    around, clock = Surroundings(values), SystemClock()
    async with Store.open(around.sessions_file, clock) as store:
        session = await _session(store, around, values.id)
        async with stored(store, session, around.places.data / UNDO, clock) as service:
            if Spans(around.places.data / UNDO / AT_WORK, session).left():
                sys.stderr.write(CUT_OFF.format(session=session))
            if getattr(values, "list", False):
                return _list(service.points(), as_json=values.json)
            return await _gone(service, values, str(around.root))


async def _session(store: Store, around: Surroundings, given: str | None) -> str:
    if given:
        return await store.index.resolve(given)
    last = await store.index.last(str(around.cwd))
    if last is None:
        raise UsageError(NO_SESSION.format(cwd=around.cwd))
    return last.id


async def _gone(service: Service, values: Namespace, cwd: str) -> int:
    overrule = bool(values.overwrite)
    if values.command == "redo":
        preview = await service.redo(overrule=overrule)
    else:
        preview = await service.undo(values.to or "", _what(values), overrule=overrule)
    rows = previewed.rows(preview, cwd)
    if values.json and (preview.does_nothing or not values.yes):
        say_json(_facts(preview, rows))
        return int(values.yes)
    if not values.json:
        say("\n".join((f"{preview.title}. {previewed.summary(preview)}", *_lines(rows))))
    if preview.does_nothing:
        return 1
    if not values.yes and not confirm("Do it?"):
        return 1
    done = await service.carry_out(preview)
    if values.json:
        told = {"restored": done.changed, "left": [each.path for each in done.left]}
        say_json({**_facts(preview, rows), **told})
    else:
        said = previewed.left(done.left, cwd)
        files = f": {done.changed} file{'' if done.changed == 1 else 's'} changed" if done.changed else ""
        say(f"Done{files}. {said}".rstrip())
    return 0


def _what(values: Namespace) -> What:
    given: list[What] = [name for name in ("files", "chat", "both") if getattr(values, name)]
    if len(given) > 1:
        raise UsageError(f"{' and '.join(f'--{name}' for name in given)} exclude each other; give one.")
    return given[0] if given else "both"


def _lines(rows: tuple[previewed.Told, ...]) -> Iterator[str]:
    group = ""
    for row in rows[:SHOWN]:
        if row.group != group:
            group = row.group
            yield f"{group}:"
        yield f"  {row.sign} {one_line(' '.join(filter(None, (row.name, row.note))), 300)}"
    if len(rows) > SHOWN:
        yield f"  and {len(rows) - SHOWN} more; --json lists all"


def _facts(preview: Preview, rows: tuple[previewed.Told, ...]) -> dict[str, object]:
    told = [{"group": row.group, "file": row.name, "note": row.note} for row in rows]
    return {"to": preview.title, "what": preview.intent.what, "summary": previewed.summary(preview), "rows": told}


def _list(points: tuple[Point, ...], *, as_json: bool) -> int:
    if as_json:
        say_json([{"to": each.number, "at": each.at, "what": _told(each), "files": each.files} for each in points])
    elif points:
        say(columns((each.number, moment(each.at), _files(each), _told(each)) for each in points))
    else:
        sys.stderr.write("Nothing was asked in this session yet.\n")
    return 0


def _told(point: Point) -> str:
    if point.kind != "call":
        return one_line(own_words(point.text) if point.kind == "prompt" else f"! {point.text}", 120)
    return one_line(f"{point.tool} {titles.title(point.tool, point.input)}", 120)


def _files(point: Point) -> str:
    return f"{point.files} file{'' if point.files == 1 else 's'}" if point.files else ""
