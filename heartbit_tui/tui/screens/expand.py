"""What a summary stands for: its parts in a list, each word for word beside it, to be brought back."""

from collections.abc import Callable, Sequence

from heartbit_tui.client.expanding import Part
from heartbit_tui.tui.keys.keymap import Keymap
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.lines.setting import clean, one_line, wrapped
from heartbit_tui.tui.picker.screen import Picker
from heartbit_tui.tui.picker.types import Listing, Row, Tone

SHOWN = 40_000
"""Letters of a part that are shown."""


def expand(found: Sequence[Part], original: Callable[[Part], str], live: Keymap, ink: Ink) -> Picker[Part]:
    """The parts, oldest first; its result is the one that the model shall be told whole again."""

    def preview(part: Part, look: Look) -> list[Line]:
        return wrapped([(clean(original(part)[:SHOWN]), look.ink.text)], look.width)

    listing = Listing(
        title="What the summary stands for",
        rows=[_row(part, len(str(len(found)))) for part in found],
        verb="tell it to the model again",
        empty="Nothing is summarised.",
        status=lambda: "nothing of it is lost",
        preview=preview,
    )
    return Picker(listing, live, ink)


def _row(part: Part, width: int) -> Row[Part]:
    lead: tuple[str, Tone] = (f"{part.number:>{width}}  ", "faint")
    place = f"#{part.span.first}–#{part.span.last}"
    back = "told again" if part.back else ""
    return Row(key=part, title=one_line(part.span.title), lead=lead, meta=((back, "faint"), (place, "muted")))
