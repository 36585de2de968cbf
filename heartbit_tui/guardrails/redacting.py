"""What a message or an output says, rewritten by a function from text to text."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias, cast

from heartbit_tui.kernel.messages import (
    Assistant,
    AssistantBlock,
    JsonObject,
    Message,
    Text,
    Thinking,
    ToolResult,
    User,
    UserBlock,
)
from heartbit_tui.kernel.protocols import Output, Request

Rewriting: TypeAlias = Callable[[str], str]


def request_with(request: Request, rewrite: Rewriting) -> Request:
    """The request with its system prompt, its texts and its results of tools rewritten; calls stay as they were."""
    messages = tuple(_message(message, rewrite) for message in request.messages)
    return replace(request, system=rewrite(request.system), messages=messages)


def words_of(message: Assistant) -> tuple[str, ...]:
    """What an answer says and what was thought on the way, block by block."""
    return tuple(block.text for block in message.content if isinstance(block, Text | Thinking))


def answer_with(message: Assistant, rewrite: Rewriting) -> Assistant:
    """The answer with its text and its reasoning rewritten; reasoning that is changed loses its signature.

    Calls stay, because what is to be done has to stay what was asked for.
    """
    return replace(message, content=tuple(_spoken(block, rewrite) for block in message.content))


def output_with(output: Output, rewrite: Rewriting) -> Output:
    """The output with what the model and the screen get to see rewritten."""
    details = cast("JsonObject", json_with(output.details, rewrite))
    return replace(output, content=rewrite(output.content), details=details)


def json_with(value: object, rewrite: Rewriting) -> object:
    """A JSON value with every string in it rewritten, names of fields left alone."""
    match value:
        case str():
            return rewrite(value)
        case Mapping():
            return {name: json_with(each, rewrite) for name, each in cast("Mapping[str, Any]", value).items()}
        case list() | tuple():
            return [json_with(each, rewrite) for each in cast("list[Any]", value)]
        case _:
            return value


def strings_in(value: object) -> tuple[str, ...]:
    """Every string in a JSON value."""
    match value:
        case str():
            return (value,)
        case Mapping():
            return tuple(text for each in cast("Mapping[str, Any]", value).values() for text in strings_in(each))
        case list() | tuple():
            return tuple(text for each in cast("list[Any]", value) for text in strings_in(each))
        case _:
            return ()


def _message(message: Message, rewrite: Rewriting) -> Message:
    if isinstance(message, User):
        return replace(message, content=tuple(_heard(block, rewrite) for block in message.content))
    return answer_with(message, rewrite)


def _heard(block: UserBlock, rewrite: Rewriting) -> UserBlock:
    match block:
        case Text(text=text):
            return Text(text=rewrite(text))
        case ToolResult(content=content):
            return replace(block, content=rewrite(content))
        case _:
            return block


def _spoken(block: AssistantBlock, rewrite: Rewriting) -> AssistantBlock:
    match block:
        case Text(text=text):
            return Text(text=rewrite(text))
        case Thinking(text=text) if (kept := rewrite(text)) != text:
            return Thinking(text=kept)
        case _:
            return block
