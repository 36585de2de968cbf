"""`heartbit inbox`: list, show, done, restore, accept, refuse, answer. It works on the data file, with a daemon or without."""

import asyncio
import sys
from argparse import Namespace
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from heartbit_tui.cli.options import clean
from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt, confirm, listed, one_line, say, say_json
from heartbit_tui.client.letters import DRAFT
from heartbit_tui.client.letters_done import accept, answer, refuse
from heartbit_tui.client.letters_here import Here
from heartbit_tui.headless.endings import UsageError
from heartbit_tui.runtime import beating
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.store.inbox import Inbox, Letter, NoLetterError, json_of

EMPTY = "Nothing waits in the inbox.\n"
NO_NUMBER = "{text!r} is no number of a letter. `heartbit inbox` lists them."
NOT_THERE = "Nothing in the inbox has the number {number}. `heartbit inbox` lists what waits."
LONGEST = 80
"""Characters of a title."""

MOST = 1_000
"""Letters of a list."""

Act: TypeAlias = Callable[[Inbox, Namespace], Awaitable[int]]


def main(values: Namespace) -> int:
    """Do what the second word of the command says; the exit code."""
    return attempt(lambda: asyncio.run(_with_inbox(values)))


async def _with_inbox(values: Namespace) -> int:
    async with beating.ledger(Surroundings(values).sessions_file) as ledger:
        return await _ACTS[values.command.partition(" ")[2]](ledger.inbox, values)


async def _list(inbox: Inbox, values: Namespace) -> int:
    found = await inbox.list(done=None if values.all else False, limit=MOST)
    if values.json:
        say_json([json_of(each) for each in found])
    elif found:
        say(listed(map(_row, found)))
    else:
        sys.stderr.write(EMPTY)
    return 0


async def _show(inbox: Inbox, values: Namespace) -> int:
    letter = await _meant(inbox, values.number)
    await inbox.mark(letter.id)
    if values.json:
        say_json(json_of(letter))
        return 0
    cost = "" if letter.cost_usd is None else f", ${letter.cost_usd:.4f}"
    say(f"{letter.at:%Y-%m-%d %H:%M} UTC, {letter.kind} of {letter.source}{cost}\n\n{letter.text or letter.title}")
    if letter.changed:
        say("\nChanged:\n" + "\n".join(f"  {path}" for path in letter.changed))
    if letter.about:
        say(f"\nAbout {letter.about}")
    return 0


async def _done(inbox: Inbox, values: Namespace) -> int:
    letters = [await _meant(inbox, text) for text in values.numbers]
    if values.all:
        letters = list(await inbox.list(limit=MOST))
    if not letters and not values.all:
        raise UsageError("Say which letters you are done with, by their numbers, or --all.")
    for letter in letters:
        await inbox.finish(letter.id)
    if values.json:
        say_json({"done": [each.id for each in letters]})
    else:
        say(f"{len(letters)} done with.")
    return 0


async def _restore(inbox: Inbox, values: Namespace) -> int:
    letters = [await _meant(inbox, text) for text in values.numbers]
    if not letters:
        raise UsageError("Say which letters are to wait again, by their numbers.")
    for letter in letters:
        await inbox.finish(letter.id, done=False)
    if values.json:
        say_json({"restored": [each.id for each in letters]})
    else:
        say(f"{len(letters)} waiting again.")
    return 0


async def _decide(inbox: Inbox, values: Namespace) -> int:
    letter = await _meant(inbox, values.number)
    here = Here(Surroundings(values).options, SystemClock())
    match values.command:
        case "inbox accept":
            told = await accept(here, letter)
        case "inbox answer":
            told = await answer(here, letter, [clean(each) for each in values.words])
        case _:
            sure = letter.kind == DRAFT or not letter.changed or values.yes or await _sure(here, letter)
            if not sure:
                return 1
            told = await refuse(here, letter, ("yes",))
    if values.json:
        say_json({"id": letter.id, "told": told})
    else:
        say(told)
    return 0


async def _sure(here: Here, letter: Letter) -> bool:
    """Whether the person wants what was changed to be taken back, as they see now what that means."""
    sys.stderr.write(f"{await here.take_back(letter, sure=False)}\n")
    return confirm("Take it back?")


_ACTS: Mapping[str, Act] = MappingProxyType(
    {
        "list": _list,
        "show": _show,
        "done": _done,
        "restore": _restore,
        "accept": _decide,
        "refuse": _decide,
        "answer": _decide,
    }
)


async def _meant(inbox: Inbox, given: str) -> Letter:
    """The letter of a number. Raises `UsageError`."""
    text = clean(given)
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise UsageError(NO_NUMBER.format(text=text))
    try:
        return await inbox.get(int(text))
    except NoLetterError as error:
        raise UsageError(NOT_THERE.format(number=text)) from error


def _row(letter: Letter) -> tuple[str, ...]:
    kind = f"{letter.kind}{', done' if letter.done else '' if letter.read else ', new'}"
    return (str(letter.id), f"{letter.at:%Y-%m-%d %H:%M}", kind, letter.source, one_line(letter.title, LONGEST))
