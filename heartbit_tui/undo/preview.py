"""What going back would mean, before anybody does it."""

from collections.abc import Iterable, Sequence
from typing import Literal

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.undo.intent import Intent
from heartbit_tui.undo.past import Point
from heartbit_tui.undo.plan import UNSURE as UNKNOWN, Conflict, Plan, Step, moves
from heartbit_tui.undo.types import State

FILE_TOOLS = frozenset(
    {
        *("read", "write", "edit", "patch", "glob", "grep", "list", "lsp", "lsp_rename"),
        *("todowrite", "todoread", "question"),
    }
)
"""Tools that do nothing beyond files and the session."""

COMMANDS = "bash"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """An intent with all that it means. `title` says to where; `beyond` are the calls whose effects elsewhere stay.

    `lost` are sentences about what could not be kept when it happened. `words` are those of the prompt that is taken
    back, for the draft, and `kind` is what it goes back to. `running` are the commands in the background, which may change files again.
    """

    intent: Intent
    title: str
    plan: Plan
    beyond: tuple[Point, ...] = ()
    lost: tuple[str, ...] = ()
    words: str = ""
    running: tuple[str, ...] = ()
    kind: Literal["prompt", "call", "command"] = "prompt"

    @property
    def does_nothing(self) -> bool:
        """Whether carrying it out would change neither files nor chat."""
        return not self.plan.steps and not self.intent.chat


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One row of a preview: what is done to a file, or what cannot be; `name` is the file where it is about one."""

    group: str
    sign: str
    name: str = ""
    note: str = ""


DONE = "These files change"
CONFLICTS = "Left as they are, because somebody else changed them"
UNSURE = "Left as they are, because it is not known who changed them"
LOST = "Cannot be brought back"
BEYOND = "Cannot be undone"
RUNNING = "Still at work"


def rows(preview: Preview, cwd: str) -> tuple[Told, ...]:
    """A preview row by row, the files by their names from `cwd` on."""
    plan = preview.plan
    running = () if preview.intent.what == "chat" else preview.running
    moved = dict(moves(plan.steps))
    arrived = set(moved.values())
    return (
        *(_step(step, moved, cwd) for step in sorted(plan.steps, key=_path) if step.path not in arrived),
        *(
            Told(group=UNSURE if each.why == UNKNOWN else CONFLICTS, sign="!", name=near(each.path, cwd), note=each.why)
            for each in sorted(plan.conflicts, key=lambda each: each.why == UNKNOWN)
        ),
        *(Told(group=LOST, sign="×", name=near(each.path, cwd), note=each.why) for each in plan.lost),
        *(Told(group=LOST, sign="×", note=sentence) for sentence in dict.fromkeys(preview.lost)),
        *_beyond(preview.beyond),
        *(Told(group=RUNNING, sign="!", note=f"{each}: what it changes from now on stays") for each in running),
    )


def summary(preview: Preview) -> str:
    """What it means, in one sentence."""
    plan = preview.plan
    parts = [
        f"the chat goes {'forward' if preview.intent.redo else 'back'}" if preview.intent.chat else "",
        f"{_count(len(plan.steps), 'file')} change" + ("s" if len(plan.steps) == 1 else "") if plan.steps else "",
        f"{_count(len(plan.conflicts), 'conflict')}" if plan.conflicts else "",
        f"{len(plan.lost) + len(preview.lost)} cannot be brought back" if plan.lost or preview.lost else "",
    ]
    said = ", ".join(filter(None, parts)) or "nothing changes"
    return f"{said[0].upper()}{said[1:]}."


def near(path: str, cwd: str) -> str:
    """A path from a folder on, where it is in it."""
    return path[len(cwd.rstrip("/")) + 1 :] if path.startswith(f"{cwd.rstrip('/')}/") else path


def left(conflicts: Sequence[Conflict], cwd: str) -> str:
    """What was left as it is, in one sentence; empty for nothing."""
    names = ", ".join(near(each.path, cwd) for each in conflicts[:3])
    more = f" and {len(conflicts) - 3} more" if len(conflicts) > 3 else ""
    return f"Left as they are: {names}{more}." if conflicts else ""


def _path(step: Step) -> str:
    return step.path


def _step(step: Step, moved: dict[str, str], cwd: str) -> Told:
    name = near(step.path, cwd)
    if step.path in moved:
        return Told(group=DONE, sign="→", name=name, note=f"is {near(moved[step.path], cwd)} again")
    if step.now is None:
        return Told(group=DONE, sign="+", name=name, note=f"comes back{_kind(step.then)}")
    if step.then is None:
        return Told(group=DONE, sign="-", name=name, note=f"is removed{_kind(step.now)}")
    return Told(group=DONE, sign="~", name=name, note=_other(step.now, step.then))


def _other(now: State, then: State) -> str:
    if now.kind != then.kind:
        return f"is a {_what(then)} again"
    if now.content == then.content:
        return f"has its permissions {then.mode:o} again"
    if now.names > 1:
        return "is what it was, as a file of its own: it has other names"
    return "is what it was"


def _kind(state: State | None) -> str:
    return "" if state is None or state.kind == "file" else f", a {_what(state)}"


def _what(state: State | None) -> str:
    return {"folder": "folder", "link": "link", "pipe": "pipe"}.get(state.kind, "file") if state else ""


def _beyond(calls: Iterable[Point]) -> Iterable[Told]:
    commands = [each for each in calls if each.tool == COMMANDS]
    if commands:
        what = "what it did" if len(commands) == 1 else "what they did"
        yield Told(
            group=BEYOND,
            sign="×",
            note=f"{_count(len(commands), 'command')} ran: {what} outside of this folder, or over the network, stays",
        )
    for tool in sorted({each.tool for each in calls} - {COMMANDS}):
        count = sum(each.tool == tool for each in calls)
        yield Told(group=BEYOND, sign="×", note=f"{_count(count, 'call')} of {tool}: what was done elsewhere stays")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
