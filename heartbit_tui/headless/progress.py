"""What a person who waits sees on stderr: one line a call, and what it all took."""

import json
import re
from collections.abc import Mapping
from typing import Any, cast

from heartbit_tui.client import guarded, jobs, metered, pursued, remembered, routed, stepped
from heartbit_tui.client.tally import Tally
from heartbit_tui.client.types import About
from heartbit_tui.headless.endings import Ending
from heartbit_tui.kernel.events import (
    Envelope,
    Event,
    GuardrailDenied,
    GuardrailWarned,
    JobEnded,
    MemoryChanged,
    MemoryRecalled,
    Notice,
    PermissionDenied,
    RetryAttempt,
    TaskRouted,
    ToolCallCompleted,
    ToolCallStarted,
)

WIDTH = 100
TELLING = ("command", "file_path", "path", "pattern", "url", "query", "name", "content")
"""The arguments that say most about a call, the best first."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_SPACE = re.compile(r"\s+")


def visible(text: str) -> str:
    """The text with what would steer a terminal made visible; line ends and tabs stay."""
    text = text.replace("\r\n", "\n")
    return _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", text)


def one_line(text: str, width: int = WIDTH) -> str:
    """The text as one line of at most `width` characters that cannot steer a terminal."""
    flat = visible(_SPACE.sub(" ", text).strip())
    return flat if len(flat) <= width else flat[: width - 1] + "…"


def _warning(text: str) -> list[str]:
    """A warning, its first line with what it is; further lines, such as those of a diff, stand as they are."""
    first, *rest = text.split("\n")
    return [f"warning: {one_line(first, 400)}", *(visible(line)[:400] for line in rest)]


class Progress:
    """Folds envelopes into lines for stderr."""

    def __init__(self) -> None:
        self._inputs: dict[str, str] = {}

    def begin(self, about: About) -> list[str]:
        """The warnings that a session begins with."""
        return [line for each in about.warnings for line in _warning(each)]

    def take(self, envelope: Envelope) -> list[str]:
        """The lines that an envelope is worth, often none."""
        match envelope.event:
            case ToolCallStarted(tool_call_id=id, input=input):
                self._inputs[id] = input
                return []
            case ToolCallCompleted() as event:
                return [self._call(event)]
            case JobEnded() as end:
                return [f"· {one_line(jobs.told(end))}"]
            case PermissionDenied(tool_name=name, reason=reason):
                return [f"denied: {one_line(f'{name}: {reason}')}"]
            case GuardrailDenied() | GuardrailWarned() as event:
                return [f"guardrail: {one_line(guarded.told(event), 400)}"]
            case RetryAttempt(attempt=attempt, max_retries=most, delay_ms=delay, error_class=kind):
                return [f"retry {attempt}/{most} in {delay / 1000:.1f} s: {one_line(kind)}"]
            case event:
                return _told(event)

    def _call(self, event: ToolCallCompleted) -> str:
        mark = "✗" if event.is_error else "·"
        seconds = f" ({event.duration_ms / 1000:.1f} s)" if event.duration_ms >= 100 else ""
        about = gist(self._inputs.pop(event.tool_call_id, ""))
        return f"{mark} {one_line(f'{event.tool_name} {about}')}{seconds}"


def _told(event: Event) -> list[str]:
    if isinstance(event, MemoryRecalled | MemoryChanged):
        return _memory(event)
    step = stepped.notice(event)
    if step is not None:
        return [f"{'·' if step.level == 'info' else '✗'} {one_line(step.text, 400)}"]
    if isinstance(event, TaskRouted):
        return [f"routing: {one_line(routed.told(event), 400)}"]
    told = event if isinstance(event, Notice) else metered.notice(event)
    if told is not None:
        return [f"{told.level}: {one_line(told.text, 400)}"]
    listed = pursued.notice(event)
    return [f"{listed.level}: {one_line(line, 400)}" for line in listed.text.split("\n")] if listed else []


def _memory(event: MemoryRecalled | MemoryChanged) -> list[str]:
    """What happened to the memory; what the model's own call did has its line already, unless it was refused."""
    text = remembered.told(event)
    if not text or (event.tool_call_id and not remembered.is_trouble(event)):
        return []
    return [f"memory: {one_line(text, 400)}"]


def gist(input: str) -> str:
    """What a call is about: its most telling argument, or all of them."""
    try:
        arguments: object = json.loads(input)
    except ValueError:
        return input
    if not isinstance(arguments, dict):
        return input
    known = cast("Mapping[str, Any]", arguments)
    return next((str(known[key]) for key in TELLING if known.get(key)), input if known else "")


def end(tally: Tally, ending: Ending) -> list[str]:
    """The last lines: what went wrong, and in one line the tokens and what they cost."""
    spent = (f"tokens: {tally.usage.input_tokens} in, {tally.usage.output_tokens} out", *_cache(tally))
    calls = f"{tally.calls} tool call{'' if tally.calls == 1 else 's'}"
    cost = "cost unknown" if tally.cost_usd is None else f"estimated cost ${tally.cost_usd:.4f}"
    stats = " · ".join((*spent, calls, cost, *_saved(tally)))
    return [*wrong(ending), stats] if tally.turns else wrong(ending)


def wrong(ending: Ending) -> list[str]:
    """The sentence for a run that did not succeed."""
    return [f"heartbit: {visible(ending.error)}"] if ending.is_error and ending.error else []


def _saved(tally: Tally) -> tuple[str, ...]:
    usd = tally.saved_usd or 0.0
    return (f"about ${usd:.4f} saved by the cascade",) if usd >= 0.000_05 else ()


def _cache(tally: Tally) -> tuple[str, ...]:
    read, written = tally.usage.cache_read_input_tokens, tally.usage.cache_creation_input_tokens
    return (f"cache: {read} read, {written} written",) if read or written else ()
