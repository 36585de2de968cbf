"""Entries as JSON lines: what `heartbit memory import` takes and `export` writes."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, cast

from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.memory.errors import EntryRefused
from heartbit_tui.memory.types import Confidentiality, Entry, EntryType, Origin, Scope

AGENT = "heartbit"
"""Whose an entry is whose line names nobody."""

NO_TEXT = 'there is no "text"'
BAD_TIME = '"{key}" is no time: {value!r}'
BAD_KIND = '"{key}" is not what it should be: {value!r}'
NO_OBJECT = "this is no JSON object"


def dump(entry: Entry) -> JsonObject:
    """An entry as an object; what is empty is left out."""
    told: dict[str, object] = {
        "id": entry.id,
        "text": entry.content,
        "agent": entry.scope.agent,
        "session": entry.scope.session,
        "project": entry.scope.project,
        "at": stamp(entry.created_at),
        "category": entry.category,
        "memory_type": entry.type.value,
        "importance": entry.importance,
        "confidentiality": entry.confidentiality.word,
        "strength": round(entry.strength, 6),
        "last_accessed": stamp(entry.last_accessed),
        "access_count": entry.access_count,
        "tags": list(entry.tags),
        "keywords": list(entry.keywords),
        "summary": entry.summary,
        "related_ids": list(entry.related_ids),
        "source_ids": list(entry.source_ids),
        "origin": {"session": entry.origin.session, "seq": entry.origin.seq, "by": entry.origin.by},
        "pinned": entry.pinned,
    }
    return {key: value for key, value in told.items() if value not in ("", [])}


def stamp(moment: datetime) -> str:
    """A moment in UTC, in full: `2026-01-31T09:30:00.000000+00:00`."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


class Reading:
    """Reads lines; one whose text, agent, session and time were there before gets another id.

    Ids that lines lack are made of what they say, so that importing a file twice changes nothing. `scope` gives the
    tenant and the user, which no line can choose, and the agent and the project where a line names none. Taking an
    entry in counts as using it `now`, where the line does not tell when it was used: what is old is not faded at once.
    """

    def __init__(self, scope: Scope, now: datetime) -> None:
        self._scope = scope
        self._now = now
        self._seen = Counter[str]()

    def entries(self, lines: Iterable[str]) -> Iterator[Entry]:
        """The entries of the lines; blank ones are skipped. Raises `EntryRefused` that names the line."""
        for number, line in enumerate(lines, 1):
            if line.strip():
                try:
                    yield self.entry(line)
                except (ValueError, EntryRefused) as error:
                    raise EntryRefused(f"Line {number}: {error}. Nothing of the file was taken in.") from error

    def entry(self, line: str) -> Entry:
        """The entry of one line. Raises `ValueError`, `EntryRefused`."""
        told: object = json.loads(line)
        if not isinstance(told, dict):
            raise EntryRefused(NO_OBJECT)
        given = cast("Mapping[str, Any]", told)
        text = _text(given, "text") or _text(given, "content")
        if not text.strip():
            raise EntryRefused(NO_TEXT)
        at = _moment(given, "at") or _moment(given, "created_at")
        scope = self._of(given)
        return Entry(
            id=_text(given, "id") or self._made(text, scope, at),
            content=text,
            scope=scope,
            category=_text(given, "category") or "fact",
            tags=_names(given, "tags"),
            keywords=_names(given, "keywords"),
            summary=_text(given, "summary"),
            importance=_whole(given, "importance", 5),
            type=EntryType(_text(given, "memory_type") or _text(given, "type") or "episodic"),
            confidentiality=_level(given),
            strength=_share(given, "strength", 1.0),
            created_at=at or self._now,
            last_accessed=_moment(given, "last_accessed") or self._now,
            access_count=_whole(given, "access_count", 0),
            related_ids=_names(given, "related_ids"),
            source_ids=_names(given, "source_ids"),
            origin=_origin(given, scope),
            pinned=given.get("pinned") is True,
        )

    def _of(self, given: Mapping[str, Any]) -> Scope:
        own = self._scope
        return Scope(
            tenant=own.tenant,
            user=own.user,
            agent=_text(given, "agent") if "agent" in given else own.agent,
            session=_text(given, "session"),
            project=_text(given, "project") if "project" in given else own.project,
        )

    def _made(self, text: str, scope: Scope, at: datetime | None) -> str:
        parts = json.dumps((text, scope.agent, scope.session, scope.project, stamp(at) if at else ""))
        self._seen[parts] += 1
        return blake2b(f"{self._seen[parts]}{parts}".encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def _origin(given: Mapping[str, Any], scope: Scope) -> Origin:
    told = given.get("origin")
    if not isinstance(told, dict):
        return Origin(session=scope.session, by="import")
    known = cast("Mapping[str, Any]", told)
    return Origin(session=_text(known, "session"), seq=_whole(known, "seq", 0), by=_text(known, "by") or "import")


def _level(given: Mapping[str, Any]) -> Confidentiality:
    return Confidentiality.of(given["confidentiality"]) if "confidentiality" in given else Confidentiality.PUBLIC


def _text(given: Mapping[str, Any], key: str) -> str:
    value = given.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise EntryRefused(BAD_KIND.format(key=key, value=value))
    return value


def _names(given: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value: object = given.get(key)
    if value is None:
        return ()
    names = cast("list[object]", value) if isinstance(value, list) else [value]
    found = tuple(each for each in names if isinstance(each, str))
    if len(found) < len(names) or not isinstance(value, list):
        raise EntryRefused(BAD_KIND.format(key=key, value=names))
    return found


def _whole(given: Mapping[str, Any], key: str, usual: int) -> int:
    value = given.get(key, usual)
    if isinstance(value, bool) or not isinstance(value, int):
        raise EntryRefused(BAD_KIND.format(key=key, value=value))
    return value


def _share(given: Mapping[str, Any], key: str, usual: float) -> float:
    value = given.get(key, usual)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise EntryRefused(BAD_KIND.format(key=key, value=value))
    return float(value)


def _moment(given: Mapping[str, Any], key: str) -> datetime | None:
    """A time with its zone, UTC where it names none; seconds since 1970 count too."""
    value = given.get(key)
    if value in (None, ""):
        return None
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        found = datetime.fromisoformat(str(value))
    except (ValueError, OverflowError, OSError) as error:
        raise EntryRefused(BAD_TIME.format(key=key, value=value)) from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)
