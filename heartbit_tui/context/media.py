"""The context policy that sends pictures and sounds once: later requests only say that they were there."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from heartbit_tui.context.each import Each
from heartbit_tui.kernel.bases import Whole
from heartbit_tui.kernel.messages import Assistant, Audio, Image, Message, Text, ToolResult, User, UserBlock
from heartbit_tui.kernel.protocols import Request, View

MANY = 500
"""Messages that were never looked at from which on that is done in a thread."""

IMAGE = "[image previously sent]"
AUDIO = "[audio previously sent]"


class MediaOnce(Whole):
    """A `ContextPolicy`: media of a prompt are sent until its run has ended, those of a result in one request."""

    def __init__(self) -> None:
        self._media = Each(has_media)

    async def view(self, request: Request, *, turn: int) -> View:
        messages = request.messages
        if self._media.news(messages) > MANY:
            await asyncio.to_thread(self._media.of, messages)
        return View(messages=evicted(messages, self._media.of(messages)))


def evicted(messages: tuple[Message, ...], media: Sequence[bool]) -> tuple[Message, ...]:
    """The messages with media only where they are new: since the last words of a person, results in the last one.

    `media` says which of them have any.
    """
    if not any(media):
        return messages
    asked = max((number for number, message in enumerate(messages) if _asks(message)), default=0)
    last = len(messages) - 1
    return tuple(
        _without(message, words=number < asked, results=number < last) if shown else message
        for number, (message, shown) in enumerate(zip(messages, media, strict=True))
    )


def _asks(message: Message) -> bool:
    """Whether a person may have said this: media come with a prompt, and a prompt has no results beside it."""
    return isinstance(message, User) and not any(isinstance(block, ToolResult) for block in message.content)


def has_media(message: Message) -> bool:
    """Whether there are pictures or sounds in it, or in one of its results."""
    return isinstance(message, User) and any(
        isinstance(block, Image | Audio) or (isinstance(block, ToolResult) and block.media) for block in message.content
    )


def _without(message: Message, *, words: bool, results: bool) -> Message:
    if isinstance(message, Assistant):
        return message
    return User(content=tuple(_block(block, words=words, results=results) for block in message.content))


def _block(block: UserBlock, *, words: bool, results: bool) -> UserBlock:
    match block:
        case Image() if words:
            return Text(text=IMAGE)
        case Audio() if words:
            return Text(text=AUDIO)
        case ToolResult(content=content, media=media) if results and media:
            signs = (IMAGE if isinstance(each, Image) else AUDIO for each in media)
            return replace(block, content="\n".join(filter(None, (content, *signs))), media=())
        case _:
            return block
