"""Reads drawn lines back to the text that they show, by nothing but their characters and styles."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from rich.segment import Segment

from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.measure import cells
from heartbit_tui.tui.sheets.exact import TAB, Hand

_CODE = re.compile(r"<U\+([0-9A-F]{4,6})>")
_COUNT = re.compile(r"<(\d+) (space|tab)s>")
_PICTURES: Mapping[str, str] = MappingProxyType({**{chr(0x2400 + code): chr(code) for code in range(32)}, "␡": "\x7f"})
_SAME = re.compile(r"<(\d+) more lines like this>")


def read(lines: Iterable[Line], hand: Hand) -> str:
    """The text: pieces of one line joined, marks undone, gutters left out."""
    found: list[str] = []
    parts: list[Segment] = []
    for line in lines:
        parts += _without_gutter(line)
        if line.joined:
            continue
        told = _told(parts, hand)
        if match := _SAME.fullmatch(told[0][0] if told and told[0][1] else ""):
            found += [found[-1]] * int(match[1])
        else:
            found.append(_line(told))
        parts = []
    return "\n".join(found)


def _without_gutter(line: Line) -> list[Segment]:
    parts = list(line.parts)
    left = line.gutter
    while left > 0:
        left -= cells(parts.pop(0).text)
    assert left == 0
    return parts


def _told(parts: list[Segment], hand: Hand) -> list[tuple[str, str]]:
    """Texts with the kind of mark that they are, neighbours of one kind joined: a mark may go over a line's end."""
    kinds = {id(hand.loud): "loud", id(hand.soft): "soft"}
    found: list[tuple[str, str]] = []
    for part in parts:
        kind = kinds.get(id(part.style), "")
        if found and found[-1][1] == kind:
            found[-1] = (found[-1][0] + part.text, kind)
        else:
            found.append((part.text, kind))
    return found


def _line(told: list[tuple[str, str]]) -> str:
    text = ""
    for part, kind in told:
        if kind == "soft":
            text += part.replace(TAB, "\t").replace("·", " ")
        elif kind == "loud":
            text += _undone(part)
        else:
            text += part
    return text


def _undone(mark: str) -> str:
    """A letter that imitates stands in its mark, before its code; of what hides only the code is there."""
    found = ""
    at = 0
    while at < len(mark):
        if match := _CODE.match(mark, at):
            character = chr(int(match[1], 16))
            found += "" if mark[at - 1 : at] == character else character
            at = match.end()
        elif match := _COUNT.match(mark, at):
            found += {"space": " ", "tab": "\t"}[match[2]] * int(match[1])
            at = match.end()
        else:
            found += _PICTURES.get(mark[at], mark[at])
            at += 1
    return found
