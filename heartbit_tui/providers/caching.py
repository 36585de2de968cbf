"""How long services keep the beginning of a prompt, and how they are asked to; light to import."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias

from heartbit_tui.kernel.messages import JsonObject, Usage
from heartbit_tui.providers import table
from heartbit_tui.providers.models import matched, plain

Ttl: TypeAlias = Literal["5m", "1h"]
"""How long Claude's cache lasts after it was last used."""

MINUTE, HOUR = 60, 3_600
CHOSEN: Mapping[str, int] = MappingProxyType({"5m": 5 * MINUTE, "1h": HOUR})

LIFETIMES: Mapping[str, int] = MappingProxyType(
    {
        "gpt-4o": 10 * MINUTE,
        "gpt-4-1": 10 * MINUTE,
        "gpt-5": 10 * MINUTE,
        "gpt-5-5": 24 * HOUR,
        "gpt-5-6": 30 * MINUTE,
        "gpt-6": 30 * MINUTE,
        "gpt-6-1": 30 * MINUTE,
        "o3": 10 * MINUTE,
        "o4": 10 * MINUTE,
    }
)
"""Seconds without use, by the beginning of the model's name; the longest that fits counts.

Source: OpenAI's guide to prompt caching (5 to 10 minutes of inactivity for models before GPT-5.5, 24 hours for that, a
TTL of 30 minutes for the families after it), November 2026. Services that document no time are not here.
"""

LEAST = 1_024
"""Tokens that a prompt has at least to be kept."""


def mark(ttl: Ttl) -> JsonObject:
    """What makes Claude's service keep all up to here: for five minutes unless it is told otherwise."""
    return {"type": "ephemeral"} if ttl == "5m" else {"type": "ephemeral", "ttl": ttl}


def lifetime(provider: str, model: str, *, ttl: Ttl = "5m", caching: bool = True) -> int | None:
    """Seconds without use after which this model's service forgets a prompt; None where nothing is known of it.

    `caching` is whether Claude is asked to keep prompts at all. What runs on this machine costs nothing anew.
    """
    entry = table.PROVIDERS.get(provider)
    name = plain(model)
    if entry is not None and entry.local:
        return None
    if name.startswith("claude"):
        return CHOSEN[ttl] if caching else None
    found = matched(name, LIFETIMES)
    return LIFETIMES[found] if found else None


def kept(usage: Usage) -> int:
    """The tokens of a call that the service keeps for the next one; services that do not tell keep all of a prompt."""
    told = usage.cache_read_input_tokens + usage.cache_creation_input_tokens
    size = told or usage.prompt
    return size if size >= LEAST else 0
