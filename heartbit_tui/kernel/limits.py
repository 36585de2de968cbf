"""When a run has to stop: turns, tokens, money, and a model that goes in circles."""

import json
from collections import deque
from collections.abc import Sequence
from hashlib import sha256

from heartbit_tui.kernel.errors import LimitError
from heartbit_tui.kernel.messages import ToolCall, Usage
from heartbit_tui.kernel.protocols import Limits

WINDOW = 12
LONGEST_CYCLE = 4


class Budget:
    """What a run has used of its limits. Money whose price is unknown counts nothing, and `unpriced` says so.

    `within` is the budget of the run that this one works for, which counts it too: its limits hold here as well.
    """

    def __init__(self, limits: Limits, within: "Budget | None" = None) -> None:
        self._limits = limits
        self._within = within
        self.usage = Usage()
        self.cost_usd = 0.0
        self.unpriced = False
        self._blind = False

    def handed_on(self, limits: Limits) -> "Budget":
        """The budget of an agent that goes on with the same run: its own limits for all that was used so far."""
        budget = Budget(limits, self._within)
        budget.usage, budget.cost_usd, budget.unpriced = self.usage, self.cost_usd, self.unpriced
        return budget

    @property
    def cap(self) -> float | None:
        """US dollars that the whole run may cost, None for any amount."""
        return self._within.cap if self._within else self._limits.max_cost_usd

    @property
    def paid(self) -> float:
        """US dollars that the whole run has cost."""
        return self._within.paid if self._within else self.cost_usd

    def spend(self, usage: Usage, cost_usd: float | None) -> None:
        """Count one model call."""
        self.usage += usage
        self.cost_usd += cost_usd or 0.0
        self.unpriced = self.unpriced or cost_usd is None

    def blind(self) -> bool:
        """Whether money is limited but the price of a call was unknown; says so once."""
        blind = self.unpriced and self.cap is not None and not self._blind
        self._blind = self._blind or blind
        return blind

    def check_turn(self, turn: int) -> None:
        """Raise `LimitError` when turn number `turn` (from 1) may not begin."""
        if turn > self._limits.max_turns:
            raise LimitError("turns", used=turn - 1, bound=self._limits.max_turns)

    def check_tokens(self) -> None:
        """Raise `LimitError` when more tokens were used than allowed (strictly more)."""
        tokens = self._limits.max_total_tokens
        if tokens is not None and self.usage.total > tokens:
            raise LimitError("tokens", used=self.usage.total, bound=tokens)
        if self._within is not None:
            self._within.check_tokens()


class DoomLoop:
    """Sees a model repeat itself: one set of calls `threshold` times in a row, or a cycle of up to four sets.

    The ids and the order of a turn's calls do not matter. Paging on (another offset each time) is no repetition.
    A threshold below two turns it off. `alarms` counts the alarms that followed each other within a window.
    """

    def __init__(self, threshold: int) -> None:
        self._threshold = threshold
        self._recent: deque[str] = deque(maxlen=max(WINDOW, threshold * LONGEST_CYCLE))
        self._quiet = 0
        self.alarms = 0

    def repeats(self, calls: Sequence[ToolCall]) -> int:
        """Take in a turn's calls; how often they have now been repeated if that is too often, else 0."""
        if self._threshold < 2:
            return 0
        self._recent.append(signature(calls))
        length = next((n for n in range(1, LONGEST_CYCLE + 1) if self._cycles(n)), 0)
        self._quiet = 0 if length else self._quiet + 1
        if self._quiet >= WINDOW:
            self.alarms = 0
        self.alarms += bool(length)
        return self._count(length) if length else 0

    def forget(self) -> None:
        """Start afresh, after a person said to go on."""
        self._recent.clear()
        self.alarms = self._quiet = 0

    def _cycles(self, length: int) -> bool:
        needed = length * self._threshold
        if len(self._recent) < needed or self._recent[-1] != self._recent[-1 - length]:
            return False
        recent = list(self._recent)[-needed:]
        return all(x == y for x, y in zip(recent, recent[length:], strict=False))

    def _count(self, length: int) -> int:
        recent = list(self._recent)[::-1]
        same = 0
        while same + length < len(recent) and recent[same] == recent[same + length]:
            same += 1
        return same // length + 1


def signature(calls: Sequence[ToolCall]) -> str:
    """A text that is equal for turns that ask for the same."""
    texts = (f"{call.name} {json.dumps(call.input, sort_keys=True, default=str)} {call.fault}" for call in calls)
    return sha256("\n".join(sorted(texts)).encode("utf-8", "surrogatepass")).hexdigest()
