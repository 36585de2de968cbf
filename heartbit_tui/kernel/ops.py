"""What a person or a program sends into a session."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A task. While a run is active it waits in the queue for the run's end."""

    content: tuple[Text | Image | Audio, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Steer:
    """Words for the run that is active: the model reads them after the tool calls it has asked for."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Interrupt:
    """Stop the active run now; partial text is kept, running commands are killed, queued prompts wait on."""

    reason: str = "the user"


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
class SetModel:
    """From the next turn on, use this model; empty fields stay as they are."""

    model: str = ""
    provider: str = ""
    effort: Effort | None = None


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
    | SetModel
    | SetMode
    | Rewind
    | Rename
    | Background
    | StopJob
    | Close
)
