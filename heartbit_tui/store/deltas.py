"""Pieces of messages that are still being written: merged, stored now and then, dropped when the whole is there."""

from dataclasses import dataclass, field, replace
from typing import TypeAlias

from heartbit_tui.kernel.events import (
    AssistantMessage,
    Delta,
    Envelope,
    Event,
    ModelEscalated,
    RetryAttempt,
    TextDelta,
    ThinkingDelta,
    ToolAnswered,
    ToolCallCompleted,
    ToolInputDelta,
    ToolProgress,
)
from heartbit_tui.wire.names import type_of

DELTA_TYPES = tuple(type_of(kind) for kind in (TextDelta, ThinkingDelta, ToolInputDelta, ToolProgress))

Stream: TypeAlias = tuple[str, str, str]
"""What is being written: run, agent, and for a tool's output the id of its call."""


@dataclass(slots=True)
class _Run:
    """Neighbouring pieces of one kind."""

    last: Envelope
    texts: list[str]


@dataclass(slots=True)
class _Written:
    """One stream: what waits to be stored, and the seqs under which the rest is stored."""

    waiting: list[_Run] = field(default_factory=list[_Run])
    stored: list[int] = field(default_factory=list[int])


class Pieces:
    """The pieces of every message that is not whole yet; pure bookkeeping."""

    def __init__(self) -> None:
        self._streams: dict[Stream, _Written] = {}

    @property
    def waiting(self) -> bool:
        """Whether some piece is not stored."""
        return any(written.waiting for written in self._streams.values())

    def add(self, envelope: Envelope, event: Delta) -> None:
        """Take in one more piece."""
        written = self._streams.setdefault(_stream(envelope, event), _Written())
        if written.waiting and _same_kind(written.waiting[-1].last.event, event):
            written.waiting[-1].last = envelope
            written.waiting[-1].texts.append(event.text)
        else:
            written.waiting.append(_Run(envelope, [event.text]))

    def found(self, envelope: Envelope, event: Delta) -> None:
        """Take note of a piece that an earlier process stored and never replaced by a whole."""
        self._streams.setdefault(_stream(envelope, event), _Written()).stored.append(envelope.seq)

    def checkpoint(self) -> tuple[Envelope, ...]:
        """What has to be stored now, merged and in order; it counts as stored from here on."""
        merged = [(written, run) for written in self._streams.values() for run in written.waiting]
        for written, run in merged:
            written.stored.append(run.last.seq)
        for written in self._streams.values():
            written.waiting.clear()
        return tuple(sorted((_merged(run) for _, run in merged), key=lambda envelope: envelope.seq))

    def superseded(self, envelope: Envelope) -> tuple[int, ...]:
        """The seqs of the stored pieces that this envelope makes worthless; those that wait are dropped."""
        stream = _ended(envelope)
        written = self._streams.pop(stream, None) if stream else None
        return tuple(written.stored) if written else ()


def _stream(envelope: Envelope, event: Delta) -> Stream:
    call = event.tool_call_id if isinstance(event, ToolProgress) else ""
    return (envelope.run, envelope.agent, call)


def _ended(envelope: Envelope) -> Stream | None:
    """The stream whose pieces a whole message, or a discarded attempt, replaces."""
    match envelope.event:
        case AssistantMessage() | RetryAttempt() | ModelEscalated():
            return (envelope.run, envelope.agent, "")
        case ToolAnswered(result=result):
            return (envelope.run, envelope.agent, result.call_id)
        case ToolCallCompleted(tool_call_id=call_id):
            return (envelope.run, envelope.agent, call_id)
        case _:
            return None


def _same_kind(one: Event, other: Delta) -> bool:
    if isinstance(one, ToolInputDelta) and isinstance(other, ToolInputDelta):
        return one.tool_call_id == other.tool_call_id
    return type(one) is type(other)


def _merged(run: _Run) -> Envelope:
    event = run.last.event
    if len(run.texts) == 1 or not isinstance(event, Delta):
        return run.last
    return replace(run.last, event=replace(event, text="".join(run.texts)))
