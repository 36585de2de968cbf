"""The chunks of a Chat Completions answer, turned into parts; pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, cast

from heartbit_tui.kernel.errors import MalformedError, OverloadedError
from heartbit_tui.kernel.events import TextDelta, ThinkingDelta, ToolInputDelta
from heartbit_tui.kernel.messages import JsonObject, Opaque, StopReason, Text, Thinking, Usage
from heartbit_tui.kernel.protocols import Block, Part
from heartbit_tui.providers import classify
from heartbit_tui.providers.arguments import new_id, read_call, written
from heartbit_tui.providers.remote import Answer, integer
from heartbit_tui.providers.surrogates import Joiner

MAX_CALLS = 128
"""Calls in one answer; a service that numbers them higher is not believed."""

STOPS: MappingProxyType[str, StopReason] = MappingProxyType(
    {
        "stop": StopReason.END_TURN,
        "tool_calls": StopReason.TOOL_USE,
        "function_call": StopReason.TOOL_USE,
        "length": StopReason.MAX_TOKENS,
        "content_filter": StopReason.REFUSAL,
    }
)


@dataclass(slots=True)
class OpenCall:
    """A call that is being written."""

    id: str = ""
    name: str = ""
    pieces: list[str] = field(default_factory=list[str])


@dataclass(slots=True)
class OpenText:
    """Text or reasoning that is being written."""

    pieces: list[str] = field(default_factory=list[str])
    joiner: Joiner = field(default_factory=Joiner)

    def add(self, piece: str) -> str:
        text = self.joiner.add(piece)
        self.pieces.append(text)
        return text

    def take(self) -> str:
        text = "".join([*self.pieces, self.joiner.rest()])
        self.pieces.clear()
        return text


class Decoder:
    """Decodes one answer. `provider` is whose opaque blocks they will be."""

    def __init__(self, provider: str) -> None:
        self._provider = provider
        self._text = OpenText()
        self._thinking = OpenText()
        self._details: dict[tuple[str, int], dict[str, Any]] = {}
        self._calls: dict[int, OpenCall] = {}
        self._refused = False
        self.answer = Answer()

    def feed(self, data: JsonObject) -> Iterable[Part]:
        if data.get("type") == "[DONE]":
            self.answer.done = True
            return ()
        classify.raise_error_in(data, service=self._provider)
        self.answer.model = str(data.get("model") or self.answer.model)
        self._count(classify.as_object(data.get("usage")))
        return self._choices(data)

    def end(self) -> Iterator[Part]:
        """All blocks that are still open; calls come last, in their order."""
        yield from self._close_thinking()
        if self._details:
            details = list(self._details.values())
            yield Block(block=Opaque(provider=self._provider, data={"reasoning_details": details}))
        yield from self._close_text()
        cut = self.answer.stop is StopReason.MAX_TOKENS
        last = max(self._calls, default=-1)
        for index, call in sorted(self._calls.items()):
            text = "".join(call.pieces)
            yield Block(block=read_call(call.id or new_id(), call.name, text, cut=cut and index == last))

    def _choices(self, data: JsonObject) -> Iterator[Part]:
        choices = cast("list[object]", data.get("choices") or [])
        for choice in map(classify.as_object, choices):
            if choice.get("index") not in (0, None):
                continue
            classify.raise_error_in(choice, service=self._provider)
            yield from self._delta(classify.as_object(choice.get("delta") or choice.get("message")))
            self._stopped(choice.get("finish_reason"))
        if "message" in classify.as_object(choices[0] if choices else None):
            self.answer.done = True

    def _delta(self, delta: JsonObject) -> Iterator[Part]:
        thought = delta.get("reasoning_content") or delta.get("reasoning")
        if isinstance(thought, str) and thought and (shown := self._thinking.add(thought)):
            yield ThinkingDelta(text=shown)
        self._detail(delta.get("reasoning_details"))
        for key in ("content", "refusal"):
            if text := _words(delta.get(key)):
                self._refused |= key == "refusal"
                yield from self._close_thinking()
                if shown := self._text.add(text):
                    yield TextDelta(text=shown)
        for place, fragment in enumerate(cast("list[object]", delta.get("tool_calls") or [])):
            yield from self._fragment(classify.as_object(fragment), place)

    def _fragment(self, fragment: JsonObject, place: int) -> Iterator[Part]:
        call = self._call(fragment, place)
        function = classify.as_object(fragment.get("function"))
        call.id = call.id or str(fragment.get("id") or "")
        call.name = call.name or str(function.get("name") or "")
        arguments = function.get("arguments")
        text = written(cast("dict[str, Any]", arguments)) if isinstance(arguments, dict) else str(arguments or "")
        if text:
            call.pieces.append(text)
            yield ToolInputDelta(tool_call_id=call.id, tool_name=call.name, text=text)

    def _call(self, fragment: JsonObject, place: int) -> OpenCall:
        """The call that a fragment belongs to: by index, else by id, else by its place in the list."""
        index, name = fragment.get("index"), str(fragment.get("id") or "")
        if not isinstance(index, int) or isinstance(index, bool):
            index = self._placed(name) if name else max(len(self._calls) - 1, place)
        elif name and index in self._calls and self._calls[index].id not in ("", name):
            index = self._placed(name)
        if index not in self._calls and not (0 <= index < 1_000_000 and len(self._calls) < MAX_CALLS):
            raise MalformedError(f"{self._provider} asked for more than {MAX_CALLS} calls at once.")
        return self._calls.setdefault(index, OpenCall())

    def _placed(self, name: str) -> int:
        """Where the call with this id goes: some services give no index, or the same one to all calls."""
        known = [number for number, call in self._calls.items() if call.id == name]
        return known[0] if known else max(self._calls, default=-1) + 1

    def _detail(self, details: object) -> None:
        """Join the pieces of OpenRouter's reasoning details, which are sent back as they came."""
        for detail in map(classify.as_object, cast("list[object]", details if isinstance(details, list) else [])):
            key = (str(detail.get("type")), integer(detail, "index"))
            whole = self._details.setdefault(key, {})
            for name, value in detail.items():
                joined = name in ("text", "summary", "data") and isinstance(value, str) and whole.get(name)
                whole[name] = whole[name] + value if joined else (value if value is not None else whole.get(name))

    def _close_thinking(self) -> Iterator[Part]:
        if text := self._thinking.take():
            yield Block(block=Thinking(text=text))

    def _close_text(self) -> Iterator[Part]:
        if text := self._text.take():
            yield Block(block=Text(text=text))

    def _stopped(self, reason: object) -> None:
        if not reason:
            return
        if reason == "error":
            raise OverloadedError(f"{self._provider} broke off the answer with an error.")
        stop = STOPS.get(str(reason), StopReason.END_TURN)
        if stop in (StopReason.END_TURN, StopReason.TOOL_USE):
            stop = StopReason.TOOL_USE if self._calls else StopReason.END_TURN
        self.answer.stop = StopReason.REFUSAL if self._refused else stop

    def _count(self, usage: JsonObject) -> None:
        if not usage:
            return
        self.answer.usage = usage_of(usage)
        cost = usage.get("cost")
        if isinstance(cost, int | float) and not isinstance(cost, bool):
            self.answer.cost_usd = float(cost)


def usage_of(usage: JsonObject) -> Usage:
    """Usage out of a service's counts: cached tokens taken out of the prompt's, reasoning part of the output.

    Some services leave reasoning out of `completion_tokens`; their total gives them away.
    """
    details = "prompt_tokens_details"
    read = integer(usage, details, "cached_tokens") or integer(usage, "prompt_cache_hit_tokens")
    read = read or integer(usage, "cached_tokens")
    created = integer(usage, details, "cache_write_tokens")
    prompt, output = integer(usage, "prompt_tokens"), integer(usage, "completion_tokens")
    reasoning = integer(usage, "completion_tokens_details", "reasoning_tokens")
    apart = reasoning and integer(usage, "total_tokens") == prompt + output + reasoning
    return Usage(
        input_tokens=max(prompt - read - created, 0),
        output_tokens=output + reasoning if apart else output,
        cache_creation_input_tokens=created,
        cache_read_input_tokens=read,
        reasoning_tokens=reasoning,
    )


def _words(content: object) -> str:
    """The text of a delta, which some services send as a list of parts."""
    if isinstance(content, list):
        parts = map(classify.as_object, cast("list[object]", content))
        return "".join(str(part.get("text") or "") for part in parts)
    return content if isinstance(content, str) else ""
