"""Calls of edit, write and patch: what they change, as a diff."""

from heartbit_tui.client import titles
from heartbit_tui.tui.diff import unified
from heartbit_tui.tui.diff.paint import Parts
from heartbit_tui.tui.diff.parse import is_diff, parse
from heartbit_tui.tui.diff.pieces import pieces
from heartbit_tui.tui.diff.types import File
from heartbit_tui.tui.lines.line import BLANK, Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.renderers import body, partial
from heartbit_tui.tui.renderers.drawing import Drawing, argument, detail
from heartbit_tui.tui.renderers.measure import plural
from heartbit_tui.tui.renderers.paths import cut_front, near
from heartbit_tui.tui.renderers.scene import Scene
from heartbit_tui.tui.transcript.blocks import Call

SMALL_LINES = 12
"""Diffs of at most so many changed lines are open by themselves."""

DIFF_LINES = 400
"""How many lines of a diff are shown among other blocks; a pane of its own shows all."""

COLOURED_LINES = 80
"""Longer diffs are shown without the colours of their language, which take time."""

LOOKED_AT = 64_000
"""Characters of a diff, or of an output, that are looked at for that."""

_DIAGNOSTICS, _END = "<lsp-diagnostics", "</lsp-diagnostics>"


def title(call: Call, room: int, look: Look, scene: Scene) -> Parts:
    """The file, or how many files."""
    path = argument(call, "file_path") or detail(call, "path")
    if not path:
        paths = [file.path for file in files(call)] or list(call.changed)
        path = paths[0] if len(paths) == 1 else ""
        if len(paths) > 1:
            return [(plural(len(paths), "file"), look.ink.path)]
    return [(cut_front(near(path, scene), room), look.ink.path)]


def outcome(call: Call, look: Look, scene: Scene) -> Parts:
    """How many lines were added and removed, and how many the language server objects to."""
    ink = look.ink
    if call.state == "writing":
        lines = call.arguments.count("\\n")
        return [(plural(lines, "line") if lines else "", ink.muted)]
    added, removed = call.details.get("added"), call.details.get("removed")
    found: Parts = []
    if isinstance(added, int) and isinstance(removed, int) and (added or removed):
        found = [(f"+{added}", ink.ok), (" ", ink.text), (f"-{removed}", ink.error)]
    elif not isinstance(added, int):
        found = [(titles.outcome(call.details, call.tool), ink.muted)]
    return [*found, *_judged(call, look)]


def _judged(call: Call, look: Look) -> Parts:
    """How many errors and warnings came and went; how many there are where only that was told."""
    match call.details.get("lsp"):
        case {"errors": [int(worse), int(better)], "warnings": [int(more), int(fewer)]}:
            came, went = worse + more, better + fewer
            style = look.ink.error if worse else look.ink.warning if more else look.ink.ok
            return [("  LSP ", look.ink.muted), (f"+{came} -{went}", style)]
        case _:
            count = len(diagnostics(call))
            return [(f"  LSP {count}", look.ink.warning)] if count else []


def drawn_body(call: Call, look: Look, scene: Scene) -> list[Line]:
    """The diff, or as long as it is written the end of what is written, or the result where there is none, then what the language server says."""
    if call.state == "writing":
        return body.tail(partial.end(call.arguments), look, scene)
    found = _diff(call, look, scene)
    if not found and call.output.strip():
        found = body.output(call.output, look, scene)
    for told in diagnostics(call):
        found += body.said(told, look.ink.warning, look, scene)
    return found


def diagnostics(call: Call) -> list[str]:
    """What the language server says of the changed files, a sentence each."""
    _, *blocks = call.output[-LOOKED_AT:].split(_DIAGNOSTICS)
    inside = [block.partition(_END)[0].partition(">")[2] for block in blocks if _END in block]
    return [line for block in inside for line in block.split("\n") if line.strip()]


def small(call: Call) -> bool:
    """Whether what was changed is so little that it is shown at once."""
    added, removed = call.details.get("added"), call.details.get("removed")
    if not isinstance(added, int) or not isinstance(removed, int):
        return False
    return 0 < added + removed <= SMALL_LINES and len(detail(call, "diff")) < LOOKED_AT // 8


def files(call: Call) -> tuple[File, ...]:
    """What is changed, as far as it is looked at."""
    text = detail(call, "diff") or call.preview
    return parse(text[:LOOKED_AT]) if is_diff(text) else ()


def _diff(call: Call, look: Look, scene: Scene) -> list[Line]:
    found: list[Line] = []
    changed = files(call)
    inner = body.inner(look)
    colour = scene.colour if sum(len(hunk.rows) for file in changed for hunk in file.hunks) <= COLOURED_LINES else None
    left = 0
    for piece in pieces(changed):
        if piece.hunk is None and len(changed) == 1 and not piece.file.notes:
            continue
        if len(found) >= DIFF_LINES:
            left += len(piece.rows)
            continue
        if piece.hunk is None and found:
            found.append(BLANK)
        found += unified.lines(piece, inner, reveal=scene.reveal, colour=colour)
    lines = body.indented(found, look)
    return lines + body.more(left, look, scene)


CHANGE = Drawing(title=title, outcome=outcome, body=drawn_body)
