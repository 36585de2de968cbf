"""Whether the model's service still keeps what it read last, and what it costs to let it read that anew."""

from collections.abc import Callable
from datetime import datetime, timedelta

from heartbit_tui.config import Config
from heartbit_tui.kernel.bases import Outer
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import (
    CacheExpired,
    ContextRestored,
    ContextSummarized,
    Envelope,
    ModelCalled,
    ModelChanged,
    ResultReplaced,
    ResultRestored,
    Rewound,
    SessionStarted,
    ToolDropped,
    ToolRestored,
)
from heartbit_tui.kernel.messages import Message, Usage
from heartbit_tui.kernel.protocols import ContextPolicy, Request, Scene, View
from heartbit_tui.providers import caching
from heartbit_tui.providers.pricing import Price
from heartbit_tui.runtime.models import has_hour, prices_of

WORTH = 0.01
"""US dollars from which on it is worth a word."""

MANY = 20_000
"""Tokens from which on it is worth a word where their price is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is known of services: how long they keep a prompt of a model, in seconds, and what its tokens cost."""

    lifetime: Callable[[str, str], int | None]
    price: Callable[[str], Price | None]


def terms_of(config: Config) -> Terms:
    """The terms that hold by this configuration. Raises `ConfigError`."""
    caches = config.boolean("provider.prompt_caching")
    return Terms(
        lifetime=lambda name, model: caching.lifetime(
            name, model, ttl="1h" if has_hour(config) else "5m", caching=caches
        ),
        price=prices_of(config).price,
    )


class Warmth:
    """Follows the model calls of the agent that a session began with; give `take` to the bus as a sink."""

    def __init__(self, terms: Terms) -> None:
        self._agent = ""
        self._terms = terms
        self._provider = ""
        self._last: tuple[datetime, str, Usage] | None = None

    def take(self, envelope: Envelope) -> None:
        """Take note of a call, and of what makes the next request begin in another way."""
        if isinstance(envelope.event, SessionStarted):
            self._agent, self._provider = envelope.agent, envelope.event.provider
        elif envelope.agent == self._agent:
            self._own(envelope)

    def _own(self, envelope: Envelope) -> None:
        match envelope.event:
            case ModelChanged(provider=provider, model=model):
                self._provider = provider
                self._last = self._last if self._last and self._last[1] == model else None
            case ModelCalled(purpose="turn", model=model, usage=usage):
                self._last = (envelope.at, model, usage)
            case ContextSummarized(summary=text) if text:
                self._last = None
            case ContextRestored() | ResultReplaced() | ResultRestored() | Rewound() | ToolDropped() | ToolRestored():
                self._last = None
            case _:
                pass

    def cold(self, now: datetime) -> CacheExpired | None:
        """What has to be read anew with the next request, None where nothing has or it is not worth a word."""
        if self._last is None:
            return None
        at, model, usage = self._last
        lifetime, tokens = self._terms.lifetime(self._provider, model), caching.kept(usage)
        idle = (now - at) / timedelta(seconds=1)
        if lifetime is None or not tokens or idle <= lifetime:
            return None
        price = self._terms.price(model)
        anew = price.of(Usage(cache_creation_input_tokens=tokens)) if price else None
        kept = price.of(Usage(cache_read_input_tokens=tokens)) if price else None
        if (tokens < MANY) if anew is None or kept is None else (anew - kept < WORTH):
            return None
        return CacheExpired(tokens=tokens, idle=int(idle), lifetime=lifetime, cost_usd=anew, cached_usd=kept)


class Watchful(Outer):
    """A `ContextPolicy` that tells before a run's first request what the service has forgotten meanwhile.

    It remembers what the policy behind it let through, for whoever asks what was really sent.
    """

    def __init__(self, policy: ContextPolicy, warmth: Warmth) -> None:
        super().__init__(policy)
        self._warmth = warmth
        self.asked: tuple[Message, ...] = ()
        self.sent: tuple[Message, ...] = ()

    async def prepare(self, request: Request, scene: Scene, *, turn: int) -> bool:
        cold = self._warmth.cold(scene.clock.now()) if turn == 1 else None
        if cold is not None:
            scene.emit(cold)
        return await self.policy.prepare(request, scene, turn=turn)

    async def view(self, request: Request, *, turn: int) -> View:
        view = await self.policy.view(request, turn=turn)
        self.asked, self.sent = request.messages, view.messages
        return view
