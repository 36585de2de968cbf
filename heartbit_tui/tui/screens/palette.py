"""The palette: every action with its keys, those that were used last first."""

from collections.abc import Sequence

from heartbit_tui.tui.keys.actions import Action
from heartbit_tui.tui.keys.keymap import Keymap
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.picker.screen import Picker
from heartbit_tui.tui.picker.types import Listing, Row, Words

ELSEWHERE = frozenset({"chat", "side", "reader", "sheet", "list"})
"""Places whose actions mean nothing outside of them."""

LEFT_OUT = frozenset({"palette", "send", "newline", "interrupt", "clear-or-quit"})
"""What a person in the palette has just done, or can only do with a key."""

RECENT = 6
USED = "used last"


def palette(live: Keymap, recent: Sequence[str], ink: Ink) -> Picker[str]:
    """The palette; its result is the name of the action to run. `recent` names actions, the last one first."""
    listing = Listing(title="Actions", rows=rows(live, recent), verb="run", empty="There is no action.")
    return Picker(listing, live, ink)


def rows(live: Keymap, recent: Sequence[str]) -> list[Row[str]]:
    """The actions that can be run from here; what was used last comes first and is not told again below."""
    offered = {action.name: action for action in live.actions if is_offered(action)}
    last = [name for name in dict.fromkeys(recent) if name in offered][:RECENT]
    rest = [action for name, action in offered.items() if name not in last]
    width = max((len(live.label_for(name)) for name in offered), default=0)
    first = [_row(live, offered[name], USED, width) for name in last]
    return [*first, *(_row(live, action, action.group, width) for action in rest)]


def is_offered(action: Action) -> bool:
    """Whether an action means something when it is run from the palette."""
    return action.name not in LEFT_OUT and not action.series and not set(action.where) <= ELSEWHERE


def _row(live: Keymap, action: Action, group: str, width: int) -> Row[str]:
    command = f"/{action.command}" if action.command else ""
    key = live.label_for(action.name)
    meta: Words = ((command, "faint"), (key.rjust(width), "accent"))
    title = action.title[:1].upper() + action.title[1:]
    return Row(key=action.name, title=title, meta=meta, group=group, also=f"{action.name} {command}")
