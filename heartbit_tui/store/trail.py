"""Writes what is audited of a session: masked, cut, and in the same transaction as the session itself."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias, cast

from heartbit_tui.kernel.events import ApprovalRequested, Envelope, Event, clip
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.kernel.protocols import Action, Verdict
from heartbit_tui.store import chain
from heartbit_tui.store.chain import Row
from heartbit_tui.store.facts import Fact, Facts
from heartbit_tui.wire.names import type_of
from heartbit_tui.wire.write import dump, encode, storable, timestamp

Mask: TypeAlias = Callable[[str], str]

MOST = 16_384
"""Bytes of what one row tells; each text in it has `PAYLOAD_BYTES` at most."""

SHORTEST = 8
"""Letters of the shortest secret that is looked for."""

DEEPEST = 40
TOO_DEEP = "[nested too deep]"
LEAD = "heartbit"
"""The agent of a session, for which all others in it act."""

_ELSEWHERE = frozenset({"type", "tool_name", "tool_call_id", "call", "details"})
"""What has a column of its own, and what is for the screen."""

_NOTE = "[truncated: "
_HALF = 512
"""Characters before a cut that may be the first half of a secret."""


class Trail:
    """Everything that is decided and done in one session, for the audit; `mask` makes secrets unreadable.

    `acts_for` are those in whose name its agents act, the first of them first: a user, then what handed the task over.
    """

    def __init__(self, mask: Mask, *, user: str = "", tenant: str = "", acts_for: Sequence[str] = ()) -> None:
        self._mask = mask
        self._user = user
        self._tenant = tenant
        self._acts_for = tuple(acts_for)
        self._facts = Facts()

    @property
    def user(self) -> str:
        """In whose name everything is written."""
        return self._user

    @property
    def tenant(self) -> str:
        """The tenant of who that is; empty for the person at this machine."""
        return self._tenant

    @property
    def mask(self) -> Mask:
        """What makes secrets unreadable."""
        return self._mask

    def decided(self, action: Action, verdict: Verdict, mode: Mode) -> None:
        """Hear what the gate decided on a call."""
        self._facts.decided(action, verdict, mode)

    def fact(self, envelope: Envelope) -> Fact | None:
        """What of an envelope is audited; quick, for the event loop."""
        return self._facts.of(envelope)

    def write(self, connection: sqlite3.Connection, facts: Iterable[Fact]) -> None:
        """Add the facts to the audit, within the caller's transaction; masks and digests, for the writer's thread."""
        rows = [self._row(fact) for fact in facts]
        if rows:
            chain.append(connection, rows)

    def deleted(self, connection: sqlite3.Connection, session_id: str, at: datetime) -> None:
        """Add to the audit that a session was deleted, within the caller's transaction."""
        row = Row(
            id=0,
            at=timestamp(at),
            session=storable(session_id),
            seq=0,
            run="",
            agent="",
            user=storable(self._user),
            tenant=storable(self._tenant),
            kind="session_deleted",
            tool="",
            call="",
            decision="",
            decided_by="person",
            told=encode(self._links()),
        )
        chain.append(connection, (row,))

    def _row(self, fact: Fact) -> Row:
        envelope = fact.envelope
        return Row(
            id=0,
            at=timestamp(envelope.at),
            session=storable(envelope.session),
            seq=envelope.seq,
            run=storable(envelope.run),
            agent=storable(envelope.agent),
            user=storable(self._user),
            tenant=storable(self._tenant),
            kind=type_of(type(envelope.event)),
            tool=storable(_cut(fact.tool, self._mask)),
            call=storable(_cut(fact.call, self._mask)),
            decision=fact.decision,
            decided_by=fact.by,
            told=self._told(fact),
        )

    def _told(self, fact: Fact) -> str:
        found = {name: value for name, value in _fields(fact.envelope.event).items() if name not in _ELSEWHERE}
        found |= {name: value for name, value in (("rule", fact.rule), ("mode", fact.mode)) if value}
        masked = cast("dict[str, Any]", _masked(found, self._mask, 0))
        given: object = masked.get("input")
        if isinstance(given, dict):
            masked["input"] = clip(encode(cast("dict[str, Any]", given)))
        whose = self._delegation(fact)
        text = encode({**masked, **whose})
        return text if len(text) <= MOST else encode({"cut": clip(encode(masked)), **whose})

    def _delegation(self, fact: Fact) -> dict[str, list[str]]:
        """Who acts for whom, the agent of the fact last; nothing where that is the session's own, for nobody else."""
        agent = fact.envelope.agent
        agents = (LEAD,) if agent == LEAD else (LEAD, agent)
        return self._links(*agents) if len(agents) > 1 or self._acts_for else {}

    def _links(self, *agents: str) -> dict[str, list[str]]:
        """Those in whose name something was done, and the agents that did it; nothing where that is nobody else."""
        links = [*self._acts_for, *agents]
        return {"delegation_chain": [_cut(each, self._mask) for each in links]} if links else {}


def _fields(event: Event) -> dict[str, Any]:
    """The fields of an event, a call's input as the object that it is wherever it is whole."""
    found = dict(dump(event))
    if isinstance(event, ApprovalRequested):
        found["input"] = event.call.input
    elif isinstance(found.get("input"), str):
        found["input"] = _object(found["input"])
    return found


def _object(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _masked(value: object, mask: Mask, depth: int) -> object:
    """A value with every text in it masked and cut; a text counts together with the name that it has."""
    if depth > DEEPEST:
        return TOO_DEEP
    match value:
        case str():
            return _cut(value, mask)
        case dict() | Mapping():
            items = cast("Mapping[str, object]", value).items()
            return {_cut(str(name), mask): _named(str(name), each, mask, depth + 1) for name, each in items}
        case list() | tuple():
            return [_masked(each, mask, depth + 1) for each in cast("Sequence[object]", value)]
        case _:
            return value


def _named(name: str, value: object, mask: Mask, depth: int) -> object:
    if not isinstance(value, str) or len(value) < SHORTEST:
        return _masked(value, mask, depth)
    label = f"{clip(name)}: "
    told = mask(label + _whole(value))
    return clip(told.removeprefix(label))


def _cut(text: str, mask: Mask) -> str:
    return clip(mask(_whole(text))) if len(text) >= SHORTEST else text


def _whole(text: str) -> str:
    """A text that was cut without the word in which it was: half a secret has no shape that could be known."""
    kept, cut, rest = text.rpartition(_NOTE)
    if not cut or not rest.endswith(" bytes omitted]"):
        return text
    head, tail = kept[:-_HALF], kept[-_HALF:]
    words = tail.rstrip()
    end = max(words.rfind(" "), words.rfind("\n"), words.rfind("\t"))
    return f"{head}{tail[: end + 1]}{cut}{rest}"
