"""Puts the memory in order while nobody looks: what is there twice, what became a skill, what could become one.

Runs that took work are looked at too: how such a task is done can become a skill as well.

Each phase stands alone: one that fails is told of, and the others go on.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import Event, MemoryChanged
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.memory import meditation_choice as choice, meditation_runs as runs, telling
from heartbit_tui.memory.meditation_asking import Writing, distil, write
from heartbit_tui.memory.meditation_drafts import Draft
from heartbit_tui.memory.meditation_merges import mergeable
from heartbit_tui.memory.meditation_report import Bounds, Double, Report, told
from heartbit_tui.memory.meditation_runs import Runs, Worked
from heartbit_tui.memory.meditation_tiers import tier_of
from heartbit_tui.memory.protocols import Memory
from heartbit_tui.memory.sqlite.drafts import SqliteDrafts
from heartbit_tui.memory.sqlite.meditating import Meditating, Seen
from heartbit_tui.memory.types import Confidentiality, Entry, Query, Reach, Recalled

NEIGHBOURS = 50
"""Entries near another one that are looked at."""

DOUBLES, SKILLS, WORKFLOWS = "doubles", "skills", "workflows"
"""The phases that go through everything bit by bit, by the names under which it is kept how far they came."""

NO_VECTORS = (
    "Nothing was compared by meaning, because no memory has a vector: set memory.embedding.provider, for instance to "
    "local, and run `heartbit memory stats` to see how many have one."
)
FAILED = "{phase} broke off: {error}"
NOT_WRITTEN = "Of {of} no skill was made: {error}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a meditation works with. `reach` is whose memory it is; what no model may read is left alone in any case.

    `refusal` says why no model may be asked now, empty where one may; without `writing` there is none. `runs` tells of
    the runs that skills could be made of.
    """

    memory: Memory
    kept: Meditating
    drafts: SqliteDrafts
    reach: Reach
    clock: Clock
    tell: Callable[[Event], None]
    writing: Writing | None = None
    refusal: Callable[[], Awaitable[str]] | None = None
    runs: Runs | None = None
    dry: bool = False


async def meditate(means: Means, bounds: Bounds) -> Report:
    """Go through one cycle; what came of it is told, too."""
    means = replace(means, reach=replace(means.reach, cap=min(means.reach.cap, Confidentiality.CONFIDENTIAL)))
    report = Report(dry=means.dry)
    for name, phase in (
        ("Looking for doubles", _doubles),
        ("Letting go", _letting_go),
        ("Making skills", _skills),
        ("Looking at runs", _workflows),
    ):
        try:
            report = await phase(means, bounds, report)
        except HeartbitError as error:
            report = _with(report, FAILED.format(phase=name, error=error))
    if not means.dry and (report.changed or report.troubles):
        means.tell(MemoryChanged(action="meditated", count=report.changed, reason=told(report)))
    return report


async def _doubles(means: Means, bounds: Bounds, report: Report) -> Report:
    """Merge what says the same among the next entries; the batch after them comes with the next cycle."""
    if not means.dry:
        await means.kept.expire()
    batch = await means.kept.batch(means.reach, DOUBLES, bounds.batch)
    found: list[Double] = []
    seen = set[str]()
    compared = 0
    for each in batch:
        if each.entry.pinned or each.entry.id in seen:
            continue
        near = await _near(means, each)
        compared += near is not None
        alike = [one for one in choice.like(near or (), each.entry, bounds.same, above=True) if one.id not in seen]
        apart = await means.kept.apart([each.entry.id, *(one.id for one in alike)], means.reach) if alike else ()
        others = mergeable(each.entry, alike, apart)
        if others:
            seen |= {each.entry.id, *(one.id for one in others)}
            found.append(await _merged(means, each.entry, others))
    if not means.dry:
        await means.kept.moved(means.reach, DOUBLES, batch[-1].place if len(batch) == bounds.batch else 0)
    report = replace(report, looked=len(batch), doubles=tuple(found))
    return _with(report, NO_VECTORS) if batch and not compared else report


async def _near(means: Means, seen: Seen) -> tuple[Recalled, ...] | None:
    """What lies near an entry in its own place, the nearest first; None where it has no vector."""
    vector = await means.kept.vector(seen.place)
    if vector is None:
        return None
    scope = seen.entry.scope
    reach = replace(means.reach, agents=(scope.agent,), projects=(scope.project,))
    found = await means.memory.recall(Query(reach=reach, vector=vector, limit=NEIGHBOURS), touch=False)
    return found.found


async def _merged(means: Means, seed: Entry, others: list[Entry]) -> Double:
    keeper = choice.strongest((seed, *others), means.clock.now())
    gone = [each for each in (seed, *others) if each.id != keeper.id]
    if means.dry:
        return Double(keeper=keeper, gone=tuple(gone))
    done = await means.kept.absorb(keeper.id, [each.id for each in gone], means.reach)
    reason = f"{len(done.gone) + 1} said the same"
    means.tell(telling.change("merged", [done.keeper], reason=reason))
    return Double(keeper=done.keeper, gone=done.gone)


async def _letting_go(means: Means, bounds: Bounds, report: Report) -> Report:
    """Put to the edge what a skill has stood for long enough."""
    due = await means.kept.due(means.reach, bounds.ttl)
    if due and not means.dry:
        await means.kept.demote([each.place for each in due])
    return replace(report, demoted=tuple(each.entry for each in due))


async def _skills(means: Means, bounds: Bounds, report: Report) -> Report:
    """Draft skills of what belongs together; how far this came is kept, so that nothing at the end is never reached."""
    if not bounds.enabled or (not means.dry and means.writing is None):
        return report
    if refusal := await _refusal(means):
        return _with(report, refusal)
    scanned, tried, taken = 0, 0, set[str]()
    while scanned < bounds.scanned and tried < bounds.most:
        batch = await means.kept.batch(means.reach, SKILLS, bounds.batch)
        for each in batch:
            scanned += 1
            cluster = await _cluster(means, bounds, each, taken)
            if cluster:
                tried += 1
                taken |= {one.id for one in cluster}
                report = await _drafted(means, cluster, report)
            if tried == bounds.most:
                batch = tuple(one for one in batch if one.place <= each.place)
                break
        ended = len(batch) < bounds.batch and tried < bounds.most
        if not means.dry:
            await means.kept.moved(means.reach, SKILLS, 0 if ended or not batch else batch[-1].place)
        if ended or means.dry:
            break
    return report


async def _cluster(means: Means, bounds: Bounds, seed: Seen, taken: set[str]) -> tuple[Entry, ...]:
    """The core entries that belong together with this one; empty where they are too few, or were tried in vain lately."""
    if not _is_core(means, bounds, seed) or seed.entry.id in taken:
        return ()
    near = await _near(means, seed)
    like = [each.id for each in choice.like(near or (), seed.entry, bounds.together) if each.id not in taken]
    others = [each for each in await means.kept.seen(like, means.reach) if _is_core(means, bounds, each)]
    cluster = (seed.entry, *(each.entry for each in others))
    if len(cluster) < bounds.smallest or await means.kept.put_off(choice.fingerprint([each.id for each in cluster])):
        return ()
    return cluster


def _is_core(means: Means, bounds: Bounds, seen: Seen) -> bool:
    """Whether an entry may go into a skill: core by what it is or how it is used, in no draft yet, and not pinned."""
    entry = seen.entry
    tier = tier_of(entry, means.clock.now(), demoted=seen.demoted, promotion=bounds.promotion)
    return tier == "core" and not seen.draft and not entry.pinned


async def _drafted(means: Means, cluster: tuple[Entry, ...], report: Report) -> Report:
    writing = means.writing
    if means.dry or writing is None:
        return replace(report, clusters=(*report.clusters, cluster))
    known_by = choice.fingerprint([each.id for each in cluster])
    draft = write(cluster, writing, means.clock.now())
    return await _kept(means, draft, known_by, f"{len(cluster)} memories", report)


async def _workflows(means: Means, bounds: Bounds, report: Report) -> Report:
    """Draft skills of runs that took work, each way of working once, and no more than so many within an hour."""
    terms = bounds.distilling
    if not bounds.enabled or not terms.enabled or means.runs is None or (not means.dry and means.writing is None):
        return report
    if refusal := await _refusal(means):
        return _with(report, refusal)
    now = means.clock.now()
    drafts = [each for each in await means.drafts.list() if each.run]
    known = {each.run for each in drafts}
    room = terms.per_hour - sum(each.made > now - runs.HOUR for each in drafts)
    reached = max(runs.moment(await means.kept.place(means.reach, WORKFLOWS)), now - runs.LOOK_BACK)
    for each in await means.runs(reached):
        if room <= 0:
            break
        reached, way = each.ended, runs.signature(each)
        if way not in known and runs.is_hard(each, terms) and not await means.kept.put_off(way):
            room, known = room - 1, {*known, way}
            report = await _distilled(means, each, way, report)
    if not means.dry:
        await means.kept.moved(means.reach, WORKFLOWS, runs.place(reached))
    return report


async def _distilled(means: Means, worked: Worked, way: str, report: Report) -> Report:
    writing = means.writing
    if means.dry or writing is None:
        return replace(report, runs=(*report.runs, worked))
    return await _kept(means, distil(worked, writing, means.clock.now()), way, "a run", report)


async def _kept(means: Means, writing: Awaitable[Draft], known_by: str, of: str, report: Report) -> Report:
    """Keep a draft once it is written; where it is not, that is put off under what its sources are known by."""
    report = replace(report, asked=report.asked + 1)
    try:
        draft = await writing
        await means.drafts.add(draft)
    except HeartbitError as error:
        await means.kept.failed(known_by)
        return _with(report, NOT_WRITTEN.format(of=of, error=str(error).rstrip(".")))
    cost = None if draft.cost_usd is None else (report.cost_usd or 0.0) + draft.cost_usd
    return replace(report, drafts=(*report.drafts, draft), cost_usd=cost)


async def _refusal(means: Means) -> str:
    """Why no model may be asked now; a dry run asks none."""
    return "" if means.dry or means.refusal is None else await means.refusal()


def _with(report: Report, trouble: str) -> Report:
    return replace(report, troubles=(*report.troubles, trouble))
