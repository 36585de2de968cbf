"""The parts of a session as a guest has them: going back, meters, servers, plans and goals; each like that of a local one."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, cast

from pydantic import BaseModel, ValidationError

from heartbit_tui.client.guests.answers import Criteria, PlanText, Went
from heartbit_tui.client.guests.bodies import Aim, Back, Forward, Intended, Nothing, Planned, Proposal, Servant
from heartbit_tui.client.guests.known import Known
from heartbit_tui.client.guests.visit import Visit
from heartbit_tui.context.outlook import Outlook
from heartbit_tui.kernel.errors import HeartbitError
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

NO_COPY: Final = "The plan could not be put into a file of this machine: {why}."
TOO_LONG: Final = "The plan is empty or too long."
NOT_SENT: Final = "{why} What you wrote is in {path}."
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
    """The plans of a session of a daemon; one is edited in a file of this machine, and goes back where nobody was quicker.

    `put` has something done after what was sent before it, `tell` gets a sentence.
    """

    def __init__(
        self, known: Known, visit: Visit, later: Later, put: Callable[[Callable[[], Awaitable[object]]], None]
    ) -> None:
        self._known = known
        self._visit = visit
        self._later = later
        self._put = put
        self._edit: Callable[[Path], Awaitable[str]] | None = None

    @property
    def edit(self) -> Callable[[Path], Awaitable[str]] | None:
        """The surface's way to let the person change a file."""
        return self._edit

    @edit.setter
    def edit(self, edit: Callable[[Path], Awaitable[str]] | None) -> None:
        first, self._edit = self._edit is None and edit is not None, edit
        self._visit.edits = edit is not None
        if first:
            self._put(lambda: self._visit.command("open"))

    def answered(self) -> None:
        """The person wants to edit the plan before it is started."""
        if self._edit is not None:
            self._put(self._edited)

    async def text(self) -> str:
        return (await self._visit.look("plan")).text

    async def write(self, text: str, digest: str) -> None:
        await self._visit.command("plan", Planned(text=text, digest=digest))

    async def _edited(self) -> None:
        """Let the person change the plan. Raises `HeartbitError` where it cannot go back, and says where it is then."""
        assert self._edit is not None
        before: PlanText = await self._visit.look("plan")
        try:
            path = await asyncio.to_thread(_copied, before.text)
            problem = await self._edit(path)
            text = await asyncio.to_thread(path.read_text, "utf-8", "replace")
        except OSError as error:
            raise HeartbitError(NO_COPY.format(why=error.strerror or error)) from error
        try:
            if text != before.text:
                await self.write(text, before.digest)
        except (HeartbitError, ValidationError) as error:
            why = str(error) if isinstance(error, HeartbitError) else TOO_LONG
            raise HeartbitError(NOT_SENT.format(why=why, path=path)) from error
        await asyncio.to_thread(shutil.rmtree, path.parent, ignore_errors=True)
        if problem:
            raise HeartbitError(problem)

    @property
    def newest(self) -> PlanKept | None:
        return self._known.state.pursued.newest

    @property
    def started(self) -> bool:
        return self._known.state.pursued.started

    def review(self) -> None:
        self._later("review", Nothing())


def _copied(text: str) -> Path:
    """A file with this text that its owner alone can read, in a folder of its own."""
    path = Path(tempfile.mkdtemp(prefix="heartbit-plan-")) / "plan.md"
    path.touch(0o600)
    path.write_text(text, "utf-8")
    return path


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
