"""The question before what still works is left behind."""

from collections.abc import Sequence

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tui.keys.keymap import Keymap
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.look import SIGNS
from heartbit_tui.tui.lines.setting import one_line
from heartbit_tui.tui.picker.screen import Picker
from heartbit_tui.tui.picker.types import Listing, Row

STAY = 0
LEAVE = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class AtWork:
    """A tab that still works: its number, its title, and what would be stopped."""

    number: int
    title: str
    what: str


def parting(what: str, leaves: str, at_work: Sequence[AtWork], live: Keymap, ink: Ink) -> Picker[int]:
    """`LEAVE`, `STAY`, or the number of the tab that the person wants to see first; None is to stay, too."""
    rows = [
        Row(key=STAY, title="Stay"),
        Row(key=LEAVE, title=leaves, note="What runs is stopped; what was said is kept."),
        *(
            Row(
                key=each.number,
                title=one_line(each.title),
                note=each.what,
                lead=(f"tab {each.number}  ", "muted"),
                mark=(SIGNS["running"], "running"),
                group="Still at work",
            )
            for each in at_work
        ),
    ]
    return Picker(Listing(title=what, rows=rows, verb="choose", start=STAY), live, ink)
