"""Going back to before a prompt: the conversation alone, files stay as they are."""

from collections.abc import Sequence
from datetime import datetime

from heartbit_tui.tui.keys.keymap import Keymap
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import BLANK, Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.lines.setting import clean, wrapped
from heartbit_tui.tui.picker.screen import Picker
from heartbit_tui.tui.picker.source import one_line
from heartbit_tui.tui.picker.types import Listing, Row, Tone
from heartbit_tui.tui.screens.when import ago
from heartbit_tui.tui.transcript.blocks import Prompt

FILES = "The conversation goes back to right before this prompt, and the prompt to the draft. Files stay as they are."
SHOWN = 20_000
"""Letters of a prompt that are shown."""


def rewind(prompts: Sequence[Prompt], now: datetime, live: Keymap, ink: Ink) -> Picker[Prompt]:
    """The list of a person's prompts, newest first; its result is the one to go back to before."""
    listing = Listing(
        title="Go back to before",
        rows=rows(prompts, now),
        verb="go back",
        empty="There is nothing to go back to.",
        status=lambda: "files stay as they are",
        preview=preview,
    )
    return Picker(listing, live, ink)


def rows(prompts: Sequence[Prompt], now: datetime) -> list[Row[Prompt]]:
    """The prompts that the log has, newest first, numbered as they were given."""
    kept = [prompt for prompt in prompts if prompt.seq]
    width = len(str(len(kept)))
    numbered = list(enumerate(kept, 1))
    return [_row(number, width, prompt, now) for number, prompt in reversed(numbered)]


def preview(prompt: Prompt, look: Look) -> list[Line]:
    """What going back means, and the whole prompt."""
    told = wrapped([(FILES, look.ink.muted)], look.width)
    return [*told, BLANK, *wrapped([(clean(prompt.text[:SHOWN]), look.ink.text)], look.width)]


def _row(number: int, width: int, prompt: Prompt, now: datetime) -> Row[Prompt]:
    when = ago(prompt.at, now) if prompt.at else ""
    images = f"{prompt.images} image{'' if prompt.images == 1 else 's'}" if prompt.images else ""
    title = one_line(prompt.text[:500]) or images
    lead: tuple[str, Tone] = (f"{number:>{width}}  ", "faint")
    return Row(key=prompt, title=title, lead=lead, meta=((images, "faint"), (when.rjust(11), "muted")))
