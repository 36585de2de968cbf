"""A question to the session's model on the side: nothing of it is shown, its cost is told."""

from contextlib import aclosing

from heartbit_tui.kernel.events import Event, ModelCalled
from heartbit_tui.kernel.guards import Guards
from heartbit_tui.kernel.host import Host
from heartbit_tui.kernel.messages import Assistant
from heartbit_tui.kernel.past import Past
from heartbit_tui.kernel.protocols import Clock, Purpose, Request
from heartbit_tui.kernel.reply import Reply


class Aside:
    """The `Scene` of a context policy: one agent's place in a session, with its guardrails in front of the model."""

    def __init__(self, host: Host, guards: Guards) -> None:
        self._host = host
        self._guards = guards

    @property
    def clock(self) -> Clock:
        return self._host.clock

    def past(self) -> Past:
        return self._host.past()

    def emit(self, event: Event) -> int:
        return self._host.emit(event)

    async def ask(self, request: Request, purpose: Purpose) -> Assistant:
        reply = Reply(self._host.clock)
        guarded = await self._guards.request(request)
        async with aclosing(self._host.provider.stream(guarded)) as parts:
            async for part in parts:
                event = reply.take(part)
                if isinstance(event, ModelCalled):
                    self._host.emit(event)
        if reply.finish is not None:
            self._host.emit(reply.finish.spent(purpose).told)
        return reply.message()
