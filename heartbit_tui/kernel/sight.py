"""What a model is sent: the conversation as the context policy shows it and as the guardrails let it go out."""

from collections.abc import Sequence
from dataclasses import replace

from heartbit_tui.kernel.aside import Aside
from heartbit_tui.kernel.errors import ContextOverflowError, GuardrailError, HeartbitError
from heartbit_tui.kernel.events import AutoCompactionTriggered
from heartbit_tui.kernel.guards import Guards
from heartbit_tui.kernel.host import Host
from heartbit_tui.kernel.messages import Assistant, Message, StopReason, Usage, user
from heartbit_tui.kernel.past import Past
from heartbit_tui.kernel.protocols import Agent, Request, ToolSpec
from heartbit_tui.kernel.respond import Respond

GO_ON = "Go on."
CHANGES = 8
"""How often a policy may change the conversation before a request goes out."""


class Sight:
    """Makes the request of each turn, and a shorter one where that did not fit."""

    def __init__(self, agent: Agent, host: Host, guards: Guards, respond: Respond) -> None:
        self._agent = agent
        self._host = host
        self._guards = guards
        self._respond = respond
        self._scene = Aside(host, guards)
        self._overflowed = -1

    async def request(self, turn: int) -> Request:
        """What to send in this turn. Raises `GuardrailError`."""
        request = self._whole()
        for _ in range(CHANGES):
            if not await self._agent.context.prepare(request, self._scene, turn=turn):
                break
            request = self._whole()
        return await self._seen(request, turn)

    async def shorter(self, turn: int, overflow: ContextOverflowError) -> Request | None:
        """What to send instead, after the model said that it does not fit; None where that is not possible.

        A turn right after one that was shortened is not shortened again: it would not help.
        """
        if 0 <= turn - self._overflowed <= 1:
            return None
        self._overflowed = turn
        try:
            found = await self._agent.context.shorten(self._whole(), self._scene, turn=turn, overflow=overflow)
        except GuardrailError:
            raise
        except HeartbitError:
            found = None
        usage = found.usage if found else Usage()
        self._host.emit(AutoCompactionTriggered(turn=turn, success=found is not None, usage=usage))
        if found is None:
            return None
        for event in found.events:
            self._host.emit(event)
        return await self._seen(self._whole(), turn)

    def _whole(self) -> Request:
        messages, manner = _to_answer(self._host.messages()), self._host.manner
        specs = (*(tool.spec for tool in self._agent.all_tools), *self._respond.specs)
        tools = offered(self._agent, specs, messages, self._host.past())
        return Request(
            system=self._agent.system,
            messages=messages,
            tools=tools,
            max_tokens=self._agent.max_tokens,
            tool_choice=self._respond.choice(tools),
            effort=manner.effort,
            strongest=manner.strongest,
        )

    async def _seen(self, request: Request, turn: int) -> Request:
        view = await self._agent.context.view(request, turn=turn)
        for event in view.events:
            self._host.emit(event)
        return await self._guards.request(replace(request, messages=view.messages))


def offered(agent: Agent, specs: Sequence[ToolSpec], messages: Sequence[Message], past: Past) -> tuple[ToolSpec, ...]:
    """The tools that the model is told of: those that the agent offers, without what a person took out."""
    return tuple(spec for spec in agent.offered(specs, messages) if spec.name not in past.left_out)


def _to_answer(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """The messages with something to answer at their end; a paused answer goes on by itself."""
    last = messages[-1] if messages else None
    if last is None or (isinstance(last, Assistant) and last.stop is not StopReason.PAUSE):
        return (*messages, user(GO_ON))
    return messages
