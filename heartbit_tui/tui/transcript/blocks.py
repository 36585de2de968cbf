"""The blocks that a transcript is made of, before it is known how they are drawn."""

from dataclasses import field
from datetime import datetime
from typing import Literal, TypeAlias

from heartbit_tui.client.guarded import Did
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import Hook, Question
from heartbit_tui.kernel.messages import JsonObject, empty_object

State: TypeAlias = Literal["writing", "waiting", "asking", "running", "ok", "failed", "refused", "cut"]
"""Where a call stands: its arguments are written, it waits for its turn or for a person, it runs, it has ended.

`cut` is a call that a dead process or an interrupt left without an end of its own.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A person's words; `queued` ones wait for the run's end. `seq` is where the log has them, 0 before it does."""

    text: str
    how: Literal["prompt", "steer", "queued"] = "prompt"
    seq: int = 0
    images: int = 0
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A model's words, in Markdown."""

    text: str
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Thinking:
    """A model's reasoning."""

    text: str
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One use of a tool, from the first letter of its arguments to its end.

    `arguments` is the JSON written so far, while `input` is not known yet; `output` is what a running tool has
    told, then what it answered (its beginning, as the event carries it); `preview` the diff or command that was
    asked about; `details` is the tool's own account of its result. `agent` is empty for the session's main agent.
    """

    id: str
    tool: str
    state: State
    input: JsonObject = field(default_factory=empty_object)
    arguments: str = ""
    output: str = ""
    preview: str = ""
    details: JsonObject = field(default_factory=empty_object)
    changed: tuple[str, ...] = ()
    milliseconds: int = 0
    at: datetime | None = None
    agent: str = ""
    note: str = ""
    """Why it was refused, or what a person said with the decision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """The agent's questions to a person; `answers` is None while they wait, empty when the person declined."""

    id: str
    questions: tuple[Question, ...]
    answers: tuple[tuple[str, ...], ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something a person should know that is no part of the conversation."""

    level: Literal["info", "warning", "error"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """A guardrail stepped in; `text` says all of it in one sentence.

    `tool` and `call` (what it was to do, in a few words) are empty where it was about the model's words.
    """

    did: Did
    hook: Hook
    guardrail: str
    reason: str
    quote: str = ""
    tool: str = ""
    call: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A run is over; `text` says why where it did not end well. `tokens` counts what was read and written.

    One that is `apart` was that of an agent which works for another: nobody can go on with it.
    """

    how: Literal["completed", "failed", "interrupted"]
    text: str = ""
    milliseconds: int = 0
    calls: int = 0
    tokens: int = 0
    apart: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """A command that the person ran from the draft; `hidden` from the model. `code` is None while it runs.

    One that the log tells of has an `id`.
    """

    command: str
    output: str = ""
    code: int | None = None
    hidden: bool = False
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What another agent did for this one, from its beginning to its end; `parts` are its words and calls in order.

    `lane` counts the other agents of a session from 0, in the order in which they were first heard. `state` is
    `running`, `ok`, `failed` or `cut`, and `text` says why it did not end well.
    """

    id: str
    agent: str
    lane: int
    task: str
    state: State
    parts: tuple["Block", ...] = ()
    text: str = ""
    milliseconds: int = 0
    calls: int = 0
    tokens: int = 0
    at: datetime | None = None


Block: TypeAlias = Prompt | Answer | Thinking | Call | Inquiry | Notice | Guarded | Ending | Shell | Work
