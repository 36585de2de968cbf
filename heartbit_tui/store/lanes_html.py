"""Lanes as a part of an HTML page: a column for each agent, which can be hidden, and what went wrong alone; no scripts."""

import re
from collections.abc import Iterator
from html import escape

from heartbit_tui.store.lanes import Lanes, Step

COLOURS = ("#4a7bd0", "#2e8b57", "#b0582b", "#8a5cc0", "#a33a6a", "#777722")
"""Of the edges of columns; they come again after so many."""

MOST = 24
"""Columns; further agents share the last one."""

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def style(lanes: Lanes) -> str:
    """The rules for these lanes; each hides a column while its box is not ticked."""
    count = min(len(lanes.agents), MOST)
    rules = [
        f".lanes {{ display: grid; grid-template-columns: 4rem repeat({count}, minmax(10rem, 1fr)); gap: .25rem .5rem; "
        "overflow-x: auto; font-size: .875rem; margin: .5rem 0 2rem; }",
        ".lanes > * { overflow-wrap: anywhere; } .lanes pre { max-height: 12rem; overflow: auto; }",
        ".lanes .when { opacity: .6; text-align: right; grid-column: 1; }",
        "#wrong:checked ~ .lanes > :not(.wrong):not(.name) { display: none; }",
        ".wrong.step { background: #c3333322; }",
    ]
    for lane in range(count):
        colour = COLOURS[lane % len(COLOURS)]
        rules.append(f".l{lane} {{ grid-column: {lane + 2}; border-left: 3px solid {colour}; padding-left: .5rem; }}")
        rules.append(f"#lane{lane}:not(:checked) ~ .lanes > .l{lane} {{ display: none; }}")
    return "\n".join(rules)


def section(lanes: Lanes) -> str:
    """The part of the page."""
    return "\n".join(_section(lanes))


def _section(lanes: Lanes) -> Iterator[str]:
    names = [*lanes.agents[: MOST - 1], "others"] if len(lanes.agents) > MOST else list(lanes.agents)
    yield "<h2>Side by side</h2>\n<section>"
    for lane, name in enumerate(names):
        yield f'<input type="checkbox" id="lane{lane}" checked> <label for="lane{lane}">{_safe(name)}</label>'
    yield '<input type="checkbox" id="wrong"> <label for="wrong">only what went wrong</label>'
    yield '<div class="lanes">'
    yield from (f'<strong class="name l{lane}">{_safe(name)}</strong>' for lane, name in enumerate(names))
    yield from (_step(step) for step in lanes.steps)
    yield "</div>\n</section>"


def _step(step: Step) -> str:
    kind = " wrong" if step.is_error else ""
    lane = min(step.lane, MOST - 1)
    text = f'<pre class="words">{_safe(step.text)}</pre>' if step.text.strip() else ""
    body = f"<details><summary>{_safe(step.title)}</summary>{text}</details>" if text else _safe(step.title)
    return f'<span class="when{kind}">{step.seconds:.1f} s</span><div class="step l{lane}{kind}">{body}</div>'


def _safe(text: str) -> str:
    return escape(_CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text))
