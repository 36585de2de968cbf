"""What an agent says of itself, taken with care: bounded, and spoken to only where its definition allows; pure."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from heartbit_tui.a2a.definitions import origin
from heartbit_tui.a2a.plain import visible
from heartbit_tui.a2a.types import AgentError, Card, Json, Peer

MOST_CARD = 1_000_000
"""Bytes of a card."""

MOST_NAME, MOST_DESCRIPTION, MOST_SKILL, MOST_SKILLS = 100, 2_000, 300, 30
BINDINGS = ("JSONRPC", "HTTP+JSON")
"""How an agent can be spoken to, the preferred one first."""

NO_CARD = "what it gives as its card is no agent card"
NO_WAY = "its card names no way to speak to it that is known here ({bindings})"
ELSEWHERE = (
    "its card says that it is spoken to at {there}, which is not where it is defined ({here}). Nothing was sent there. "
    "If that is right, add that address to its allowed_origins."
)


def table_of(text: str) -> Mapping[str, Json]:
    """The card as JSON. Raises `AgentError`."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise AgentError(NO_CARD) from error
    if not isinstance(found, dict):
        raise AgentError(NO_CARD)
    return cast("Mapping[str, Json]", found)


def read(found: Mapping[str, Json], peer: Peer) -> Card:
    """The card of an agent. Raises `AgentError` where it names no address that the definition allows."""
    name, streams = _words(found.get("name"), MOST_NAME), _table(found.get("capabilities")).get("streaming") is True
    if not name:
        raise AgentError(NO_CARD)
    ways = list(_ways(found))
    if not ways:
        raise AgentError(NO_WAY.format(bindings=", ".join(BINDINGS)))
    allowed = [way for way in ways if _origin(way[0]) in peer.origins]
    if not allowed:
        raise AgentError(ELSEWHERE.format(there=visible(ways[0][0])[:200], here=" or ".join(peer.origins)))
    url, binding, version, tenant = min(allowed, key=lambda way: (way[2].startswith("0"), BINDINGS.index(way[1])))
    return Card(
        name=name,
        description=_words(found.get("description"), MOST_DESCRIPTION),
        skills=tuple(_skills(found)),
        endpoint=url,
        binding=binding,
        version=version,
        tenant=tenant,
        streams=streams,
    )


def _ways(found: Mapping[str, Json]) -> Iterator[tuple[str, str, str, str]]:
    """Address, binding, version and tenant of each way that is known here; of cards of both versions."""
    listed = [_table(each) for each in _list(found.get("supportedInterfaces"))]
    ways = [
        (each.get("url"), each.get("protocolBinding"), each.get("protocolVersion", "1.0"), each.get("tenant", ""))
        for each in listed
    ]
    if not listed:
        version = found.get("protocolVersion", "0.3.0")
        ways.append((found.get("url"), found.get("preferredTransport", "JSONRPC"), version, ""))
        others = [_table(each) for each in _list(found.get("additionalInterfaces"))]
        ways += [(each.get("url"), each.get("transport"), version, "") for each in others]
    for way in ways:
        if all(isinstance(each, str) for each in way) and way[1] in BINDINGS and way[0]:
            yield cast("tuple[str, str, str, str]", way)


def _skills(found: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    for each in _list(found.get("skills"))[:MOST_SKILLS]:
        skill = _table(each)
        if name := _words(skill.get("name"), MOST_NAME):
            yield name, _words(skill.get("description"), MOST_SKILL)


def _origin(url: str) -> str:
    try:
        return origin(url)
    except ValueError:
        return ""


def _words(value: Json, most: int) -> str:
    return " ".join(visible(value[: 2 * most]).split())[:most] if isinstance(value, str) else ""


def _table(value: Json) -> Mapping[str, Json]:
    return cast("Mapping[str, Json]", value) if isinstance(value, dict) else {}


def _list(value: Json) -> Sequence[Json]:
    return cast("Sequence[Json]", value) if isinstance(value, list) else ()
