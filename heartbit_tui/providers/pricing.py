"""What tokens cost; unknown where it is unknown."""

from collections.abc import Mapping
from dataclasses import fields, replace
from types import MappingProxyType
from typing import Any, cast

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.kernel.messages import Usage
from heartbit_tui.providers.models import matched, plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """US dollars for a million tokens. Above `long_above` prompt tokens, the factors apply to the whole call."""

    input: float
    output: float
    cache_read: float
    cache_write: float
    long_above: int = 0
    long_input: float = 2.0
    long_output: float = 1.5

    def of(self, usage: Usage) -> float:
        """What this usage costs. Reasoning tokens are part of the output and not counted again."""
        read = usage.input_tokens * self.input
        read += usage.cache_read_input_tokens * self.cache_read
        read += usage.cache_creation_input_tokens * self.cache_write
        written = usage.output_tokens * self.output
        if self.long_above and usage.prompt > self.long_above:
            read, written = read * self.long_input, written * self.long_output
        return (read + written) / 1_000_000


def _claude(input: float, output: float) -> Price:
    return Price(input=input, output=output, cache_read=input / 10, cache_write=input * 1.25)


def _openai(input: float, output: float, cached: float, *, long: bool = False, write: float | None = None) -> Price:
    """`write` is None where writing to the cache costs what reading without it does."""
    written = input if write is None else write
    above = 272_000 if long else 0
    return Price(input=input, output=output, cache_read=cached, cache_write=written, long_above=above)


def _routed(input: float, output: float) -> Price:
    """The price of a model that several services have, without a word on what they take for their caches."""
    return Price(input=input, output=output, cache_read=input, cache_write=input)


PRICES: MappingProxyType[str, Price] = MappingProxyType(
    {
        "claude-fable-5": _claude(10, 50),
        "claude-fable-5-2": _claude(8, 40),
        "claude-opus-5-5": _claude(4, 20),
        "claude-opus-5": _claude(5, 25),
        "claude-opus-4-5": _claude(5, 25),
        "claude-opus-4-6": _claude(5, 25),
        "claude-opus-4-7": _claude(5, 25),
        "claude-opus-4-8": _claude(5, 25),
        "claude-opus-4": _claude(15, 75),
        "claude-3-opus": _claude(15, 75),
        "claude-sonnet-5": _claude(2, 10),
        "claude-sonnet-4": _claude(3, 15),
        "claude-3-7-sonnet": _claude(3, 15),
        "claude-3-5-sonnet": _claude(3, 15),
        "claude-haiku-4-5": _claude(1, 5),
        "claude-3-5-haiku": _claude(0.80, 4),
        "claude-3-haiku": Price(input=0.25, output=1.25, cache_read=0.03, cache_write=0.30),
        "gpt-6-1-sol": _openai(2, 10, 0.10, long=True, write=2.50),
        "gpt-6-astra": _openai(10, 50, 1, long=True, write=12.50),
        "gpt-6-sol": _openai(2, 10, 0.20, long=True, write=2.50),
        "gpt-6-luna": _openai(0.10, 0.50, 0.01, long=True, write=0.125),
        "gpt-5-6-sol": _openai(5, 30, 0.50, long=True, write=6.25),
        "gpt-5-6-terra": _openai(2, 12, 0.20, long=True, write=2.50),
        "gpt-5-5": _openai(5, 30, 0.50, long=True),
        "gpt-5-4": _openai(2.50, 15, 0.25, long=True),
        "gpt-5-4-mini": _openai(0.75, 4.50, 0.075),
        "gpt-5-4-nano": _openai(0.20, 1.25, 0.02),
        "gpt-5-3-codex": _openai(1.75, 14, 0.175),
        "gpt-5-2": _openai(1.75, 14, 0.175),
        "gpt-5-1": _openai(1.25, 10, 0.125),
        "gpt-5": _openai(1.25, 10, 0.125),
        "gpt-5-mini": _openai(0.25, 2, 0.025),
        "gpt-5-nano": _openai(0.05, 0.40, 0.005),
        "gpt-4-1": _openai(2, 8, 0.50),
        "gpt-4-1-mini": _openai(0.40, 1.60, 0.10),
        "gpt-4-1-nano": _openai(0.10, 0.40, 0.025),
        "gpt-4o": _openai(2.50, 10, 1.25),
        "gpt-4o-mini": _openai(0.15, 0.60, 0.075),
        "o3": _openai(2, 8, 0.50),
        "o4-mini": _openai(1.10, 4.40, 0.275),
        "qwen3-5-plus-02-15": _routed(0.40, 2.40),
        "deepseek-v3-2": _routed(0.26, 0.38),
        "gemini-3-flash-preview": _routed(0.50, 3),
        "nemotron-3-nano-30b-a3b": _routed(0.05, 0.20),
    }
)
"""By the beginning of the name; the longest that fits counts.

Source: the price pages of Anthropic and OpenAI, standard tier, November 2026; the last four are the seed's, of
OpenRouter. Models that are reached through OpenRouter report their own cost, which is preferred.
"""

FREE_VARIANT = ":free"
HOUR_WRITE = 2.0
"""What writing to a cache that lasts an hour costs, as a multiple of `input`; Claude's, the only one with a choice."""


class Prices:
    """The price table, with a person's own prices before the built-in ones.

    With `hour` what is written to Claude's cache stays there for an hour, and costs more.
    """

    def __init__(self, own: Mapping[str, Price] = MappingProxyType({}), *, hour: bool = False) -> None:
        self._own = {plain(name): price for name, price in own.items()}
        self._hour = hour

    def cost(self, model: str, usage: Usage) -> float | None:
        """What this usage costs in US dollars; None where the price is not known."""
        price = self.price(model)
        return price.of(usage) if price else 0.0 if model.endswith(FREE_VARIANT) else None

    def price(self, model: str) -> Price | None:
        """The price of this model; None where it is not known."""
        name = plain(model)
        if found := matched(name, self._own):
            return self._own[found]
        found = matched(name, PRICES)
        if not found:
            return None
        price = PRICES[found]
        lasting = self._hour and found.startswith("claude")
        return replace(price, cache_write=price.input * HOUR_WRITE) if lasting else price


def cost(model: str, usage: Usage) -> float | None:
    """What this usage costs by the built-in table; None where the price is not known."""
    return Prices().cost(model, usage)


def prices_from(table: Mapping[str, Any], *, hour: bool = False) -> Prices:
    """The prices of a `[pricing]` table: model to an object with `input`, `output` and the cache's rates.

    `hour` is as in `Prices`. Without them, reading from the cache costs a tenth of `input` and writing to it costs `input`. Raises `ConfigError`.
    """
    return Prices({name: _price(name, value) for name, value in table.items()}, hour=hour)


def _price(name: str, value: object) -> Price:
    key = f"pricing.{name}"
    if not isinstance(value, Mapping):
        raise ConfigError(f"{key} has to be a table with input and output, in dollars for a million tokens.", key=key)
    given = dict(cast("Mapping[str, object]", value))
    known = [field.name for field in fields(Price)]
    if wrong := [field for field, rate in given.items() if field not in known or not _is_rate(rate)]:
        raise ConfigError(f"{key}.{wrong[0]} is no price. Known are: {', '.join(known)}.", key=f"{key}.{wrong[0]}")
    if missing := [field for field in ("input", "output") if field not in given]:
        raise ConfigError(f"{key} needs {missing[0]}.", key=key)
    rates = cast("dict[str, float]", given)
    return _complete(rates)


def _complete(rates: dict[str, float]) -> Price:
    given: dict[str, Any] = {"cache_read": rates["input"] / 10, "cache_write": rates["input"], **rates}
    return Price(**given)


def _is_rate(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
