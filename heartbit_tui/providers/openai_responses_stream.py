"""The events of a Responses answer, turned into parts; pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import cast

from heartbit_tui.kernel.events import TextDelta, ThinkingDelta, ToolInputDelta
from heartbit_tui.kernel.messages import JsonObject, Opaque, StopReason, Text, Thinking, Usage
from heartbit_tui.kernel.protocols import Block, Part
from heartbit_tui.providers import classify
from heartbit_tui.providers.arguments import new_id, read_call
from heartbit_tui.providers.remote import Answer, integer
from heartbit_tui.providers.surrogates import Joiner, mended

DELTAS = frozenset({"response.output_text.delta", "response.refusal.delta"})
THOUGHTS = frozenset({"response.reasoning_summary_text.delta", "response.reasoning_text.delta"})
ENDS = frozenset({"response.completed", "response.incomplete", "response.done"})


@dataclass(slots=True)
class OpenItem:
    """An item that is being written."""

    start: JsonObject
    joiner: Joiner = field(default_factory=Joiner)


class Decoder:
    """Decodes one answer. `provider` is whose opaque blocks they will be."""

    def __init__(self, provider: str) -> None:
        self._provider = provider
        self._open: dict[int, OpenItem] = {}
        self._finished: set[int] = set()
        self._unread: JsonObject | None = None
        self._calls = 0
        self._refused = False
        self.answer = Answer()

    def feed(self, data: JsonObject) -> Iterable[Part]:
        if self.answer.done:
            return ()
        if data.get("object") == "response":
            return self._whole(data)
        kind = str(data.get("type"))
        if kind in ("error", "response.failed", "response.error"):
            raise self._error(data)
        if kind in ENDS:
            return self._end(classify.as_object(data.get("response")))
        if kind == "response.output_item.added":
            self._open[integer(data, "output_index")] = OpenItem(classify.as_object(data.get("item")))
        elif kind == "response.output_item.done":
            return self._item(integer(data, "output_index"), classify.as_object(data.get("item")))
        elif kind.endswith(".delta"):
            return self._delta(kind, data)
        elif kind == "response.created":
            self._learn(classify.as_object(data.get("response")))
        return ()

    def end(self) -> Iterable[Part]:
        return ()

    def _delta(self, kind: str, data: JsonObject) -> Iterator[Part]:
        item = self._open.setdefault(integer(data, "output_index"), OpenItem({}))
        text = str(data.get("delta") or "")
        if kind in DELTAS and (shown := item.joiner.add(text)):
            yield TextDelta(text=shown)
        elif kind in THOUGHTS and (shown := item.joiner.add(text)):
            yield ThinkingDelta(text=shown)
        elif kind == "response.function_call_arguments.delta" and text:
            named = {"tool_call_id": _id(item.start), "tool_name": str(item.start.get("name") or "")}
            yield ToolInputDelta(**named, text=text)

    def _item(self, index: int, item: JsonObject) -> Iterator[Part]:
        """The blocks of a finished item. The last call waits: the end may say that it was cut off."""
        self._open.pop(index, None)
        if index in self._finished:
            return
        self._finished.add(index)
        yield from self._read(cut=False)
        match item.get("type"):
            case "message":
                yield from self._message(item)
            case "function_call":
                self._unread = item
                self._calls += 1
            case "reasoning":
                if text := _summary(item):
                    yield Block(block=Thinking(text=text))
                yield Block(block=Opaque(provider=self._provider, data=item))
            case _:
                yield Block(block=Opaque(provider=self._provider, data=item))

    def _message(self, item: JsonObject) -> Iterator[Part]:
        for part in map(classify.as_object, cast("list[object]", item.get("content") or [])):
            self._refused |= part.get("type") == "refusal"
            if text := mended(str(part.get("text") or part.get("refusal") or "")):
                yield Block(block=Text(text=text))

    def _read(self, *, cut: bool) -> Iterator[Part]:
        call, self._unread = self._unread, None
        if call:
            name, arguments = str(call.get("name") or ""), str(call.get("arguments") or "")
            cut = cut or call.get("status") == "incomplete"
            yield Block(block=read_call(_id(call) or new_id(), name, arguments, cut=cut))

    def _whole(self, response: JsonObject) -> Iterator[Part]:
        if response.get("status") == "failed" or response.get("error"):
            raise self._error({"response": response})
        for index, item in enumerate(cast("list[object]", response.get("output") or [])):
            yield from self._item(index, classify.as_object(item))
        yield from self._end(response)

    def _end(self, response: JsonObject) -> Iterator[Part]:
        why = classify.as_object(response.get("incomplete_details")).get("reason")
        incomplete = response.get("status") == "incomplete"
        cut = incomplete and why != "content_filter"
        for index, item in enumerate(cast("list[object]", response.get("output") or [])):
            if index in self._open:
                yield from self._item(index, classify.as_object(item))
        if any(opened.start.get("type") == "function_call" for opened in self._open.values()) and not cut:
            raise classify.cut_short(self._provider)
        yield from self._read(cut=cut)
        self._learn(response)
        self.answer.stop = self._stop(incomplete=incomplete, filtered=why == "content_filter")
        self.answer.done = True

    def _stop(self, *, incomplete: bool, filtered: bool) -> StopReason:
        if self._refused or filtered:
            return StopReason.REFUSAL
        if incomplete:
            return StopReason.MAX_TOKENS
        return StopReason.TOOL_USE if self._calls else StopReason.END_TURN

    def _learn(self, response: JsonObject) -> None:
        self.answer.model = str(response.get("model") or self.answer.model)
        if usage := classify.as_object(response.get("usage")):
            self.answer.usage = usage_of(usage)

    def _error(self, data: JsonObject) -> Exception:
        response = classify.as_object(data.get("response"))
        self._learn(response)
        error = classify.as_object(response.get("error")) or classify.as_object(data.get("error")) or dict(data)
        return classify.error_from_event(error, service=self._provider)


def _id(call: JsonObject) -> str:
    return str(call.get("call_id") or call.get("id") or "")


def usage_of(usage: JsonObject) -> Usage:
    """Usage out of a service's counts: cached tokens taken out of the input's, reasoning part of the output."""
    read = integer(usage, "input_tokens_details", "cached_tokens")
    created = integer(usage, "input_tokens_details", "cache_write_tokens")
    return Usage(
        input_tokens=max(integer(usage, "input_tokens") - read - created, 0),
        output_tokens=integer(usage, "output_tokens"),
        cache_creation_input_tokens=created,
        cache_read_input_tokens=read,
        reasoning_tokens=integer(usage, "output_tokens_details", "reasoning_tokens"),
    )


def _summary(item: JsonObject) -> str:
    parts = [*cast("list[object]", item.get("summary") or []), *cast("list[object]", item.get("content") or [])]
    return mended("\n\n".join(str(classify.as_object(part).get("text") or "") for part in parts))
