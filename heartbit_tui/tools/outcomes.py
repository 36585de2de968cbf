"""How a command in the background ended, in words."""

from collections.abc import Mapping
from types import MappingProxyType

from heartbit_tui.kernel.events import JobEnded

_STOPPED: Mapping[str, str] = MappingProxyType(
    {"person": "the person stopped it", "model": "you stopped it", "heartbit": "it was stopped"}
)


def outcome(end: JobEnded) -> str:
    """What the model is told of an end."""
    match end.how:
        case "exited":
            return f"exit code {end.exit_code}"
        case "stopped":
            return _STOPPED[end.by]
        case "closed":
            return "it was stopped when the session was closed"
        case "lost":
            return "heartbit was stopped while it ran"
