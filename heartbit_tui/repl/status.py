"""The lines around the draft: what is going on, what the keys do now, and the mode before the cursor."""

from collections.abc import Mapping
from types import MappingProxyType

from heartbit_tui.client import titles
from heartbit_tui.client.visible import one_line, revealed, wrapped
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import ApprovalRequested
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.repl.dialog import Waiting

MODE_COLOURS: Mapping[Mode, str] = MappingProxyType(
    {
        Mode.ASK: "ansicyan",
        Mode.ACCEPT_EDITS: "ansiyellow",
        Mode.PLAN: "ansiblue",
        Mode.AUTO: "ansimagenta",
        Mode.YOLO: "ansired",
    }
)
RUNNING = "Enter steers · Alt+Enter queues · Esc stops"
SEPARATOR = " · "
PAUSE = "A request waits: after a short pause a key answers it."
NARROW = 60
"""Columns below which words are left out."""

Fragments = list[tuple[str, str]]
"""Text with the style that each part is drawn in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """What the lines are made of; `ready` says whether a single key would count."""

    mode: Mode
    width: int
    running: bool = False
    working: tuple[str, ...] = ()
    queued: int = 0
    waiting: Waiting | None = None
    ready: bool = True
    open_text: str = ""
    rows: int = 24
    hint: str = ""


def fragments(now: Now) -> Fragments:
    """The lines above the draft and what stands before the cursor."""
    lines = [("class:open", line) for line in tail(now.open_text, now.width, max(min(now.rows // 4, 6), 1))]
    if now.waiting is not None:
        said = choices(now.waiting) if now.ready or now.waiting.stage != "choose" else PAUSE
        style = "class:ask" if now.ready else "class:status"
        lines += [(style, line) for line in parted(said, now.width - 1)]
    elif now.running:
        lines.append(("class:status", one_line(_activity(now), now.width - 1)))
    if now.hint:
        lines.append(("class:status", one_line(now.hint, now.width - 1)))
    above = [part for style, line in lines for part in ((style, line), ("", "\n"))]
    return [*above, (MODE_COLOURS[now.mode], label(now)), ("", "> ")]


def label(now: Now) -> str:
    """The word before the cursor: the mode, or what is being typed."""
    stage = now.waiting.stage if now.waiting else "choose"
    return {"choose": str(now.mode), "rule": "rule", "reason": "reason", "words": "answer"}[stage]


def choices(waiting: Waiting) -> str:
    """What may be done about a request, in keys."""
    place = f"{waiting.place} of {waiting.count}: " if waiting.count > 1 else ""
    match waiting:
        case Waiting(stage="rule"):
            return f"{place}Enter allows what this rule says, always, in this project · Esc back"
        case Waiting(stage="reason"):
            return f"{place}Enter refuses with these words · Esc back"
        case Waiting(stage="words"):
            return f"{place}Enter answers with these words or numbers · Esc back"
        case Waiting(request=ApprovalRequested(call=call, proposal=proposal, precedent=precedent)):
            keys = "y once · s session · a always · n no · e no, with words" if proposal else "y once · n no · e words"
            wider = f"{proposal}. {precedent}" if precedent else proposal
            rule = f" · always would be {revealed(wider).replace(SEPARATOR, ' ')}" if proposal else ""
            which = f" {one_line(revealed(titles.title(call.name, call.input)), 40)}" if place else ""
            return f"{place}{one_line(call.name, 20)}{which.replace(SEPARATOR, ' ')}? {keys}{rule}"
        case _:
            return place + _question(waiting)


def parted(text: str, width: int) -> list[str]:
    """A text on as many lines as it needs, broken between the parts that `·` separates; a longer part is cut."""
    lines: list[str] = []
    for part in text.split(SEPARATOR):
        longer = f"{lines[-1]}{SEPARATOR}{part}" if lines else part
        if lines and len(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(one_line(part, width))
    return lines


def tail(text: str, width: int, most: int) -> list[str]:
    """The last lines of a text, cut to at most `width` characters each."""
    room = max(width - 1, 1)
    lines = [piece for line in text.split("\n") for piece in wrapped(line, room)]
    return lines[-most:] if text else []


def _question(waiting: Waiting) -> str:
    question = waiting.question
    assert question is not None
    chosen = ", ".join(str(index + 1) for index in sorted(waiting.chosen))
    several = f" · Enter confirms {chosen or 'them'}" if question.multiple else ""
    words = " · w own words" if question.allow_other else ""
    return f"{one_line(question.question, 40)} 1-{len(question.options)}{several}{words} · Esc no answer"


def _activity(now: Now) -> str:
    doing = now.working[-1] if now.working else ("writing" if now.open_text else "thinking")
    more = f" +{len(now.working) - 1}" if len(now.working) > 1 else ""
    queued = f" · queued: {now.queued}" if now.queued else ""
    if now.width < NARROW:
        return f"{one_line(doing, 24)}{more}{queued} · Esc stops"
    return f"{one_line(doing, max(now.width - len(RUNNING) - 16, 8))}{more}{queued} · {RUNNING}"
