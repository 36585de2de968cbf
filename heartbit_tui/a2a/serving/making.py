"""What is shown, in the terms of the protocol; pure."""

from datetime import UTC, datetime

from a2a.types.a2a_pb2 import (
    Artifact,
    Message,
    Part,
    Role,
    Task,
    TaskArtifactUpdateEvent,
    TaskState,
    TaskStatus,
    TaskStatusUpdateEvent,
)
from google.protobuf.timestamp_pb2 import Timestamp

from heartbit_tui.a2a.folding import STATES
from heartbit_tui.a2a.serving.types import Piece, Shown, Stood
from heartbit_tui.a2a.types import State

ANSWER = "answer"
"""The id of the one artifact that a task has."""


def task(shown: Shown, history: int | None = None, *, artifacts: bool = True) -> Task:
    """A task, with the newest of its messages, as many as `history` says; None for all."""
    said = [] if history == 0 or not shown.said else [_said(shown)]
    made = [artifact(shown.result)] if artifacts and shown.result is not None else []
    return Task(
        id=shown.id,
        context_id=shown.context_id,
        status=_status(shown, shown.state, shown.at, shown.words),
        artifacts=made,
        history=said,
    )


def update(of: Shown, told: Piece | Stood) -> TaskArtifactUpdateEvent | TaskStatusUpdateEvent:
    """What is told of a task."""
    if isinstance(told, Piece):
        return TaskArtifactUpdateEvent(
            task_id=of.id,
            context_id=of.context_id,
            artifact=artifact(told.text),
            append=told.append,
        )
    status = _status(of, told.state, told.at, told.words)
    return TaskStatusUpdateEvent(task_id=of.id, context_id=of.context_id, status=status)


def artifact(text: str) -> Artifact:
    """The answer of a task, or a piece of it."""
    return Artifact(artifact_id=ANSWER, name=ANSWER, parts=[Part(text=plain(text), media_type="text/plain")])


def state(number: int) -> State | None:
    """The state with this number in the protocol; None for none."""
    return STATES[number] if 0 < number < len(STATES) else None


def moment(stamp: Timestamp) -> datetime:
    """A time of the protocol, with its zone."""
    return stamp.ToDatetime(UTC)


def plain(text: str) -> str:
    """A text as UTF-8 can say it: halves of characters are nothing that could be sent."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _said(shown: Shown) -> Message:
    return Message(
        message_id=shown.said_id or f"{shown.id}-task",
        task_id=shown.id,
        context_id=shown.context_id,
        role=Role.ROLE_USER,
        parts=[Part(text=plain(shown.said))],
    )


def _status(of: Shown, stands: State, at: datetime, words: str) -> TaskStatus:
    stamp = Timestamp()
    stamp.FromDatetime(at)
    found = TaskStatus(state=TaskState.Name(STATES.index(stands)), timestamp=stamp)
    if words:
        said = Message(
            message_id=f"{of.id}-{stands}-{at:%Y%m%dT%H%M%S%f}",
            task_id=of.id,
            context_id=of.context_id,
            role=Role.ROLE_AGENT,
            parts=[Part(text=plain(words))],
        )
        found.message.CopyFrom(said)
    return found
