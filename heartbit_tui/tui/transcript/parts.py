"""What a whole message shows, beside what was shown of it while it was written."""

from collections.abc import Sequence
from typing import TypeAlias

from heartbit_tui.kernel.messages import Assistant, Text, Thinking as Reasoning, ToolCall
from heartbit_tui.tui.transcript.blocks import Answer, Block, Call, Thinking

Part: TypeAlias = Text | Reasoning | ToolCall


def is_own(block: Block) -> bool:
    """Whether the model that a person talks to wrote this block."""
    return isinstance(block, Answer | Thinking) or (isinstance(block, Call) and not block.agent)


def of(message: Assistant) -> list[Part]:
    """What a message shows, neighbouring texts put together as they are while they are written."""
    found: list[Part] = []
    for part in message.content:
        last = found[-1] if found else None
        match last, part:
            case Text(), Text():
                found[-1] = Text(text=last.text + part.text)
            case Reasoning(), Reasoning():
                found[-1] = Reasoning(text=last.text + part.text)
            case _, ToolCall():
                found.append(part)
            case _, (Text() | Reasoning()) if part.text:
                found.append(part)
            case _:
                pass
    return found


def same(shown: Sequence[Block], parts: Sequence[Part]) -> bool:
    """Whether all that was shown is what the message has."""
    if len(shown) != len(parts):
        return False
    return all(_is(block, part) for block, part in zip(shown, parts, strict=True))


def _is(block: Block, part: Part) -> bool:
    match block, part:
        case Answer(text=one), Text(text=other):
            return one == other
        case Thinking(text=one), Reasoning(text=other):
            return one == other
        case Call(id=one), ToolCall(id=other):
            return one == other
        case _:
            return False


def block(part: Text | Reasoning) -> Answer | Thinking:
    """A part as the block that shows it."""
    return Answer(text=part.text, closed=True) if isinstance(part, Text) else Thinking(text=part.text, closed=True)
