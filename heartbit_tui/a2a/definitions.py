"""Where agents are, as the settings and the environment write it; pure."""

import difflib
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import cast
from urllib.parse import urlsplit

from heartbit_tui.a2a.types import ANSWER_SECONDS, Definition, Fault, Json, Peer

KEYS = ("url", "name", "auth_header", "timeout", "allowed_origins", "allow_private", "enabled")
"""What a definition may have."""

PROGRAM = frozenset({"command", "args", "env"})
LONGEST = 3_600.0
PORTS: Mapping[str, int] = MappingProxyType({"http": 80, "https": 443})
MOST_NAME = 60
_URL = re.compile(r"https?://[^\s@\\]+")


class _WrongError(ValueError):
    """A definition cannot be used; the message says why."""


def defined(
    entries: Iterable[Json], where: str, is_private: Callable[[str], bool], *, project: bool = False
) -> Iterator[Definition]:
    """An agent, or what is wrong with it, for each entry, which is an address or a table.

    `is_private` tells of a host as it is written whether it can only be of this machine or its network.
    """
    for entry in entries:
        table = {"url": entry} if isinstance(entry, str) else entry
        try:
            if not isinstance(table, dict):
                raise _WrongError("it has to be an address or a table.")
            given = cast("dict[str, Json]", table)
            if given.get("enabled", True):
                yield _peer(given, where, is_private, project=project)
        except _WrongError as wrong:
            yield Fault(text=f"{where}: an A2A agent: {wrong}")


def settled(found: Iterable[Definition]) -> tuple[Definition, ...]:
    """Each address once, as it was defined last; the first of them stay first."""
    faults = tuple(each for each in found if isinstance(each, Fault))
    return (*{each.url: each for each in found if isinstance(each, Peer)}.values(), *faults)


def origin(url: str) -> str:
    """Scheme, host and port of an address, written in one way. Raises `ValueError`."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname or "@" in parts.netloc:
        raise ValueError(url)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname.rstrip(".")
    return f"{parts.scheme}://{host}:{parts.port or PORTS[parts.scheme]}"


def _peer(table: Mapping[str, Json], where: str, is_private: Callable[[str], bool], *, project: bool) -> Peer:
    _known(table)
    url = _text(table, "url").rstrip("/")
    home = _origin(url)
    header = _text(table, "auth_header")
    if re.search(r"[\r\n\0]", header):
        raise _WrongError("its auth_header cannot be sent.")
    others = table.get("allowed_origins", [])
    if not isinstance(others, list):
        raise _WrongError("allowed_origins has to be a list of addresses.")
    origins = tuple(dict.fromkeys((home, *(_origin(str(each)) for each in cast("list[Json]", others)))))
    digest = hashlib.sha256(json.dumps([url, header, origins, project]).encode("utf-8", "surrogatepass")).hexdigest()
    return Peer(
        url=url,
        where=where,
        origins=origins,
        digest=digest,
        name=_text(table, "name")[:MOST_NAME],
        header=header,
        private=table.get("allow_private") is True or is_private(urlsplit(url).hostname or ""),
        project=project,
        seconds=_seconds(table),
    )


def _known(table: Mapping[str, Json]) -> None:
    for key in table:
        if key in PROGRAM:
            raise _WrongError(f"it has {key}, but an A2A agent is reached at a url.")
        if key not in KEYS:
            near = difflib.get_close_matches(key, KEYS, n=1)
            raise _WrongError(f"{key} is no key of an agent." + (f" Did you mean {near[0]}?" if near else ""))
    for key in ("enabled", "allow_private"):
        if not isinstance(table.get(key, False), bool):
            raise _WrongError(f"{key} has to be true or false.")


def _origin(url: str) -> str:
    try:
        if not _URL.fullmatch(url):
            raise ValueError(url)
        return origin(url)
    except ValueError as error:
        raise _WrongError(f"{url!r} has to begin with http:// or https:// and name a host.") from error


def _text(table: Mapping[str, Json], key: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str):
        raise _WrongError(f"{key} has to be a string.")
    return value.strip()


def _seconds(table: Mapping[str, Json]) -> float:
    value = table.get("timeout", ANSWER_SECONDS)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= LONGEST:
        raise _WrongError(f"timeout has to be a number of seconds up to {LONGEST:g}.")
    return float(value)
