"""The MCP servers of a session: how each stands, and all that it offers."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from heartbit_tui.client.served import Served, said
from heartbit_tui.client.visible import revealed
from heartbit_tui.mcp import telling
from heartbit_tui.mcp.types import Phase, Status
from heartbit_tui.tui.keys.keymap import Keymap
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import SIGNS, Look
from heartbit_tui.tui.lines.setting import wrapped
from heartbit_tui.tui.picker.screen import Picker
from heartbit_tui.tui.picker.source import one_line
from heartbit_tui.tui.picker.types import Listing, Row, Tone

MARKS: Mapping[Phase, tuple[str, Tone]] = MappingProxyType(
    {
        "ready": ("ok", "ok"),
        "waiting": ("asking", "muted"),
        "connecting": ("running", "running"),
        "failed": ("failed", "error"),
        "faulty": ("failed", "error"),
        "unapproved": ("asking", "warning"),
        "refused": ("refused", "muted"),
        "off": ("cut", "muted"),
    }
)
"""The sign of a server, by how it stands."""

EMPTY = "No MCP server is defined. `heartbit mcp add NAME -- PROGRAM` adds one."


def servers(served: Served, live: Keymap, ink: Ink) -> Picker[str]:
    """The servers; the name of the one that is to be read comes of choosing."""

    async def rows(query: str) -> Sequence[Row[str]]:
        words = query.lower().split()
        found = [row(status) for status in served.statuses()]
        return [each for each in found if all(word in f"{each.title} {each.note}".lower() for word in words)]

    def preview(name: str, look: Look) -> list[Line]:
        return lines(next(status for status in served.statuses() if status.name == name), look)

    return Picker(Listing(title="MCP servers", rows=rows, verb="read all", empty=EMPTY, preview=preview), live, ink)


def row(status: Status) -> Row[str]:
    """A server: its name, and how it stands."""
    sign, tone = MARKS[status.phase]
    return Row(
        key=status.name,
        title=one_line(revealed(status.name)),
        mark=(SIGNS[sign], tone),
        note=one_line(revealed(said(status))),
    )


def lines(status: Status, look: Look) -> list[Line]:
    """All that is known of a server."""
    ink = look.ink
    told: list[Line] = []
    for name, fact in telling.facts(status):
        told += wrapped([(one_line(revealed(fact)), ink.text)], look.width, first=[(f"{name:<10}", ink.muted)])
    return told
