"""The events of an Anthropic Messages answer, turned into parts; pure."""

from collections.abc import Iterable, Iterator
from dataclasses import field
from types import MappingProxyType

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import MalformedError
from heartbit_tui.kernel.events import TextDelta, ThinkingDelta, ToolInputDelta
from heartbit_tui.kernel.messages import AssistantBlock, JsonObject, Opaque, StopReason, Text, Thinking, Usage
from heartbit_tui.kernel.protocols import Block, Part
from heartbit_tui.providers import classify
from heartbit_tui.providers.arguments import new_id, read_call, written
from heartbit_tui.providers.remote import Answer, integer
from heartbit_tui.providers.surrogates import Joiner

STOPS: MappingProxyType[str, StopReason] = MappingProxyType(
    {
        "end_turn": StopReason.END_TURN,
        "stop_sequence": StopReason.END_TURN,
        "tool_use": StopReason.TOOL_USE,
        "max_tokens": StopReason.MAX_TOKENS,
        "model_context_window_exceeded": StopReason.MAX_TOKENS,
        "refusal": StopReason.REFUSAL,
        "pause_turn": StopReason.PAUSE,
    }
)


@dataclass(slots=True)
class Open:
    """A block that is being written: its beginning as it came, and its pieces."""

    start: JsonObject
    pieces: list[str] = field(default_factory=list[str])
    signature: list[str] = field(default_factory=list[str])
    joiner: Joiner = field(default_factory=Joiner)

    @property
    def kind(self) -> str:
        return str(self.start.get("type"))

    @property
    def text(self) -> str:
        return "".join(self.pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A call whose arguments are read once it is known whether the output limit cut it off."""

    id: str
    name: str
    arguments: str


class Decoder:
    """Decodes one answer. `provider` is whose opaque blocks they will be."""

    def __init__(self, provider: str) -> None:
        self._provider = provider
        self._open: dict[int, Open] = {}
        self._unread: Unread | None = None
        self._calls = 0
        self._reason: StopReason | None = None
        self.answer = Answer()

    def feed(self, data: JsonObject) -> Iterable[Part]:
        if self.answer.done:
            return ()
        classify.raise_error_in(data, service=self._provider)
        match data.get("type"):
            case "message_start":
                self._learn(classify.as_object(data.get("message")))
            case "content_block_start":
                return self._start(data)
            case "content_block_delta":
                return self._delta(data)
            case "content_block_stop":
                return self._stop(integer(data, "index"))
            case "message_delta":
                return self._message_delta(data)
            case "message_stop":
                return self._message_stop()
            case "message":
                return self._whole(data)
            case _:
                pass
        return ()

    def end(self) -> Iterable[Part]:
        return ()

    def _learn(self, message: JsonObject) -> None:
        self.answer.model = str(message.get("model") or self.answer.model)
        self._count(classify.as_object(message.get("usage")))

    def _start(self, data: JsonObject) -> Iterator[Part]:
        yield from self._read(cut=False)
        self._open[integer(data, "index")] = Open(classify.as_object(data.get("content_block")))
        opened = self._open[integer(data, "index")]
        for key in ("text", "thinking"):
            if (begun := opened.start.get(key)) and opened.kind == key:
                yield from self._show(opened, key, str(begun))

    def _delta(self, data: JsonObject) -> Iterable[Part]:
        opened = self._open.get(integer(data, "index"))
        if opened is None:
            raise MalformedError(f"{self._provider} sent a piece of a block that it did not begin.")
        match delta := classify.as_object(data.get("delta")):
            case {"type": "text_delta", "text": str(text)}:
                return self._show(opened, "text", text)
            case {"type": "thinking_delta", "thinking": str(text)}:
                return self._show(opened, "thinking", text)
            case {"type": "signature_delta", "signature": str(text)}:
                opened.signature.append(text)
            case {"type": "input_json_delta", "partial_json": str(text)}:
                return self._show(opened, "input", text)
            case _:
                _keep(opened, delta)
        return ()

    def _show(self, opened: Open, key: str, text: str) -> Iterator[Part]:
        if key == "input":
            opened.pieces.append(text)
            if text and opened.kind == "tool_use":
                yield ToolInputDelta(
                    tool_call_id=str(opened.start.get("id")), tool_name=str(opened.start.get("name")), text=text
                )
            return
        if piece := opened.joiner.add(text):
            opened.pieces.append(piece)
            yield TextDelta(text=piece) if key == "text" else ThinkingDelta(text=piece)

    def _stop(self, index: int) -> Iterator[Part]:
        opened = self._open.pop(index, None)
        if opened is None:
            return
        opened.pieces.append(opened.joiner.rest())
        yield from self._read(cut=False)
        match opened.kind:
            case "tool_use":
                self._unread = self._call(opened)
            case "text" if not opened.text:
                return
            case _:
                yield Block(block=self._finished(opened))

    def _finished(self, opened: Open) -> AssistantBlock:
        start, text = dict(opened.start), opened.text
        match opened.kind:
            case "text":
                return Text(text=text)
            case "thinking":
                signature = "".join(opened.signature) or str(start.get("signature") or "")
                return Thinking(text=text, signature=signature)
            case _:
                if text:
                    start["input"] = dict(read_call("", "", text, cut=False).input)
                return Opaque(provider=self._provider, data=start)

    def _call(self, opened: Open) -> Unread:
        given = classify.as_object(opened.start.get("input"))
        self._calls += 1
        return Unread(
            id=str(opened.start.get("id") or new_id()),
            name=str(opened.start.get("name") or ""),
            arguments=opened.text or (written(given) if given else ""),
        )

    def _read(self, *, cut: bool) -> Iterator[Part]:
        unread, self._unread = self._unread, None
        if unread:
            yield Block(block=read_call(unread.id, unread.name, unread.arguments, cut=cut))

    def _message_delta(self, data: JsonObject) -> Iterator[Part]:
        self._count(classify.as_object(data.get("usage")))
        reason = classify.as_object(data.get("delta")).get("stop_reason")
        if not reason:
            return
        cut = STOPS.get(str(reason)) is StopReason.MAX_TOKENS
        for index in sorted(self._open):
            yield from self._stop(index)
        yield from self._read(cut=cut)
        self._stopped(str(reason))

    def _stopped(self, reason: str) -> None:
        stop = STOPS.get(reason, StopReason.END_TURN)
        if stop in (StopReason.END_TURN, StopReason.TOOL_USE):
            stop = StopReason.TOOL_USE if self._calls else StopReason.END_TURN
        self._reason = stop

    def _message_stop(self) -> Iterator[Part]:
        if self._open or self._unread or self._reason is None:
            raise classify.cut_short(self._provider)
        self.answer.stop = self._reason
        self.answer.done = True
        yield from ()

    def _whole(self, message: JsonObject) -> Iterator[Part]:
        self._learn(message)
        for index, block in enumerate(message.get("content") or ()):
            yield from self._start({"index": index, "content_block": block})
            yield from self._stop(index)
        yield from self._message_delta({"delta": message, "usage": message.get("usage")})
        yield from self._message_stop()

    def _count(self, usage: JsonObject) -> None:
        old = self.answer.usage
        self.answer.usage = Usage(
            input_tokens=max(old.input_tokens, integer(usage, "input_tokens")),
            output_tokens=max(old.output_tokens, integer(usage, "output_tokens")),
            cache_creation_input_tokens=max(
                old.cache_creation_input_tokens, integer(usage, "cache_creation_input_tokens")
            ),
            cache_read_input_tokens=max(old.cache_read_input_tokens, integer(usage, "cache_read_input_tokens")),
            reasoning_tokens=max(old.reasoning_tokens, integer(usage, "output_tokens_details", "thinking_tokens")),
        )


def _keep(opened: Open, delta: JsonObject) -> None:
    """A piece of a kind that is not known stays with its block, so that nothing is lost when it is sent back."""
    if opened.kind in {"text", "thinking", "tool_use"}:
        return
    known = {key: value for key, value in delta.items() if key != "type"}
    opened.start = {**opened.start, **known}
