"""What other agents do for the one that a person talks to: each folded by itself, and shown as one block."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

from heartbit_tui.client.crew import CUT, stopped_by
from heartbit_tui.kernel.events import (
    Envelope,
    Event,
    QuestionAnswered,
    QuestionAsked,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    RunStarted,
    SubAgentCompleted,
)
from heartbit_tui.tui.transcript.blocks import Block, Call, Ending, Prompt, State, Work


class Fold(Protocol):
    """What makes blocks of the envelopes of one agent."""

    blocks: list[Block]

    def apply(self, envelope: Envelope) -> None:
        """Take in the next envelope."""
        ...

    def call(self, id: str) -> int | None:
        """The number of the block of a call."""
        ...


F = TypeVar("F", bound=Fold)


@dataclass(slots=True)
class _Begun(Generic[F]):
    fold: F
    work: Work


class Works(Generic[F]):
    """Takes in the envelopes of other agents; `fold` makes what folds those of one, and `of` and `lane` give what it made."""

    def __init__(self, fold: Callable[[], F]) -> None:
        self._fold = fold
        self._lanes: dict[str, int] = {}
        self._last: dict[str, _Begun[F]] = {}
        self._every: list[_Begun[F]] = []

    def take(self, envelope: Envelope) -> Work | None:
        """The work as it is with the next envelope of another agent; None where that is of no work."""
        lane = self._lanes.setdefault(envelope.agent, len(self._lanes))
        event = envelope.event
        if isinstance(event, RunStarted):
            work = Work(
                id=f"work {envelope.seq}",
                agent=envelope.agent,
                lane=lane,
                task=event.task,
                state="running",
                at=envelope.at,
            )
            begun = self._last[envelope.agent] = _Begun(self._fold(), work)
            self._every.append(begun)
        elif isinstance(event, QuestionAsked | QuestionAnswered):  # a person is asked by whom it may be
            return None
        found = self._last.get(envelope.agent)
        if found is None:
            return None
        found.fold.apply(envelope)
        found.work = _after(found, envelope, event)
        return found.work

    def cut(self, envelope: Envelope) -> Iterator[Work]:
        """The run of the main agent is over: the works that go on are cut off with it."""
        for begun in self._every:
            if begun.work.state == "running":
                place = replace(envelope, agent=begun.work.agent, event=RunInterrupted(reason=CUT))
                begun.fold.apply(place)
                begun.work = _after(begun, place, place.event)
                yield begun.work

    def lane(self, agent: str) -> int | None:
        """The lane of an agent, None for one that was not heard yet."""
        return self._lanes.get(agent)

    def of(self, agent: str) -> F | None:
        """What folds the last work of an agent; None before it has begun."""
        found = self._last.get(agent)
        return found.fold if found else None

    def find(self, call: str) -> str:
        """The id of the work that a call belongs to, empty for none."""
        return next((each.work.id for each in reversed(self._every) if each.fold.call(call) is not None), "")


def calls(blocks: Iterable[Block]) -> Iterator[Call]:
    """All calls among blocks, those within the work of other agents too, where that began."""
    for block in blocks:
        match block:
            case Call():
                yield block
            case Work(parts=parts):
                yield from calls(parts)
            case _:
                pass


def _after(begun: _Begun[F], envelope: Envelope, event: Event) -> Work:
    blocks, work = begun.fold.blocks, begun.work
    parts = tuple(block for block in blocks if not isinstance(block, Prompt | Ending))
    changed = replace(work, parts=parts, calls=sum(isinstance(part, Call) for part in parts))
    if work.state != "running":
        return changed
    state, text, tokens = _end(event)
    if state == "running":
        return changed
    took = int((envelope.at - work.at).total_seconds() * 1000) if work.at else 0
    return replace(changed, state=state, text=text, tokens=tokens, milliseconds=max(took, 0))


def _end(event: Event) -> tuple[State, str, int]:
    match event:
        case RunCompleted(total_usage=usage):
            return "ok", "", usage.total
        case RunFailed(error=error, partial_usage=usage):
            return "failed", error, usage.total
        case RunInterrupted(reason=reason, partial_usage=usage):
            return "cut", stopped_by(reason), usage.total
        case SubAgentCompleted(success=success, usage=usage):
            return "ok" if success else "failed", "", usage.total
        case _:
            return "running", "", 0
