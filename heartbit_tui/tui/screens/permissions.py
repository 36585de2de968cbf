"""The rules that were learned from a person's answers, and how to take one back."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Literal

from heartbit_tui.client.visible import revealed
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tui.keys.keymap import Keymap
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import BLANK, Line
from heartbit_tui.tui.lines.look import SIGNS, Look
from heartbit_tui.tui.lines.setting import one_line, wrapped
from heartbit_tui.tui.picker.screen import Picker
from heartbit_tui.tui.picker.types import Confirm, Listing, Row, Tone

RULE_ASKED = 60
"""Letters of a rule in a question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """A rule as it is told: `rule` is tool or tool(pattern), `project` the only folder in which it holds.

    `expires` says until when it counts, empty for always; `why` is what the person said with it.
    """

    rule: str
    action: Literal["allow", "deny", "ask"]
    project: str = ""
    expires: str = ""
    why: str = ""


Load = Callable[[], Awaitable[Sequence[Learned]]]
"""The rules in the order of their file; may raise `HeartbitError` or `OSError`."""


def permissions(load: Load, revoke: Callable[[Learned], Awaitable[None]], live: Keymap, ink: Ink) -> Picker[Learned]:
    """The learned rules; nothing comes of choosing one."""

    async def rows(query: str) -> Sequence[Row[Learned]]:
        words = query.lower().split()
        found = [row(learned) for learned in await load()]
        return [
            each for each in found if all(word in f"{each.also} {each.title} {each.note}".lower() for word in words)
        ]

    async def gone(learned: Learned) -> str:
        await revoke(learned)
        return f"Taken back: {learned.action} {_short(learned)}"

    listing = Listing(
        title="Learned permissions",
        rows=rows,
        verb="",
        empty="No rule was learned. “Always” in an approval adds one here.",
        extras=(Confirm(action="delete-row", title="take back", asks=_asks, act=gone),),
        preview=preview,
    )
    return Picker(listing, live, ink)


def row(learned: Learned) -> Row[Learned]:
    """A rule; what hides in its pattern is written out."""
    signs: dict[str, tuple[str, Tone]] = {
        "allow": (SIGNS["ok"], "ok"),
        "deny": (SIGNS["refused"], "error"),
        "ask": (SIGNS["asking"], "warning"),
    }
    where = f"in {learned.project}" if learned.project else "everywhere"
    until = f"until {learned.expires}" if learned.expires else ""
    return Row(
        key=learned,
        title=_clear(learned.rule),
        lead=(f"{learned.action:<5}  ", "muted"),
        also=learned.action,
        note=" · ".join(filter(None, (where, until))),
        mark=signs[learned.action],
    )


def preview(learned: Learned, look: Look) -> list[Line]:
    """The whole rule, and what is known of it."""
    ink = look.ink
    told = [*wrapped([(_clear(learned.rule), ink.code)], look.width), BLANK]
    facts = (
        ("does", learned.action),
        ("holds", learned.project or "everywhere"),
        ("until", learned.expires or "always"),
    )
    for name, fact in (*facts, ("why", learned.why)):
        if fact:
            told += wrapped([(_clear(fact), ink.text)], look.width, first=[(f"{name:<7}", ink.muted)])
    return told


def _clear(text: str) -> str:
    return one_line(revealed(text))


def _short(learned: Learned) -> str:
    rule = _clear(learned.rule)
    return rule if len(rule) <= RULE_ASKED else f"{rule[: RULE_ASKED - 1]}…"


def _asks(learned: Learned) -> str:
    return f"Take “{learned.action} {_short(learned)}” back?"
