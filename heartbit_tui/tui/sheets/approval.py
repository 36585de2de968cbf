"""The sheet of an approval: what would be done, why it is asked about, and the choices."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from heartbit_tui.kernel.events import ApprovalRequested
from heartbit_tui.tui.diff import split
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.line import BLANK, Line
from heartbit_tui.tui.sheets import frame
from heartbit_tui.tui.sheets.body import EDGE, MARGIN, Body
from heartbit_tui.tui.sheets.choices import Option, Set, Spot, choices
from heartbit_tui.tui.sheets.exact import hand, seen
from heartbit_tui.tui.sheets.frame import Drawn, View
from heartbit_tui.tui.sheets.subject import Subject
from heartbit_tui.tui.sheets.waiting import Act, Waiting

LEAST = 3
"""Lines of what would be done that come before anything but the choices."""

REASON = 3
"""Lines of the reason; all of it is shown where it is explained."""

PRECEDENT = 2
"""Lines of what a wider rule would have allowed; one at the usual width."""

EXPLANATION = 8

HEADED = 5
"""Rows from which on there is room for a heading."""


WORDS: Mapping[Act, tuple[str, str, str]] = MappingProxyType(
    {
        "allow-once": ("Yes, once", "once", "once"),
        "allow-session": ("Yes, this session", "session", "session"),
        "allow-always": ("Always, in this project…", "always…", "always"),
        "refuse": ("No", "no", "no"),
        "refuse-saying": ("No, and say why…", "no, because…", "why"),
    }
)

WILD = frozenset("*?[")


def drawn(view: View, subject: Subject, body: Body) -> Drawn:
    """The whole sheet."""
    head = frame.heading(view, subject.tool, subject.question)
    if view.waiting.entry is not None:
        return _writing(view, head, body)
    return _choosing(view, subject, head, body)


def around(view: View, subject: Subject) -> tuple[Line, Set, Line]:
    """What stands around the body on a screen of its own: the heading, the choices on one line, the keys."""
    head = frame.heading(view, subject.tool, subject.question)
    return (
        head,
        _offered(view, 1),
        frame.keys_line(view, [("Esc", "back"), ("↑ ↓ PgUp PgDn", "scroll"), *_columns(view, subject)]),
    )


def _offered(view: View, rows: int) -> Set:
    options = [Option(view.hints.get(act, ""), *WORDS[act]) for act in view.waiting.acts]
    return choices(options, view.look, rows, lit=view.waiting.lit, ready=view.ready)


def _choosing(view: View, subject: Subject, head: Line, body: Body) -> Drawn:
    heads = [head] if view.rows >= HEADED else []
    room = max(view.rows - len(heads), 1)
    size = len(body.upto(room + 1))
    offered = _offered(view, max(room - size, 1))
    spare = room - len(offered.lines) - min(size, LEAST)
    keys = [frame.keys_line(view, list(_keys(view, subject, body)))] if spare > 0 else []
    told = frame.shortened(_told(view), spare - 1, view.look)
    spare -= len(keys) + len(told) + max(size - LEAST, 0)
    told = [BLANK, *told] if told and spare > 0 else told
    gap = [BLANK] if spare > 1 else []
    foot = [*told, *gap, *offered.lines, *keys]
    left = room - len(foot)
    shown = frame.window(body, left, view.offset, view.look, _more(view))
    above = (*heads, *shown.lines, *told, *gap)
    spots = [Spot(len(above) + spot.row, spot.start, spot.end, spot.index) for spot in offered.spots]
    return frame.drawn(view, [*above, *offered.lines, *keys], spots, shown)


def _writing(view: View, head: Line, body: Body) -> Drawn:
    look, waiting = view.look, view.waiting
    ink = look.ink
    assert waiting.entry is not None
    rule = waiting.stage == "rule"
    title = "Always allow, in this project:" if rule else "No. What should the model do instead?"
    asked = setting.fitted([(f"{MARGIN}{title}", ink.strong)], look.width)
    typed, (row, cell) = frame.written(waiting.entry, look.width, hand(ink), MARGIN * 2)
    notes = setting.wrapped([(_note(waiting), ink.muted)], max(look.width - EDGE, 1), first=[(MARGIN, ink.muted)])
    enter = "allow, and keep the rule" if rule else "refuse"
    keys = frame.keys_line(view, [("Enter", enter), ("Esc", "back")])
    room = max(view.rows - 1, 1)
    below = [asked, *typed, *notes, keys] if room > len(typed) + 3 else [*typed, keys]
    spare = room - len(below) - 1
    gap = [BLANK] if spare > 0 else []
    shown = frame.window(body, max(room - len(below) - len(gap), 0), view.offset, look, "")
    above = (head, *shown.lines, *gap)
    at = len(above) + below.index(typed[0]) + row
    return Drawn(
        lines=(*above, *below)[: view.rows],
        lowest=shown.lowest,
        page=shown.page,
        cursor=(at, cell),
    )


def _note(waiting: Waiting) -> str:
    if waiting.stage != "rule":
        return "The model reads these words and goes on. Leave it empty for a plain no."
    request, entry = waiting.request, waiting.entry
    assert isinstance(request, ApprovalRequested)
    assert entry is not None
    said = entry.text.strip()
    if request.call.name == "bash" and said != request.proposal.strip() and WILD & set(said):
        return "A command is only remembered as a whole: a rule with * ? or [ is not kept, and allows this call alone."
    return "Whatever this rule fits runs without asking from now on. It is kept among your /permissions."


def _told(view: View) -> list[Line]:
    """Why it is asked about, or the whole explanation."""
    look, request = view.look, view.waiting.request
    assert isinstance(request, ApprovalRequested)
    margin, width = [(MARGIN, look.ink.muted)], max(look.width - EDGE, 1)
    if not view.waiting.explained:
        told = setting.wrapped([(seen(request.reason), look.ink.muted)], width, first=margin) if request.reason else []
        wider = precedent(request)
        more = setting.wrapped([(seen(wider), look.ink.muted)], width, first=margin) if wider else []
        return [*frame.shortened(told, REASON, look), *frame.shortened(more, PRECEDENT, look)]
    told = "\n".join(explanation(view.waiting))
    return setting.wrapped([(seen(told), look.ink.text)], width, first=margin)[:EXPLANATION]


def explanation(waiting: Waiting) -> Iterator[str]:
    """Which rule asked and why, what would be remembered, and which call this is."""
    request = waiting.request
    assert isinstance(request, ApprovalRequested)
    yield _who(request.rule)
    if request.reason:
        yield request.reason
    if request.proposal:
        yield f"Always would remember: {request.proposal}"
        if request.precedent:
            yield request.precedent
    else:
        yield "It cannot be remembered: no rule for it would be narrow enough, or it is asked about each time."
    yield f"Call {waiting.ticket.call_id}, sha256 of tool and arguments {waiting.ticket.digest[:16]}"


def precedent(request: ApprovalRequested) -> str:
    """What always would remember and would have allowed before, on one line; empty where it is this call alone."""
    return f"Always: {request.proposal}. {request.precedent}" if request.precedent else ""


def _who(rule: str) -> str:
    if rule.endswith(" mode"):
        return f"No rule decides this, so the {rule} asks."
    return f"Asked by: {rule}." if rule else "It is not known which rule asked."


def _keys(view: View, subject: Subject, body: Body) -> Iterator[tuple[str, str]]:
    waiting, hints = view.waiting, view.hints
    request = waiting.request
    assert isinstance(request, ApprovalRequested)
    yield "Esc", hints.get("interrupt", "no, and stop the run")
    yield hints.get("explain", ""), "less" if waiting.explained else "why"
    if subject.diff or view.rows <= len(body.upto(view.rows)):
        yield hints.get("full-screen", ""), "full screen"
    yield from _columns(view, subject)


def _columns(view: View, subject: Subject) -> Iterator[tuple[str, str]]:
    if subject.diff and view.look.width >= split.NARROWEST + len(MARGIN):
        yield view.hints.get("split-diff", ""), "one column" if view.waiting.split else "two columns"


def _more(view: View) -> str:
    return f"PgDn · {view.hints.get('full-screen', 'f')} shows all"
