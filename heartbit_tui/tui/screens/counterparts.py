"""The language servers of a session, or the agents of others: how each stands, and all that is known of it."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from heartbit_tui.client.counterparts import NONE, Counterpart, Kind, Tone as Standing
from heartbit_tui.client.visible import revealed
from heartbit_tui.tui.keys.keymap import Keymap
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import SIGNS, Look
from heartbit_tui.tui.lines.setting import wrapped
from heartbit_tui.tui.picker.screen import Picker
from heartbit_tui.tui.picker.source import one_line
from heartbit_tui.tui.picker.types import Listing, Row, Tone

TITLES: Mapping[Kind, str] = MappingProxyType({"lsp": "Language servers", "a2a": "Agents of others"})
MARKS: Mapping[Standing, tuple[str, Tone]] = MappingProxyType(
    {
        "ok": ("ok", "ok"),
        "running": ("running", "running"),
        "idle": ("ring", "muted"),
        "bad": ("failed", "error"),
        "off": ("cut", "muted"),
    }
)
"""The sign of each, by how it stands."""


def counterparts(kind: Kind, look_up: Callable[[], Sequence[Counterpart]], live: Keymap, ink: Ink) -> Picker[str]:
    """All of them; the name of the one that is to be read comes of choosing."""

    async def rows(query: str) -> Sequence[Row[str]]:
        words = query.lower().split()
        return [row(each) for each in look_up() if all(word in f"{each.name} {each.line}".lower() for word in words)]

    def preview(name: str, look: Look) -> list[Line]:
        return lines(next(each for each in look_up() if each.name == name), look)

    listing = Listing(title=TITLES[kind], rows=rows, verb="read all", empty=NONE[kind], preview=preview)
    return Picker(listing, live, ink)


def row(each: Counterpart) -> Row[str]:
    """One of them: its name, and how it stands."""
    sign, tone = MARKS[each.tone]
    return Row(
        key=each.name,
        title=one_line(revealed(each.name)),
        mark=(SIGNS[sign], tone),
        note=one_line(revealed(each.line)),
    )


def lines(each: Counterpart, look: Look) -> list[Line]:
    """All that is known of one."""
    ink = look.ink
    told: list[Line] = []
    for name, fact in each.facts:
        told += wrapped([(one_line(revealed(fact)), ink.text)], look.width, first=[(f"{name:<10}", ink.muted)])
    return told
