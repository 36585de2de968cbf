"""What is asked over A2A, answered by whatever is behind it; the SDK has read the request and writes the answer."""

import logging
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import aclosing, contextmanager
from types import MappingProxyType
from typing import Any, Final, NoReturn

from a2a.client.card_resolver import parse_agent_card
from a2a.server.context import ServerCallContext
from a2a.server.events import Event
from a2a.server.request_handlers import RequestHandler
from a2a.types.a2a_pb2 import (
    AgentCard,
    CancelTaskRequest,
    DeleteTaskPushNotificationConfigRequest,
    GetExtendedAgentCardRequest,
    GetTaskPushNotificationConfigRequest,
    GetTaskRequest,
    ListTaskPushNotificationConfigsRequest,
    ListTaskPushNotificationConfigsResponse,
    ListTasksRequest,
    ListTasksResponse,
    Message,
    Role,
    SendMessageRequest,
    SubscribeToTaskRequest,
    Task,
    TaskPushNotificationConfig,
)
from a2a.utils import errors
from a2a.utils.proto_utils import validate_proto_required_fields
from a2a.utils.task import validate_history_length, validate_page_size
from google.protobuf.message import Message as ProtoMessage
from starlette.exceptions import HTTPException

from heartbit_tui.a2a.serving import making
from heartbit_tui.a2a.serving.types import Backing, Declined, Reason, Said, Shown, Sought
from heartbit_tui.a2a.types import ENDED
from heartbit_tui.kernel.errors import HeartbitError

LOG = logging.getLogger("heartbit.a2a")
CALL: Final = "heartbit.call"
"""Where in the state of a call its `Call` stands."""

NO_TEXT: Final = "a part of a message has to be text; its input modes are named in the card"
NOT_HERS: Final = "a message that is sent has the role ROLE_USER"
OVER: Final = "the task has ended; get it to see what came of it"
BROKEN: Final = "heartbit itself failed: {kind}. Please report this."
ERRORS: Mapping[Reason, type[errors.A2AError]] = MappingProxyType(
    {
        "not-found": errors.TaskNotFoundError,
        "not-cancelable": errors.TaskNotCancelableError,
        "unsupported": errors.UnsupportedOperationError,
        "invalid": errors.InvalidParamsError,
    }
)


class Call:
    """One request: what is behind it, whether it was understood, and what went wrong there."""

    def __init__(self, backing: Backing) -> None:
        self.backing = backing
        self.understood = False
        self.failed: Exception | None = None


class Handler(RequestHandler):
    """Answers each method by the `Backing` of its caller; it keeps nothing."""

    async def on_message_send(self, params: SendMessageRequest, context: ServerCallContext) -> Task | Message:
        with _told(params, context) as backing:
            said = _read(params)
            heard = await backing.say(said)
            if params.configuration.return_immediately:
                return making.task(heard.task, _history(params.configuration))
            async with aclosing(backing.follow(heard.task.id, heard.after)) as updates:
                async for _ in updates:
                    pass
            return making.task(await backing.task(heard.task.id), _history(params.configuration))

    async def on_message_send_stream(
        self, params: SendMessageRequest, context: ServerCallContext
    ) -> AsyncGenerator[Event]:
        with _told(params, context) as backing:
            heard = await backing.say(_read(params))
            async with aclosing(_events(backing, heard.task.id, heard.after, _history(params.configuration))) as events:
                async for event in events:
                    yield event

    async def on_subscribe_to_task(
        self, params: SubscribeToTaskRequest, context: ServerCallContext
    ) -> AsyncGenerator[Event]:
        with _told(params, context) as backing:
            if (await backing.task(params.id)).state in ENDED:
                raise Declined("unsupported", OVER)
            async with aclosing(_events(backing, params.id, through=True)) as events:
                async for event in events:
                    yield event

    async def on_get_task(self, params: GetTaskRequest, context: ServerCallContext) -> Task | None:
        with _told(params, context) as backing:
            history = _history(params)
            return making.task(await backing.task(params.id), history)

    async def on_list_tasks(self, params: ListTasksRequest, context: ServerCallContext) -> ListTasksResponse:
        with _told(params, context) as backing:
            sought, history = _sought(params), _history(params)
            found = await backing.tasks(sought)
            shown = [making.task(each, history, artifacts=params.include_artifacts) for each in found.tasks]
            return ListTasksResponse(
                tasks=shown, next_page_token=found.next, page_size=sought.limit, total_size=found.total
            )

    async def on_cancel_task(self, params: CancelTaskRequest, context: ServerCallContext) -> Task | None:
        with _told(params, context) as backing:
            return making.task(await backing.cancel(params.id))

    async def on_get_extended_agent_card(
        self, params: GetExtendedAgentCardRequest, context: ServerCallContext
    ) -> AgentCard:
        with _told(params, context) as backing:
            return parse_agent_card(dict(await backing.card()))

    # What a task tells, it tells to those who follow or ask. No address that a caller names is ever called.

    async def on_create_task_push_notification_config(
        self, params: TaskPushNotificationConfig, context: ServerCallContext
    ) -> TaskPushNotificationConfig:
        _nobody_is_called(context)

    async def on_get_task_push_notification_config(
        self, params: GetTaskPushNotificationConfigRequest, context: ServerCallContext
    ) -> TaskPushNotificationConfig:
        _nobody_is_called(context)

    async def on_list_task_push_notification_configs(
        self, params: ListTaskPushNotificationConfigsRequest, context: ServerCallContext
    ) -> ListTaskPushNotificationConfigsResponse:
        _nobody_is_called(context)

    async def on_delete_task_push_notification_config(
        self, params: DeleteTaskPushNotificationConfigRequest, context: ServerCallContext
    ) -> None:
        _nobody_is_called(context)


async def _events(
    backing: Backing, task_id: str, after: int = 0, history: int | None = None, *, through: bool = False
) -> AsyncGenerator[Event]:
    """A task, and then what becomes of it."""
    of: Shown | None = None
    async with aclosing(backing.follow(task_id, after, through=through)) as updates:
        async for each in updates:
            if isinstance(each, Shown):
                of = each
                yield making.task(each, history)
            elif of is not None:
                yield making.update(of, each)


@contextmanager
def _told(params: ProtoMessage, context: ServerCallContext) -> Generator[Backing]:
    """What is behind a call that has all it needs.

    What goes wrong there is told in the protocol's terms, and kept for whoever has to answer.
    """
    call: Call = context.state[CALL]
    call.understood = True
    validate_proto_required_fields(params)
    try:
        yield call.backing
    except Declined as declined:
        raise ERRORS[declined.reason](str(declined)) from None
    except errors.A2AError:
        raise
    except (HeartbitError, HTTPException) as error:
        call.failed = error
        raise errors.InternalError(str(error)) from error
    except Exception as error:  # the boundary to whoever calls: a stream that has begun ends with words
        call.failed = error
        LOG.exception("an A2A call")
        raise errors.InternalError(BROKEN.format(kind=type(error).__name__)) from error


def _nobody_is_called(context: ServerCallContext) -> NoReturn:
    context.state[CALL].understood = True
    raise errors.PushNotificationNotSupportedError


def _read(params: SendMessageRequest) -> Said:
    """The message of a request. Raises `A2AError`, `Declined`."""
    message = params.message
    if params.configuration.HasField("task_push_notification_config"):
        raise errors.PushNotificationNotSupportedError
    if message.role != Role.ROLE_USER:
        raise Declined("invalid", NOT_HERS)
    if any(part.WhichOneof("content") != "text" for part in message.parts):
        raise errors.ContentTypeNotSupportedError(NO_TEXT)
    validate_history_length(params.configuration)
    texts = tuple(part.text for part in message.parts)
    return Said(id=message.message_id, texts=texts, task_id=message.task_id, context_id=message.context_id)


def _sought(params: ListTasksRequest) -> Sought:
    limit = params.page_size if params.HasField("page_size") else 50
    validate_page_size(limit)
    since = params.status_timestamp_after
    return Sought(
        context_id=params.context_id,
        state=making.state(params.status),
        since=making.moment(since) if params.HasField("status_timestamp_after") else None,
        limit=limit,
        after=params.page_token,
    )


def _history(config: Any) -> int | None:
    """How many messages of a task are wanted; None for all. Raises `A2AError`."""
    validate_history_length(config)
    return config.history_length if config.HasField("history_length") else None
