"""A search through the whole transcript, as one types."""

from collections.abc import Awaitable, Callable, Sequence

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tui.keys.keymap import Keymap
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.pane.source import Key
from heartbit_tui.tui.picker.screen import Picker
from heartbit_tui.tui.picker.types import Listing, Row

BEFORE, AFTER = 40, 200
"""Letters around what was found that are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A line that was found: `key` is its piece in the transcript, `who` says whose words it is of."""

    key: Key
    text: str
    who: str = ""
    when: str = ""


def search(find: Callable[[str], Awaitable[Sequence[Hit]]], live: Keymap, ink: Ink, query: str = "") -> Picker[Hit]:
    """The hits of what is typed; the result is the one to go to. `find` gets words, and none for an empty line."""

    async def load(words: str) -> Sequence[Row[Hit]]:
        wanted = words.strip()
        return [row(hit, wanted) for hit in await find(wanted)] if wanted else ()

    listing = Listing(title="Search", rows=load, verb="go there", empty="Type what to look for.", query=query)
    return Picker(listing, live, ink)


def row(hit: Hit, words: str) -> Row[Hit]:
    """A hit in one line, what was found not far from its beginning."""
    at = hit.text.lower().find(words.lower())
    start = at - BEFORE if at > BEFORE + 20 else 0
    shown = hit.text[start : max(at, 0) + AFTER].strip()
    return Row(key=hit, title=f"…{shown}" if start else shown, meta=((hit.when, "faint"), (hit.who.rjust(8), "muted")))
