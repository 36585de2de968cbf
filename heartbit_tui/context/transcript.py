"""A conversation as plain text, with the place of every entry in front of it: what summaries are made of."""

import json
from collections.abc import Iterable

from heartbit_tui.kernel.messages import (
    Assistant,
    AssistantBlock,
    Audio,
    Image,
    JsonObject,
    Opaque,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    UserBlock,
)
from heartbit_tui.kernel.past import Placed


def text(entries: Iterable[Placed], *, most: int | None = None) -> str:
    """One line group an entry: `#12 User: …`. A result or a call's input keeps at most `most` bytes."""
    return "\n".join(line for placed in entries if (line := entry(placed, most=most)))


def entry(placed: Placed, *, most: int | None = None) -> str:
    """One entry; empty for one that says nothing."""
    found = placed.entry
    who = "Assistant" if isinstance(found, Assistant) else "User" if placed.own else "Note"
    blocks = (found,) if isinstance(found, ToolResult) else found.content
    told = " ".join(part for block in blocks if (part := _block(block, most)))
    who = "User" if isinstance(found, ToolResult) else who
    return f"#{placed.seq} {who}: {told}" if told else ""


def _block(block: UserBlock | AssistantBlock, most: int | None) -> str:
    match block:
        case Text(text=words):
            return words.strip()
        case Image(media_type=kind):
            return f"[Image: {kind}]"
        case Audio(format=kind):
            return f"[Audio: {kind}]"
        case ToolCall(name=name, input=given):
            return f"[Tool call: {name}({cut(json.dumps(given, ensure_ascii=False, default=str), most)})]"
        case ToolResult(content=content, media=media, is_error=wrong):
            seen = "".join(f" {_block(each, most)}" for each in media)
            return f"[Tool {'error' if wrong else 'result'}: {cut(content, most)}{seen}]"
        case Thinking() | Opaque():
            return ""


def subject(given: JsonObject) -> str:
    """What a call is about: the first text among its arguments."""
    return next((value for value in given.values() if isinstance(value, str)), "")


def cut(words: str, most: int | None, mark: str = "[… {omitted} bytes omitted …]") -> str:
    """`words` without their middle where they have more than `most` bytes; the mark tells exactly what is missing."""
    data = words.encode("utf-8", "surrogatepass")
    if most is None or len(data) <= most:
        return words
    room = max(most - len(mark.format(omitted=len(data)).encode()) - 2, 0)
    head = data[: room - room // 3].decode("utf-8", "ignore")
    tail = data[len(data) - room // 3 :].decode("utf-8", "ignore") if room // 3 else ""
    omitted = len(data) - len(head.encode()) - len(tail.encode())
    return "\n".join(part for part in (head, mark.format(omitted=omitted), tail) if part)
