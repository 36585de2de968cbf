"""JSON set as people read it: names, values beside them, what is inside indented."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from rich.style import Style

from heartbit_tui.tui.diff.paint import Parts
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.renderers.measure import ROW_CHARACTERS, first_lines, one_line, plural, shown
from heartbit_tui.tui.renderers.scene import Scene

DEEPEST = 6
"""How many levels are unfolded; of deeper ones only their size is told."""

MOST = 60
"""Entries of one level, and lines of one text, that are shown."""

LARGEST = 10**30
"""Whole numbers beyond this are not written out."""

NAME_CELLS = 16
"""How wide the column of names is at most."""


def value_lines(value: object, ink: Ink, scene: Scene, *, depth: int = 0) -> Iterator[Parts]:
    """The value, part by part of a line; all of it is clean."""
    match value:
        case Mapping() if value and depth < DEEPEST:
            yield from _members(cast(Mapping[str, Any], value), ink, scene, depth)
        case list() | tuple() if value and depth < DEEPEST:
            yield from _items(cast(Sequence[Any], value), ink, scene, depth)
        case str() if "\n" in value:
            yield from _text(value, ink, scene, depth)
        case _:
            yield [(_indent(depth), ink.text), _scalar(value, ink, scene)]


def _members(value: Mapping[str, Any], ink: Ink, scene: Scene, depth: int) -> Iterator[Parts]:
    names = {name: one_line(str(name), scene) for name in list(value)[:MOST]}
    wide = min(max(map(len, names.values())), NAME_CELLS)
    for name, told in names.items():
        inside = value[name]
        if _is_flat(inside, depth + 1):
            yield [(f"{_indent(depth)}{told:<{wide}}  ", ink.muted), _scalar(inside, ink, scene)]
        else:
            yield [(f"{_indent(depth)}{told}", ink.muted)]
            yield from value_lines(inside, ink, scene, depth=depth + 1)
    yield from _more(len(value), ink, depth)


def _items(value: Sequence[Any], ink: Ink, scene: Scene, depth: int) -> Iterator[Parts]:
    for inside in value[:MOST]:
        inner = list(value_lines(inside, ink, scene, depth=depth + 1))
        (first, style), *rest = inner[0]
        begin = _indent(depth)
        yield [(f"{begin}• {first[len(begin) + 2 :]}", style), *rest]
        yield from inner[1:]
    yield from _more(len(value), ink, depth)


def _text(value: str, ink: Ink, scene: Scene, depth: int) -> Iterator[Parts]:
    lines, left = first_lines(value, MOST)
    for line in lines:
        yield [(_indent(depth), ink.text), (shown(line, scene).replace("\n", " "), ink.text)]
    if left:
        yield [(f"{_indent(depth)}… {plural(left, 'more line')}", ink.faint)]


def _more(count: int, ink: Ink, depth: int) -> Iterator[Parts]:
    if count > MOST:
        yield [(f"{_indent(depth)}… {count - MOST:,} more", ink.faint)]


def _is_flat(value: object, depth: int) -> bool:
    match value:
        case str():
            return "\n" not in value
        case Mapping() | list() | tuple():
            return not value or depth >= DEEPEST
        case _:
            return True


def _scalar(value: object, ink: Ink, scene: Scene) -> tuple[str, Style]:
    match value:
        case str():
            return (shown(value[:ROW_CHARACTERS], scene).replace("\n", " "), ink.text)
        case None:
            return ("none", ink.muted)
        case bool():
            return ("yes" if value else "no", ink.info)
        case int() if abs(value) > LARGEST:
            return ("a very large number", ink.info)
        case int() | float():
            return (str(value), ink.info)
        case Mapping():
            return (f"{{…}} {plural(len(cast(Mapping[str, Any], value)), 'name')}" if value else "{}", ink.muted)
        case list() | tuple():
            return (f"[…] {plural(len(cast(Sequence[Any], value)), 'item')}" if value else "[]", ink.muted)
        case _:
            return (one_line(type(value).__name__, scene), ink.muted)


def _indent(depth: int) -> str:
    return "  " * depth
