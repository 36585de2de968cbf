"""What may be spent: tokens end a run, money asks a person first, and what cannot be held is told."""

import math
from collections.abc import Mapping
from types import MappingProxyType

from heartbit_tui.kernel.caps import Reached
from heartbit_tui.kernel.errors import LimitError
from heartbit_tui.kernel.events import BudgetExceeded, CapChanged, Choice, Notice, Question
from heartbit_tui.kernel.host import Host
from heartbit_tui.kernel.limits import Budget

UNPRICED = "The price of this model is not known: the cost limit cannot hold. Set a price, or limit tokens instead."
REACHED: Mapping[str, str] = MappingProxyType(
    {
        "run": "This run has cost ${used}, and its cap is ${cap}.",
        "session": "This session has cost ${used}, and its cap is ${cap}.",
        "day": "What was done today has cost ${used} in all sessions, and the cap of a day is ${cap}.",
    }
)
ASKED = "{reached} Go on? (An amount of your own becomes the new cap.)"
NOT_AN_AMOUNT = "`{said}` is no amount above ${used}. "
ONCE = Choice(label="Go on once", description="one more answer of the model, then you are asked again")
STOP = Choice(label="Stop", description="end this run; all that was done and said is kept")
RAISE = "Raise to ${cap}"
RAISED = "until this session is closed"


async def admit(budget: Budget, host: Host) -> None:
    """Let a model be asked, once a person agreed wherever a cap was passed.

    Raises `LimitError` where more was spent than may be and nobody is there to ask, or the person does not agree.
    """
    check_tokens(budget, host)
    await host.caps.look(host.clock.now())
    async with host.caps.asking:
        passed = set[str]()
        while reached := next((each for each in _reached(budget, host) if each.period not in passed), None):
            _tell(reached, budget, host)
            if not host.attended or not await _agreed(reached, host):
                raise _error(reached)
            passed.add(reached.period)


def check_spending(budget: Budget, host: Host) -> None:
    """Raise `LimitError` after an answer that cost too much, where nobody could be asked before the next one."""
    check_tokens(budget, host)
    reached = () if host.attended else _reached(budget, host)
    if reached:
        _tell(reached[0], budget, host)
        raise _error(reached[0])


def check_tokens(budget: Budget, host: Host) -> None:
    """Tell it when the limit of tokens is passed, or one of money cannot be held. Raises `LimitError`."""
    if budget.blind():
        host.emit(Notice(level="warning", text=UNPRICED))
    try:
        budget.check_tokens()
    except LimitError as error:
        host.emit(BudgetExceeded(used=error.used, limit=error.bound, partial_usage=budget.usage))
        raise


def amount(said: str) -> float | None:
    """The US dollars that a person wrote, None for what is no amount."""
    try:
        found = float(said.strip().removeprefix("$").removesuffix("$").replace(",", ".").strip())
    except ValueError:
        return None
    return found if math.isfinite(found) and found >= 0 else None


def dollars(usd: float) -> str:
    """An amount as it is told: with cents, and what is less than ten cents with up to four digits."""
    return f"{usd:,.2f}" if usd >= 0.1 or not usd else f"{max(usd, 0.0001):.4f}".rstrip("0")


def raised(reached: Reached) -> float:
    """The cap to offer: doubled until there is as much room again as was used beyond it."""
    cap = reached.cap or reached.used
    return cap * 2 ** max(math.ceil(math.log2(reached.used / cap + 1e-9)), 1) if cap else reached.used


def _reached(budget: Budget, host: Host) -> tuple[Reached, ...]:
    return host.caps.reached(host.clock.now(), budget.paid, budget.cap)


def _tell(reached: Reached, budget: Budget, host: Host) -> None:
    event = BudgetExceeded(
        used=reached.used,
        limit=reached.cap,
        partial_usage=budget.usage,
        unit="usd",
        period=reached.period,
        action="asked" if host.attended else "ended",
    )
    host.emit(event)


async def _agreed(reached: Reached, host: Host) -> bool:
    """Whether the person lets it go on; a new cap is told."""
    offered, wrong = raised(reached), ""
    more = Choice(label=RAISE.format(cap=dollars(offered)), description=RAISED)
    while True:
        asked = wrong + ASKED.format(reached=_sentence(reached))
        question = Question(question=asked, header="Cost", options=(ONCE, more, STOP))
        answers = await host.ask([question])
        said = answers[0][0] if answers and answers[0] else STOP.label
        if said in (ONCE.label, STOP.label):
            return said == ONCE.label
        cap = offered if said == more.label else amount(said)
        if cap is not None and cap >= reached.used:
            host.emit(CapChanged(period=reached.period, usd=cap))
            return True
        wrong = NOT_AN_AMOUNT.format(said=said[:40], used=dollars(reached.used))


def _sentence(reached: Reached) -> str:
    return REACHED[reached.period].format(used=dollars(reached.used), cap=dollars(reached.cap))


def _error(reached: Reached) -> LimitError:
    return LimitError("cost", used=reached.used, bound=reached.cap, period=reached.period)
