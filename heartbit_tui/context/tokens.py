"""How many tokens something takes: an estimate from its bytes, corrected by what the model reported."""

import json
from collections.abc import Iterable

from heartbit_tui.kernel.messages import (
    Assistant,
    AssistantBlock,
    Audio,
    Image,
    JsonObject,
    Message,
    Opaque,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    UserBlock,
)
from heartbit_tui.kernel.past import Entry, Past
from heartbit_tui.kernel.protocols.models import Request, ToolSpec

OVERHEAD = 4
"""Tokens that a message takes beside its contents; the seed's figure, as are the three below."""

BYTES = 4
"""Bytes of UTF-8 that make a token."""

MEDIA_BYTES = 750
"""Letters of base64 that make a token."""

IMAGE, AUDIO = 85, 50
"""Tokens that a picture and a sound take beside their data."""

LEAST, MOST = 0.25, 4.0
"""How far a correction may go; beyond it the report is not about the same text."""


def size(words: str) -> int:
    """The bytes of a text, which are exact."""
    return len(words.encode("utf-8", "surrogatepass"))


def text(words: str) -> int:
    """An estimate for a text: a token for every four bytes begun."""
    return -(-size(words) // BYTES)


def data(value: JsonObject) -> int:
    """An estimate for JSON."""
    return text(json.dumps(value, ensure_ascii=False, default=str))


def block(part: UserBlock | AssistantBlock) -> int:
    """An estimate for one block of a message."""
    match part:
        case Text(text=words) | Thinking(text=words):
            return text(words)
        case Image(data=encoded):
            return len(encoded) // MEDIA_BYTES + IMAGE
        case Audio(data=encoded):
            return len(encoded) // MEDIA_BYTES + AUDIO
        case ToolCall(id=call_id, name=name, input=given):
            return text(call_id) + text(name) + data(given)
        case ToolResult(call_id=call_id, content=content, media=media):
            return text(call_id) + text(content) + sum(map(block, media))
        case Opaque(data=kept):
            return data(kept)


def message(one: Message) -> int:
    """An estimate for a message."""
    return OVERHEAD + sum(map(block, one.content))


def entry(one: Entry) -> int:
    """An estimate for an entry of the log; a result stands in a message with others."""
    return block(one) if isinstance(one, ToolResult) else message(one)


def messages(several: Iterable[Message]) -> int:
    """An estimate for messages."""
    return sum(map(message, several))


def tools(specs: Iterable[ToolSpec]) -> int:
    """An estimate for what a model is told of tools."""
    return sum(tool(spec) for spec in specs)


def tool(spec: ToolSpec) -> int:
    """An estimate for what a model is told of one tool."""
    return text(spec.name) + text(spec.description) + data(spec.input_schema)


def request(whole: Request) -> int:
    """An estimate for all that a model would read: system prompt, tools and messages."""
    return text(whole.system) + tools(whole.tools) + messages(whole.messages)


class Meter:
    """Estimates, corrected by the usage that the model reported for what it was sent.

    `sent` notes what goes out, `learn` looks for the answer to it. Until one came the plain estimate holds.
    """

    def __init__(self) -> None:
        self.factor = 1.0
        self._sent = 0
        self._seq = 0

    def sent(self, estimate: int) -> None:
        """Note the plain estimate of a request that is about to be sent."""
        self._sent = estimate

    def learn(self, past: Past) -> None:
        """Correct the factor by the newest answer, where one came since this was last asked."""
        prompt = _reported(past, self._seq)
        if self._sent and prompt:
            self.correct(self._sent, prompt)
        self._sent = 0
        self._seq = past.entries[-1].seq if past.entries else 0

    def correct(self, estimate: int, reported: int) -> None:
        """Correct the factor by what an estimate really came to."""
        if estimate:
            self.factor = min(max(reported / estimate, LEAST), MOST)

    def corrected(self, estimate: int) -> int:
        """What an estimate comes to by the latest correction."""
        return round(estimate * self.factor)


def _reported(past: Past, after: int) -> int:
    """What the first answer after a seq said that it read; 0 where there is none."""
    found = 0
    for placed in reversed(past.entries):
        if placed.seq <= after:
            break
        if isinstance(placed.entry, Assistant) and placed.entry.usage.prompt:
            found = placed.entry.usage.prompt
    return found
