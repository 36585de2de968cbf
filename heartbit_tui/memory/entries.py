"""Entries as they are made, changed and merged, within bounds."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, TypeVar

from heartbit_tui.memory.errors import EntryRefused
from heartbit_tui.memory.scoring import clamped
from heartbit_tui.memory.types import Change, Confidentiality, Entry, NewEntry, Reach, Scope

_Value = TypeVar("_Value")

LONGEST: Final = 100_000
"""Characters of a content, at most."""

LONGEST_NAME: Final = 512
"""Characters of an id, a category, a tag, a keyword or a column of a scope, at most."""

MOST_NAMES: Final = 64
"""Tags of an entry, and keywords, at most."""

MOST_AT_ONCE: Final = 5_000
"""Entries that one operation stores at most, so that it does not keep other writers waiting for long."""

MOST_RECALLED: Final = 100
MOST_LISTED: Final = 1_000


def made(new: NewEntry | Entry, *, new_id: str, now: datetime) -> Entry:
    """The entry to store, with its bounds kept. Raises `EntryRefused`."""
    return _checked(new if isinstance(new, Entry) else whole(new, id=new.id or new_id, at=new.at or now))


def whole(new: NewEntry, *, id: str, at: datetime) -> Entry:
    """An entry as it begins, that nobody has used yet; its bounds are not looked at."""
    return Entry(
        id=id,
        scope=new.scope,
        content=new.content,
        category=new.category,
        tags=new.tags,
        keywords=new.keywords,
        summary=new.summary,
        importance=new.importance,
        type=new.type,
        confidentiality=new.confidentiality,
        strength=new.strength,
        created_at=at,
        last_accessed=at,
        source_ids=new.source_ids,
        origin=new.origin,
        pinned=new.pinned,
    )


def over(entry: Entry, old: Entry | None) -> Entry:
    """The entry as it is stored where `old` has its id: what use has made of the old one stays."""
    if old is None:
        return entry
    if old.scope != entry.scope:
        raise EntryRefused(
            f"The id {entry.id!r} belongs to a memory of another scope. Leave the id out to get a new one."
        )
    return replace(
        entry,
        created_at=old.created_at,
        last_accessed=old.last_accessed,
        access_count=old.access_count,
        related_ids=old.related_ids,
        pinned=entry.pinned or old.pinned,
    )


def within(entry: Entry, reach: Reach | None) -> Entry:
    """The entry at least as strict as the reach wants it. Raises `EntryRefused` where it lies outside."""
    if reach is None:
        return entry
    raised = replace(entry, confidentiality=max(entry.confidentiality, reach.floor))
    if not replace(reach, cap=Confidentiality.RESTRICTED).sees(raised.scope, raised.confidentiality):
        raise EntryRefused(
            "This memory would be stored outside of what its writer can reach. Store it in its own scope."
        )
    return raised


def changed(entry: Entry, change: Change) -> Entry:
    """The entry with what is given in its place. Raises `EntryRefused`."""
    return _checked(
        replace(
            entry,
            content=_or(change.content, entry.content),
            category=_or(change.category, entry.category),
            tags=_or(change.tags, entry.tags),
            keywords=_or(change.keywords, entry.keywords),
            summary=_or(change.summary, entry.summary),
            importance=_or(change.importance, entry.importance),
            confidentiality=_or(change.confidentiality, entry.confidentiality),
        )
    )


def reads_differently(one: Entry, other: Entry) -> bool:
    """Whether a vector of the one would not be one of the other."""
    return one.content != other.content


def merged(new: Entry, sources: Sequence[Entry]) -> Entry:
    """The entry that takes the place of several: their tags and keywords too, and the strictest of their levels."""
    return _checked(
        replace(
            new,
            tags=_union([new.tags, *(each.tags for each in sources)]),
            keywords=_union([new.keywords, *(each.keywords for each in sources)]),
            confidentiality=max([new.confidentiality, *(each.confidentiality for each in sources)]),
            source_ids=tuple(each.id for each in sources),
        )
    )


def each_once(made: Sequence[Entry]) -> list[Entry]:
    """The last of those that have the same id and owner, in the order of the first."""
    return list({(each.scope.tenant, each.scope.user, each.id): each for each in made}.values())


def refuse_too_many(count: int) -> None:
    """Raise `EntryRefused` for more entries than one operation takes."""
    if count > MOST_AT_ONCE:
        raise EntryRefused(f"{count:,} memories at once keep others waiting; store at most {MOST_AT_ONCE:,} at a time.")


def by_time(entry: Entry) -> tuple[float, str]:
    """What entries are listed by: the newest first, then by id."""
    return -entry.created_at.timestamp(), entry.id


def limit(wanted: int, most: int) -> int:
    """How many to give: as many as wanted, 1 at least and `most` at most; all that is allowed for 0."""
    return most if wanted <= 0 else min(wanted, most)


def _checked(entry: Entry) -> Entry:
    _refuse_content(entry.content)
    for named in (entry.id, entry.category, *_columns(entry.scope)):
        _refuse_name(named)
    if not entry.id:
        raise EntryRefused("A memory needs an id.")
    _refuse_text(entry.summary)
    return replace(
        entry,
        category=entry.category or "fact",
        tags=_names(entry.tags),
        keywords=_names(entry.keywords),
        importance=min(10, max(1, entry.importance)),
        strength=clamped(entry.strength),
        created_at=_utc(entry.created_at),
        last_accessed=_utc(entry.last_accessed),
        source_ids=tuple(dict.fromkeys(entry.source_ids)),
        related_ids=tuple(sorted(dict.fromkeys(entry.related_ids))),
    )


def _columns(scope: Scope) -> tuple[str, ...]:
    return (scope.tenant, scope.user, scope.agent, scope.session, scope.project)


def _names(given: Iterable[str]) -> tuple[str, ...]:
    """Words without blanks around or double ones inside, each once, in order."""
    found = tuple(dict.fromkeys(filter(None, (" ".join(each.replace("\0", " ").split()) for each in given))))
    for each in found:
        _refuse_name(each)
    if len(found) > MOST_NAMES:
        raise EntryRefused(f"A memory has at most {MOST_NAMES} tags and as many keywords; these are {len(found)}.")
    return found


def _union(groups: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for group in groups for each in group))[:MOST_NAMES]


def _refuse_content(content: str) -> None:
    if not content:
        raise EntryRefused("A memory without a text says nothing. Give it a content.")
    _refuse_text(content)


def _refuse_text(text: str) -> None:
    if len(text) > LONGEST:
        raise EntryRefused(
            f"This text has {len(text):,} characters, and a memory holds {LONGEST:,}. Store what matters of it, or a file."
        )
    _refuse_halves(text)


def _refuse_name(name: str) -> None:
    if len(name) > LONGEST_NAME:
        raise EntryRefused(f"{name[:40]!r}… is longer than the {LONGEST_NAME} characters that a name may have.")
    _refuse_halves(name)


def _refuse_halves(text: str) -> None:
    if not text.isascii() and any(unicodedata.category(each) == "Cs" for each in text):
        raise EntryRefused(
            "This text has half of a character in it (a lone surrogate), which cannot be stored as UTF-8."
        )


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _or(given: _Value | None, old: _Value) -> _Value:
    return old if given is None else given
