"""What a person or a program sends into a session."""

from enum import StrEnum
from typing import Literal, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.messages import Audio, Image, Text


class Mode(StrEnum):
    """How much the agent may do without asking; the order goes from careful to daring."""

    ASK = "ask"
    ACCEPT_EDITS = "accept-edits"
    PLAN = "plan"
    AUTO = "auto"
    YOLO = "yolo"


class Effort(StrEnum):
    """How much a model should think before it answers."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


Scope: TypeAlias = Literal["once", "session", "project", "user"]
Period: TypeAlias = Literal["run", "session", "day"]
"""What a cap on money is about: one run, this session, or all sessions of a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A task. While a run is active it waits in the queue for the run's end.

    Where a `workflow` is named, it gets the words in place of the model.
    """

    content: tuple[Text | Image | Audio, ...]
    workflow: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Steer:
    """Words for the run that is active: the model reads them after the tool calls it has asked for.

    `agent` names the one that they are for where it works for another; empty for the session's own.
    """

    text: str
    agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interrupt:
    """Stop the active run now; partial text is kept, running commands are killed, queued prompts wait on.

    `agent` names one that works for another, which alone is stopped; empty stops all.
    """

    reason: str = "the user"
    agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide:
    """A person's decision on the approval with this `id`.

    `scope` says how far an allow or a deny reaches; `pattern` is the rule to remember (the one that was
    proposed, or the person's own edit of it), empty to use the proposal. `note` goes to the model.
    """

    id: str
    allow: bool
    scope: Scope = "once"
    pattern: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A person's answer to the question with this `id`: for each question the labels chosen, or own words.

    An empty tuple declines to answer.
    """

    id: str
    answers: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compact:
    """Make the conversation shorter now; `focus` says what matters most."""

    focus: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore:
    """Tell the model whole again what the newest summary stands for: the events from `first` to `last`, else all."""

    first: int = 0
    last: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """From the next model call on, leave out the results of these calls and these tools; `back` tells them again.

    A call keeps its one result: a note stands in its place.
    """

    calls: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SetModel:
    """From the next turn on, use this model; empty fields stay as they are."""

    model: str = ""
    provider: str = ""
    effort: Effort | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalate:
    """Let the strongest model of a cascade answer this turn at once; where no run is active, the next one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetMode:
    """From the next call on, ask by the rules of this mode."""

    mode: Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewind:
    """Go back to the state of the conversation right before the event with this `seq`."""

    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rename:
    """Give the session a title."""

    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCap:
    """From the next model call on, ask when more US dollars than this were spent; None for no cap."""

    period: Period
    usd: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """Let a running command go on in the background: its call gets a result at once, and the run goes on.

    An empty `call_id` means every call that can.
    """

    call_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopJob:
    """Stop the command with this id that goes on in the background; an empty id means all of them."""

    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """Interrupt what is active and end the session."""


Op: TypeAlias = (
    Prompt
    | Steer
    | Interrupt
    | Decide
    | Answer
    | Compact
    | Restore
    | Drop
    | SetModel
    | Escalate
    | SetMode
    | SetCap
    | Rewind
    | Rename
    | Background
    | StopJob
    | Close
)
