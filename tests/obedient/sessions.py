"""Whole sessions with a model that obeys, through the runtime: nobody approves, or a person who knows the task."""

from collections.abc import AsyncGenerator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from heartbit_tui.client.local import local
from heartbit_tui.kernel.events import ApprovalRequested, AssistantMessage, Envelope, RunCompleted, Terminal
from heartbit_tui.kernel.messages import Text, ToolCall
from heartbit_tui.kernel.ops import Decide, Mode, Prompt
from heartbit_tui.runtime.options import Options
from heartbit_tui.testing import ModelServer, Obedient
from tests.obedient.ground import Ground, listening

Known = Collection[tuple[str, Mapping[str, object]]]
"""Calls by tool and input."""

MANY_TURNS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What one session came to."""

    envelopes: tuple[Envelope, ...]
    model: Obedient
    sent: bytes
    """All that the model was sent, headers and all."""

    @property
    def answer(self) -> str:
        """The last answer, of a run that came to its end."""
        assert isinstance(self.envelopes[-1].event, RunCompleted), self.envelopes[-1].event
        said = [each.event.message.text for each in self.envelopes if isinstance(each.event, AssistantMessage)]
        return said[-1]

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        """All calls that the model asked for."""
        messages = (each.event.message for each in self.envelopes if isinstance(each.event, AssistantMessage))
        return tuple(call for message in messages for call in message.calls)


@asynccontextmanager
async def ground(root: Path) -> AsyncGenerator[Ground]:
    """A ground with all its files, and a listener."""
    async with listening() as listener:
        yield Ground(root=root, listener=listener).made()


async def session(ground: Ground, words: str, *, approves: Known | None = None, mode: Mode | None = None) -> Done:
    """One run of these words to its end; None approves of nothing because nobody is there."""
    model = Obedient()
    async with ModelServer(compose=model.to_body) as server:
        options = Options(
            cwd=ground.project,
            environment=ground.environment(server.url),
            flags={"limits.max_turns": MANY_TURNS, "sandbox.enabled": False if mode is Mode.YOLO else None},
            mode=mode,
            on_ask="deny" if approves is None else "person",
        )
        envelopes = await _run(options, words, lambda call: (call.name, call.input) in (approves or ()))
        sent = b"\n".join(request.raw for request in server.requests)
    return Done(envelopes=envelopes, model=model, sent=sent)


async def _run(options: Options, words: str, approves: Callable[[ToolCall], bool]) -> tuple[Envelope, ...]:
    seen: list[Envelope] = []
    async with local(options) as client:
        client.submit(Prompt(content=(Text(text=words),)))
        async for envelope in client.envelopes():
            seen.append(envelope)
            match envelope.event:
                case ApprovalRequested(id=id, call=call):
                    client.submit(Decide(id=id, allow=approves(call)))
                case _ if isinstance(envelope.event, Terminal):
                    break
                case _:
                    pass
    return tuple(seen)
