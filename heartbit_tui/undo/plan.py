"""What has to be done so that files are again what they were, and what cannot be done."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.undo.types import UNKEPT, Change, Changes, State, alike

LOST: Mapping[str, str] = MappingProxyType(
    {
        "large": "was too large to be kept",
        "unreadable": "could not be read, so its content was not kept",
        "full": "was not kept, because the workspace is too large",
        "socket": "is a socket, which cannot be made anew",
        "device": "is a device, which cannot be made anew",
        "link": "is a link that could not be read",
        "ignored": "was left out by .gitignore, so it was not kept",
        "git": "is git's own, which undo leaves alone",
        "deep": "lay too deep to be looked at",
        "mount": "is on another file system, which is not looked at",
        "heartbit": "is heartbit's own",
    }
)
GONE = "is not kept any more: heartbit gc made room, or the data directory was emptied"
CHANGED = "was changed by somebody else since"
BETWEEN = "was changed by somebody else in between"
UNSURE = "was changed while a command ran in the background: by that, or by somebody else"
IN_USE = "holds files that somebody else made, or that .gitignore leaves out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A path that is `now` and shall be `then`; what it holds comes from the path `source` where that is given."""

    path: str
    now: State | None
    then: State | None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A step that would destroy somebody else's work, and why; `force` does it all the same, None is impossible."""

    path: str
    why: str
    force: Step | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A path that cannot be brought back, and why, as the end of a sentence that begins with the path."""

    path: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that going back means for files."""

    steps: tuple[Step, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    lost: tuple[Lost, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """What a path should be now, as far as heartbit knows, and what it shall be; `between` when somebody else was at it.

    Where that is not known it is `unsure`.
    """

    now: State | None
    then: State | None
    between: bool = False
    unsure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Went:
    """The changes of one record; what is `unsure` may be somebody else's doing."""

    changes: Changes
    unsure: bool = False


def wanted(newest_first: Iterable[Went]) -> dict[str, Want]:
    """What going back over these records means for each path."""
    found: dict[str, Want] = {}
    for went in newest_first:
        for change in went.changes:
            known = found.get(change.path)
            if known is None:
                found[change.path] = Want(now=change.after, then=change.before, unsure=went.unsure)
            else:
                between = known.between or not alike(change.after, known.then)
                unsure = known.unsure or went.unsure
                found[change.path] = replace(known, then=change.before, between=between, unsure=unsure)
    return found


def planned(wants: Mapping[str, Want], actual: Mapping[str, State | None], has: Callable[[str], bool]) -> Plan:
    """The plan, given what the paths are; `has` tells whether a content is kept. Who uses a folder comes later."""
    steps: list[Step] = []
    conflicts: list[Conflict] = []
    lost: list[Lost] = []
    moved = _movable(wants, actual)
    for path, want in wants.items():
        is_now = actual.get(path)
        if alike(want.now, want.then) or alike(is_now, want.then):
            continue
        step = Step(path=path, now=is_now, then=want.then, source=_source(want.then, moved))
        if why := _lost(want, step, has):
            lost.append(Lost(path=path, why=why))
        elif why := _somebody_else(want, is_now):
            forcible = why == UNSURE or _forcible(step)
            conflicts.append(Conflict(path=path, why=why, force=step if forcible else None))
        else:
            steps.append(step)
    return Plan(steps=tuple(steps), conflicts=tuple(conflicts), lost=tuple(lost))


def _somebody_else(want: Want, is_now: State | None) -> str:
    """Why a path may have somebody else's work in it; empty where it has not."""
    if not alike(is_now, want.now):
        return CHANGED
    return BETWEEN if want.between else UNSURE if want.unsure else ""


def forced(plan: Plan) -> Plan:
    """The plan with all conflicts that can be overruled made steps."""
    steps = (*plan.steps, *(each.force for each in plan.conflicts if each.force))
    return replace(plan, steps=steps, conflicts=tuple(each for each in plan.conflicts if not each.force))


def without(plan: Plan, in_use: Iterable[str]) -> Plan:
    """The plan without the removal of folders that hold what nobody asked to remove."""
    kept = frozenset(in_use)
    steps = tuple(step for step in plan.steps if step.path not in kept)
    conflicts = tuple(Conflict(path=path, why=IN_USE) for path in sorted(kept))
    return replace(plan, steps=steps, conflicts=(*plan.conflicts, *conflicts))


def changes_of(steps: Iterable[Step]) -> Changes:
    """What doing these steps changes."""
    return tuple(Change(path=step.path, before=step.now, after=step.then) for step in steps)


def moves(steps: Iterable[Step]) -> Iterator[tuple[str, str]]:
    """The files that come back under another name, as pairs of the name now and the name then."""
    gone = {step.now.content: step.path for step in steps if step.now and step.now.kind == "file" and not step.then}
    for step in steps:
        if step.now is None and step.then is not None and step.then.kind == "file" and step.then.content in gone:
            yield gone.pop(step.then.content), step.path


def _lost(want: Want, step: Step, has: Callable[[str], bool]) -> str:
    """Why a path cannot be brought back; empty where it can."""
    for state in (want.then, want.now):
        if state is not None and state.kind in ("apart", "other"):
            return LOST.get(state.content, LOST["device"])
    then = want.then
    if then is None or then.kind != "file":
        return ""
    if not then.is_kept:
        if step.source or _same_content(then, step.now):
            return ""
        return LOST.get(then.content.removeprefix(UNKEPT).partition(":")[0], GONE)
    return "" if has(then.content) or _same_content(then, step.now) else GONE


def _same_content(one: State, two: State | None) -> bool:
    """Whether nothing but the mode differs."""
    return two is not None and two.kind == "file" and one.content == two.content


def _forcible(step: Step) -> bool:
    """Whether a step may be done over somebody else's work: never over a folder."""
    return step.now is None or step.now.kind != "folder" or (step.then is not None and step.then.kind == "folder")


def _movable(wants: Mapping[str, Want], actual: Mapping[str, State | None]) -> dict[str, str]:
    """Where contents that are not kept lie now, under a name that shall go."""
    return {
        state.content: path
        for path, want in wants.items()
        if want.then is None
        and (state := actual.get(path)) is not None
        and state.kind == "file"
        and not state.is_kept
        and alike(state, want.now)
    }


def _source(then: State | None, moved: dict[str, str]) -> str:
    if then is None or then.kind != "file" or then.is_kept:
        return ""
    return moved.get(then.content, "")
