"""Envelopes of made-up sessions, in the order in which a session tells them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from heartbit_tui.kernel.events import (
    ApprovalDecision,
    ApprovalRequested,
    AssistantMessage,
    Envelope,
    Event,
    LlmResponse,
    PermissionDenied,
    RetryAttempt,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    RunStarted,
    TextDelta,
    ThinkingDelta,
    ToolAnswered,
    ToolCallCompleted,
    ToolCallStarted,
    ToolInputDelta,
    ToolProgress,
    TurnStarted,
    UserMessage,
)
from heartbit_tui.kernel.messages import (
    Assistant,
    AssistantBlock,
    StopReason,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Usage,
    user,
)

AGENT, HELPER = "heartbit", "helper"
BEGAN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
WORDS = ("one", "two **three**", "\n\n", "`four`", " five\n", "ünï 漢字", "```py\nx = 1\n```\n", "- six\n")


@dataclass
class Log:
    """Envelopes with their places, each a second after the one before."""

    envelopes: list[Envelope] = field(default_factory=list[Envelope])

    def tell(self, *events: Event, agent: str = AGENT) -> None:
        for event in events:
            seq = len(self.envelopes) + 1
            at = BEGAN + timedelta(seconds=seq)
            self.envelopes.append(Envelope(seq=seq, at=at, session="s", run="r", agent=agent, event=event))


def said(text: str, origin: str = "prompt") -> UserMessage:
    """A person's words."""
    return UserMessage(message=user(text), origin="steer" if origin == "steer" else "prompt")


def answered(*blocks: AssistantBlock) -> AssistantMessage:
    """A whole message of the model."""
    stop = StopReason.TOOL_USE if any(isinstance(block, ToolCall) for block in blocks) else StopReason.END_TURN
    return AssistantMessage(message=Assistant(content=blocks, stop=stop, usage=Usage(input_tokens=10, output_tokens=5)))


def begun(text: str = "do it") -> tuple[Event, ...]:
    """How a run begins."""
    return RunStarted(task=text), said(text), TurnStarted(turn=1, max_turns=9)


def done() -> RunCompleted:
    """How a run ends well."""
    return RunCompleted(total_usage=Usage(input_tokens=10, output_tokens=5), tool_calls_made=0)


def ended(id: str, tool: str = "bash", *, output: str = "out", is_error: bool = False) -> tuple[Event, ...]:
    """How a call ends."""
    completed = ToolCallCompleted(
        tool_name=tool, tool_call_id=id, is_error=is_error, duration_ms=7, output=output, details={"exit": 0}
    )
    return completed, ToolAnswered(result=ToolResult(call_id=id, content=output, is_error=is_error))


def session(dice: random.Random) -> list[Envelope]:
    """A random session of up to five runs."""
    log = Log()
    for number in range(dice.randint(1, 5)):
        _run(log, dice, number)
    return log.envelopes


def _run(log: Log, dice: random.Random, number: int) -> None:
    log.tell(RunStarted(task="x"), said(f"prompt {number} {dice.choice(WORDS)}"))
    for turn in range(dice.randint(1, 4)):
        log.tell(TurnStarted(turn=turn + 1, max_turns=9))
        if dice.random() < 0.2:
            log.tell(*_written(dice, _blocks(dice, number, turn)))
            log.tell(RetryAttempt(attempt=1, max_retries=3, delay_ms=10, error_class="overloaded"))
        blocks = _blocks(dice, number, turn)
        log.tell(*_written(dice, blocks))
        log.tell(LlmResponse(turn=turn, usage=Usage(), stop_reason=StopReason.END_TURN, tool_call_count=0))
        log.tell(answered(*blocks))
        for call in (block for block in blocks if isinstance(block, ToolCall)):
            log.tell(*_worked(dice, call))
        if dice.random() < 0.2:
            log.tell(said("on the way", "steer"))
    log.tell(_over(dice))


def _blocks(dice: random.Random, number: int, turn: int) -> tuple[AssistantBlock, ...]:
    text = "".join(dice.choice(WORDS) for _ in range(dice.randint(1, 6)))
    found: list[AssistantBlock] = [Thinking(text="I think.")] if dice.random() < 0.3 else []
    found += [Text(text=text)] if dice.random() < 0.8 else []
    for place in range(dice.randint(0, 3)):
        found.append(ToolCall(id=f"c{number}-{turn}-{place}", name=dice.choice(("bash", "read")), input={"a": place}))
    return tuple(found) or (Text(text="so."),)


def _written(dice: random.Random, blocks: tuple[AssistantBlock, ...]) -> Iterator[Event]:
    for block in blocks:
        match block:
            case Text(text=text):
                yield from (TextDelta(text=piece) for piece in _pieces(dice, text))
            case Thinking(text=text):
                yield from (ThinkingDelta(text=piece) for piece in _pieces(dice, text))
            case ToolCall(id=id, name=name):
                yield from (ToolInputDelta(tool_call_id=id, tool_name=name, text=piece) for piece in ('{"a"', ": 1}"))
            case _:
                pass


def _pieces(dice: random.Random, text: str) -> Iterator[str]:
    at = 0
    while at < len(text):
        size = dice.randint(1, 9)
        yield text[at : at + size]
        at += size


def _worked(dice: random.Random, call: ToolCall) -> Iterator[Event]:
    how = dice.choice(("ok", "ok", "failed", "asked", "refused", "denied"))
    if how in ("asked", "refused"):
        yield ApprovalRequested(turn=1, tool_names=(call.name,), id=f"a-{call.id}", call=call)
        yield ApprovalDecision(turn=1, approved=how == "asked", id=f"a-{call.id}", tool_call_id=call.id, note="no")
    if how in ("denied", "refused"):
        yield PermissionDenied(tool_name=call.name, tool_call_id=call.id, reason="a rule")
    else:
        yield ToolCallStarted(tool_name=call.name, tool_call_id=call.id)
        yield ToolProgress(tool_call_id=call.id, text="some ")
    yield from ended(call.id, call.name, is_error=how not in ("ok", "asked"))


def _over(dice: random.Random) -> Event:
    return dice.choice((done(), RunFailed(error="It broke.", partial_usage=Usage()), RunInterrupted(reason="the user")))
