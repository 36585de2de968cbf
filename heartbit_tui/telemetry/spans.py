"""What took time in a session, as OpenTelemetry knows it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass

Value: TypeAlias = str | int | float | bool | tuple[str, ...]
"""What an attribute may be."""

RUN: Final = "heartbit.agent.run"
LLM_CALL: Final = "heartbit.agent.llm_call"
TOOL_BATCH: Final = "heartbit.agent.tool_batch"
TOOL_CALL: Final = "heartbit.agent.tool_call"
SUMMARIZE: Final = "heartbit.agent.summarize"
DELEGATE: Final = "heartbit.orchestrator.delegate"
SQUAD: Final = "heartbit.orchestrator.squad"

SYSTEM: Final = "gen_ai.system"
REQUEST_MODEL: Final = "gen_ai.request.model"
RESPONSE_MODEL: Final = "gen_ai.response.model"
FINISH_REASONS: Final = "gen_ai.response.finish_reasons"
INPUT_TOKENS: Final = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS: Final = "gen_ai.usage.output_tokens"
ERROR_TYPE: Final = "error.type"
"""The names that the semantic conventions of OpenTelemetry give to attributes of model calls and of failures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Something that went on from `start` to `end`, both in UTC.

    `id` is unique within its session, and `parent` the id of the span that it belongs to, empty for a run that a person
    set off; `trace` is the same for all that belongs to such a run. `failed` tells that it did not end well, and `error`
    why, where that was said.
    """

    name: str
    id: str
    trace: str
    start: datetime
    end: datetime
    attributes: Mapping[str, Value]
    parent: str = ""
    failed: bool = False
    error: str = ""
