"""A person's words, as a band across the screen."""

from rich.style import Style

from heartbit_tui.tui.diff.paint import Parts
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import SIGNS, Look
from heartbit_tui.tui.renderers.measure import first_lines, plural, shown
from heartbit_tui.tui.renderers.scene import Scene
from heartbit_tui.tui.transcript.blocks import Prompt

FOLDED_LINES = 12
"""How many lines of a long prompt are shown while it is folded; the model reads all of them."""

OPEN_LINES = 2000
"""How many lines are shown at most."""


def lines(prompt: Prompt, look: Look, scene: Scene, *, open: bool) -> list[Line]:
    """The words, with a chip for each picture; those that steer or wait say so."""
    band = look.ink.prompt
    first: Parts = [(f"{SIGNS['prompt']} ", band + look.ink.accent)]
    kept, left = first_lines(prompt.text, OPEN_LINES if open else FOLDED_LINES)
    if left and left <= 2 and not open:
        kept, left = first_lines(prompt.text, FOLDED_LINES + 2)
    parts: Parts = [(shown("\n".join(kept), scene), band)]
    word = {"prompt": "", "steer": "for the run that is active", "queued": "waits for the run's end"}[prompt.how]
    ends = _ends(prompt, left, word, band, look)
    rest: Parts = [("  ", band)]
    return setting.wrapped([*parts, *ends], look.width, first=first, rest=rest, fill=band)


def foldable(prompt: Prompt) -> bool:
    """Whether it is too long to be shown whole."""
    return prompt.text.rstrip("\n").count("\n") >= FOLDED_LINES + 2


def _ends(prompt: Prompt, left: int, word: str, band: Style, look: Look) -> Parts:
    """What follows the words, each on a line of its own."""
    ink = look.ink
    found: Parts = []
    if left:
        found.append((f"\n… {plural(left, 'more line')}", band + ink.muted))
    if prompt.images:
        chips = "  ".join(f"[image {number}]" for number in range(1, min(prompt.images, 20) + 1))
        found.append((f"\n{chips}" if prompt.text else chips, band + ink.accent))
    if word:
        found.append((f"\n{word}", band + ink.muted))
    return found
