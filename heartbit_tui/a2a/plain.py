"""Text of strangers without signs that move, hide or reverse something, and names made of it; pure."""

import hashlib
import re
import unicodedata

HIDING = frozenset({"Cc", "Cf", "Co", "Cs"})
"""Kinds of signs that are not seen: controls, formats, those of private use, halves of others."""

START = "a2a_"
TASK = "__task"
MOST = 64
"""Characters that every provider takes in the name of a tool."""

_HASH = 6
_STRANGE = re.compile(r"[^a-z0-9]+")


def visible(text: str) -> str:
    """The text without them; new lines and tabs stay."""
    if text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "".join(sign for sign in text if sign in "\n\t" or unicodedata.category(sign) not in HIDING)


def tool_name(name: str, digest: str, *, taken: bool = False) -> str:
    """What an agent's tool is called: `a2a_` and its name in small letters; with a part of the digest where it has to be."""
    words = _STRANGE.sub("_", name.lower()).strip("_")
    most = MOST - len(START) - len(TASK)
    if words and len(words) <= most and not taken:
        return START + words
    mark = hashlib.sha256(f"{digest}{name}".encode("utf-8", "surrogatepass")).hexdigest()[:_HASH]
    return f"{START}{words[: most - _HASH - 1].strip('_') or 'agent'}_{mark}"
