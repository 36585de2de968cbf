"""What guests may look at; nothing changes by it."""

from dataclasses import replace
from typing import Final

from heartbit_tui.client.commands import Command
from heartbit_tui.client.fuzzy import Match
from heartbit_tui.client.guests.answers import PlanText, Pursued, State
from heartbit_tui.client.guests.bodies import Finding, Likeness, Nothing, OfEntry, OfJobs, Searching, Span
from heartbit_tui.client.guests.table import Asked, Seat
from heartbit_tui.client.memories import Memory, Wanted
from heartbit_tui.client.pursued import NOTHING_HERE
from heartbit_tui.client.types import Client, Plans
from heartbit_tui.context.outlook import Outlook
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.ledger import Daily
from heartbit_tui.lsp.types import Named
from heartbit_tui.memory.types import Entry, Reach, Recall
from heartbit_tui.plans import digest

NO_MEMORY: Final = "This session has no memory: memory.type is none, or it was started with --bare."


async def _state(seat: Seat, asked: OfJobs) -> State:
    client, about, meters = seat.client, seat.client.about, seat.client.meters
    return State(
        running=client.running,
        provider=about.provider,
        model=about.model,
        mode=client.mode,
        effort=about.effort,
        tools=about.tools,
        skills=about.skills,
        warnings=about.warnings,
        sandbox=about.sandbox,
        safety=about.safety,
        workflows=about.workflows,
        servers=client.served.statuses() if client.served is not None else None,
        languages=client.counterparts("lsp"),
        agents=client.counterparts("a2a"),
        pursued=_pursued(client),
        cold=meters.cold() if meters else None,
        capped=meters.capped() if meters else (),
        outputs={job: client.output(job) for job in asked.jobs.split(",") if job},
        memory=client.memories() is not None,
    )


def _pursued(client: Client) -> Pursued:
    plans, goals = client.plans, client.goals
    return Pursued(
        newest=plans.newest if plans else None,
        started=plans.started if plans else False,
        goal=goals.goal if goals else None,
        judged=goals.judged if goals else None,
        criteria=goals.criteria if goals else (),
    )


async def _plan(seat: Seat, _: Nothing) -> PlanText:
    text = await plans_of(seat).text()
    return PlanText(text=text, digest=digest(text))


def plans_of(seat: Seat) -> Plans:
    """The plans of a session. Raises `HeartbitError` where there can be none."""
    if seat.client.plans is None:
        raise HeartbitError(NOTHING_HERE)
    return seat.client.plans


async def _context(seat: Seat, _: Nothing) -> Outlook:
    meters = seat.client.meters
    return await meters.look() if meters else Outlook()


async def _spending(seat: Seat, asked: Span) -> list[Daily]:
    meters = seat.client.meters
    return await meters.daily(asked.days) if meters else []


async def _offers(seat: Seat, _: Nothing) -> tuple[Command, ...]:
    return await seat.client.about.offers()


async def _names(seat: Seat, asked: Likeness) -> tuple[Named, ...]:
    return await seat.client.about.names(asked.text)


async def _files(seat: Seat, asked: Finding) -> tuple[Match, ...]:
    return await seat.paths.find(asked.text, asked.limit)


async def _entries(seat: Seat, asked: Searching) -> tuple[Entry, ...]:
    return await _within(seat, asked).list(Wanted(text=asked.text, limit=asked.limit))


async def _recalled(seat: Seat, asked: Searching) -> Recall:
    return await _within(seat, asked).search(Wanted(text=asked.text, limit=asked.limit))


async def _entry(seat: Seat, asked: OfEntry) -> Entry:
    return await memory_of(seat).find(asked.id)


def memory_of(seat: Seat) -> Memory:
    """What is remembered. Raises `HeartbitError` where there is no memory."""
    found = seat.client.memories()
    if found is None:
        raise HeartbitError(NO_MEMORY)
    return found


def _within(seat: Seat, asked: Searching) -> Memory:
    """The memory without what belongs to other projects, where one is named; never more than is in reach."""
    if not asked.project:
        return memory_of(seat)
    wanted = (asked.project, "")

    def narrow(reach: Reach) -> Reach:
        return replace(
            reach, projects=tuple(each for each in wanted if reach.projects is None or each in reach.projects)
        )

    return memory_of(seat).narrowed(narrow)


VIEWS: Final = (
    Asked(name="state", summary="How a session stands", do=_state, answer=State, takes=OfJobs),
    Asked(name="context", summary="What fills the window of its model", do=_context, answer=Outlook),
    Asked(name="spending", summary="What each day cost", do=_spending, answer=list[Daily], takes=Span, right="manage"),
    Asked(name="offers", summary="What can be called by a slash", do=_offers, answer=tuple[Command, ...]),
    Asked(name="names", summary="What has a name like this", do=_names, answer=tuple[Named, ...], takes=Likeness),
    Asked(name="plan", summary="The newest plan, until it is started", do=_plan, answer=PlanText, right="submit"),
    Asked(
        name="files",
        summary="What is in the session's folder, but for what its ignore files leave out",
        do=_files,
        answer=tuple[Match, ...],
        takes=Finding,
        right="submit",
    ),
    Asked(
        name="memory",
        summary="What is remembered, the newest first",
        do=_entries,
        answer=tuple[Entry, ...],
        takes=Searching,
        right="remember",
    ),
    Asked(
        name="recall",
        summary="What of the memory answers a question",
        do=_recalled,
        answer=Recall,
        takes=Searching,
        right="remember",
    ),
    Asked(name="entry", summary="One thing remembered", do=_entry, answer=Entry, takes=OfEntry, right="remember"),
)
