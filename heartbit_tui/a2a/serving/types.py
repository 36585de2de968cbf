"""The words for being spoken with: what is said to heartbit, what is shown of a task, and who is behind it."""

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Literal, Protocol, TypeAlias

from heartbit_tui.a2a.types import State
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.messages import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message. `id` makes it the same one however often it is sent; `texts` are its parts.

    With a `task_id` it answers what that task asks, with a `context_id` alone it is the next task of a conversation.
    """

    id: str
    texts: tuple[str, ...]
    task_id: str = ""
    context_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A task as it is shown. `at` is since when it stands like this, as far as that is kept, and `words` say more of it.

    `said` is what it was asked for, in the message `said_id`; `result` is None as long as there is none.
    """

    id: str
    context_id: str
    state: State
    at: datetime
    words: str = ""
    said: str = ""
    said_id: str = ""
    result: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """More of the answer of a task: behind what there is, or in its place."""

    text: str
    append: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stood:
    """How a task stands from now on."""

    state: State
    at: datetime
    words: str = ""


Update: TypeAlias = Shown | Piece | Stood
"""What is told of a task while it is followed; the first is what there is of it already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """The task that a message began or went on with, and after which seq of its session to follow what comes of it."""

    task: Shown
    after: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Which tasks are wanted: of a conversation, in a state, changed since then, so many, after the end of a page."""

    context_id: str = ""
    state: State | None = None
    since: datetime | None = None
    limit: int = 50
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A page of tasks, the last that changed first, how many there are, and where the next page begins, empty for none."""

    tasks: tuple[Shown, ...]
    total: int
    next: str = ""


Reason: TypeAlias = Literal["not-found", "not-cancelable", "unsupported", "invalid"]
"""Why something is not done: there is no such thing for this caller; it has ended; it cannot be done; it makes no sense."""


class Declined(Exception):
    """What is asked for is not done; the message is for whoever asked."""

    def __init__(self, reason: Reason, text: str) -> None:
        super().__init__(text)
        self.reason: Reason = reason


class Backing(Protocol):
    """What one caller can do. All of it raises `Declined`."""

    async def say(self, said: Said) -> Heard:
        """Take a message: a new task, once it is on the disk, or the answer to what one asks."""
        ...

    def follow(self, task_id: str, after: int = 0, *, through: bool = False) -> AsyncGenerator[Update]:
        """A task and what becomes of it after a seq, until it rests.

        With `through` it goes on while the task waits for somebody, and ends with the task.
        """
        ...

    async def task(self, task_id: str) -> Shown:
        """How a task stands."""
        ...

    async def tasks(self, sought: Sought) -> Listed:
        """The tasks that the caller sees."""
        ...

    async def cancel(self, task_id: str) -> Shown:
        """Stop a task: how it stands once that was asked of it."""
        ...

    async def card(self) -> JsonObject:
        """The card for those who are known."""
        ...
