"""A guardrail that stepped in: a badge, which one it was, the call, why, and the sentence that it is about."""

from collections.abc import Mapping
from types import MappingProxyType

from rich.style import Style

from heartbit_tui.client.guarded import Did
from heartbit_tui.client.visible import revealed
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import SIGNS, Look
from heartbit_tui.tui.transcript.blocks import Guarded

WORDS: Mapping[Did, str] = MappingProxyType(
    {"warned": "WARNED", "rewrote": "REWROTE", "withheld": "WITHHELD", "denied": "DENIED"}
)
QUOTE_LINES, REASON_LINES = 6, 4
"""How many lines of each are shown."""

CHARACTERS = 2_000
"""How much of a text is looked at."""


def lines(block: Guarded, look: Look) -> list[Line]:
    """The badge with names, then the reason, then the quoted sentence with all that hides in it written out."""
    ink = look.ink
    badge = (f" {SIGNS['guard']} {WORDS[block.did]} ", style(block.did, ink) + Style(reverse=True, bold=True))
    names = [(f" {_plain(block.guardrail) or 'guardrail'}", ink.strong), ("  ", ink.text)]
    found = [setting.fitted([badge, *names, (_about(block), ink.muted)], look.width)]
    found += _wrapped(block.reason, ink.text, look, REASON_LINES, "  ")
    return found + (
        _wrapped(f"“{block.quote}”", ink.quote, look, QUOTE_LINES, f"  {SIGNS['bar']} ") if block.quote else []
    )


def style(did: Did, ink: Ink) -> Style:
    """The colour of what was done; the word says the same."""
    return {"warned": ink.info, "rewrote": ink.warning}.get(did, ink.error)


def _about(block: Guarded) -> str:
    call = _plain(f"{block.tool} {block.call}".strip())
    if block.hook == "post_llm":
        return "the answer"
    return f"the output of {call}" if block.hook == "post_tool" else call


def _wrapped(text: str, style: Style, look: Look, most: int, before: str) -> list[Line]:
    margin = [(before, look.ink.rule)]
    return setting.wrapped([(_plain(text), style)], look.width, first=margin, rest=margin, limit=most)


def _plain(text: str) -> str:
    return " ".join(revealed(text[:CHARACTERS]).split())
