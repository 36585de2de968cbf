"""What of a span may be told in a mode: which attributes, how long, and nothing secret."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from heartbit_tui.kernel.events import PAYLOAD_BYTES, clip
from heartbit_tui.telemetry.modes import Mode
from heartbit_tui.telemetry.spans import FINISH_REASONS, INPUT_TOKENS, OUTPUT_TOKENS, Span, Value

BRIEF = 256
"""Bytes of a task and of an error in the mode `analysis`; the seed's figure."""

FIGURES = frozenset(
    {
        "total_input_tokens",
        "total_output_tokens",
        "estimated_cost_usd",
        "latency_ms",
        "ttft_ms",
        "tool_call_count",
        "duration_ms",
        FINISH_REASONS,
        INPUT_TOKENS,
        OUTPUT_TOKENS,
    }
)
"""What is told from the mode `analysis` on."""

PAYLOADS: Mapping[str, Mapping[Mode, int]] = MappingProxyType(
    {
        "task": MappingProxyType[Mode, int]({"analysis": BRIEF, "debug": PAYLOAD_BYTES}),
        "response_text": MappingProxyType[Mode, int]({"debug": PAYLOAD_BYTES}),
        "input": MappingProxyType[Mode, int]({"debug": PAYLOAD_BYTES}),
        "output": MappingProxyType[Mode, int]({"debug": PAYLOAD_BYTES}),
    }
)
"""What was said, and how many bytes of it each mode tells."""

LONGEST_SECRET = 256
"""Characters before a cut that may be the beginning of a secret."""

_CUT = re.compile(r"\[truncated: \d+ bytes omitted\]\Z")
_LAST_WORD = re.compile(rf"\S{{1,{LONGEST_SECRET}}}\Z")


def told(span: Span, mode: Mode, mask: Callable[[str], str]) -> Span:
    """The span as this mode tells it, its texts masked by `mask` before they are cut."""
    kept = ((key, _value(key, value, mode, mask)) for key, value in span.attributes.items() if _is_told(key, mode))
    length = {"analysis": BRIEF, "debug": PAYLOAD_BYTES}.get(mode, 0)
    return replace(
        span,
        attributes=MappingProxyType(dict(kept)),
        error=clip(mask(span.error), length) if span.error and length else "",
    )


def _is_told(key: str, mode: Mode) -> bool:
    if key in PAYLOADS:
        return mode in PAYLOADS[key]
    return mode in ("analysis", "debug") or (mode == "production" and key not in FIGURES)


def _value(key: str, value: Value, mode: Mode, mask: Callable[[str], str]) -> Value:
    if not isinstance(value, str):
        return value
    if key in PAYLOADS:
        return clip(mask(_whole(value)), PAYLOADS[key][mode])
    return mask(value)


def _whole(text: str) -> str:
    """A text that the log has cut, without the word in which that was done: half a secret is known by nobody."""
    cut = _CUT.search(text)
    if cut is None:
        return text
    return _LAST_WORD.sub("", text[: cut.start()]) + cut.group()
