"""Which profile of tools a prompt needs, by its words; the seed's rules and lists."""

import re
from collections.abc import Collection
from typing import Literal, TypeAlias

Profile: TypeAlias = Literal["conversational", "standard", "full"]

_FULL = (
    "mcp tool integration external service webhook slack github jira notion calendar email send post publish pipeline "
    "ci cd"
)
_STANDARD = (
    "file files read write edit patch code bash run execute command search find grep list directory folder create "
    "delete remove compile build test debug log install deploy commit git script function class module import config "
    "configuration database query api endpoint server docker container todo task"
)
FULL = frozenset(_FULL.split())
"""Words of which two speak of what is outside of this machine."""

STANDARD = frozenset(_STANDARD.split())
"""Words of which one speaks of work."""

LONG = 200
"""Bytes above which a prompt is no small talk."""

SENTENCES = 2
"""Full stops, exclamation and question marks above which it is none either."""

_WORD = re.compile(r"[a-z0-9]+")


def classify_query(query: str, foreign: Collection[str] = ()) -> Profile:
    """The smallest profile that suits a prompt; `foreign` are the names of tools that are in no smaller one than full.

    In this order: a foreign tool that it names, or two words of FULL, want the full one; a word of STANDARD, or being
    long, the standard one.
    """
    text = query.casefold()
    if any(names(text, name) for name in foreign):
        return "full"
    words = frozenset(_WORD.findall(text))
    if len(words & FULL) > 1:
        return "full"
    if words & STANDARD or len(query.encode()) > LONG or sum(query.count(mark) for mark in ".!?") > SENTENCES:
        return "standard"
    return "conversational"


def names(text: str, name: str) -> bool:
    """Whether a text in lower case has this name in it as a word of its own."""
    return re.search(rf"(?<![a-z0-9]){re.escape(name.casefold())}(?![a-z0-9])", text) is not None
