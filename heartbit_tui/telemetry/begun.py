"""Spans that have begun, and what the fold has to know until they end."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from heartbit_tui.telemetry.spans import Span, Value

CUT = "it was cut off"
"""Why something failed that had no end of its own."""


@dataclass(slots=True)
class Begun:
    """A span without its end."""

    name: str
    id: str
    trace: str
    start: datetime
    parent: str = ""
    attributes: dict[str, Value] = field(default_factory=dict[str, Value])

    def ended(self, at: datetime, *, failed: bool = False, error: str = "") -> Span:
        """The whole span; one that would end before it began, where a clock was set back, takes no time."""
        return Span(
            name=self.name,
            id=self.id,
            trace=self.trace,
            start=self.start,
            end=max(self.start, at),
            attributes=MappingProxyType(dict(self.attributes)),
            parent=self.parent,
            failed=failed,
            error=error,
        )


@dataclass(slots=True)
class Work:
    """What one agent is at in one run: a model call, then its tool calls side by side, now and then a summary."""

    agent: str
    run: Begun
    turn: int = 0
    call: Begun | None = None
    batch: Begun | None = None
    left: int = 0
    """Tool calls of the batch without a result."""
    tools: dict[str, Begun] = field(default_factory=dict[str, Begun])
    summary: Begun | None = None

    def leave(self, at: datetime) -> list[Span]:
        """End whatever is left, inside first; the run itself goes on."""
        left = (*self.tools.values(), self.summary, self.call, self.batch)
        self.tools.clear()
        self.summary = self.call = self.batch = None
        return [each.ended(at, failed=True, error=CUT) for each in left if each is not None]


@dataclass(slots=True)
class Team:
    """Agents that an agent has handed tasks to; `waiting` have not begun, `left` counts those that have not ended."""

    span: Begun
    by: Work
    call: str
    members: Sequence[str]
    waiting: list[str]
    left: int
    failed: int = 0
