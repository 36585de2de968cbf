"""Entries as JSON: one object each, with the names of the specification; what older data lacks gets its default."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from heartbit_tui.memory.entries import whole
from heartbit_tui.memory.errors import EntryRefused
from heartbit_tui.memory.types import Confidentiality, Entry, EntryType, NewEntry, Origin, Recalled, Scope


def as_json(entry: Entry) -> dict[str, Any]:
    """All of an entry."""
    return {
        "id": entry.id,
        "tenant": entry.scope.tenant,
        "user": entry.scope.user,
        "agent": entry.scope.agent,
        "session": entry.scope.session,
        "project": entry.scope.project,
        "content": entry.content,
        "category": entry.category,
        "tags": list(entry.tags),
        "created_at": entry.created_at.isoformat(),
        "last_accessed": entry.last_accessed.isoformat(),
        "access_count": entry.access_count,
        "importance": entry.importance,
        "memory_type": entry.type.value,
        "keywords": list(entry.keywords),
        "summary": entry.summary or None,
        "strength": entry.strength,
        "related_ids": list(entry.related_ids),
        "source_ids": list(entry.source_ids),
        "confidentiality": entry.confidentiality.word,
        "pinned": entry.pinned,
        "origin": {"session": entry.origin.session, "seq": entry.origin.seq, "by": entry.origin.by},
    }


def recalled_as_json(recalled: Recalled) -> dict[str, Any]:
    """An entry with the reasons for which it came back."""
    why = recalled.why
    parts = {name: getattr(why, name) for name in ("recency", "importance", "relevance", "strength")}
    found = {name: getattr(why, name) for name in ("lexical_rank", "vector_rank", "bm25", "similarity", "linked_from")}
    return {**as_json(recalled.entry), "score": why.score, "why": {**parts, **found}}


def from_json(given: Mapping[str, Any]) -> Entry:
    """An entry as `as_json` gives it, or as an older one of the seed. Raises `EntryRefused`."""
    new = new_from_json(given)
    if new.at is None or not new.id:
        raise EntryRefused("A whole memory has an `id` and a `created_at`.")
    return replace(
        whole(new, id=new.id, at=new.at),
        last_accessed=_moment(given, "last_accessed") or new.at,
        access_count=max(0, _whole(given, "access_count", 0)),
        related_ids=_names(given, "related_ids"),
    )


def new_from_json(given: Mapping[str, Any], scope: Scope | None = None) -> NewEntry:
    """An entry to store; `text` and `at` are short for `content` and `created_at`. Raises `EntryRefused`.

    Columns of the scope that are not given are those of `scope`.
    """
    origin = given.get("origin")
    told: Mapping[str, Any] = origin if isinstance(origin, Mapping) else {}  # pyright: ignore[reportUnknownVariableType] - JSON
    return NewEntry(
        id=_text(given, "id"),
        scope=_scope(given, scope or Scope()),
        content=_text(given, "content") or _text(given, "text"),
        category=_text(given, "category") or "fact",
        tags=_names(given, "tags"),
        keywords=_names(given, "keywords"),
        summary=_text(given, "summary"),
        importance=_whole(given, "importance", 5),
        type=_type(given),
        confidentiality=Confidentiality.of(given.get("confidentiality", "public")),
        strength=_number(given, "strength", 1.0),
        origin=Origin(session=_text(told, "session"), seq=_whole(told, "seq", 0), by=_text(told, "by") or "import"),
        source_ids=_names(given, "source_ids"),
        at=_moment(given, "at") or _moment(given, "created_at"),
        pinned=given.get("pinned") is True,
    )


def _scope(given: Mapping[str, Any], scope: Scope) -> Scope:
    columns = {
        name: _text(given, name) or getattr(scope, name) for name in ("tenant", "user", "agent", "session", "project")
    }
    return Scope(**columns)


def _type(given: Mapping[str, Any]) -> EntryType:
    word = _text(given, "memory_type") or EntryType.EPISODIC.value
    if word not in EntryType.__members__.values():
        raise EntryRefused(f"`memory_type` is {word!r}; it is one of {', '.join(EntryType)}.")
    return EntryType(word)


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    if value is None or isinstance(value, str):
        return value or ""
    raise EntryRefused(f"`{name}` is {_kind(value)}, and has to be a text.")


def _names(given: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = given.get(name)
    if value is None:
        return ()
    if isinstance(value, list | tuple):
        names = cast(Sequence[object], value)
        texts = tuple(each for each in names if isinstance(each, str))
        if len(texts) == len(names):
            return texts
    raise EntryRefused(f"`{name}` is {_kind(given.get(name))}, and has to be a list of texts.")


def _number(given: Mapping[str, Any], name: str, default: float) -> float:
    value = given.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise EntryRefused(f"`{name}` is {_kind(value)}, and has to be a number.")
    return float(value)


def _whole(given: Mapping[str, Any], name: str, default: int) -> int:
    value = _number(given, name, default)
    if value != value or abs(value) > 2**53:
        raise EntryRefused(f"`{name}` is {value}, and has to be a whole number.")
    return int(value)


def _moment(given: Mapping[str, Any], name: str) -> datetime | None:
    text = _text(given, name)
    if not text:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise EntryRefused(f"`{name}` is {text!r}, and has to be a time such as 2026-01-31T09:30:00Z.") from None


def _kind(value: object) -> str:
    return f"{type(value).__name__} {str(value)[:40]!r}"
