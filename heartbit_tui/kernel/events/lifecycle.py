"""What happens to a session as a whole."""

from dataclasses import dataclass
from typing import Literal

from heartbit_tui.kernel.ops import Effort, Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStarted:
    """A session begins; `parent` and `parent_seq` say where it was forked from."""

    cwd: str
    provider: str
    model: str
    mode: Mode
    parent: str = ""
    parent_seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRenamed:
    """The session has a new title."""

    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeChanged:
    """From here on the gate follows this mode."""

    mode: Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChanged:
    """From here on this model answers."""

    provider: str
    model: str
    effort: Effort | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewound:
    """The conversation went back to right before the event `to`; what lies between no longer counts."""

    to: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptQueued:
    """A prompt waits for the active run to end; `position` counts from 1."""

    text: str
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something worth telling a person, that is no part of the conversation."""

    level: Literal["info", "warning", "error"]
    text: str
