"""A session seen from outside, wherever it runs."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import CacheExpired, CommandEnded, Envelope, GoalJudged, GoalSet, PlanKept
from heartbit_tui.kernel.ledger import Capped, Daily, Line
from heartbit_tui.kernel.ops import Effort, Mode, Op
from heartbit_tui.kernel.workflows import Offered
from heartbit_tui.runtime.safety import Safety

if TYPE_CHECKING:
    from heartbit_tui.client.commands import Command
    from heartbit_tui.client.counterparts import LookUp
    from heartbit_tui.client.fuzzy import Match
    from heartbit_tui.client.memories import Memory
    from heartbit_tui.client.served import Served
    from heartbit_tui.context.outlook import Outlook
    from heartbit_tui.lsp.types import Named
    from heartbit_tui.mcp.types import Status
    from heartbit_tui.runtime.command_line import CommandLine
    from heartbit_tui.runtime.options import Options, Which
    from heartbit_tui.undo.intent import Restored, What
    from heartbit_tui.undo.past import Point
    from heartbit_tui.undo.preview import Preview


async def nameless(text: str) -> "tuple[Named, ...]":
    """Nothing is known by name."""
    return ()


async def nothing() -> "tuple[Command, ...]":
    """Nothing can be called by name."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A session that is kept elsewhere, as it is listed; times are in ISO 8601. `open` and `running` are of there."""

    id: str
    title: str
    updated: str
    cwd: str
    model: str = ""
    messages: int = 0
    open: bool = False
    running: bool = False


class Elsewhere(Protocol):
    """What a surface asks for where a session and its folder are another process's, in place of doing it itself.

    Everything raises `HeartbitError`.
    """

    def opening(self, which: "Which") -> "Callable[[Options], AbstractAsyncContextManager[Client]]":
        """Opens a new session there, in the same folder and for the same person, a copy of one, or another one."""
        ...

    async def sessions(self, words: str = "", *, everywhere: bool = False) -> Sequence[Kept]:
        """The sessions there in which all the words were said, of this folder or of all, newest first."""
        ...

    async def log(self, session_id: str) -> tuple[Envelope, ...]:
        """All that was kept of a session there."""
        ...

    async def rename(self, session_id: str, title: str) -> None:
        """Give a session there a title."""
        ...

    async def delete(self, session_id: str) -> None:
        """Delete a session there for good."""
        ...

    async def run(self, wanted: "CommandLine") -> CommandEnded:
        """Run a person's command line in the folder of the session, to its end; what it writes is told by events."""
        ...

    async def stop(self) -> None:
        """End the person's command that runs there."""
        ...

    async def find(self, text: str, limit: int = 50) -> "tuple[Match, ...]":
        """The paths in the folder of the session that `text` may mean, the likeliest first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a session is made of; `warnings` are sentences to show once (an ignored setting, a damaged record).

    `sandbox` names what the agent's commands run in, or is empty. `safety` is all that protects the session; None
    where nothing runs, as in a replay. `effort` is how much the model is told to think, None where that is its own.
    """

    session_id: str
    cwd: str
    provider: str
    model: str
    mode: Mode
    tools: tuple[str, ...]
    mcp_servers: "tuple[Status, ...]" = ()
    skills: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    sandbox: str = ""
    safety: Safety | None = None
    effort: Effort | None = None
    offers: "Callable[[], Awaitable[tuple[Command, ...]]]" = nothing
    """Tells the skills and commands of files that may be called by `/name` now."""
    workflows: tuple[Offered, ...] = ()
    """The workflows that `/workflow NAME` starts."""
    names: "Callable[[str], Awaitable[tuple[Named, ...]]]" = nameless
    """Tells what has a name like this in the project, where a language server can."""
    elsewhere: Elsewhere | None = None
    """What is asked of the process that has the session and its folder; None where that is this one."""


class Meters(Protocol):
    """What a session costs and what fills its model's window, told at any time."""

    def outlook(self) -> "Outlook":
        """What would be sent now, item by item, and when it will be shortened."""
        ...

    def glance(self) -> "Outlook | None":
        """The same where that takes no time; None where `look` has to find out."""
        ...

    async def look(self) -> "Outlook":
        """The same, found beside the loop."""
        ...

    def cold(self) -> CacheExpired | None:
        """What the model's service has forgotten and would have to read anew now; None where that is not much."""
        ...

    def capped(self) -> tuple[Capped, ...]:
        """What may be spent in a run, in this session, today, where there is a cap."""
        ...

    async def daily(self, days: int) -> list[Daily]:
        """What each model cost on each of the last days, in all sessions. Raises `StoreError`."""
        ...


class Undo(Protocol):
    """Going back in a session, and forward again; only while no run is active.

    Everything raises `UndoError` where that is not possible, and `StoreError` or `OSError` where it fails.
    """

    def points(self) -> "tuple[Point, ...]":
        """The prompts and calls that one can go back to, oldest first."""
        ...

    async def undo(self, number: str = "", what: "What" = "both", *, overrule: bool = False) -> "Preview":
        """What going back to right before a point means; without a number before the last prompt.

        With `overrule` also what somebody else changed is put back.
        """
        ...

    async def redo(self, *, overrule: bool = False) -> "Preview":
        """What taking back the last undo means."""
        ...

    async def carry_out(self, preview: "Preview") -> "Restored":
        """Do what a preview shows."""
        ...

    def during(self, command: str, *, shown: str = "") -> AbstractAsyncContextManager[None]:
        """In here a person's own command runs; what it does can be undone. The log has `shown`, or the command."""
        ...


class Plans(Protocol):
    """The plans of a session."""

    @property
    def edit(self) -> "Callable[[Path], Awaitable[str]] | None":
        """Lets the person change a file, where the surface has a way: what went wrong, or empty."""
        ...

    @edit.setter
    def edit(self, edit: "Callable[[Path], Awaitable[str]] | None") -> None: ...

    @property
    def newest(self) -> PlanKept | None:
        """The plan that was handed over last."""
        ...

    @property
    def started(self) -> bool:
        """Whether that was started."""
        ...

    async def text(self) -> str:
        """The newest plan as it is now. Raises `HeartbitError` where there is none, or it was started."""
        ...

    async def write(self, text: str, digest: str) -> None:
        """Put another text in the place of the newest plan, where that still has this digest. Raises `HeartbitError`."""
        ...

    def review(self) -> None:
        """Ask the person about the newest plan, beside no run. Raises `HeartbitError` where that cannot be now."""
        ...


class Goals(Protocol):
    """What a session is to reach, and what came of it when that was last judged."""

    @property
    def goal(self) -> GoalSet | None:
        """What is to be reached; None for no goal."""
        ...

    @property
    def judged(self) -> GoalJudged | None:
        """What came of it when a change was last judged."""
        ...

    @property
    def criteria(self) -> tuple[str, ...]:
        """By what a change is judged now."""
        ...

    async def set(self, goal: str, criteria: Sequence[str]) -> None:
        """This is to be reached from here on; an empty goal is none. Raises `HeartbitError`."""
        ...

    async def propose(self, goal: str) -> tuple[str, ...]:
        """Criteria by the judge's model, for the person to change. Raises `HeartbitError`."""
        ...

    def judge(self) -> None:
        """Judge what the session changed, beside no run; what came of it is told by an event. Raises `HeartbitError`."""
        ...


class Commands(Protocol):
    """The command lines that persons run in the folder of a session, one at a time."""

    async def run(self, wanted: "CommandLine") -> CommandEnded:
        """Run one to its end; what it writes is told by events. Raises `HeartbitError` where that may not be."""
        ...

    def stop(self) -> None:
        """End the one that runs."""
        ...


class Client(Protocol):
    """What a surface needs of a session. `served` are the servers of tools, None where none are defined.

    `counterparts` tells of the language servers, or of the agents of others, as they stand now. `plans` and `goals` are
    None where nothing runs, as in a replay; `commands`, where no person's command is run by the session.
    """

    served: "Served | None"
    plans: Plans | None
    goals: Goals | None
    commands: Commands | None
    counterparts: "LookUp"

    @property
    def about(self) -> About:
        """What the session is made of."""
        ...

    @property
    def running(self) -> bool:
        """Whether a run is active."""
        ...

    @property
    def mode(self) -> Mode:
        """The mode that holds now."""
        ...

    @property
    def undo(self) -> Undo | None:
        """What goes back; None where nothing can be changed, as in a replay."""
        ...

    def costs(self) -> tuple[Line, ...]:
        """The cost ledger so far, by agent, model and purpose."""
        ...

    def output(self, job: str) -> str:
        """The end of what a background command has written so far; empty where that is not known."""
        ...

    @property
    def meters(self) -> Meters | None:
        """The meters; None where nothing runs, as in a replay."""
        ...

    @property
    def history(self) -> tuple[Envelope, ...]:
        """The log up to the moment of connecting, oldest first; empty for a new session."""
        ...

    async def whole(self) -> tuple[Envelope, ...]:
        """The same log with what the model need not see: durations, decisions, notices. Empty where nothing is kept."""
        ...

    def submit(self, op: Op) -> None:
        """Send an op in; never waits. What comes of it is seen among the envelopes."""
        ...

    def envelopes(self) -> AsyncIterator[Envelope]:
        """All that happens after `history`, in order, deltas merged for a slow reader; ends with the session."""
        ...

    def batches(self, pause: Callable[[], float] = ...) -> AsyncIterator[tuple[Envelope, ...]]:
        """The same, all that has come since the last time at once: for a reader that looks now and then.

        `pause` says for how many seconds deltas are left to gather before the next batch; anything else ends it.
        """
        ...

    async def settled(self) -> None:
        """Return once no run is active and none can start by itself, and all that was said is durable."""
        ...

    def memories(self) -> "Memory | None":
        """What is remembered, for the person; None where there is no memory."""
        ...

    async def finish(self) -> int:
        """Do what is to be done at a session's end (merging and pruning what is remembered), once; the last seq then."""
        ...
