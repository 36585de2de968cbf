"""What the side panel tells of the memory: what was recalled, how strong it still is, how old, and why it came up."""

from datetime import datetime

from heartbit_tui.kernel.events import Recollection
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import SIGNS, Look
from heartbit_tui.tui.screens.when import ago
from heartbit_tui.tui.side.section import heading
from heartbit_tui.tui.status.figures import meter
from heartbit_tui.tui.transcript.recalled import Memories

SHOWN = 4
"""Entries that are shown, the newest searches first."""

BAR = 4
"""Cells of the bar that shows how strong an entry is."""


def lines(memories: Memories | None, look: Look) -> list[Line]:
    """The section; nothing where nothing was recalled."""
    if memories is None or not (memories.entries or memories.note):
        return []
    found = [heading(f"memory {len(memories.entries)}", look)]
    if memories.note:
        found += [setting.fitted([(f"{SIGNS['asking']} {_clear(memories.note)}", look.ink.warning)], look.width)]
    for entry in memories.entries[:SHOWN]:
        found += _entry(entry, memories.at, look)
    if left := len(memories.entries) - SHOWN:
        found += [setting.fitted([(f"  {left} more", look.ink.faint)], look.width)] if left > 0 else []
    return found


def _entry(entry: Recollection, at: datetime | None, look: Look) -> list[Line]:
    ink = look.ink
    bar = meter(entry.strength, BAR, ink.accent, ink.faint)
    pin = [(f"{SIGNS['pinned']} ", ink.accent)] if entry.pinned else []
    found = [setting.fitted([*bar, (" ", ink.text), *pin, (_clear(entry.content), ink.text)], look.width)]
    reasons = " · ".join(filter(None, (_age(entry, at), _clear(entry.why))))
    for told, style in ((reasons, ink.muted), (_who(entry), ink.faint)):
        if told:
            found.append(setting.fitted([(" " * (BAR + 1), style), (told, style)], look.width))
    return found


def _age(entry: Recollection, at: datetime | None) -> str:
    try:
        created = datetime.fromisoformat(entry.created)
    except ValueError:  # the log of another program
        return ""
    return ago(created, at) if at is not None and created.tzinfo is not None else ""


def _who(entry: Recollection) -> str:
    """Where it is from: the agent, and the session and message that it was stored in."""
    session = _clear(entry.session)[:8]
    place = f"{session}#{_clear(entry.source)}" if session and entry.source else session
    return " ".join(filter(None, (_clear(entry.agent), place)))


def _clear(text: str) -> str:
    return setting.one_line(text[:400])
