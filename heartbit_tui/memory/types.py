"""The words of the memory: what an entry is, whose it is, what is asked, and what comes back with its reasons."""

from collections.abc import Sequence
from dataclasses import field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import TypeAlias

from heartbit_tui.kernel.dataclass import dataclass


class Confidentiality(IntEnum):
    """For whom an entry is, in order: each level is stricter than the one before it."""

    PUBLIC = 0
    """Anyone."""
    INTERNAL = 1
    """Senders that are trusted as verified or better."""
    CONFIDENTIAL = 2
    """The owner alone."""
    RESTRICTED = 3
    """Secrets: no model reads them, unless a person unlocks that."""

    @property
    def word(self) -> str:
        """The level as it is written in JSON and shown."""
        return self.name.lower()

    @classmethod
    def of(cls, word: object) -> "Confidentiality":
        """The level that a word names; the strictest one for any that is not known."""
        return next((level for level in cls if level.word == word), cls.RESTRICTED)


class EntryType(StrEnum):
    """How an entry came to be known; `memory_type` in JSON."""

    EPISODIC = "episodic"
    """Something that happened or was said."""
    SEMANTIC = "semantic"
    """A fact merged from several entries."""
    REFLECTION = "reflection"
    """A conclusion that was drawn from others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose an entry is: five columns, each compared for equality, never by prefix.

    An empty column means that the entry belongs to none in particular: no project is every project's, for those
    whose `Reach` has the empty project too.
    """

    tenant: str = ""
    user: str = ""
    agent: str = ""
    session: str = ""
    project: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What a reader or a writer can get at; made once for a run, and all that its tools are given.

    `tenant` and `user` are exact, always. The other columns take any of the values listed, all of them where they
    are None. Entries stricter than `cap` do not exist for whoever holds this; what is stored is at least as strict
    as `floor`.
    """

    tenant: str = ""
    user: str = ""
    agents: tuple[str, ...] | None = None
    sessions: tuple[str, ...] | None = None
    projects: tuple[str, ...] | None = None
    cap: Confidentiality = Confidentiality.CONFIDENTIAL
    floor: Confidentiality = Confidentiality.PUBLIC

    def sees(self, scope: Scope, level: Confidentiality) -> bool:
        """Whether an entry of that scope and level exists for the holder."""
        return (
            (scope.tenant, scope.user) == (self.tenant, self.user)
            and (self.agents is None or scope.agent in self.agents)
            and (self.sessions is None or scope.session in self.sessions)
            and (self.projects is None or scope.project in self.projects)
            and level <= self.cap
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where an entry comes from: the session and the seq of the event there, and who wrote it.

    `by` is "agent", "person", "flush" (kept before a compaction), "consolidation", "import" or an own word.
    """

    session: str = ""
    seq: int = 0
    by: str = "agent"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """What is to be stored. An empty `id` gets a new one; `at` is now unless it is given.

    An id that the same scope has already is replaced, with its count of accesses, links and pin kept.
    """

    content: str
    scope: Scope = field(default_factory=Scope)
    id: str = ""
    category: str = "fact"
    tags: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    summary: str = ""
    importance: int = 5
    type: EntryType = EntryType.EPISODIC
    confidentiality: Confidentiality = Confidentiality.PUBLIC
    strength: float = 1.0
    origin: Origin = field(default_factory=Origin)
    source_ids: tuple[str, ...] = ()
    at: datetime | None = None
    pinned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing remembered.

    `importance` is 1..10; `strength` is what was stored, 0..1, and decays when it is read (`scoring.strength_at`).
    `created_at` and `last_accessed` are UTC. `source_ids` are the entries that it was merged from; `related_ids` are
    its links, each of which is held by both ends. `pinned` is never pruned and never merged. `embedded_by` is the
    model whose vector is stored, empty while there is none.
    """

    id: str
    scope: Scope
    content: str
    category: str
    tags: tuple[str, ...]
    keywords: tuple[str, ...]
    summary: str
    importance: int
    type: EntryType
    confidentiality: Confidentiality
    strength: float
    created_at: datetime
    last_accessed: datetime
    access_count: int = 0
    related_ids: tuple[str, ...] = ()
    source_ids: tuple[str, ...] = ()
    origin: Origin = field(default_factory=Origin)
    pinned: bool = False
    embedded_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What `update` puts in place of what an entry has; None leaves a field as it is."""

    content: str | None = None
    category: str | None = None
    tags: tuple[str, ...] | None = None
    keywords: tuple[str, ...] | None = None
    summary: str | None = None
    importance: int | None = None
    confidentiality: Confidentiality | None = None


Floats: TypeAlias = Sequence[float]
"""The numbers of a vector: a list, a tuple or an `array('f')`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """A text as a point; only vectors of the same model and length can be compared."""

    model: str
    values: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is wanted. Without `text` and `vector` it is what is recent, important and strong.

    `tags`: any of them. `min_strength` is compared with the decayed strength. `limit` is 1 to 100 for a recall and
    up to 1,000 for a list.
    """

    reach: Reach = field(default_factory=Reach)
    text: str = ""
    vector: Vector | None = None
    category: str = ""
    tags: tuple[str, ...] = ()
    type: EntryType | None = None
    min_strength: float = 0.0
    pinned: bool | None = None
    limit: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Why an entry was recalled. The four parts are 0..1 and unweighted; `score` is their weighted sum.

    `lexical_rank` and `vector_rank` count from 1, None where the entry was not found that way. `bm25` and
    `similarity` (cosine) are what those ranks stand on. `linked_from` is the entry whose link led here.
    `strength` is what was left after decay, before this recall reinforced it.
    """

    score: float
    recency: float
    importance: float
    relevance: float
    strength: float
    lexical_rank: int | None = None
    vector_rank: int | None = None
    bm25: float = 0.0
    similarity: float | None = None
    linked_from: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """One entry that came back, as it is after this recall, with the reasons."""

    entry: Entry
    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """What came back, best first. `notice` says in a sentence what was left out of the search, empty if nothing."""

    found: tuple[Recalled, ...]
    notice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What `merge` did: the new entry, the ids that it took the place of, and those that were not there."""

    entry: Entry
    replaced: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """The vectors of one model: how many entries have one, and how many still wait."""

    model: str
    dimension: int
    embedded: int
    pending: int
    serving: bool
    """Whether recalls use it; a model that has just been chosen serves when all are embedded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """What is within reach, in figures. `fading` are those under the strength at which pruning takes them.

    `size` is the bytes of all texts. `search` says how vectors are compared: "sqlite-vec", "numpy" or "python".
    """

    entries: int
    by_type: dict[str, int]
    by_category: dict[str, int]
    by_confidentiality: dict[str, int]
    pinned: int
    links: int
    fading: int
    size: int
    oldest: datetime | None
    newest: datetime | None
    spaces: tuple[Space, ...] = ()
    search: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A text that waits for its vector. `revision` tells whether it was changed meanwhile."""

    key: int
    revision: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Some of the texts without a vector of a model, newest first, and how many there are in all."""

    texts: tuple[Pending, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """The vector of a text that had waited."""

    key: int
    revision: int
    values: Floats
