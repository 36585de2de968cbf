"""What the loop needs of a tool."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from enum import StrEnum
from typing import Literal, Protocol

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import Event, Question
from heartbit_tui.kernel.messages import Audio, Image, JsonObject, empty_object
from heartbit_tui.kernel.ops import Decide
from heartbit_tui.kernel.protocols.models import ToolSpec


class Effects(StrEnum):
    """What a call of a tool may do, from harmless to powerful; the order matters for name repair."""

    NONE = "none"
    """Touches only the agent's own state, or waits for a person."""
    READ = "read"
    NETWORK = "network"
    WRITE = "write"
    EXECUTE = "execute"

    @property
    def power(self) -> int:
        """A number that grows with what can go wrong."""
        return tuple(Effects).index(self)

    @property
    def lasting(self) -> bool:
        """Whether a call leaves something behind that running it twice would repeat."""
        return self.power >= Effects.NETWORK.power


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """One thing that a call would touch: an absolute path, a command line, or a URL.

    `folder` is where a command line starts; empty for the first folder of the workspace. `real` is where a path led,
    links resolved, when it was judged; empty before.
    """

    kind: Literal["read", "write", "command", "url"]
    what: str
    folder: str = ""
    real: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """What a tool gives back: `content` and `media` for the model, `details` for the screen.

    `changed` holds the absolute paths of the files it wrote, moved or deleted.
    """

    content: str
    is_error: bool = False
    media: tuple[Image | Audio, ...] = ()
    details: JsonObject = field(default_factory=empty_object)
    changed: tuple[str, ...] = ()


class CallContext(Protocol):
    """What one call may use of the session that it runs in."""

    @property
    def agent(self) -> str:
        """The agent that calls."""
        ...

    @property
    def call_id(self) -> str:
        """The id of this call."""
        ...

    @property
    def places(self) -> Mapping[str, str]:
        """Each path that the call touches, and where it led when it was judged; empty where nobody judged."""
        ...

    def emit(self, event: Event) -> None:
        """Publish an event under this agent's name: progress, a changed todo list, a notice."""
        ...

    async def ask(self, questions: Sequence[Question]) -> tuple[tuple[str, ...], ...] | None:
        """Ask a person and wait, without any time limit of the tool's; None where nobody can or wants to answer."""
        ...

    async def approve(self, reason: str, *, rule: str, proposal: str = "") -> Decide | None:
        """Ask a person to let this call do more than it was allowed, as calls are approved, and wait.

        `reason`, `rule` and `proposal` are shown as those of an `Ask`. None where a rule forbids the call, where nobody
        can be asked, and where the answer is no; what is more than once in the decision is the tool's to remember.
        """
        ...


class Tool(Protocol):
    """Something a model can use.

    Contract: `run` gets an input that `check` accepted; a failure that the model can act on is an Output with
    `is_error`, not an exception; cancelling ends everything that it started, child processes too.
    """

    @property
    def spec(self) -> ToolSpec:
        """How the model sees it."""
        ...

    @property
    def effects(self) -> Effects:
        """What a call may do."""
        ...

    @property
    def keeps_own_time(self) -> bool:
        """True where no tool time limit holds: a call limits its own time, or waits for a person."""
        ...

    def touches(self, input: JsonObject) -> tuple[Touch, ...]:
        """All that a call would read, write, run or fetch; pure, paths made absolute but not resolved."""
        ...

    def check(self, input: JsonObject) -> str:
        """Empty when the input is usable; otherwise a sentence that tells the model what to change."""
        ...

    async def preview(self, input: JsonObject) -> str:
        """What a call would do, for the person who has to approve it: a unified diff, a command line, or empty."""
        ...

    async def run(self, input: JsonObject, context: CallContext) -> Output:
        """Do it."""
        ...
