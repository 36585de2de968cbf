"""A picture of the screen, and in words what it shows, so that it can be counted what no picture shows yet."""

import re
from collections import Counter
from collections.abc import Iterator
from difflib import ndiff
from html import unescape
from typing import Any
from xml.sax.saxutils import escape

from textual.screen import Screen
from textual.widgets._toast import Toast

from heartbit_tui.kernel.events import QuestionAsked
from heartbit_tui.tui.app import HeartbitApp
from heartbit_tui.tui.picker.screen import Picker
from heartbit_tui.tui.renderers import table
from heartbit_tui.tui.transcript.blocks import (
    Answer,
    Block,
    Call,
    Ending,
    Guarded,
    Inquiry,
    Notice,
    Prompt,
    Shell,
    Thinking,
    Work,
)
from heartbit_tui.tui.view.app import ViewApp

LEFT_OUT = re.compile(
    r"""\s*@font-face\s*\{[^}]*\} | \s*<!--.*?-->
    | <clipPath\ id="[^"]*-line-\d+">.*?</clipPath>\s* | \ clip-path="url\(\#[^"]*-line-\d+\)\"""",
    re.DOTALL | re.VERBOSE,
)
"""Fonts that would be fetched, comments that name a host, and what would cut off nothing."""

NAMES = re.compile(r"terminal-\d+-")
"""Names that are others whenever the picture is."""

GROUND = re.compile(r'<rect fill="([^"]*)"[^>]*shape-rendering="crispEdges"/>')
NOTHING = re.compile(r"<text [^>]*>\n</text>")

WORDS = re.compile(r'<text class="r[^"]*" x="([^"]*)" y="([^"]*)"[^>]*>([^<]*)</text>')
CELL = 12.2
"""How wide a cell is drawn."""

SPACES = re.compile(r"[ \t]+$", re.MULTILINE)


def shown(app: HeartbitApp, name: str) -> str:
    """The screen as SVG that fetches nothing; its `desc` lists what can be seen."""
    drawn = app.export_screenshot(title=name, simplify=True)
    drawn = _slim(NAMES.sub("", LEFT_OUT.sub("", drawn)))
    drawn = SPACES.sub("", drawn).strip()
    head, end, rest = drawn.partition(">")
    told = "\n".join(sorted(set(seen(app))))
    return f"{head}{end}\n<desc>\n{escape(told)}\n</desc>{rest}\n"


def difference(one: str, other: str) -> str:
    """The rows of text that are others in the second of two pictures."""
    told = "\n".join(line for line in ndiff(_rows(one), _rows(other)) if line.startswith(("-", "+")))
    return told or "only colours are others, or what it is said to show"


def _rows(picture: str) -> list[str]:
    found: dict[float, str] = {}
    for cell, row, text in WORDS.findall(picture):
        before = found.get(float(row), "").ljust(round(float(cell) / CELL))
        found[float(row)] = before + unescape(text).replace("\xa0", " ")
    return [found[row].rstrip() for row in sorted(found)]


def _slim(drawn: str) -> str:
    """The same picture with one ground under everything, and a line for each text."""
    (most, _), *_ = Counter(GROUND.findall(drawn)).most_common(1)
    first = GROUND.search(drawn)
    assert first is not None
    ground = f'<rect fill="{most}" width="100%" height="100%"/>'
    drawn = GROUND.sub(
        lambda rect: "" if rect[1] == most else rect[0], drawn[: first.start()] + ground + drawn[first.start() :]
    )
    return NOTHING.sub("", drawn).replace("/><", "/>\n<").replace("</text><text", "</text>\n<text")


def seen(app: HeartbitApp) -> Iterator[str]:
    """What can be seen, a few words each."""
    if isinstance(app, ViewApp):
        yield "replay"
    for screen in app.screen_stack[1:]:
        yield from _of_screen(screen)
    if app.live is None:
        yield "nothing lives yet"
    elif len(app.screen_stack) == 1:
        yield from _of_widgets(app)
        yield from _of_blocks(app)
    if app.screen.query(Toast):
        yield "toast"


def _of_screen(screen: Screen[Any]) -> Iterator[str]:
    yield f"screen {type(screen).__name__}"
    if isinstance(screen, Picker):
        title = screen.query_one("#sheet").border_title
        yield f"list {title}"


def _of_widgets(app: HeartbitApp) -> Iterator[str]:
    live = app.living
    if (waiting := live.sheet.waiting) is not None:
        kind = "question" if isinstance(waiting.request, QuestionAsked) else "approval"
        yield f"sheet {kind} {waiting.stage}"
    if live.menu.is_open:
        yield "menu"
    if live.side.display:
        yield "side panel over" if live.side.has_class("-over") else "side panel beside"


def _of_blocks(app: HeartbitApp) -> Iterator[str]:
    book = app.talk.book
    if book.first() is None:
        yield "greeting"
        return
    for number in {row.key[0] for row in app.chat.view.rows}:
        block = book.block(number)
        fold = (" open" if book.is_open(number) else " folded") if table.foldable(block) else ""
        yield f"block {told(block)}{fold}"


def told(block: Block) -> str:
    """The kind of a block, and the state that it is in."""
    match block:
        case Prompt(how=how):
            return f"prompt {how}"
        case Answer(closed=closed):
            return f"answer {'closed' if closed else 'written'}"
        case Thinking(closed=closed):
            return f"thinking {'closed' if closed else 'written'}"
        case Call(tool=tool, state=state):
            return f"call {tool} {state}"
        case Inquiry(answers=answers):
            return f"inquiry {'waiting' if answers is None else 'answered' if answers else 'declined'}"
        case Guarded(did=kind) | Notice(level=kind) | Ending(how=kind) | Work(state=kind):
            return f"{type(block).__name__.lower()} {kind}"
        case Shell(code=code, hidden=hidden):
            kept = "hidden" if hidden else "told"
            return f"shell {kept} {'running' if code is None else 'failed' if code else 'done'}"
