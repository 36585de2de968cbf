"""Plans, goals and judgements in words, the same on every surface, and what `/goal` does."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from heartbit_tui.client.types import Goals
from heartbit_tui.client.visible import one_line
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import Event, GoalJudged, GoalSet, Grade, Notice, Outcome, PlanKept, PlanStarted
from heartbit_tui.runtime import plugins

TEXT = "heartbit_tui.goals.text"
WIDE = 400
SIGNS: Mapping[Outcome, str] = MappingProxyType({"met": "✓", "unmet": "✗", "unsure": "?"})

NO_GOAL = (
    "There is no goal. /goal TEXT sets one, /goal add CRITERION says what has to hold (`run: pytest -q` for a command), "
    "/goal propose lets a model propose criteria, /judge judges what was done."
)
NOTHING_HERE = "Nothing runs here that could have a goal."
NO_SUCH = "There is no criterion {number}: they are numbered from 1 to {last}."
NO_WORDS = "/goal add takes what has to hold, such as `README names the new flag`, or `run: pytest -q`."
NOTHING_PROPOSED = "The judge's model proposed nothing that could be read as criteria. Write them with /goal add."


def notice(event: Event) -> Notice | None:
    """The sentence for an event, None where it is about something else."""
    match event:
        case PlanKept(path=path, title=title, steps=steps):
            count = f"{len(steps)} step{'' if len(steps) == 1 else 's'}"
            return Notice(level="info", text=one_line(f"Plan “{title}”, {count}: {path}", WIDE))
        case PlanStarted(path=path, mode=mode, edited=edited):
            how = ", as it was edited" if edited else ""
            return Notice(level="info", text=one_line(f"The plan is started in the mode {mode}{how}: {path}", WIDE))
        case GoalSet(goal="", criteria=()):
            return Notice(level="info", text="There is no goal any more.")
        case GoalSet(goal=goal, criteria=criteria):
            count = f" ({len(criteria)} criteri{'on' if len(criteria) == 1 else 'a'})" if criteria else ""
            return Notice(level="info", text=one_line(f"The goal: {goal}{count}", WIDE))
        case GoalJudged():
            return Notice(level="info" if event.is_reached else "warning", text="\n".join(judged(event)))
        case _:
            return None


def judged(event: GoalJudged) -> Iterator[str]:
    """A judgement, a line each: who judged what, the grades, and what nobody read."""
    met = sum(each.outcome == "met" for each in event.grades)
    yield f"Judged: {met} of {len(event.grades)} met{_by(event)}"
    yield from map(graded, event.grades)
    if event.left_out:
        yield one_line(f"Not read: {', '.join(event.left_out)}", WIDE)


def graded(grade: Grade) -> str:
    """One grade on a line."""
    place = f" ({grade.place})" if grade.place else ""
    return one_line(f"{SIGNS[grade.outcome]} {grade.outcome}: {grade.criterion} — {grade.reason}{place}", WIDE)


def standing(goal: GoalSet | None, last: GoalJudged | None) -> tuple[tuple[Outcome | None, str], ...]:
    """Each criterion of a goal with how it stood when it was last judged, None for not yet."""
    if goal is None:
        return ()
    known: dict[str, Outcome] = {each.criterion: each.outcome for each in last.grades} if last else {}
    criteria: Sequence[str] = goal.criteria or (goal.goal,)
    return tuple((known.get(each), each) for each in criteria)


def _by(event: GoalJudged) -> str:
    if not event.model:
        return ", by commands alone"
    parts = f" in {event.parts} parts" if event.parts > 1 else ""
    files = f"{event.files} file{'' if event.files == 1 else 's'}"
    return f", by {one_line(event.model, 60)} ({one_line(event.why, 200)}); {files} changed, read{parts or ' whole'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a surface lets a person change a text: what it is then, None where they left it."""

    edit: Callable[[str], Awaitable[str | None]] | None = None


NO_EDITOR = "Here is no editor. /goal add CRITERION and /goal drop N change the criteria one by one."
USUAL = Way()


async def pursue(goals: Goals | None, argument: str, way: Way = USUAL) -> str:
    """What `/goal` does, and what it tells; what an event tells by itself is not told again. Raises `HeartbitError`."""
    if goals is None:
        raise HeartbitError(NOTHING_HERE)
    verb, _, rest = argument.strip().partition(" ")
    rest = rest.strip()
    match verb:
        case "":
            return shown(goals)
        case "clear" if not rest:
            await goals.set("", ())
        case "add":
            await _add(goals, rest)
        case "drop" if rest:
            await _drop(goals, rest)
        case "edit" if not rest:
            await _edit(goals, _text(goals.goal), way)
        case "propose" if not rest:
            await _propose(goals, way)
        case _:
            await begin(goals, argument)
    return ""


async def begin(goals: Goals | None, text: str) -> None:
    """Set the goal that a text says, with the items of its lists as criteria. Raises `HeartbitError`."""
    if goals is None:
        raise HeartbitError(NOTHING_HERE)
    written = plugins.resolve(f"{TEXT}:written")(text)
    await goals.set(written.goal or (written.criteria[0] if written.criteria else ""), written.criteria)


def shown(goals: Goals) -> str:
    """The goal with its criteria, and how each stood."""
    if goals.goal is None:
        return NO_GOAL
    lines = [one_line(f"goal: {goals.goal.goal}", WIDE)]
    for number, (outcome, criterion) in enumerate(standing(goals.goal, goals.judged), 1):
        how = f"{SIGNS[outcome]} {outcome}" if outcome else "· not judged yet"
        lines.append(one_line(f"{number}. {how}: {criterion}", WIDE))
    return "\n".join(lines)


async def _add(goals: Goals, criterion: str) -> None:
    if not criterion:
        raise HeartbitError(NO_WORDS)
    goal = goals.goal
    words = goal.goal if goal else criterion
    await goals.set(words, (*(goal.criteria if goal else ()), criterion))


async def _drop(goals: Goals, number: str) -> None:
    criteria = goals.goal.criteria if goals.goal else ()
    if not number.isdecimal() or not 1 <= int(number) <= len(criteria):
        raise HeartbitError(NO_SUCH.format(number=number, last=len(criteria)))
    kept = tuple(each for at, each in enumerate(criteria, 1) if at != int(number))
    await goals.set(goals.goal.goal if goals.goal else "", kept)


async def _propose(goals: Goals, way: Way) -> None:
    """Let the judge's model propose criteria; they count once the person has seen them, where there is an editor."""
    if goals.goal is None:
        raise HeartbitError(NO_GOAL)
    proposed = await goals.propose(goals.goal.goal)
    if not proposed:
        raise HeartbitError(NOTHING_PROPOSED)
    criteria = tuple(dict.fromkeys((*goals.goal.criteria, *proposed)))
    proposal = GoalSet(goal=goals.goal.goal, criteria=criteria)
    if way.edit is None:
        await goals.set(proposal.goal, proposal.criteria)
    else:
        await _edit(goals, _text(proposal), way)


async def _edit(goals: Goals, text: str, way: Way) -> None:
    if way.edit is None:
        raise HeartbitError(NO_EDITOR)
    edited = await way.edit(text)
    if edited is not None:
        await begin(goals, edited)


def _text(goal: GoalSet | None) -> str:
    return plugins.resolve(f"{TEXT}:told")(goal.goal, goal.criteria) if goal else ""
