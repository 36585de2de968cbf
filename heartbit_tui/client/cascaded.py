"""What a cascade of models did and saved, in the same words on every surface."""

from collections.abc import Sequence

from heartbit_tui.client.visible import one_line
from heartbit_tui.kernel.events import ModelEscalated
from heartbit_tui.kernel.ledger import Line
from heartbit_tui.kernel.spending import dollars

WORDS = 200
"""Characters that are told of a name or a reason."""

SAVED = "The cascade saved about ${usd}: an estimate by the prices of its strongest model."
COST = "The cascade cost about ${usd} more than its strongest model alone: an estimate by the prices of that."


def told(event: ModelEscalated) -> str:
    """That another model takes over, and why where that is known."""
    why = "you asked for it" if event.reason == "asked" else one_line(event.detail, WORDS)
    one, other = one_line(event.from_tier, WORDS), one_line(event.to_tier, WORDS)
    return f"{other} takes over from {one}" + (f": {why}." if why else ".")


def saving(costs: Sequence[Line]) -> str:
    """What was saved in all, or what it cost more; empty where it makes no difference that is known."""
    usd = sum(line.saved_usd for line in costs)
    if abs(usd) < 0.000_05:
        return ""
    return (SAVED if usd > 0 else COST).format(usd=dollars(abs(usd)))
