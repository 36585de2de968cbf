"""A session that is taken up again, told from its log: what was said, what was done, what is planned."""

from collections.abc import Iterator, Sequence

from acp.helpers import image_block, text_block, update_user_message

from heartbit_tui.acp.telling import Fold, Update
from heartbit_tui.kernel.events import (
    AssistantMessage,
    Envelope,
    Rewound,
    RunStarted,
    SessionRenamed,
    TodosChanged,
    ToolCallCompleted,
    UserMessage,
)
from heartbit_tui.kernel.messages import Image, Text, UserBlock
from heartbit_tui.kernel.standing import Standing

TOLD = (RunStarted, AssistantMessage, ToolCallCompleted, TodosChanged, SessionRenamed)
"""What the fold is given of a log; all else is about the time when it happened."""


def standing(log: Sequence[Envelope]) -> Iterator[Envelope]:
    """What of a log still counts, after what was gone back on."""
    counts = Standing()
    for envelope in log:
        if isinstance(envelope.event, Rewound):
            counts.went_back(envelope.seq, envelope.event.to)
    return (envelope for envelope in log if counts.counts(envelope.seq))


def updates(fold: Fold, envelope: Envelope) -> Iterator[Update]:
    """What a client is told of an envelope of the past."""
    match envelope.event:
        case UserMessage(message=message, origin=origin) if origin != "heartbit":
            yield from (update for block in message.content if (update := _said(block)) is not None)
        case event if isinstance(event, TOLD):
            yield from fold.take(envelope)
        case _:
            pass


def _said(block: UserBlock) -> Update | None:
    match block:
        case Text(text=text):
            return update_user_message(text_block(text))
        case Image(media_type=kind, data=data):
            return update_user_message(image_block(data, kind))
        case _:
            return None
