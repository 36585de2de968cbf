"""What a session costs, what may be spent, and what fills its model's window: asked for at any time."""

import asyncio
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from heartbit_tui.context.chain import Chain
from heartbit_tui.context.ledger import Kept, Part
from heartbit_tui.kernel.caps import Caps, local_day
from heartbit_tui.kernel.conversation import Conversation
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import CacheExpired, Envelope, ModelCalled
from heartbit_tui.kernel.ledger import Capped, Daily, Ledger
from heartbit_tui.kernel.messages import Message
from heartbit_tui.kernel.ops import Period
from heartbit_tui.kernel.past import Past
from heartbit_tui.kernel.protocols import Agent, Clock, ContextPolicy, Request
from heartbit_tui.kernel.session import Session
from heartbit_tui.kernel.sight import offered
from heartbit_tui.providers.models import window
from heartbit_tui.runtime import plugins
from heartbit_tui.runtime.warmth import Warmth, Watchful

if TYPE_CHECKING:
    from heartbit_tui.context.outlook import Outlook, Size

OUTLOOK = "heartbit_tui.context.outlook"
"""What a window is filled with is loaded when somebody looks."""

MANY = 300
"""Entries of the log from which on it takes too long for a key that waits to find out what is new."""

TURNS = 9
"""Turns by whose growth it is told when compaction comes."""

Days = Callable[[date, date], Awaitable[list[Daily]]]
"""Reads what was spent from one day to another."""


async def outlook_on(agent: Agent, conversation: Conversation, parts: Sequence[Part]) -> "Outlook":
    """What an agent's model would be sent of a conversation that nobody goes on with now."""
    specs = tuple(tool.spec for tool in agent.all_tools)
    messages, past = conversation.messages(), conversation.past()
    request = Request(system=agent.system, messages=messages, tools=offered(agent, specs, messages, past))
    shown = replace(request, messages=(await agent.context.view(request, turn=1)).messages)
    outlook: Callable[..., Outlook] = plugins.resolve(f"{OUTLOOK}:outlook")
    return outlook(shown, past, size_of(shown, agent.provider.model, agent.context), parts=parts)


def size_of(request: Request, model: str, policy: ContextPolicy | None, totals: Sequence[int] = ()) -> "Size":
    """The figures that a request is seen against."""
    figures: type[Size] = plugins.resolve(f"{OUTLOOK}:Size")
    if not isinstance(policy, Chain):
        return figures(window=window(model) or 0, totals=tuple(totals))
    size = policy.room.window or window(model) or 0
    return figures(window=size, threshold=policy.threshold(request), totals=tuple(totals))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moment:
    """A conversation as it stands, and what its model would be sent."""

    messages: tuple[Message, ...]
    past: Past
    request: Request
    size: "Size"


class Meters:
    """The meters of one session; give `take` to the bus as a sink, and call `join` once the session is there."""

    def __init__(self, *, caps: Caps, warmth: Warmth, clock: Clock, days: Days | None = None) -> None:
        self.ledger = Ledger()
        self.caps = caps
        self.warmth = warmth
        self._clock = clock
        self._days = days
        self._totals: deque[int] = deque(maxlen=TURNS)
        self._session: Session | None = None
        self._watch: Watchful | None = None
        self._chain: ContextPolicy | None = None
        self._parts: tuple[Part, ...] = ()
        self._kept = Kept()
        self._factor = 1.0
        self._one_at_a_time = threading.Lock()
        self._known: tuple[object, object, Outlook] | None = None

    def take(self, envelope: Envelope) -> None:
        """Count an envelope, of the log or as it is published."""
        self.ledger.take(envelope)
        self.warmth.take(envelope)
        match envelope.event:
            case ModelCalled(purpose="turn", usage=usage) if self._session is None or self._is_own(envelope):
                self._totals.append(usage.prompt + usage.output_tokens)
            case _:
                pass

    def join(self, session: Session, watch: Watchful, chain: ContextPolicy, parts: Sequence[Part] = ()) -> None:
        """Be asked about this session from now on.

        `chain` is what shortens its conversation, in whatever it stands in `watch`; `parts` are those of the system prompt.
        """
        self._session, self._watch, self._chain, self._parts = session, watch, chain, tuple(parts)

    def outlook(self) -> "Outlook":
        """What would be sent now, item by item; cheap while nothing has changed."""
        return self._still() or self._made(self._moment())

    def glance(self) -> "Outlook | None":
        """The same where that takes no time; None where a long conversation has changed, and `look` has to tell."""
        known = self._still()
        if known is None and self._session and len(self._session.desk.past().entries) > MANY:
            return None
        return known or self.outlook()

    async def look(self) -> "Outlook":
        """The same, found beside the loop: the first time with ten thousand messages takes a third of a second."""
        return self._still() or await asyncio.to_thread(self._made, self._moment())

    def _still(self) -> "Outlook | None":
        """What was found the last time, where nothing has changed since."""
        session, known = self._session, self._known
        if session is None or known is None:
            return None
        same = known[0] is session.desk.conversation.messages() and known[1] is session.desk.past()
        return known[2] if same else None

    def _moment(self) -> "_Moment | None":
        session = self._session
        if session is None:
            return None
        messages, past = session.desk.conversation.messages(), session.desk.past()
        specs = tuple(tool.spec for tool in session.agent.all_tools)
        tools = offered(session.agent, specs, messages, past)
        request = Request(system=session.agent.system, messages=self._shown(messages), tools=tools)
        size = size_of(request, session.settings.provider.model, self._chain, self._totals)
        return _Moment(messages=messages, past=past, request=request, size=size)

    def _made(self, moment: "_Moment | None") -> "Outlook":
        """The outlook at a moment; whatever thread asks, one at a time."""
        if moment is None:
            empty: Outlook = plugins.resolve(f"{OUTLOOK}:Outlook")()
            return empty
        make: Callable[..., Outlook] = plugins.resolve(f"{OUTLOOK}:outlook")
        with self._one_at_a_time:
            kept, factor = self._kept, self._factor
            found = make(moment.request, moment.past, moment.size, parts=self._parts, before=factor, kept=kept)
            self._factor = found.factor
            self._known = (moment.messages, moment.past, found)
        return found

    def cold(self) -> CacheExpired | None:
        """What the service would have to read anew now."""
        return self.warmth.cold(self._clock.now())

    def capped(self) -> tuple[Capped, ...]:
        """All periods that have a cap, and what was spent of it."""
        session = self._session
        if session is None:
            return ()
        now, budget = self._clock.now(), session.desk.budget
        run, usual = budget.cost_usd if budget else 0.0, session.agent.limits.max_cost_usd
        periods: tuple[Period, ...] = ("run", "session", "day")
        found = (
            Capped(
                period=period,
                used=self.caps.used(period, now, run),
                cap=self.caps.cap(period, usual if period == "run" else None),
            )
            for period in periods
        )
        return tuple(each for each in found if each.cap is not None)

    async def daily(self, days: int) -> list[Daily]:
        """What each model cost on each of the last days, in all sessions. Raises `StoreError`."""
        today = local_day(self._clock.now())
        return await self._days(today - timedelta(days=days - 1), today) if self._days else []

    def _is_own(self, envelope: Envelope) -> bool:
        return self._session is not None and envelope.agent == self._session.agent.name

    def _shown(self, messages: tuple[Message, ...]) -> tuple[Message, ...]:
        """The messages as the policy showed them last, with what came since."""
        if self._watch is None or not self._watch.asked:
            return messages
        asked, known = self._watch.asked, len(self._watch.asked)
        if len(messages) < known or messages[known - 1] != asked[-1]:
            return messages
        if any(one is not other for one, other in zip(messages[: known - 1], asked, strict=False)):
            return messages
        return (*self._watch.sent, *messages[known:])
