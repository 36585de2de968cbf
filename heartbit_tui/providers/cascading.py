"""Several models, the cheapest first: a stronger one is asked only where the answer of a cheaper one does not stand."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import replace
from typing import Literal

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import AuthenticationError, ContextOverflowError, ProviderError
from heartbit_tui.kernel.events import ModelEscalated
from heartbit_tui.kernel.messages import Assistant, Message, StopReason, ToolResult, User
from heartbit_tui.kernel.protocols import Clock, Finish, Part, Provider, Request, Spent
from heartbit_tui.providers.pricing import Prices
from heartbit_tui.providers.sieve import Heuristic, Sieve
from heartbit_tui.providers.trial import Trial

REST = 300.0
"""Seconds for which a model that failed is left alone, as `fallback` has it: its retries have taken long enough."""

FEW = 5
"""Messages that are too few to be made shorter; more of them are, where they do not fit. The seed's number."""

LINGER = 2.0
"""Seconds that are waited, behind the whole answer, for the cost of a model that a person did not want to wait for."""

TOO_LONG = "the conversation does not fit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Up:
    """Where an answer goes on after one that does not stand, and how that is told."""

    to: int
    event: ModelEscalated


class Cascading:
    """A `Tiered` provider. `tiers` go from the cheapest to the strongest, which is the model that was chosen.

    - Of a cheaper model's answer nothing is shown before the sieve lets it through; the strongest one streams.
    - Whatever a model answers in vain is told as `Spent` with the purpose `cascade_rejected`.
    - A refused key ends it, for all would be refused. What does not fit is made shorter by whoever asks; a model that it
      still does not fit is passed over. Any other error of a cheaper model lets the next one answer, and the one that
      failed is left alone for `rest` seconds.
    - Who called tools goes on with their results: the models below are not asked again before the next prompt. So calls
      that only the strongest model may make cost one answer in vain for a prompt, not one for each turn.

    Raises `ValueError` without any tier; `stream` raises what the strongest model does.
    """

    def __init__(
        self,
        tiers: Sequence[Provider],
        clock: Clock,
        *,
        sieve: Sieve | None = None,
        prices: Prices | None = None,
        rest: float = REST,
    ) -> None:
        if not tiers:
            raise ValueError("A cascade needs at least one model.")
        self._tiers = tuple(tiers)
        self._last = len(self._tiers) - 1
        self._clock = clock
        self._sieve = sieve or Heuristic()
        self._prices = prices or Prices()
        self._rest = rest
        self._fell: dict[int, float] = {}
        self._wrote: dict[tuple[str, str], int] = {}
        self._trials: set[Trial] = set()
        self._overflowed = -1

    @property
    def name(self) -> str:
        return self._tiers[self._last].name

    @property
    def model(self) -> str:
        return self._tiers[self._last].model

    @property
    def strongest(self) -> str:
        return self.model

    @property
    def models(self) -> tuple[str, ...]:
        """The names of all models, the cheapest first."""
        return tuple(tier.model for tier in self._tiers)

    def escalate(self) -> None:
        for trial in self._trials:
            trial.leave()

    async def stream(self, request: Request) -> AsyncGenerator[Part, None]:
        """The parts of the first answer that stands, with a `ModelEscalated` for each step up to it."""
        at, left = self._start(request), list[Trial]()
        if request.strongest and at < self._last:
            up = self._up(at, "asked", to=self._last)
            yield up.event
            at = up.to
        async with AsyncExitStack() as stack:
            while at < self._last:
                trial = await stack.enter_async_context(Trial(self._tiers[at], request))
                async with aclosing(self._tried(at, trial, request)) as parts:
                    async for part in parts:
                        if not isinstance(part, Up):
                            yield part
                            continue
                        at = part.to
                        left += [trial] if trial.left else []
                        yield part.event
                        break
                    else:
                        return
            async with aclosing(self._strongest(request, left)) as parts:
                async for part in parts:
                    yield part

    async def _tried(self, at: int, trial: Trial, request: Request) -> AsyncGenerator[Part | Up, None]:
        """What comes of one of the cheaper models; an Up at the end where its answer does not stand."""
        self._trials.add(trial)
        try:
            async with aclosing(trial.news()) as news:
                async for part in news:
                    yield replace(part, instead_usd=0.0) if isinstance(part, Spent) else part
            if trial.left:
                yield self._up(at, "asked", to=self._last)
                return
            if trial.finish is None:
                yield self._failed(at, trial.error, request)
                return
            weighed = await self._sieve.weigh(request, trial.answer)
        finally:
            self._trials.discard(trial)
        for spent in weighed.spent:
            yield replace(spent, instead_usd=0.0)
        self._overflowed = -1 if self._overflowed == at else self._overflowed
        if not weighed.fault and not trial.left:
            for part in trial.shown():
                yield part
            yield self._accepted(at, trial.finish)
            return
        yield replace(trial.finish.spent("cascade_rejected"), instead_usd=0.0)
        if trial.left:
            yield self._up(at, "asked", to=self._last)
        else:
            to = self._last if weighed.strongest else at + 1
            yield self._up(at, "gate_rejected", to=to, detail=weighed.fault)

    async def _strongest(self, request: Request, left: Sequence[Trial]) -> AsyncGenerator[Part, None]:
        """The answer of the last model, and behind it what those have cost that were not waited for."""
        failure: ProviderError | None = None
        finish: Finish | None = None
        try:
            async with aclosing(self._tiers[self._last].stream(request)) as parts:
                async for part in parts:
                    if isinstance(part, Finish):
                        finish = part
                    else:
                        yield part
        except ProviderError as error:
            failure = error
        for trial in left:
            for spent in await trial.late(LINGER):
                yield replace(spent, instead_usd=0.0)
        if failure is not None:
            raise failure
        if finish is not None:
            self._wrote[finish.provider, finish.model] = self._last
            yield finish

    def _start(self, request: Request) -> int:
        """The cheapest model that is to be asked."""
        at = self._floor(request.messages)
        now = self._clock.monotonic()
        while at < self._last and at in self._fell and now - self._fell[at] < self._rest:
            at += 1
        return at

    def _floor(self, messages: Sequence[Message]) -> int:
        """Who wrote the last answer, where what follows goes on with it; else the cheapest."""
        place = next((n for n in reversed(range(len(messages))) if isinstance(messages[n], Assistant)), None)
        if place is None:
            return 0
        last, after = messages[place], messages[place + 1 :]
        assert isinstance(last, Assistant)
        results = any(isinstance(b, ToolResult) for each in after if isinstance(each, User) for b in each.content)
        if not results and last.stop is not StopReason.PAUSE:
            return 0
        named = next((n for n, tier in enumerate(self._tiers) if tier.model == last.model), 0)
        return self._wrote.get((last.provider, last.model), named)

    def _failed(self, at: int, error: ProviderError | None, request: Request) -> Up:
        """Where it goes on after an error; raises one that no other model would make good."""
        detail = error.error_class.replace("_", " ") if error else "it ended before it was finished"
        if isinstance(error, AuthenticationError):
            raise error
        if isinstance(error, ContextOverflowError):
            if self._overflowed != at and len(request.messages) > FEW:
                self._overflowed = at
                raise error
            detail = TOO_LONG
        self._fell[at] = self._clock.monotonic()
        return self._up(at, "tier_error", to=at + 1, detail=detail)

    def _accepted(self, at: int, finish: Finish) -> Finish:
        self._wrote[finish.provider, finish.model] = at
        return replace(finish, instead_usd=self._prices.cost(self.model, finish.usage))

    def _up(self, at: int, reason: Literal["gate_rejected", "tier_error", "asked"], *, to: int, detail: str = "") -> Up:
        one, other = self._tiers[at].model, self._tiers[to].model
        return Up(to=to, event=ModelEscalated(from_tier=one, to_tier=other, reason=reason, detail=detail))
