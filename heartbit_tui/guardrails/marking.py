"""Marks around text from outside, that the text itself can neither guess nor imitate."""

import re
from hashlib import blake2b

from heartbit_tui.guardrails.reading import normalised

OPEN, CLOSE = "|||FENCE:{id}|||", "|||END_FENCE:{id}|||"

_BARS = "|｜∣❘ǀ│┃‖∥"
_RUN = re.compile(rf"[{_BARS}\u200b-\u200f\u2060\ufeff]{{2,}}")
_NAMES = ("fence", "endfence", "untrusted", "enduntrusted")
_AHEAD = 40
"""Characters behind a run of bars in which a mark's name would stand."""


def mark_of(secret: bytes, call_id: str) -> str:
    """The id of a fence: 32 hexadecimal digits that only somebody who knows the session's secret can tell."""
    return blake2b(call_id.encode("utf-8", "surrogatepass"), key=secret[:64], digest_size=16).hexdigest()


def neutralised(text: str, id: str = "") -> str:
    """The text with bars that could begin or end a mark pulled apart, and the id itself taken out."""
    if id:
        text = text.replace(id, "[id]")
    return _RUN.sub(lambda match: _apart(match, text), text)


def fenced(text: str, *, id: str, origin: str, note: str) -> str:
    """The text between its two marks, with one line on where it is from and a note for the model."""
    inside = neutralised(text, id)
    return f"{OPEN.format(id=id)}\n{origin}\n{note}\n\n{inside}\n{CLOSE.format(id=id)}"


def _apart(match: re.Match[str], text: str) -> str:
    ahead = normalised(text[match.end() : match.end() + _AHEAD])
    name = "".join(each for each in ahead if each.isalpha())
    behind = normalised(text[max(match.start() - 2 * _AHEAD, 0) : match.start()])
    closes = "fence" in behind or "untrusted" in behind
    if not name.startswith(_NAMES) and not closes:
        return match.group()
    return " ".join("|" for each in match.group() if each in _BARS) or " "
