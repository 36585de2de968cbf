"""Calls that look at files: read, grep, glob and list."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rich.style import Style

from heartbit_tui.tui.diff.paint import Parts
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.renderers import body, generic
from heartbit_tui.tui.renderers.drawing import Drawing, argument, detail
from heartbit_tui.tui.renderers.measure import first_lines, one_line, shown
from heartbit_tui.tui.renderers.paths import cut_front, near
from heartbit_tui.tui.renderers.scene import Scene
from heartbit_tui.tui.transcript.blocks import Call

MATCHES = 10_000
"""Characters of a path and a line number that are looked for at the beginning of a match."""

_NUMBERED = re.compile(r" {0,5}(\d{1,9})\t")
_MATCH = re.compile(r"([^\n:]{1,1000}):(\d{1,9}): ?")


def read_title(call: Call, room: int, look: Look, scene: Scene) -> Parts:
    """The file, and from which line on."""
    path = near(argument(call, "file_path") or detail(call, "path"), scene)
    offset = call.input.get("offset")
    start = f":{offset}" if isinstance(offset, int) and offset > 1 else ""
    return [(cut_front(path, room - len(start)), look.ink.path), (start, look.ink.muted)]


def search_title(call: Call, room: int, look: Look, scene: Scene) -> Parts:
    """The pattern, and where it is looked for."""
    where = [near(argument(call, "path"), scene), one_line(argument(call, "include"), scene)]
    told = " ".join(part for part in where if part and part != ".")
    ink = look.ink
    return [(one_line(argument(call, "pattern"), scene), ink.text), (f"  in {told}" if told else "", ink.muted)]


def folder_title(call: Call, room: int, look: Look, scene: Scene) -> Parts:
    """The folder."""
    return [(cut_front(near(argument(call, "path") or ".", scene), room), look.ink.path)]


def read_body(call: Call, look: Look, scene: Scene) -> list[Line]:
    """The lines with the numbers that the tool gave them, in the colours of their language."""
    if not call.output.strip():
        return generic.arguments(call, look, scene)
    lines, left = first_lines(call.output, body.OPEN_LINES)
    path = argument(call, "file_path") or detail(call, "path")
    found = body.indented(list(_numbered(lines, path, body.inner(look), scene)), look)
    return found + body.more(left, look, scene)


def search_body(call: Call, look: Look, scene: Scene) -> list[Line]:
    """The matches, each with the place that it stands at."""
    if not call.output.strip():
        return generic.arguments(call, look, scene)
    lines, left = first_lines(call.output, body.OPEN_LINES)
    found = [one for line in lines for one in _match(line, look, scene)]
    return found + body.more(left, look, scene)


def names_body(call: Call, look: Look, scene: Scene) -> list[Line]:
    """The names, a line each."""
    if not call.output.strip():
        return generic.arguments(call, look, scene)
    lines, left = first_lines(call.output, body.OPEN_LINES)
    found: list[Line] = []
    for line in lines:
        style = look.ink.faint if line.startswith("(") else look.ink.path
        found += body.row([(shown(line, scene).replace("\n", " "), style)], look)
    return found + body.more(left, look, scene)


def _numbered(lines: Sequence[str], path: str, look: Look, scene: Scene) -> Iterator[Line]:
    ink = look.ink
    matches = [_NUMBERED.match(line) for line in lines]
    wide = max((len(match[1]) for match in matches if match), default=1)
    texts = [line[match.end() :] if match else line for line, match in zip(lines, matches, strict=True)]
    clean = [shown(text, scene).replace("\n", " ") for text in texts]
    for match, parts in zip(matches, _coloured(clean, path, ink.text, scene), strict=True):
        if match is None:
            yield from setting.wrapped([("".join(text for text, _ in parts), ink.faint)], look.width)
            continue
        first: Parts = [(f"{match[1]:>{wide}}  ", ink.gutter)]
        for line in setting.wrapped(parts, look.width, first=first):
            yield replace(line, place=f"{path}:{match[1]}")


def _coloured(clean: Sequence[str], path: str, plain: Style, scene: Scene) -> list[Parts]:
    found: list[Parts] = [[(text, plain)] for text in clean]
    if scene.colour is None:
        return found
    for number, parts in enumerate(scene.colour("\n".join(clean), path)):
        if number < len(found) and "".join(text for text, _ in parts) == clean[number]:
            found[number] = list(parts)
    return found


def _match(line: str, look: Look, scene: Scene) -> list[Line]:
    ink = look.ink
    match = _MATCH.match(line[:MATCHES])
    if match is None:
        return body.said(line, ink.faint, look, scene)
    name, number = near(match[1], scene), match[2]
    text = shown(line[match.end() :], scene).replace("\n", " ").strip()
    parts: Parts = [(name, ink.path), (f":{number}  ", ink.gutter), (text, ink.text)]
    place = f"{match[1]}:{number}"
    return [replace(one, place=place) for one in body.row(parts, look)]


READ = Drawing(title=read_title, outcome=generic.outcome, body=read_body)
SEARCH = Drawing(title=search_title, outcome=generic.outcome, body=search_body)
NAMES = Drawing(title=search_title, outcome=generic.outcome, body=names_body)
FOLDER = Drawing(title=folder_title, outcome=generic.outcome, body=names_body)
