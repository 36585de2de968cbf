"""The context policy that has a model shorten long results; the log keeps them whole."""

from collections.abc import Iterator
from pathlib import Path

from heartbit_tui.context.recall import NAME
from heartbit_tui.context.tokens import size
from heartbit_tui.kernel.bases import Whole
from heartbit_tui.kernel.errors import GuardrailError, HeartbitError
from heartbit_tui.kernel.events import ResultReplaced
from heartbit_tui.kernel.messages import Assistant, StopReason, ToolCall, ToolResult, user
from heartbit_tui.kernel.past import Past
from heartbit_tui.kernel.protocols import Request, Scene

LEAST_ANSWER = 256
"""Tokens that a shortened result may have at least; else a third of an answer's. The seed's figures."""

NOTE = "\n[compressed from {size} bytes]"


class Compress(Whole):
    """A `ContextPolicy`: each result of more than `threshold` bytes that is no error is shortened once."""

    def __init__(self, threshold: int) -> None:
        self._threshold = threshold
        self._seen = 0

    async def prepare(self, request: Request, scene: Scene, *, turn: int) -> bool:
        past = scene.past()
        found = [await self._shortened(result, request, scene) for result in self._long(past)]
        self._seen = past.entries[-1].seq if past.entries else 0
        for event in filter(None, found):
            scene.emit(event)
        return any(found)

    def _long(self, past: Past) -> Iterator[ToolResult]:
        """The long results of the last turn that nobody looked at yet; what was brought back is not shortened again."""
        calls: dict[str, ToolCall] = {}
        newest: list[ToolResult] = []
        for placed in reversed(past.entries):
            if placed.seq <= self._seen or isinstance(placed.entry, Assistant):
                calls = {call.id: call for call in placed.entry.calls} if isinstance(placed.entry, Assistant) else {}
                break
            if isinstance(placed.entry, ToolResult) and placed.entry.call_id not in past.replaced:
                newest.insert(0, placed.entry)
        for result in newest:
            call = calls.get(result.call_id)
            if not result.is_error and size(result.content) > self._threshold and (call is None or call.name != NAME):
                yield result

    async def _shortened(self, result: ToolResult, request: Request, scene: Scene) -> ResultReplaced | None:
        """The shorter result, or None where the model had none: then it stays as it is."""
        system = Path(__file__).with_name("compress.md").read_text(encoding="utf-8")
        most = max(request.max_tokens // 3, LEAST_ANSWER)
        asked = Request(system=system, messages=(user(result.content),), max_tokens=most)
        try:
            answer = await scene.ask(asked, "compression")
        except GuardrailError:
            raise
        except HeartbitError:
            return None
        text = answer.text.strip()
        if not text or answer.stop is StopReason.MAX_TOKENS:
            return None
        content = text + NOTE.format(size=size(result.content))
        omitted = size(result.content) - size(content)
        replaced = ResultReplaced(tool_call_id=result.call_id, content=content, omitted=omitted, why="compressed")
        return replaced if omitted > 0 else None
