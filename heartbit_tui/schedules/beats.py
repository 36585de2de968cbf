"""The words for heartbeats: what a file asks for, how it stands, and what came of a beat."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.schedules.windows import Window

Kind: TypeAlias = Literal["message", "meditate"]
"""What a beat does: it says the file's words to an agent, or puts the memory in order."""

Status: TypeAlias = Literal["", "begun", "ok", "error", "interrupted"]
"""How the last beat ended; empty where there was none. An interrupted one was stopped with its daemon, which is no failure.

One that has begun is at work, or its daemon was killed at it.
"""

LEAST = 30
"""Seconds between two beats at least, so that no file keeps a model busy without end."""

MOST = 30 * 86_400
"""Seconds between two beats at most; what is rarer is a schedule."""

READING: tuple[str, ...] = ("read", "glob", "grep", "list", "memory_recall")
"""The tools of a beat whose file names no others: none of them changes or sends anything."""

PATIENT = 6
"""Beats without anything to say from which on they come less often; the seed's."""

SILENT = "HEARTBEAT_OK"
"""The answer which means that there is nothing to say; rsclaw's."""

SHORT = 200
"""Letters of an answer behind which that word still counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """A file that is to be done again and again, as it was read.

    `key` is the file's path, by which its state is kept. `every` is in seconds. Without `windows` it beats at any hour.
    `tools` are all that it may use, as far as the permissions let it. `text` is what is said to the agent. A beat takes
    `max_cost` US dollars, `max_tokens` and `max_calls` of tools at most; None is as much as the settings let it.
    """

    key: str
    file: Path
    workspace: Path
    every: int
    windows: tuple[Window, ...] = ()
    kind: Kind = "message"
    tools: tuple[str, ...] = READING
    text: str = ""
    max_cost: float | None = None
    max_tokens: int | None = None
    max_calls: int | None = None
    warnings: tuple[str, ...] = ()

    def awake(self, at: datetime) -> bool:
        """Whether it may beat at this moment."""
        return not self.windows or any(window.holds(at) for window in self.windows)

    def from_then(self, at: datetime) -> datetime | None:
        """The first moment from `at` on at which it may beat; None for hours that never come."""
        if self.awake(at):
            return at
        opening = [found for window in self.windows if (found := window.opens_after(at)) is not None]
        return min(opening, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusable:
    """A file that is no heartbeat as it stands, and why. Where it `keeps`, its last good form goes on beating."""

    key: str
    file: Path
    workspace: Path
    reason: str
    keeps: bool = True


Found: TypeAlias = Heartbeat | Unusable


@dataclass(frozen=True, slots=True, kw_only=True)
class BeatState:
    """How things stand with a heartbeat. `every` is the interval that `next_due` was planned with, in seconds.

    `failures` counts beats that failed one after the other, `quiet` those that had nothing to say.
    """

    key: str
    last_run: datetime | None = None
    next_due: datetime | None = None
    every: int = 0
    status: Status = ""
    error: str = ""
    failures: int = 0
    quiet: int = 0
    seconds: float = 0.0
    paused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What came of a beat: an answer, or what went wrong. `task` is the id that the work had."""

    ok: bool
    text: str
    task: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a beat had to say, or, where it is not `ok`, why it failed."""

    heartbeat: Heartbeat
    at: datetime
    text: str
    ok: bool = True
    task: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One heartbeat as a person sees it; `heartbeat` is None for a file that was never good. `fault` says what is wrong."""

    key: str
    file: Path
    state: BeatState
    heartbeat: Heartbeat | None = None
    fault: str = ""
    beating: bool = False


class States(Protocol):
    """Where it is kept how heartbeats stand. All raise `StoreError`."""

    async def all(self) -> dict[str, BeatState]:
        """Every state, by key."""
        ...

    async def plan(self, key: str, next_due: datetime | None, every: int) -> None:
        """Keep when a heartbeat is due, and the interval that this was planned with."""
        ...

    async def begin(self, before: BeatState, begun: BeatState) -> bool:
        """Keep that a beat begins, if its last one is still that of `before`; else another daemon was faster: False."""
        ...

    async def ran(self, state: BeatState) -> None:
        """Keep what came of a beat; whether it is paused stays as it is."""
        ...

    async def pause(self, key: str, *, paused: bool = True) -> None:
        """Let a heartbeat rest, or go on."""
        ...

    async def heard(self) -> None:
        """A person is there: nothing was quiet so far, and what was put off for it is planned anew."""
        ...


class Watcher(Protocol):
    """Notices changes of files sooner than looking for them does."""

    def changes(self, folders: Sequence[Path]) -> AsyncGenerator[None]:
        """Tell of each time that something of a heartbeat may have changed in one of these folders.

        Raises `OSError` or `RuntimeError` where the system does not tell.
        """
        ...


class Find(Protocol):
    """Looks for all heartbeats; called in a thread."""

    @property
    def folders(self) -> Sequence[Path]:
        """The folders that were looked into."""
        ...

    def __call__(self) -> Sequence[Found]:
        """Look once more."""
        ...


Do: TypeAlias = Callable[[Heartbeat], Awaitable[Done]]
"""Does a beat to its end; cancelled, it stops what it began. Raises `HeartbitError` where it cannot."""

Tell: TypeAlias = Callable[[Said], Awaitable[None]]
"""Tells a person what a beat had to say."""


def interval(every: int, failures: int, quiet: int) -> timedelta:
    """The time from one beat to the next: twice as long with each failure, up to eight times (rsclaw's back-off).

    After six beats that had nothing to say it is twice as long, and after seven four times (the seed's pulse).
    """
    factor = 2 ** min(failures, 3) if failures else 2 ** min(max(quiet - PATIENT + 1, 0), 2)
    return timedelta(seconds=every * factor)


def is_silent(text: str) -> bool:
    """Whether an answer has nothing to say: none at all, the word for it, or a short one that ends with it."""
    bare = text.strip().strip("*_`.!").strip()
    return not bare or bare == SILENT or (len(bare) <= SHORT and bare.endswith(SILENT)) or bare.startswith("NO_REPLY")
