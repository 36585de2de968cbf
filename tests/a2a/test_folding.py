"""What an agent says folds to one reply: what it made, and what it said last where that belongs to how it stands."""

import pytest
from a2a.types.a2a_pb2 import (
    Artifact,
    Message,
    Part,
    StreamResponse,
    TaskArtifactUpdateEvent,
    TaskState,
    TaskStatus,
    TaskStatusUpdateEvent,
)

from heartbit_tui.a2a.folding import Folded


def status(state: str, words: str = "") -> StreamResponse:
    message = Message(message_id="m", parts=[Part(text=words)]) if words else None
    stands = TaskStatus(state=f"TASK_STATE_{state}", message=message)
    assert state in {name.removeprefix("TASK_STATE_") for name in TaskState.keys()}  # noqa: SIM118 - it is no mapping
    return StreamResponse(status_update=TaskStatusUpdateEvent(task_id="t", context_id="c", status=stands))


def made(text: str, *, append: bool = False) -> StreamResponse:
    artifact = Artifact(artifact_id="a", parts=[Part(text=text)])
    return StreamResponse(
        artifact_update=TaskArtifactUpdateEvent(task_id="t", context_id="c", artifact=artifact, append=append)
    )


@pytest.mark.parametrize(
    ("events", "text"),
    [
        (
            (status("WORKING", "on it"), made("It is "), made("seven.", append=True), status("COMPLETED")),
            "It is seven.",
        ),
        ((status("WORKING", "It is seven."), status("COMPLETED")), "It is seven."),
        ((status("WORKING", "on it"), made("seven"), status("COMPLETED", "Counted.")), "seven\n\nCounted."),
        ((status("INPUT_REQUIRED", "Which?"), status("WORKING"), made("seven"), status("COMPLETED")), "seven"),
        ((made("six"), status("INPUT_REQUIRED", "Which?")), "six\n\nWhich?"),
        ((made("first"), made("second"), status("FAILED", "It broke.")), "second\n\nIt broke."),
    ],
)
def test_what_was_said_on_the_way_is_no_part_of_a_reply_unless_it_is_all_there_is(
    events: tuple[StreamResponse, ...], text: str
) -> None:
    folded = Folded()
    for event in events:
        folded.take(event)
    assert folded.reply.text == text
