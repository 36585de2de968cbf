"""What can be wrong with a file that is to be seen."""

from collections.abc import Mapping
from typing import Final

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.messages import JsonObject

OWN: Final = "heartbit -p TASK --output-format stream-json > run.jsonl, or heartbit sessions export ID --format jsonl"
"""What makes files that can be seen."""

_OTHERS: Final[tuple[tuple[str, str, frozenset[str]], ...]] = (
    ("Claude Code", "system", frozenset({"subtype", "session_id"})),
    ("Codex", "thread.started", frozenset({"thread_id"})),
    ("Codex", "session_meta", frozenset()),
    ("Gemini CLI", "init", frozenset({"session_id", "model"})),
    ("opencode", "step_start", frozenset({"sessionID"})),
    ("pi", "session", frozenset({"version"})),
)
"""How the first lines of other programs' streams look: `type`, and keys that are there too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A line that was left out, by its number from 1."""

    number: int
    reason: str


class NotReadable(HeartbitError):
    """A file cannot be seen at all; the message says why, and which files can."""

    kind = "usage"


def foreign(line: JsonObject) -> NotReadable:
    """What to say of a stream that begins with this line."""
    vendor = _vendor(line)
    whose = f"a stream of {vendor}" if vendor else "no stream of heartbit"
    return NotReadable(f"This is {whose}; only heartbit's own can be seen here. Make one with: {OWN}.")


def _vendor(line: Mapping[str, object]) -> str:
    said = line.get("type")
    return next((name for name, kind, keys in _OTHERS if said == kind and keys <= line.keys()), "")
