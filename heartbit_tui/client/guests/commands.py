"""What guests may do in a session, beside sending ops into it."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Final

from heartbit_tui.client.guests import views
from heartbit_tui.client.guests.answers import Begun, Criteria, Done, Went
from heartbit_tui.client.guests.bodies import (
    Aim,
    Back,
    Edited,
    Forward,
    Intended,
    Lined,
    Noted,
    Nothing,
    OfEntry,
    Opening,
    Pinned,
    Planned,
    Prompted,
    Proposal,
    Servant,
)
from heartbit_tui.client.guests.table import Asked, Seat
from heartbit_tui.client.pictures import Unfit, checked
from heartbit_tui.client.pursued import NOTHING_HERE
from heartbit_tui.client.served import NONE
from heartbit_tui.client.types import Goals, Undo
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import CommandEnded
from heartbit_tui.kernel.messages import Audio, Image, Text
from heartbit_tui.kernel.ops import Prompt
from heartbit_tui.kernel.session import BUSY
from heartbit_tui.memory.types import Change, Entry
from heartbit_tui.runtime.command_line import CommandLine
from heartbit_tui.undo.preview import Preview
from heartbit_tui.wire.read import load_op

NOT_UNDONE: Final = "There is nothing here that could be undone."
FORGOTTEN: Final = "What was shown of going back does not hold any more. Ask for it again, and look."
EDITED: Final = "Whoever chose that has the plan in their editor; it starts as it is in its file then."
NOTHING_RUNS: Final = "No commands are run in this session."
NO_PROMPT: Final = "Only a prompt is sent like this; POST /sessions/ID/ops takes other ops."


async def _open(seat: Seat, asked: Opening) -> Done:
    """Whoever asks for anything has the session opened."""
    if asked.edits and seat.client.plans is not None and seat.client.plans.edit is None:
        seat.client.plans.edit = _edited_there
    return Done()


async def _edited_there(_: Path) -> str:
    """Whoever chose to edit the plan does so beside the question, which is asked again."""
    return EDITED


async def _plan(seat: Seat, asked: Planned) -> Done:
    await views.plans_of(seat).write(asked.text, asked.digest)
    return Done()


async def _new(seat: Seat, _: Nothing) -> Begun:
    return Begun(id=await seat.beside("new"))


async def _fork(seat: Seat, _: Nothing) -> Begun:
    if seat.client.running:
        raise HeartbitError(BUSY)
    await seat.client.settled()
    return Begun(id=await seat.beside("fork"))


async def _prompt(seat: Seat, asked: Prompted) -> Done:
    op = load_op(asked.prompt)
    if not isinstance(op, Prompt):
        raise HeartbitError(NO_PROMPT)
    try:
        content = await asyncio.to_thread(_fit, op.content)
    except Unfit as error:
        raise HeartbitError(str(error)) from error
    seat.client.submit(replace(op, content=content))
    return Done()


def _fit(content: tuple[Text | Image | Audio, ...]) -> tuple[Text | Image | Audio, ...]:
    """The parts of a prompt, its pictures checked as those of a draft are. Raises `Unfit`."""
    return tuple(checked(each) if isinstance(each, Image) else each for each in content)


async def _run(seat: Seat, asked: Lined) -> CommandEnded:
    commands = seat.client.commands
    if commands is None:
        raise HeartbitError(NOTHING_RUNS)
    return await commands.run(CommandLine(id=asked.id, command=asked.command, hidden=asked.hidden))


async def _stop(seat: Seat, _: Nothing) -> Done:
    if seat.client.commands is not None:
        seat.client.commands.stop()
    return Done()


async def _undo(seat: Seat, asked: Back) -> Preview:
    return seat.show(await _undo_of(seat).undo(asked.number, asked.what, overrule=asked.overrule))


async def _redo(seat: Seat, asked: Forward) -> Preview:
    return seat.show(await _undo_of(seat).redo(overrule=asked.overrule))


async def _carry_out(seat: Seat, asked: Intended) -> Went:
    preview = seat.shown.pop(asked.intent, None)
    if preview is None:
        raise HeartbitError(FORGOTTEN)
    restored = await _undo_of(seat).carry_out(preview)
    return Went(changed=restored.changed, left=restored.left)


async def _server(seat: Seat, asked: Servant) -> Done:
    served = seat.client.served
    if served is None:
        raise HeartbitError(NONE)
    match asked.say:
        case "start" | "refuse":
            await served.decide(asked.name, yes=asked.say == "start")
        case "take":
            await served.take(asked.name)
        case "restart":
            await served.restart(asked.name)
    return Done()


async def _review(seat: Seat, _: Nothing) -> Done:
    views.plans_of(seat).review()
    return Done()


async def _goal(seat: Seat, asked: Aim) -> Done:
    await _goals_of(seat).set(asked.goal, asked.criteria)
    return Done()


async def _propose(seat: Seat, asked: Proposal) -> Criteria:
    return Criteria(criteria=await _goals_of(seat).propose(asked.goal))


async def _judge(seat: Seat, _: Nothing) -> Done:
    _goals_of(seat).judge()
    return Done()


async def _note(seat: Seat, asked: Noted) -> Entry:
    return await views.memory_of(seat).note(asked.words)


async def _pin(seat: Seat, asked: Pinned) -> Entry:
    return await views.memory_of(seat).pin(asked.id, pinned=asked.pinned)


async def _edit(seat: Seat, asked: Edited) -> Entry:
    return await views.memory_of(seat).edit(asked.id, Change(content=asked.content))


async def _forget(seat: Seat, asked: OfEntry) -> Entry:
    return await views.memory_of(seat).forget(asked.id)


def _undo_of(seat: Seat) -> Undo:
    undo = seat.client.undo
    if undo is None:
        raise HeartbitError(NOT_UNDONE)
    return undo


def _goals_of(seat: Seat) -> Goals:
    goals = seat.client.goals
    if goals is None:
        raise HeartbitError(NOTHING_HERE)
    return goals


COMMANDS: Final = (
    Asked(name="open", summary="Open the session", do=_open, answer=Done, takes=Opening, right="submit"),
    Asked(
        name="new",
        summary="Make another session in the same folder",
        do=_new,
        answer=Begun,
        right="submit",
        changes=True,
    ),
    Asked(name="fork", summary="Make a copy of the session", do=_fork, answer=Begun, right="submit", changes=True),
    Asked(
        name="prompt",
        summary="Send a prompt with pictures or for a workflow",
        do=_prompt,
        answer=Done,
        takes=Prompted,
        right="submit",
        changes=True,
    ),
    Asked(
        name="run",
        summary="Run a command line in the session's folder, to its end",
        do=_run,
        answer=CommandEnded,
        takes=Lined,
        right="submit",
        changes=True,
    ),
    Asked(name="stop", summary="End the command line that runs", do=_stop, answer=Done, right="submit"),
    Asked(name="undo", summary="What going back means", do=_undo, answer=Preview, takes=Back, right="submit"),
    Asked(
        name="redo", summary="What going forward again means", do=_redo, answer=Preview, takes=Forward, right="submit"
    ),
    Asked(
        name="carry-out",
        summary="Do what was shown of going back or forward",
        do=_carry_out,
        answer=Went,
        takes=Intended,
        right="submit",
        changes=True,
    ),
    Asked(
        name="server",
        summary="Let a server of tools start or not, take its changed tools, connect it anew",
        do=_server,
        answer=Done,
        takes=Servant,
        right="manage",
        changes=True,
    ),
    Asked(
        name="review",
        summary="Ask about the newest plan",
        do=_review,
        answer=Done,
        right="submit",
        changes=True,
    ),
    Asked(
        name="plan",
        summary="Put another text into the newest plan",
        do=_plan,
        answer=Done,
        takes=Planned,
        right="submit",
    ),
    Asked(name="goal", summary="Set what is to be reached", do=_goal, answer=Done, takes=Aim, right="submit"),
    Asked(
        name="propose",
        summary="Criteria for a goal, by the judge's model",
        do=_propose,
        answer=Criteria,
        takes=Proposal,
        right="submit",
        changes=True,
    ),
    Asked(name="judge", summary="Judge what was changed", do=_judge, answer=Done, right="submit", changes=True),
    Asked(
        name="note",
        summary="Keep words in the memory",
        do=_note,
        answer=Entry,
        takes=Noted,
        right="remember",
        changes=True,
    ),
    Asked(name="pin", summary="Hold an entry, or no longer", do=_pin, answer=Entry, takes=Pinned, right="remember"),
    Asked(name="edit", summary="Put other words in an entry", do=_edit, answer=Entry, takes=Edited, right="remember"),
    Asked(
        name="forget",
        summary="Remove an entry for good",
        do=_forget,
        answer=Entry,
        takes=OfEntry,
        right="remember",
        changes=True,
    ),
)
