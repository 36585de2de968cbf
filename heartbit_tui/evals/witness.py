"""What an attempt did, folded from its envelopes: calls, answer, tokens, money, and how it ended."""

import json

from heartbit_tui.kernel.events import (
    AssistantMessage,
    Envelope,
    ModelCalled,
    NameRepaired,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    RunStarted,
    TurnStarted,
)

STOPPED = "It was interrupted by {reason}."
ANSWER = "__respond__"
"""The tool through which a model gives an answer in a wanted shape; it is no tool of a trajectory."""


class Witness:
    """Hears the envelopes of one attempt. The agent that starts the first run is the one whose calls and words count."""

    def __init__(self) -> None:
        self.output = ""
        self.error = ""
        self.turns = 0
        self.tokens = 0
        self._agent = ""
        self._calls: dict[str, str] = {}
        self._cost = 0.0
        self._unpriced = False
        self._open: set[str] = set()

    @property
    def tools(self) -> tuple[str, ...]:
        """The tools that were called, in order, those that were denied too, each by its right name."""
        return tuple(name for name in self._calls.values() if name != ANSWER)

    @property
    def cost_usd(self) -> float | None:
        """US dollars of all agents; None where a price is not known or a call was cut off."""
        return None if self._unpriced else self._cost

    def take(self, envelope: Envelope) -> None:
        """Take note of an envelope."""
        self._count(envelope)
        if isinstance(envelope.event, RunStarted) and not self._agent:
            self._agent = envelope.agent
        if envelope.agent != self._agent:
            return
        match envelope.event:
            case TurnStarted():
                self.turns += 1
            case AssistantMessage(message=message):
                self.output = message.text
                self._calls |= {call.id: call.name for call in message.calls}
            case NameRepaired(tool_call_id=id, tool_name=name):
                self._calls[id] = name
            case RunCompleted(structured=structured) if structured is not None:
                self.output = json.dumps(structured, ensure_ascii=False)
            case RunFailed(error=error):
                self.error = error
            case RunInterrupted(reason=reason):
                self.error = STOPPED.format(reason=reason)
            case _:
                pass

    def _count(self, envelope: Envelope) -> None:
        match envelope.event:
            case TurnStarted():
                self._open.add(envelope.agent)
            case ModelCalled(usage=usage, cost_usd=cost):
                self._open.discard(envelope.agent)
                self.tokens += usage.prompt + usage.output_tokens
                self._cost += cost or 0.0
                self._unpriced |= cost is None
            case RunInterrupted() | RunFailed(kind="timeout"):
                self._unpriced |= bool(self._open)
            case _:
                pass
