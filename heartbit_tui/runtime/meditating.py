"""A meditation put together: the memory and its vectors, a model whose cost is counted, what reads a skill."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar, cast
from uuid import uuid4

from heartbit_tui.config import Config
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import ConfigError, HeartbitError
from heartbit_tui.kernel.events import Envelope, Event, SessionStarted
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.memory import meditation
from heartbit_tui.memory.errors import EmbeddingError
from heartbit_tui.memory.meditation_asking import Writing
from heartbit_tui.memory.meditation_drafts import Shaped
from heartbit_tui.memory.meditation_report import Bounds, Report
from heartbit_tui.memory.meditation_runs import Distilling, Worked
from heartbit_tui.memory.meditation_tiers import Promotion
from heartbit_tui.memory.notebook import Ground
from heartbit_tui.memory.sqlite.drafts import SqliteDrafts
from heartbit_tui.memory.sqlite.meditating import Meditating
from heartbit_tui.runtime.distilling import runs_of
from heartbit_tui.runtime.memory_ground import Marks, of_command
from heartbit_tui.runtime.memory_store import by_meaning, kind_of, shelf
from heartbit_tui.runtime.models import Models
from heartbit_tui.runtime.opening import Place, placed
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import Settings, read
from heartbit_tui.runtime.shelf import Whose
from heartbit_tui.skills import frontmatter, parse
from heartbit_tui.skills.types import Place as SkillPlace, Withheld
from heartbit_tui.store.database import Database
from heartbit_tui.store.store import Store

NAME = "heartbit"
NOT_KEPT = "memory.type is {kind}: what is not in heartbit's own data file cannot be put in order."
NO_MODEL = "No skill was made: {error}"
OVER = "No skill was made: {used:.2f} US dollars were spent today, and limits.max_day_cost_usd is {cap:.2f}."
NO_NAME = "its table gives it no name"

TESTING = Bounds(
    together=0.5,
    smallest=2,
    most=1,
    promotion=Promotion(access_only=3, importance_only=0.6, both_access=2, both_importance=0.5),
    distilling=Distilling(enabled=True, least=0.4, calls=2, errors=0, per_hour=5),
)
"""What `evolution.preset = "test"` has; rsclaw's."""

Value = TypeVar("Value", int, float)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The memory of a person, as meditation and drafts need it."""

    settings: Settings
    ground: Ground
    kept: Meditating
    drafts: SqliteDrafts
    embed: Callable[[], Awaitable[str]]


@asynccontextmanager
async def opened(options: Options, clock: Clock) -> AsyncGenerator[Opened]:
    """The memory in the data file, with what gives it vectors. Raises `ConfigError`, `StoreError`."""
    settings = await read(options, clock)
    kind = kind_of(options, settings)
    if kind not in ("sqlite", "postgres"):
        raise ConfigError(NOT_KEPT.format(kind=kind), key="memory.type", source=settings.config.source("memory.type"))
    async with shelf(kind, settings, clock) as found, by_meaning(found, settings, clock, lambda _: None) as follower:
        ground = of_command(found.memory, Whose(agent="", session="", project=""), settings)
        database = cast("Database", found.kept)

        async def embed() -> str:
            """Give vectors to what has none; what went wrong, in a sentence."""
            try:
                if follower is not None:
                    await follower.once()
            except EmbeddingError as error:
                return str(error)
            return ""

        yield Opened(
            settings=settings,
            ground=ground,
            kept=Meditating(database, clock),
            drafts=SqliteDrafts(database, clock, ground.reach),
            embed=embed,
        )


async def meditate(options: Options, clock: Clock, *, dry: bool = False) -> Report:
    """Go through one cycle; what the model costs is counted with what sessions cost. Raises `ConfigError`, `StoreError`."""
    async with AsyncExitStack() as stack:
        found = await stack.enter_async_context(opened(options, clock))
        trouble = await found.embed()
        bounds = bounds_of(found.settings.config)

        async def runs(since: datetime) -> tuple[Worked, ...]:
            async with Store.open(found.settings.store, clock) as store:
                return await runs_of(store, (found.ground.reach.tenant, found.ground.reach.user), since)

        means = meditation.Means(
            memory=found.ground.memory,
            kept=found.kept,
            drafts=found.drafts,
            reach=found.ground.reach,
            clock=clock,
            tell=_nobody,
            runs=runs,
            dry=dry,
        )
        if bounds.enabled and not dry:
            means, missing = await _telling(means, options, found, clock, stack)
            trouble = " ".join(filter(None, (trouble, missing)))
        report = await meditation.meditate(means, bounds)
        if not dry:
            report = replace(report, waiting=await found.drafts.list("waiting"))
        return replace(report, troubles=(*report.troubles, trouble)) if trouble and report.looked else report


def bounds_of(config: Config) -> Bounds:
    """`[evolution]`: its preset, and over that what is set."""
    usual = TESTING if config.string("evolution.preset") == "test" else Bounds()
    promotion, distilling = usual.promotion, usual.distilling
    wanted = "evolution.workflow.enabled"

    def number(key: str, other: float) -> float:
        found = config.number(f"evolution.{key}") if config.is_set(f"evolution.{key}") else None
        return other if found is None else found

    def count(key: str, other: int) -> int:
        found = config.integer(f"evolution.{key}") if config.is_set(f"evolution.{key}") else None
        return other if found is None else found

    return replace(
        usual,
        enabled=config.boolean("evolution.enabled"),
        same=number("meditation.dedup_threshold", usual.same),
        together=number("cluster.similarity_threshold", usual.together),
        smallest=count("cluster.min_size", usual.smallest),
        most=count("meditation.max_per_cycle", usual.most),
        ttl=timedelta(days=number("meditation.crystallized_ttl_days", usual.ttl.days)),
        promotion=Promotion(
            access_only=count("promotion.access_only", promotion.access_only),
            importance_only=number("promotion.importance_only", promotion.importance_only),
            both_access=count("promotion.both_access", promotion.both_access),
            both_importance=number("promotion.both_importance", promotion.both_importance),
        ),
        distilling=Distilling(
            enabled=config.boolean(wanted) if config.is_set(wanted) else distilling.enabled,
            least=number("workflow.score_threshold", distilling.least),
            calls=count("workflow.min_tool_calls", distilling.calls),
            errors=count("workflow.min_errors", distilling.errors),
            per_hour=count("workflow.max_per_hour", distilling.per_hour),
        ),
    )


def shaped(text: str) -> Shaped | str:
    """The skill in a text, or in one sentence why it is none."""
    place = SkillPlace(folder=Path("/"), layer="user", title="drafts")
    found = parse.skill(text, Path("/draft/SKILL.md"), place)
    if isinstance(found, Withheld):
        return found.reason.rstrip(".")
    if not frontmatter.read(text).table.get("name"):
        return NO_NAME
    body = parse.body(text)
    return (
        Shaped(name=found.name, description=found.description, body=body) if body else "nothing stands behind its table"
    )


async def _telling(
    means: meditation.Means, options: Options, found: Opened, clock: Clock, stack: AsyncExitStack
) -> tuple[meditation.Means, str]:
    """The means with a model, and with a log in which its cost is counted; a sentence where there is no model."""
    settings = found.settings
    try:
        models = await stack.enter_async_context(Models.open(settings, clock))
        provider = await models.first()
        wanted = settings.config.string("evolution.model")
        provider = models.beside("", wanted) if wanted else provider
    except HeartbitError as error:
        return means, NO_MODEL.format(error=error)
    place = await stack.enter_async_context(placed(options, settings, clock))
    started = SessionStarted(cwd=str(options.cwd), provider=provider.name, model=provider.model, mode=settings.mode)
    tell = _Log(place, clock, started).tell
    writing = Writing(
        provider=lambda: provider,
        fence=Marks().fence,
        clean=found.ground.clean,
        shape=shaped,
        new_id=lambda: uuid4().hex,
        tell=tell,
    )

    async def refusal() -> str:
        caps = place.meters.caps
        await caps.look(clock.now())
        reached = [each for each in caps.reached(clock.now(), 0.0, None) if each.period == "day"]
        return OVER.format(used=reached[0].used, cap=reached[0].cap) if reached else ""

    return replace(means, tell=tell, writing=writing, refusal=refusal), ""


class _Log:
    """Tells events as a session does, which begins with the first of them."""

    def __init__(self, place: Place, clock: Clock, started: SessionStarted) -> None:
        self._place = place
        self._clock = clock
        self._started = started
        self._seq = 0

    def tell(self, event: Event) -> None:
        if not self._seq:
            self._publish(self._started)
        self._publish(event)

    def _publish(self, event: Event) -> None:
        self._seq += 1
        session_id = self._place.session_id
        envelope = Envelope(seq=self._seq, at=self._clock.now(), session=session_id, run="", agent=NAME, event=event)
        self._place.bus.publish(envelope)


def _nobody(event: Event) -> None:
    """Nobody has to be told."""
