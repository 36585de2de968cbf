"""Which model judges where the settings name none; pure."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

JUDGES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "anthropic": ("claude-haiku-4-5", "claude-sonnet-5"),
        "openrouter": ("anthropic/claude-haiku-4.5", "openai/gpt-5.4-mini"),
        "openai": ("gpt-5.4-mini", "gpt-5.4"),
        "openai-responses": ("gpt-5.4-mini", "gpt-5.4"),
    }
)
"""For each service models that read a diff well and cost little, so that one can be asked at the end of every run."""

OTHER = "a cheap model of the same service that is not the session's own; judge.model names another"
OWN = "the session's own model, asked apart from its conversation: no other model of {name} is known. judge.model names one"
SET = "as judge.model says"


_DAY = re.compile(r"-20\d{6}$")


class Choice(NamedTuple):
    """A model of the session's service, empty for the session's own one; and why, as a person is told it."""

    model: str
    why: str


def choose(name: str, model: str) -> Choice:
    """The judge of a session whose model is this one of this service."""
    others = (each for each in JUDGES.get(name, ()) if not _same(each, model))
    found = next(others, "")
    return Choice(found, OTHER) if found else Choice("", OWN.format(name=name))


def _same(one: str, other: str) -> bool:
    """Whether two names are of one model; one of them may end in the day of its release."""
    plain, known = (_DAY.sub("", each.rpartition("/")[2].replace(".", "-").lower()) for each in (one, other))
    return known == plain
