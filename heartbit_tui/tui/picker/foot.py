"""The words around a list: the keys below it, a question, and what stands where no row is."""

from collections.abc import Sequence

from rich.text import Text

from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import BLANK, Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.lines.setting import cells, cut, one_line, wrapped

SHOWN_QUERY = 40
"""Letters of the filter that are said again where nothing answers it."""

GAP = 3
"""Cells between two hints."""


def hints(keys: Sequence[tuple[str, str]], width: int, ink: Ink) -> Text:
    """Keys with a word each, as many as fit; the last one, which closes, always is among them."""
    shown: list[tuple[str, str]] = []
    room = width + GAP - sum(_size(each) for each in keys[-1:])
    for each in keys[:-1]:
        room -= _size(each)
        if room < 0:
            break
        shown.append(each)
    text = Text(no_wrap=True, overflow="ellipsis")
    for key, word in (*shown, *keys[-1:]):
        text.append(" " * GAP if text else "")
        text.append(key, ink.strong)
        text.append(f" {word}", ink.muted)
    return text


def question(words: str, ink: Ink) -> Text:
    """A question that y answers with yes, and every other key with no."""
    text = Text(no_wrap=True, overflow="ellipsis")
    text.append("y", ink.strong)
    text.append(" yes   ", ink.muted)
    text.append("any other key", ink.strong)
    text.append(" no   ", ink.muted)
    return Text.assemble((f"{one_line(words)}   ", ink.warning), text, no_wrap=True, overflow="ellipsis")


def told(words: str, ink: Ink) -> Text:
    """What came of something."""
    return Text(one_line(words), ink.info, no_wrap=True, overflow="ellipsis")


def nothing(empty: str, query: str, look: Look) -> list[Line]:
    """What stands where no row is."""
    words = f"Nothing answers “{cut(one_line(query), SHOWN_QUERY)}”." if query else empty
    return [BLANK, *wrapped([(words, look.ink.muted)], max(look.width - 1, 1), first=[(" ", look.ink.muted)])]


def _size(hint: tuple[str, str]) -> int:
    return sum(cells(part) for part in hint) + 1 + GAP
