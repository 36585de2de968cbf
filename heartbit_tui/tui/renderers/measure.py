"""Text of any size brought down to what is shown of it, before it costs time."""

from heartbit_tui.client.visible import revealed
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.renderers.scene import Scene

ROW_CHARACTERS = 2000
"""How much of one line is shown."""

TITLE_CHARACTERS = 1000
"""How much of a text is looked at where one line is shown."""


def shown(text: str, scene: Scene) -> str:
    """Clean text, with what hides written out where the scene asks for it."""
    return revealed(text).expandtabs(setting.TAB) if scene.reveal else setting.clean(text)


def one_line(text: str, scene: Scene) -> str:
    """Clean text on one line, not cut to a width."""
    return " ".join(shown(text[:TITLE_CHARACTERS], scene).split())


def first_lines(text: str, most: int) -> tuple[list[str], int]:
    """At most `most` lines of a text from its beginning, and how many more there are."""
    lines = text.rstrip("\n").split("\n", most)
    left = lines.pop().count("\n") + 1 if len(lines) > most else 0
    return [_short(line) for line in lines], left


def last_lines(text: str, most: int) -> tuple[list[str], int]:
    """At most `most` lines from the end of a text, and how many stand before them."""
    lines = text.rstrip("\n").rsplit("\n", most)
    left = lines.pop(0).count("\n") + 1 if len(lines) > most else 0
    return [_short(line) for line in lines], left


def last_line(text: str) -> str:
    """The last line of a text that is not blank, as far as one line can show it."""
    end = text[-4 * TITLE_CHARACTERS :].rstrip()
    return end[end.rfind("\n") + 1 :].rpartition("\r")[2][:TITLE_CHARACTERS]


def plural(count: int, one: str, many: str = "") -> str:
    """A count with its noun."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _short(line: str) -> str:
    left = len(line) - ROW_CHARACTERS
    return line if left <= 0 else f"{line[:ROW_CHARACTERS]}… {plural(left, 'more character')}"
