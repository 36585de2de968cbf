"""The words of schedules: what is handed over when, and what schedules need of others."""

import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Literal, Protocol, TypeAlias, TypeVar

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.schedules.cron import Cron

_Answer = TypeVar("_Answer")

Overlap: TypeAlias = Literal["skip", "queue", "allow"]
"""What becomes of an occurrence while the task of the one before it goes on: it is passed over; it waits, and all that come
due meanwhile become one; or both go on at the same time."""

Origin: TypeAlias = Literal["settings", "added"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A task that is handed over whenever its cron is due.

    Each occurrence is late by its own share of `jitter`, in seconds. With `catch_up` one occurrence is made up for after the
    machine slept or no daemon was at work. `origin` tells whether it stands in the settings or was added by command. One
    that is `paused` rests until a person lets it go on.
    """

    name: str
    cron: Cron
    task: str
    enabled: bool = True
    paused: bool = False
    overlap: Overlap = "skip"
    jitter: int = 0
    catch_up: bool = True
    folder: str = ""
    origin: Origin = "settings"

    @property
    def source(self) -> str:
        """Who hands the task over."""
        return f"cron:{self.name}"

    @property
    def at_work(self) -> bool:
        """Whether it hands anything over."""
        return self.enabled and not self.paused

    @property
    def plan(self) -> str:
        """What decides when it is due; where this changes, what was missed before counts no longer."""
        return f"{self.cron.dialect} {self.cron.zone} {self.cron.expression}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """A task as a schedule hands it over.

    `key` is the same for the same occurrence, so that handing it over again makes no second task. `silent` is the answer
    which means that there is nothing to say.
    """

    source: str
    task: str
    key: str
    folder: str = ""
    silent: str = ""


class Result(Protocol):
    """What came of a task."""

    @property
    def state(self) -> str:
        """`completed`, `failed`, `cancelled` or `interrupted`."""
        ...

    @property
    def text(self) -> str:
        """The answer, or what went wrong."""
        ...

    @property
    def cost_usd(self) -> float | None:
        """What it cost; None where no price is known."""
        ...


class Intake(Protocol):
    """Where errands are handed over."""

    async def submit(self, errand: Errand) -> str:
        """Accept an errand: the id of its task, once it is on the disk. Raises `HeartbitError`; then it was not accepted."""
        ...

    async def outcome(self, task_id: str) -> Result:
        """What came of a task, once it has ended or was interrupted. Raises `KeyError` where there is none."""
        ...


class Database(Protocol):
    """An open database; each operation runs in one hop, away from the event loop."""

    async def read(self, operation: Callable[[sqlite3.Connection], _Answer]) -> _Answer:
        """What an operation reads. Raises `StoreError`."""
        ...

    async def write(self, operation: Callable[[sqlite3.Connection], _Answer]) -> _Answer:
        """What an operation gives that is one transaction: all of it happens, or nothing. Raises `StoreError`."""
        ...


Known: TypeAlias = Callable[[], Awaitable[Sequence[Schedule]]]
"""All schedules as they are now, those of the settings and those that were added."""

Tell: TypeAlias = Callable[[str], None]
"""Tells a person, in a sentence, of what went wrong and goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """How far a source is: the last occurrence that was dealt with, and the last task that was handed over.

    `due` is when the source was first seen, until it is due for the first time. `stage` is `seen`, `claimed` while an
    occurrence is being handed over, `running`, and then the state in which its task ended. `claimed` is when it was.
    `passed` counts the occurrences that were passed over since the last task. `memo` is what the source keeps for itself.
    """

    source: str
    plan: str
    due: datetime
    stage: str = "seen"
    claimed: datetime | None = None
    task: str = ""
    passed: int = 0
    memo: str = ""
