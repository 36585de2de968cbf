"""What hooks are, what they may answer, and what runs them."""

from typing import Literal, Protocol, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass

EVENTS = (
    "SessionStart",
    "UserPromptSubmit",
    "PreToolUse",
    "PermissionRequest",
    "PostToolUse",
    "PostToolUseFailure",
    "PreCompact",
    "Notification",
    "SubagentStop",
    "Stop",
    "SessionEnd",
)
"""Everything that hooks can run at."""

OF_TOOLS = frozenset({"PreToolUse", "PermissionRequest", "PostToolUse", "PostToolUseFailure"})
"""The events whose matcher is about the tool."""

SECONDS = 60.0
"""How long a hook may take where nothing else is set; Claude Code's."""

Decision: TypeAlias = Literal["", "allow", "ask", "deny"]
"""What a hook wants to become of something; empty where it has no wish."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """A command line for an event; `matcher` is a pattern for the name of a tool, empty for all. `source` says where it stands."""

    event: str
    command: str
    source: str
    matcher: str = ""
    seconds: float = SECONDS
    project: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a hook ended; `fault` says why it gave no exit code: its time was over, or it could not be started."""

    code: int = 0
    out: str = ""
    err: str = ""
    fault: str = ""


class Runner(Protocol):
    """Runs the command lines of hooks."""

    async def run(self, hook: Hook, document: str) -> Ran:
        """Run a hook with this on its standard input, within its time; nothing of it is left afterwards."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one hook, or all of an event together, said.

    `context` is for the model, `said` are sentences for the person. `changed` is another input that a hook wants a call to
    have; `stops` that nothing is to go on.
    """

    decision: Decision = ""
    reason: str = ""
    context: str = ""
    said: tuple[str, ...] = ()
    changed: str = ""
    stops: bool = False
