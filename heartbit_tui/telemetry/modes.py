"""How much of a session telemetry tells."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias

Mode: TypeAlias = Literal["off", "production", "analysis", "debug"]
"""Nothing; names and durations; with them tokens, latencies, cost and why answers stopped; with all that, payloads."""

SPELLINGS: Mapping[str, Mode] = MappingProxyType(
    {
        "off": "off",
        "production": "production",
        "prod": "production",
        "analysis": "analysis",
        "analyze": "analysis",
        "debug": "debug",
        "dbg": "debug",
    }
)
"""The seed's spellings, and `off`, which it promised and did not know."""


def mode_of(text: str) -> Mode | None:
    """The mode that a text names, whatever its case; None for one that names none."""
    return SPELLINGS.get(text.strip().lower())


def first_of(*texts: str) -> Mode:
    """The first that names a mode; `production` where none does."""
    for text in texts:
        if mode := mode_of(text):
            return mode
    return "production"
