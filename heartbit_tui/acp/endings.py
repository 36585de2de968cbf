"""How a prompt can end, as the protocol has it: a reason to stop, or an error."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

from acp.schema import PromptResponse, StopReason as Stop, Usage

from heartbit_tui.acp import errors
from heartbit_tui.kernel import messages
from heartbit_tui.kernel.events import RunCompleted, RunFailed, RunInterrupted, Terminal
from heartbit_tui.kernel.messages import StopReason

Ending: TypeAlias = PromptResponse

LIMITS: Mapping[str, Stop] = MappingProxyType({"max_turns": "max_turn_requests", "max_tokens": "max_tokens"})
STOPS: Mapping[StopReason, Stop] = MappingProxyType(
    {StopReason.REFUSAL: "refusal", StopReason.MAX_TOKENS: "max_tokens"}
)


def ending(end: Terminal | None, stop: StopReason) -> Ending:
    """The answer to a prompt whose run ended so; None where it set off none. Raises `RequestError` for a failure."""
    match end:
        case None:
            return PromptResponse(stop_reason="end_turn")
        case RunCompleted(total_usage=usage):
            return PromptResponse(stop_reason=STOPS.get(stop, "end_turn"), usage=_usage(usage))
        case RunInterrupted(partial_usage=usage):
            return PromptResponse(stop_reason="cancelled", usage=_usage(usage))
        case RunFailed(kind=kind, partial_usage=usage) if kind in LIMITS:
            return PromptResponse(stop_reason=LIMITS[kind], usage=_usage(usage))
        case RunFailed(kind=kind, error=text):
            raise errors.failed(kind, text)


def interrupted() -> Ending:
    """The answer to a prompt that was cancelled before it set off a run."""
    return PromptResponse(stop_reason="cancelled")


def _usage(spent: messages.Usage) -> Usage:
    return Usage(
        total_tokens=spent.prompt + spent.output_tokens,
        input_tokens=spent.input_tokens,
        output_tokens=spent.output_tokens,
        thought_tokens=spent.reasoning_tokens,
        cached_read_tokens=spent.cache_read_input_tokens,
        cached_write_tokens=spent.cache_creation_input_tokens,
    )
