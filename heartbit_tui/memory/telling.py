"""Entries in words: for the model, for events, and why one was found; pure."""

from collections.abc import Sequence
from datetime import datetime

from heartbit_tui.kernel.events import MemoryChanged, Recollection
from heartbit_tui.kernel.events.memory import MemoryAction
from heartbit_tui.memory.topics import shared, terms
from heartbit_tui.memory.types import Confidentiality, Entry, Recalled, Why

SHOWN = 200
"""Characters of an entry's content in the list that `memory_recall` gives; the seed's."""

TOLD = 600
"""Characters of an entry's content in an event, and of one that is recalled unasked."""

SPANS = ((365 * 86_400, "year"), (30 * 86_400, "month"), (86_400, "day"), (3_600, "hour"), (60, "minute"))


def cut(text: str, most: int) -> str:
    """The text, or its beginning with `...` where it is longer."""
    return text if len(text) <= most else f"{text[:most].rstrip()}..."


def age(created: datetime, now: datetime) -> str:
    """How long ago something was, in the largest unit that fits: `3 days ago`."""
    seconds = int((now - created).total_seconds())
    for size, unit in SPANS:
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}{'' if count == 1 else 's'} ago"
    return "just now"


def row(rank: int, found: Recalled) -> str:
    """An entry as `memory_recall` lists it."""
    entry = found.entry
    return f"#{rank} [{entry.id}] {_head(found)} {cut(entry.content, SHOWN)}{_tail(entry)}"


def shared_row(rank: int, found: Recalled) -> str:
    """An entry as `shared_memory_read` lists it: whole, and with who wrote it."""
    entry = found.entry
    writer = entry.origin.by if not entry.scope.agent else entry.scope.agent
    return f"#{rank} [{entry.id}] @{writer} {_head(found)} {entry.content}"


def brought(found: Recalled, now: datetime) -> str:
    """An entry as it is brought to a model unasked: where it is from, then what it says."""
    entry = found.entry
    kind = f"{entry.category}, {entry.type.value}"
    pinned = ", pinned" if entry.pinned else ""
    return f"[{entry.id}] ({kind}{pinned}; {origin(entry, now)}) {cut(entry.content, TOLD)}"


def origin(entry: Entry, now: datetime) -> str:
    """Who stored an entry, when, and in which session."""
    by = {"person": "the person", "agent": entry.scope.agent or "an agent", "flush": "heartbit, from a tool's result"}
    where = f", session {entry.origin.session}" if entry.origin.session else ""
    return f"stored by {by.get(entry.origin.by, entry.origin.by)} {age(entry.created_at, now)}{where}"


def why(found: Recalled, query: str) -> str:
    """What led to an entry, in a few words."""
    told = [part for part in (_words(found, query), _meaning(found.why), _link(found.why)) if part]
    if found.entry.pinned:
        told.insert(0, "pinned")
    return "; ".join(told) or "recent and important"


def recollection(found: Recalled, query: str) -> Recollection:
    """An entry as events tell it."""
    entry = found.entry
    return Recollection(
        id=entry.id,
        content=cut(entry.content, TOLD),
        why=why(found, query),
        kind=entry.type.value,
        category=entry.category,
        score=round(found.why.score, 4),
        strength=round(found.why.strength, 4),
        importance=entry.importance,
        created=entry.created_at.isoformat(),
        agent=entry.scope.agent,
        session=entry.origin.session,
        source=str(entry.origin.seq) if entry.origin.seq else "",
        pinned=entry.pinned,
    )


def change(action: MemoryAction, entries: Sequence[Entry], *, reason: str = "", call_id: str = "") -> MemoryChanged:
    """That something was done with entries, as events tell it; the first of them is quoted, unless it is restricted."""
    first = entries[0] if entries else None
    open_to_models = first is not None and first.confidentiality < Confidentiality.RESTRICTED
    return MemoryChanged(
        action=action,
        ids=tuple(entry.id for entry in entries),
        content=cut(first.content, TOLD) if first and open_to_models else "",
        kind=first.type.value if first else "",
        category=first.category if first else "",
        importance=first.importance if first else 0,
        confidentiality=first.confidentiality.word if first else "",
        count=len(entries),
        reason=reason,
        tool_call_id=call_id,
    )


def _head(found: Recalled) -> str:
    entry = found.entry
    return f"{entry.category} ({entry.type.value}, importance {entry.importance}, strength {found.why.strength:.2f}):"


def _tail(entry: Entry) -> str:
    told = [f"tags: {', '.join(entry.tags)}"] if entry.tags else []
    told.append(f"recalled {entry.access_count} time{'' if entry.access_count == 1 else 's'}")
    told += [f"keywords: {', '.join(entry.keywords)}"] if entry.keywords else []
    return f" ({'; '.join(told)})"


def _words(found: Recalled, query: str) -> str:
    if found.why.lexical_rank is None:
        return ""
    entry = found.entry
    told = terms(" ".join((entry.content, entry.summary, *entry.keywords)))
    common = shared(terms(query), told)[:5]
    return f"words: {', '.join(common)}" if common else "words of the question"


def _meaning(found: Why) -> str:
    if found.vector_rank is None:
        return ""
    return f"meaning {found.similarity:.0%}" if found.similarity is not None else "meaning"


def _link(found: Why) -> str:
    return f"linked to {found.linked_from}" if found.linked_from else ""
