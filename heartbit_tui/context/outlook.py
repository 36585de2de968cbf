"""How full the model's window is, of what, and what will happen when it is full; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from heartbit_tui.context import cutting, ledger, tokens
from heartbit_tui.context.ledger import Item, Kept, Kind, Part
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.messages import Assistant
from heartbit_tui.kernel.past import Past
from heartbit_tui.kernel.protocols import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Figures in tokens: the model's window and where compaction comes, 0 for unknown or never; the last totals."""

    window: int = 0
    threshold: int = 0
    totals: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What fills the window, as it was estimated, with the `factor` that corrects it by what the model reported."""

    plain: tuple[Item, ...] = ()
    end: int = 0
    """The seq before which the next compaction would summarise, 0 where it would not."""
    factor: float = 1.0
    size: Size = Size()

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """All items in the order in which they are sent."""
        return tuple(replace(item, tokens=round(item.tokens * self.factor)) for item in self.plain)

    @cached_property
    def going(self) -> tuple[Item, ...]:
        """The items that the next compaction would put into a summary, oldest first."""
        return ledger.before(self.items, self.end)

    @cached_property
    def used(self) -> int:
        """The tokens of all items."""
        return round(ledger.total(self.plain) * self.factor)

    @cached_property
    def kinds(self) -> Mapping[Kind, int]:
        """Tokens by kind."""
        return {kind: round(size * self.factor) for kind, size in ledger.by_kind(self.plain).items()}

    @property
    def share(self) -> float:
        """How much of the window is used, 0 where that is not known."""
        return self.used / self.size.window if self.size.window else 0.0

    @property
    def turns(self) -> int | None:
        """In how many turns compaction comes by how the last ones grew, None where that cannot be told."""
        size = self.size
        return ledger.turns_left((*size.totals, self.used), size.threshold) if size.threshold else None


def outlook(
    request: Request,
    past: Past,
    size: Size,
    *,
    parts: Sequence[Part] = (),
    before: float = 1.0,
    kept: Kept | None = None,
) -> Outlook:
    """The outlook on a request that would be sent now; `before` is the factor that held so far."""
    plain = ledger.items(request, past, parts=parts, kept=kept)
    end = cutting.through(past) if size.threshold else 0
    return Outlook(plain=plain, end=end, factor=corrected(plain, past, before), size=size)


def corrected(plain: Sequence[Item], past: Past, before: float) -> float:
    """What estimates have to be multiplied with, by the newest answer that said how much it read.

    Where the conversation was changed since that answer, what held before holds on.
    """
    for placed in reversed(past.entries):
        if isinstance(placed.entry, Assistant) and placed.entry.usage.prompt:
            if past.changed > placed.seq:
                return before
            estimate = sum(item.tokens for item in plain if item.last < placed.seq)
            return min(max(placed.entry.usage.prompt / max(estimate, 1), tokens.LEAST), tokens.MOST)
    return before
