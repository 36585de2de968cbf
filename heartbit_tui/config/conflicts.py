"""Keys that do not go together, each alone right."""

import re
from collections.abc import Iterator, Mapping
from typing import cast

from heartbit_tui.config import tree
from heartbit_tui.config.daemon_keys import ALGORITHMS, TOKEN_FIELDS
from heartbit_tui.config.entry import Entry, Layer, Problem, Source
from heartbit_tui.config.keys import Path, Value, dotted, undotted
from heartbit_tui.kernel.dataclass import dataclass

_CLOCK = re.compile(r"([01]?\d|2[0-3]):[0-5]?\d")
_MIDNIGHT = ("end", "24:00")
_CRON_FIELDS = (5, 6, 7)
_CRON = "has to have six fields, seconds first, or five without seconds, or be a name such as @daily."
_EXCHANGE = ("exchange_url", "client_id", "client_secret", "agent_token")
_WEIGHTS = ("urgency_weight", "novelty_weight", "relevance_weight")
_SOURCE_NEEDS = (("file", "path"), ("glob", "pattern"), ("url", "url"))
_TOLERANCE = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Effective:
    """The values that count, with defaults behind them."""

    entries: Mapping[Path, Entry]

    def get(self, *path: str | int) -> Value:
        """A value, its default, or None."""
        if entry := self.entries.get(path):
            return entry.value
        key = tree.key_at(path)
        return key.default if key else None

    def has(self, *path: str | int) -> bool:
        """Whether anything is set at or below a place."""
        return any(entry[: len(path)] == path for entry in self.entries)

    def elements(self, *path: str | int) -> tuple[Path, ...]:
        """The elements of an array of tables."""
        found = dict.fromkeys(entry[: len(path) + 1] for entry in self.entries if entry[: len(path)] == path)
        return tuple(place for place in found if isinstance(place[-1], int))

    def problem(self, path: Path, text: str) -> Problem:
        """A problem at a place, told with the source of what stands there or around it."""
        for length in range(len(path), 0, -1):
            for place, entry in self.entries.items():
                if place[:length] == path[:length]:
                    return Problem(path=path, text=text, source=entry.source)
        return Problem(path=path, text=text, source=Source(layer=Layer.DEFAULT))


def conflicts(values: Effective) -> Iterator[Problem]:
    """All that does not go together, in no particular order."""
    agents = values.elements("agents")
    yield from _retry(values)
    for place in (("provider",), *((*agent, "provider") for agent in agents)):
        yield from _cascade(values, (*place, "cascade"))
    for place in (("orchestrator",), *agents):
        yield from _strategy(values, place)
    for place in agents:
        yield from _servers(values, (*place, "mcp_servers"))
    for array in (("agents",), ("daemon", "schedules"), ("daemon", "sensors", "sources")):
        yield from _twins(values, array)
    yield from _knowledge(values)
    yield from _daemon(values)
    if values.get("memory", "type") == "postgres" and not values.get("memory", "database_url"):
        yield values.problem(undotted("memory.database_url"), "this is missing, and type is postgres.")


def _retry(values: Effective) -> Iterator[Problem]:
    base, most = (values.get("provider", "retry", name) for name in ("base_delay_ms", "max_delay_ms"))
    if cast("int", base) > cast("int", most):
        text = f"this has to be at most max_delay_ms, and {base} is more than {most}."
        yield values.problem(("provider", "retry", "base_delay_ms"), text)


def _cascade(values: Effective, place: Path) -> Iterator[Problem]:
    if values.get(*place, "enabled") and not values.elements(*place, "tiers"):
        text = f"an enabled cascade needs at least one [[{dotted((*place, 'tiers'))}]]."
        yield values.problem((*place, "enabled"), text)
    if values.has(*place, "gate") and not values.get(*place, "gate", "type"):
        yield values.problem((*place, "gate", "type"), 'this is missing: write type = "heuristic", or "judge".')
    if values.get(*place, "gate", "type") == "judge" and not values.get(*place, "gate", "model"):
        yield values.problem((*place, "gate", "model"), "this is missing: it names the model that judges.")


def _strategy(values: Effective, place: Path) -> Iterator[Problem]:
    kind = values.get(*place, "context_strategy", "type")
    needs = {"sliding_window": "max_tokens", "summarize": "threshold"}.get(str(kind), "")
    if values.has(*place, "context_strategy") and kind is None:
        yield values.problem((*place, "context_strategy", "type"), "this is missing.")
    if needs and values.get(*place, "context_strategy", needs) is None:
        yield values.problem((*place, "context_strategy", needs), f"this is missing, and type is {kind}.")
    if needs and values.get(*place, "summarize_threshold") is not None:
        text = f"this does not go together with context_strategy {kind}; keep one of them."
        yield values.problem((*place, "summarize_threshold"), text)


def _servers(values: Effective, place: Path) -> Iterator[Problem]:
    servers = values.get(*place)
    for index, server in enumerate(cast("list[Value]", servers) if isinstance(servers, list) else ()):
        address = cast("dict[str, Value]", server) if isinstance(server, dict) else {"url": server}
        target = address.get("url", address.get("command"))
        if not isinstance(target, str) or not target.strip():
            text = f"entry {index + 1} needs a url or a command that is not empty."
            yield values.problem(place, text)


def _twins(values: Effective, array: Path) -> Iterator[Problem]:
    seen: set[Value] = set()
    for place in values.elements(*array):
        name = values.get(*place, "name")
        if name is not None and name in seen:
            yield values.problem((*place, "name"), f"{name!r} is there twice; names have to differ.")
        seen.add(name)


def _knowledge(values: Effective) -> Iterator[Problem]:
    size, overlap = (values.get("knowledge", name) for name in ("chunk_size", "chunk_overlap"))
    if cast("int", overlap) >= cast("int", size):
        text = f"this has to be less than chunk_size, and {overlap} is not less than {size}."
        yield values.problem(("knowledge", "chunk_overlap"), text)
    for place in values.elements("knowledge", "sources"):
        for kind, name in _SOURCE_NEEDS:
            if values.get(*place, "type") == kind and not values.get(*place, name):
                yield values.problem((*place, name), f"this is missing, and type is {kind}.")


def _daemon(values: Effective) -> Iterator[Problem]:
    yield from _salience(values)
    for place in values.elements("daemon", "schedules"):
        cron = values.get(*place, "cron")
        if isinstance(cron, str) and not cron.strip().startswith("@") and len(cron.split()) not in _CRON_FIELDS:
            yield values.problem((*place, "cron"), f"{cron!r} {_CRON}")
    for name in ("start", "end"):
        hour = values.get("daemon", "heartbit_pulse", "active_hours", name)
        if hour is not None and not _CLOCK.fullmatch(str(hour)) and (name, hour) != _MIDNIGHT:
            path = ("daemon", "heartbit_pulse", "active_hours", name)
            yield values.problem(path, f"{hour!r} is no time of day; write HH:MM.")
    if values.has("daemon", "kafka") and not values.get("daemon", "kafka", "brokers"):
        yield values.problem(("daemon", "kafka", "brokers"), "this is missing.")
    yield from _daemon_auth(values)


def _salience(values: Effective) -> Iterator[Problem]:
    place = ("daemon", "sensors", "salience")
    total = sum(cast("float", values.get(*place, name)) for name in _WEIGHTS)
    if abs(total - 1) > _TOLERANCE:
        yield values.problem(place, f"the three weights have to add up to 1, and they add up to {total:g}.")


def _daemon_auth(values: Effective) -> Iterator[Problem]:
    place = ("daemon", "auth")
    tokens = values.get(*place, "bearer_tokens")
    for number, entry in enumerate(cast("list[Value]", tokens) if isinstance(tokens, list) else ()):
        if text := _token_fault(entry):
            yield values.problem((*place, "bearer_tokens"), f"entry {number + 1} {text}")
    algorithms = cast("list[str]", values.get(*place, "algorithms") or ())
    if strange := next((name for name in algorithms if name not in ALGORITHMS), ""):
        yield values.problem((*place, "algorithms"), f"{strange!r} is not one of {', '.join(ALGORITHMS)}.")
    if values.has(*place, "algorithms") and not algorithms:
        yield values.problem((*place, "algorithms"), "this is empty, so that no token could be checked.")
    if any(values.has(*place, name) for name in ("issuer", "audience")) and not values.get(*place, "jwks_url"):
        yield values.problem((*place, "jwks_url"), "this is missing: it is where the keys of the issuer are.")
    yield from _daemon_exchange(values, (*place, "token_exchange"))


def _token_fault(entry: Value) -> str:
    """What is wrong with the form of a token; what it says is read by who lets people in."""
    table = cast("dict[str, Value]", entry) if isinstance(entry, dict) else {"token": entry}
    token = table.get("token")
    if not isinstance(token, str) or not token.strip():
        return "is empty, or has no token that is a text."
    strange = next((name for name in table if name not in TOKEN_FIELDS), "")
    return f"has {strange!r}, and there are {', '.join(TOKEN_FIELDS)}." if strange else ""


def _daemon_exchange(values: Effective, place: Path) -> Iterator[Problem]:
    for name in _EXCHANGE if values.has(*place) else ():
        if not values.get(*place, name):
            yield values.problem((*place, name), "this is missing.")
