"""A completion that a server asks for: what is sent to the model, what a person is told of it, what goes back; pure."""

from collections.abc import Sequence

import mcp_types as wire

from heartbit_tui.kernel.messages import Assistant, Image, Message, Text, User
from heartbit_tui.mcp.results import MOST_MEDIA, MOST_MEDIA_CHARACTERS, PICTURES
from heartbit_tui.mcp.types import Completed, ServerError, Wish

MOST_MESSAGES = 100
MOST_CHARACTERS = 200_000
MOST_TOKENS = 4_096
"""What a model may write for a server, whatever that asks for."""

TOO_MUCH = "it asks the model with more than {most:,} {what}"
NO_TOOLS = "it wants the model to use tools, which completions for servers do not"


def wish(server: str, params: wire.CreateMessageRequestParams) -> Wish:
    """What is asked, bounded. Raises `ServerError` for what is not done."""
    if params.tools or params.tool_choice is not None:
        raise ServerError(NO_TOOLS)
    if len(params.messages) > MOST_MESSAGES:
        raise ServerError(TOO_MUCH.format(most=MOST_MESSAGES, what="messages"))
    messages = tuple(map(_message, params.messages))
    size = len(params.system_prompt or "") + sum(len(text) for text in _texts(messages))
    if size > MOST_CHARACTERS:
        raise ServerError(TOO_MUCH.format(most=MOST_CHARACTERS, what="characters"))
    if sum(isinstance(block, Image) for message in messages for block in message.content) > MOST_MEDIA:
        raise ServerError(TOO_MUCH.format(most=MOST_MEDIA, what="pictures"))
    return Wish(
        server=server,
        system=params.system_prompt or "",
        messages=messages,
        max_tokens=max(1, min(params.max_tokens, MOST_TOKENS)),
        stops=tuple(each for each in params.stop_sequences or () if each)[:MOST_MESSAGES],
    )


def answer(asked: Wish, given: Completed) -> wire.CreateMessageResult:
    """What goes back: the words up to the first place where they were to stop."""
    ends = [at for at in (given.text.find(stop) for stop in asked.stops) if at >= 0]
    text = given.text[: min(ends)] if ends else given.text
    reason = "stopSequence" if ends else "maxTokens" if given.cut else "endTurn"
    return wire.CreateMessageResult(
        role="assistant", content=wire.TextContent(text=text), model=given.model, stop_reason=reason
    )


def _message(each: wire.SamplingMessage) -> Message:
    blocks: Sequence[object] = each.content if isinstance(each.content, list) else [each.content]
    content = tuple(map(_block, blocks))
    if each.role == "user":
        return User(content=content)
    return Assistant(content=tuple(block for block in content if isinstance(block, Text)))


def _block(block: object) -> Text | Image:
    match block:
        case wire.TextContent(text=text):
            return Text(text=text)
        case wire.ImageContent(data=data, mime_type=kind) if kind in PICTURES and len(data) <= MOST_MEDIA_CHARACTERS:
            return Image(media_type=kind, data=data)
        case _:
            raise ServerError(f"it asks the model with a {getattr(block, 'type', 'block')} that cannot be sent")


def _texts(messages: Sequence[Message]) -> list[str]:
    return [block.text for message in messages for block in message.content if isinstance(block, Text)]
