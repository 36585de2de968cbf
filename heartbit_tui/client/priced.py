"""The models whose prices are known, by provider, under the names that the provider has for them."""

import re
from collections.abc import Sequence

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.providers.models import window
from heartbit_tui.providers.pricing import PRICES, Price

MAKERS = (("claude", "anthropic"), ("gpt", "openai"), ("o1", "openai"), ("o3", "openai"), ("o4", "openai"))
"""What names of models begin with, and the provider that has them under this name."""

_DOTTED = re.compile(r"^gpt-(\d)-(\d)")
_DATED = re.compile(r"claude-(?:3-.*|[a-z]+-4)")
"""Models that their provider knows only with a date behind the name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A model: dollars for a million tokens, and its window in tokens; None where that is not known."""

    provider: str
    model: str
    price_in: float | None = None
    price_out: float | None = None
    window: int | None = None

    @property
    def told(self) -> str:
        """What it costs, in a few words."""
        if self.price_in is None or self.price_out is None:
            return "price unknown"
        return f"${self.price_in:g} in, ${self.price_out:g} out for a million tokens"


def priced(provider: str = "") -> Sequence[Known]:
    """All of them, or those of one provider."""
    found = ((name, maker) for name in PRICES if (maker := _maker(name)) and not _DATED.fullmatch(name))
    return tuple(
        known(maker, _DOTTED.sub(r"gpt-\1.\2", name), PRICES[name]) for name, maker in found if provider in ("", maker)
    )


def known(provider: str, model: str, price: Price | None) -> Known:
    """What is known of a model."""
    if price is None:
        return Known(provider=provider, model=model, window=window(model))
    return Known(provider=provider, model=model, price_in=price.input, price_out=price.output, window=window(model))


def _maker(name: str) -> str:
    return next((provider for start, provider in MAKERS if name.startswith(start)), "")
