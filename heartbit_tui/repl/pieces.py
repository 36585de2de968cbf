"""What a conversation shows, piece by piece, before it is known how it is drawn."""

from typing import Literal, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import ApprovalRequested, QuestionAsked


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A person's words entered the conversation, or wait for the run's end."""

    text: str
    how: Literal["prompt", "steer", "queued"] = "prompt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrote:
    """A piece of an answer, or of reasoning."""

    text: str
    thinking: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """The answer that was being written is whole; `void` says why what was shown of it no longer counts."""

    void: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """A call has ended. `outcome` is a word or two; `diff` and `tail` are shown below, each may be empty."""

    tool: str
    title: str
    milliseconds: int
    is_error: bool
    outcome: str = ""
    diff: str = ""
    tail: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """The list of things to do, as pairs of status and words."""

    todos: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Something a person should know."""

    level: Literal["info", "warning", "error"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A person has to decide or to answer; `agent` is empty for the session's own."""

    request: ApprovalRequested | QuestionAsked
    title: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A decision was made, or an answer given."""

    id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A run is over; `text` says why where it did not end well."""

    how: Literal["completed", "failed", "interrupted"]
    text: str = ""


Piece: TypeAlias = Said | Wrote | Closed | Called | Planned | Told | Asked | Settled | Ended
