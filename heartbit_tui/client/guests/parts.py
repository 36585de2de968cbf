"""The parts of a session as a guest has them: going back, meters, servers, plans and goals; each like that of a local one."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, cast

from pydantic import BaseModel

from heartbit_tui.client.guests.answers import Criteria, Went
from heartbit_tui.client.guests.bodies import Aim, Back, Forward, Intended, Nothing, Proposal, Servant
from heartbit_tui.client.guests.known import Known
from heartbit_tui.client.guests.visit import Visit
from heartbit_tui.context.outlook import Outlook
from heartbit_tui.kernel.events import CacheExpired, GoalJudged, GoalSet, PlanKept
from heartbit_tui.kernel.ledger import Capped, Daily
from heartbit_tui.mcp.types import Status
from heartbit_tui.undo.intent import Restored, UndoError, What
from heartbit_tui.undo.past import Past, Point
from heartbit_tui.undo.preview import Preview

Do = Callable[[str, BaseModel], Awaitable[Any]]
"""Has a command done after all that was sent before it, and returns once what came of it is known here."""

Later = Callable[[str, BaseModel], None]
"""The same, without waiting: what goes wrong is told as a notice."""

ELSEWHERE: Final = "This session works in a folder of the daemon's: no command of this machine is undone in it."


class AwayUndo:
    """Going back in a session of a daemon."""

    def __init__(self, past: Past, do: Do) -> None:
        self._past = past
        self._do = do

    def points(self) -> tuple[Point, ...]:
        return self._past.points()

    async def undo(self, number: str = "", what: What = "both", *, overrule: bool = False) -> Preview:
        return cast("Preview", await self._do("undo", Back(number=number, what=what, overrule=overrule)))

    async def redo(self, *, overrule: bool = False) -> Preview:
        return cast("Preview", await self._do("redo", Forward(overrule=overrule)))

    async def carry_out(self, preview: Preview) -> Restored:
        went = cast("Went", await self._do("carry-out", Intended(intent=preview.intent.id)))
        return Restored(intent=preview.intent, record="", changed=went.changed, left=went.left)

    @asynccontextmanager
    async def during(self, command: str, *, shown: str = "") -> AsyncGenerator[None]:
        """A person's own command works in folders of this machine, of which the session knows nothing."""
        raise UndoError(ELSEWHERE)
        yield


class AwayMeters:
    """The meters of a session of a daemon, as they stood when they were asked for last."""

    def __init__(self, known: Known, visit: Visit) -> None:
        self._known = known
        self._visit = visit

    def outlook(self) -> Outlook:
        return self._known.outlook

    def glance(self) -> Outlook | None:
        return self._known.outlook

    async def look(self) -> Outlook:
        await self._known.fresh()
        return self._known.outlook

    def cold(self) -> CacheExpired | None:
        self._known.looked()
        return self._known.state.cold

    def capped(self) -> tuple[Capped, ...]:
        return self._known.state.capped

    async def daily(self, days: int) -> list[Daily]:
        return cast("list[Daily]", await self._visit.look("spending", days=str(days)))


class AwayServers:
    """The servers of tools of a session of a daemon."""

    def __init__(self, known: Known, do: Do) -> None:
        self._known = known
        self._do = do

    def statuses(self) -> tuple[Status, ...]:
        self._known.looked()
        return self._known.state.servers or ()

    async def decide(self, name: str, *, yes: bool) -> None:
        await self._do("server", Servant(name=name, say="start" if yes else "refuse"))

    async def take(self, name: str) -> None:
        await self._do("server", Servant(name=name, say="take"))

    async def restart(self, name: str) -> None:
        await self._do("server", Servant(name=name, say="restart"))


class AwayPlans:
    """The plans of a session of a daemon; `edit` is of no use there: the files are the daemon's."""

    def __init__(self, known: Known, later: Later) -> None:
        self._known = known
        self._later = later
        self.edit: Callable[[Path], Awaitable[str]] | None = None

    @property
    def newest(self) -> PlanKept | None:
        return self._known.state.pursued.newest

    @property
    def started(self) -> bool:
        return self._known.state.pursued.started

    def review(self) -> None:
        self._later("review", Nothing())


class AwayGoals:
    """What a session of a daemon is to reach."""

    def __init__(self, known: Known, do: Do, later: Later) -> None:
        self._known = known
        self._do = do
        self._later = later

    @property
    def goal(self) -> GoalSet | None:
        return self._known.state.pursued.goal

    @property
    def judged(self) -> GoalJudged | None:
        return self._known.state.pursued.judged

    @property
    def criteria(self) -> tuple[str, ...]:
        return self._known.state.pursued.criteria

    async def set(self, goal: str, criteria: Sequence[str]) -> None:
        await self._do("goal", Aim(goal=goal, criteria=list(criteria)))

    async def propose(self, goal: str) -> tuple[str, ...]:
        return cast("Criteria", await self._do("propose", Proposal(goal=goal))).criteria

    def judge(self) -> None:
        self._later("judge", Nothing())
