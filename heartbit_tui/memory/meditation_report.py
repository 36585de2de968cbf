"""What a meditation is to do, and what came of it in words; pure."""

from collections.abc import Iterator
from datetime import timedelta

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.memory.meditation_drafts import Draft
from heartbit_tui.memory.meditation_runs import Distilling, Worked
from heartbit_tui.memory.meditation_tiers import USUAL, Promotion
from heartbit_tui.memory.types import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How a meditation judges and how far it goes; the defaults are rsclaw's.

    `same` is the cosine above which two entries say the same, `together` the one from which they belong together, and
    `smallest` how many of them make a skill. `most` skills are drafted in one cycle. `ttl` is how long the memories of
    an accepted one stay as they are. `batch` entries are looked through for doubles in one cycle, `scanned` for skills.
    `distilling` says which runs become skills.
    """

    enabled: bool = True
    same: float = 0.92
    together: float = 0.75
    smallest: int = 3
    most: int = 5
    ttl: timedelta = timedelta(days=7)
    batch: int = 50
    scanned: int = 500
    promotion: Promotion = USUAL
    distilling: Distilling = Distilling()


@dataclass(frozen=True, slots=True, kw_only=True)
class Double:
    """Entries that say the same, and the one of them that stays."""

    keeper: Entry
    gone: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What came of a meditation, or, where it is `dry`, what would.

    `waiting` are all drafts that wait for a person's word, those of earlier cycles too. `clusters` are the memories and `runs` the runs that skills would be drafted of, where it is dry. `troubles` are sentences about what did
    not go as it was meant to; `asked` and `cost_usd` count the questions to a model.
    """

    looked: int = 0
    doubles: tuple[Double, ...] = ()
    drafts: tuple[Draft, ...] = ()
    waiting: tuple[Draft, ...] = ()
    clusters: tuple[tuple[Entry, ...], ...] = ()
    runs: tuple[Worked, ...] = ()
    demoted: tuple[Entry, ...] = ()
    troubles: tuple[str, ...] = ()
    asked: int = 0
    cost_usd: float | None = None
    dry: bool = False

    @property
    def removed(self) -> int:
        """How many entries another one stands for now."""
        return sum(len(each.gone) for each in self.doubles)

    @property
    def changed(self) -> int:
        """How many entries and drafts are not as they were."""
        return self.removed + len(self.drafts) + len(self.clusters) + len(self.runs) + len(self.demoted)


def told(report: Report) -> str:
    """The report as one sentence or several; empty where nothing was done and nothing went wrong."""
    return " ".join((*_done(report), *report.troubles))


def _done(report: Report) -> Iterator[str]:
    would = "would be " if report.dry else ""
    if report.removed:
        verb = would or ("was " if report.removed == 1 else "were ")
        yield f"{_count(report.removed, 'memory', 'memories')} that another one says too {verb}merged into it."
    skills = len(report.drafts) + len(report.clusters) + len(report.runs)
    if skills:
        verb = would or ("waits" if skills == 1 else "wait")
        end = "drafted." if report.dry else "for your word: `heartbit memory drafts`."
        yield f"{_count(skills, 'skill', 'skills')} {verb.strip()} {end}"
    if report.demoted:
        verb = would or ("was " if len(report.demoted) == 1 else "were ")
        yield f"{_count(len(report.demoted), 'memory', 'memories')} that a skill stands for {verb}put to the edge."


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
