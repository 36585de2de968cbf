"""Puts the memory in order while nobody looks: what is there twice, what became a skill, what could become one.

Each phase stands alone: one that fails is told of, and the others go on.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import Event, MemoryChanged
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.memory import meditation_choice as choice, telling
from heartbit_tui.memory.meditation_asking import Writing, write
from heartbit_tui.memory.meditation_drafts import Draft
from heartbit_tui.memory.meditation_report import Bounds, Double, Report, told
from heartbit_tui.memory.meditation_tiers import tier_of
from heartbit_tui.memory.protocols import Memory
from heartbit_tui.memory.sqlite.drafts import SqliteDrafts
from heartbit_tui.memory.sqlite.meditating import Meditating, Seen
from heartbit_tui.memory.types import Confidentiality, Entry, Query, Reach, Recalled

NEIGHBOURS = 50
"""Entries near another one that are looked at."""

DOUBLES, SKILLS = "doubles", "skills"
"""The phases that go through all entries bit by bit, by the names under which it is kept how far they came."""

NO_VECTORS = (
    "Nothing was compared by meaning, because no memory has a vector: set memory.embedding.provider, for instance to "
    "local, and run `heartbit memory stats` to see how many have one."
)
FAILED = "{phase} broke off: {error}"
NOT_WRITTEN = "Of {count} memories no skill was made: {error}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a meditation works with. `reach` is whose memory it is; what no model may read is left alone in any case.

    `refusal` says why no model may be asked now, empty where one may; without `writing` there is none.
    """

    memory: Memory
    kept: Meditating
    drafts: SqliteDrafts
    reach: Reach
    clock: Clock
    tell: Callable[[Event], None]
    writing: Writing | None = None
    refusal: Callable[[], Awaitable[str]] | None = None
    dry: bool = False


async def meditate(means: Means, bounds: Bounds) -> Report:
    """Go through one cycle; what came of it is told, too."""
    means = replace(means, reach=replace(means.reach, cap=min(means.reach.cap, Confidentiality.CONFIDENTIAL)))
    report = Report(dry=means.dry)
    for name, phase in (("Looking for doubles", _doubles), ("Letting go", _letting_go), ("Making skills", _skills)):
        try:
            report = await phase(means, bounds, report)
        except HeartbitError as error:
            report = _with(report, FAILED.format(phase=name, error=error))
    if not means.dry and (report.changed or report.troubles):
        means.tell(MemoryChanged(action="meditated", count=report.changed, reason=told(report)))
    return report


async def _doubles(means: Means, bounds: Bounds, report: Report) -> Report:
    """Merge what says the same among the next entries; the batch after them comes with the next cycle."""
    batch = await means.kept.batch(means.reach, DOUBLES, bounds.batch)
    found: list[Double] = []
    seen = set[str]()
    compared = 0
    for each in batch:
        if each.entry.pinned or each.entry.id in seen:
            continue
        near = await _near(means, each)
        compared += near is not None
        others = [one for one in choice.like(near or (), each.entry, bounds.same, above=True) if one.id not in seen]
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
    if not means.dry and means.refusal is not None and (refusal := await means.refusal()):
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
    if means.dry or means.writing is None:
        return replace(report, clusters=(*report.clusters, cluster))
    report = replace(report, asked=report.asked + 1)
    try:
        draft: Draft = await write(cluster, means.writing, means.clock.now())
        await means.drafts.add(draft)
    except HeartbitError as error:
        await means.kept.failed(choice.fingerprint([each.id for each in cluster]))
        return _with(report, NOT_WRITTEN.format(count=len(cluster), error=str(error).rstrip(".")))
    cost = None if draft.cost_usd is None else (report.cost_usd or 0.0) + draft.cost_usd
    return replace(report, drafts=(*report.drafts, draft), cost_usd=cost)


def _with(report: Report, trouble: str) -> Report:
    return replace(report, troubles=(*report.troubles, trouble))
