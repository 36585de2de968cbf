"""Entries as JSON lines: what `heartbit memory import` takes and `export` writes."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b
from types import MappingProxyType
from typing import Any, cast

from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.memory.document import as_json, from_json
from heartbit_tui.memory.errors import EntryRefused
from heartbit_tui.memory.types import Entry, Scope

AGENT = "heartbit"
"""Whose an entry is whose line names nobody."""

RENAMED = MappingProxyType({"content": "text", "created_at": "at"})
LEFT_OUT = ("tenant", "user")
"""Whose file it is, which no line tells and none can choose."""

NO_TEXT = 'there is no "text"'
NO_OBJECT = "this is no JSON object"


def dump(entry: Entry) -> JsonObject:
    """An entry as an object; what is empty is left out."""
    told = {RENAMED.get(key, key): value for key, value in as_json(entry).items() if key not in LEFT_OUT}
    return {key: value for key, value in told.items() if value not in (None, []) and (value != "" or key == "agent")}


class Reading:
    """Reads lines; one whose text, agent, session and time were there before gets another id.

    Ids that lines lack are made of what they say, so that importing a file twice changes nothing. `scope` gives the
    tenant and the user, which no line can choose, and the agent and the project where a line names none. Taking an
    entry in counts as using it `now`, where the line does not tell when it was used: what is old is not faded at once.
    """

    def __init__(self, scope: Scope, now: datetime) -> None:
        self._scope = scope
        self._now = now.isoformat()
        self._seen = Counter[str]()

    def entries(self, lines: Iterable[str]) -> Iterator[Entry]:
        """The entries of the lines; blank ones are skipped. Raises `EntryRefused` that names the line."""
        for number, line in enumerate(lines, 1):
            if line.strip():
                try:
                    yield self.entry(line)
                except (ValueError, EntryRefused) as error:
                    raise EntryRefused(
                        f"Line {number}: {str(error).rstrip('.')}. Nothing of the file was taken in."
                    ) from error

    def entry(self, line: str) -> Entry:
        """The entry of one line. Raises `ValueError`, `EntryRefused`."""
        told: object = json.loads(line)
        if not isinstance(told, dict):
            raise EntryRefused(NO_OBJECT)
        given = cast("Mapping[str, Any]", told)
        text = given.get("text") or given.get("content")
        if not text or (isinstance(text, str) and not text.strip()):
            raise EntryRefused(NO_TEXT)
        at = given.get("at") or given.get("created_at")
        whole = {
            **given,
            "content": text,
            "id": given.get("id") or self._made(given, text, at),
            "at": at or self._now,
            "last_accessed": given.get("last_accessed") or self._now,
        }
        entry = from_json(whole)
        origin = entry.origin if given.get("origin") else replace(entry.origin, session=entry.scope.session)
        return replace(entry, scope=self._of(entry.scope, given), origin=origin)

    def _of(self, scope: Scope, given: Mapping[str, Any]) -> Scope:
        own = self._scope
        agent = scope.agent if "agent" in given else own.agent
        project = scope.project if "project" in given else own.project
        return replace(scope, tenant=own.tenant, user=own.user, agent=agent, project=project)

    def _made(self, given: Mapping[str, Any], text: object, at: object) -> str:
        parts = json.dumps([text, at, *(given.get(name) for name in ("agent", "session", "project"))], default=str)
        self._seen[parts] += 1
        return blake2b(f"{self._seen[parts]}{parts}".encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
