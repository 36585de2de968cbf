"""Made-up sessions, as odd as real ones are: reasoning, calls side by side, denied and lost results, steers, pictures."""

import itertools
from collections.abc import Iterator, Sequence
from random import Random

from heartbit_tui.kernel.events import (
    AssistantMessage,
    Envelope,
    Event,
    Rewound,
    RunCompleted,
    RunInterrupted,
    RunStarted,
    TodosChanged,
    ToolAnswered,
    ToolCallStarted,
    UserMessage,
)
from heartbit_tui.kernel.messages import (
    Assistant,
    AssistantBlock,
    Image,
    Opaque,
    StopReason,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Usage,
    User,
    UserBlock,
    user,
)
from heartbit_tui.providers.script import sign
from heartbit_tui.testing.clock import FakeClock

TOOLS = ("bash", "read", "edit", "grep", "todowrite")
WORDS = ("mend", "the", "parser", "Größe", "漢字", "because", "tests/a.py", "😀", "fails", "{", "#12", "```", "\u2028")
PICTURE = Image(media_type="image/png", data="aGk=" * 40)


def envelopes(events: Sequence[Event], *, agent: str = "main", first: int = 1) -> list[Envelope]:
    """The events in envelopes of one session."""
    now = FakeClock().now()
    return [
        Envelope(seq=seq, at=now, session="s1", run="run-1", agent=agent, event=event)
        for seq, event in enumerate(events, first)
    ]


def history(random: Random, exchanges: int, *, long: int = 400, first: int = 1) -> list[Event]:
    """The events of a session with so many prompts, of which the first has the seq `first`.

    Results have up to `long` words. A few calls have no result, and a few prompts are gone back on.
    """
    told: list[Event] = []
    ids = (f"call_{first}_{number}" for number in itertools.count())
    for exchange in range(exchanges):
        told.extend(_exchange(random, ids, exchange, long))
        if random.random() < 0.03:
            prompts = [seq for seq, event in enumerate(told, first) if isinstance(event, UserMessage)]
            told.append(Rewound(to=random.choice(prompts[-3:])))
    return told


def _exchange(random: Random, ids: Iterator[str], number: int, long: int) -> Iterator[Event]:
    words = _words(random, random.choice((3, 30, 300)))
    blocks: tuple[UserBlock, ...] = (Text(text=f"prompt {number}: {words}"),)
    yield RunStarted(task=words)
    yield UserMessage(message=User(content=(*blocks, PICTURE) if random.random() < 0.1 else blocks))
    if random.random() < 0.5:
        yield UserMessage(message=user(f"[Today is {number}. Mode: ask]"), origin="heartbit")
    for _ in range(random.choice((0, 1, 2, 6))):
        yield from _turn(random, ids, long)
    if random.random() < 0.1:
        yield RunInterrupted(reason="the user")
        return
    usage = Usage(input_tokens=random.randrange(1, 4_000), output_tokens=20)
    yield AssistantMessage(message=Assistant(content=(Text(text=_words(random, 20)),), usage=usage))
    yield RunCompleted(total_usage=usage, tool_calls_made=0)


def _turn(random: Random, ids: Iterator[str], long: int) -> Iterator[Event]:
    calls = tuple(_call(random, next(ids)) for _ in range(random.choice((1, 1, 2, 4))))
    yield AssistantMessage(message=Assistant(content=(*_before(random), *calls), stop=StopReason.TOOL_USE))
    for call in random.sample(calls, len(calls)):
        if random.random() < 0.9:
            yield ToolCallStarted(tool_name=call.name, tool_call_id=call.id)
        if random.random() < 0.95:
            yield ToolAnswered(result=_result(random, call, long))
    if random.random() < 0.1:
        yield TodosChanged(todos=({"content": _words(random, 3), "status": "pending", "priority": "high"},))
    if random.random() < 0.1:
        yield UserMessage(message=user(_words(random, 5)), origin="steer")
    if random.random() < 0.03:
        yield AssistantMessage(message=Assistant(content=(Text(text="half of"),), stop=StopReason.INTERRUPTED))


def _before(random: Random) -> tuple[AssistantBlock, ...]:
    thought = _words(random, 8)
    thinking = (Thinking(text=thought, signature=sign(thought)),) if random.random() < 0.4 else ()
    opaque = (Opaque(provider="anthropic", data={"type": "redacted"}),) if random.random() < 0.05 else ()
    words = (Text(text=_words(random, 6)),) if random.random() < 0.6 else ()
    return (*thinking, *opaque, *words)


def _call(random: Random, id: str) -> ToolCall:
    return ToolCall(id=id, name=random.choice(TOOLS), input={"file_path": f"src/{random.randrange(9)}.py", "n": 1})


def _result(random: Random, call: ToolCall, long: int) -> ToolResult:
    media = (PICTURE,) if random.random() < 0.05 else ()
    content = _words(random, random.choice((0, 5, long)))
    return ToolResult(call_id=call.id, content=content, media=media, is_error=random.random() < 0.1)


def _words(random: Random, count: int) -> str:
    return " ".join(random.choices(WORDS, k=count))
