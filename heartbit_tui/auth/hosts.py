"""Which names a daemon answers to, and which web pages may speak to it; pure.

A page of a stranger can have its own name lead to this machine (DNS rebinding), so a request counts only under a name that
is the daemon's. A name that is an address leads nobody astray: a page has it only where it was loaded from there.
"""

import ipaddress
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from urllib.parse import urlsplit

from heartbit_tui.auth.refusing import BAD_REQUEST, Refused, forbidden
from heartbit_tui.kernel.dataclass import dataclass

FOREIGN_HOST = "this daemon has no such name; daemon.allowed_hosts has those that it answers to"
FOREIGN_PAGE = "pages of this origin may not speak to this daemon; daemon.allowed_origins has those that may"
ANY = frozenset({"", "0.0.0.0", "::"})
"""The addresses to bind to that mean all."""

METHODS = "GET, POST, PUT, PATCH, DELETE, OPTIONS"
HEADERS = "Authorization, Content-Type, Last-Event-ID, Idempotency-Key, Heartbit-Daemon, A2A-Version, A2A-Extensions"
SHOWN = "Location, Retry-After, WWW-Authenticate"
"""What a page from elsewhere may read of an answer beside its body."""

MAX_AGE = "600"
PORTS: Mapping[str, int] = MappingProxyType({"http": 80, "https": 443})
_HOST = re.compile(r"(?P<name>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?")
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#@\\\s]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where a daemon is: the address that it is bound to, and the names and origins that the settings add.

    `hosts` are names, or `name:port` where the port matters; `origins` are `scheme://name[:port]`.
    """

    bound: str
    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()


def check_host(site: Site, hosts: Sequence[str]) -> None:
    """Let a request with these `Host` headers pass. Raises `Refused`: 400 unless there is one, 403 for a foreign one."""
    match = _HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
    if match is None or int(match["port"] or 0) > 65_535:
        raise Refused(BAD_REQUEST, "one Host header is needed", why=f"{len(hosts)} Host headers, or no name in it")
    if not _is_own(site, _name(match["name"]), match["port"] or ""):
        raise forbidden(FOREIGN_HOST, f"Host {hosts[0]!r} is foreign")


def check_origin(site: Site, origins: Sequence[str], host: str, *, secure: bool = False) -> None:
    """Let a request with these `Origin` headers pass, for which `check_host` let `host` pass.

    Programs send none, and pages of the daemon itself their own: its host and port, over https where it is `secure`.
    Raises `Refused`: 403.
    """
    if not origins:
        return
    origin = origins[0] if len(origins) == 1 else ""
    own = f"{'https' if secure else 'http'}://{host}"
    if (given := _same(origin)) and given in map(_same, (own, *site.origins)):
        return
    raise forbidden(FOREIGN_PAGE, f"Origin {origin!r} is foreign")


def shared_with(site: Site, origin: str) -> Mapping[str, str]:
    """The headers that let pages of an origin read an answer: of those that the settings name, nobody else's.

    Cookies are never sent along from there.
    """
    given = _same(origin)
    named = given is not None and given in map(_same, site.origins)
    if not named:
        return {"vary": "Origin"}
    return {"access-control-allow-origin": origin, "access-control-expose-headers": SHOWN, "vary": "Origin"}


def preflight(site: Site, origin: str) -> Mapping[str, str]:
    """The headers of the answer to a browser that asks first (204). Raises `Refused`: 403 for pages of no named origin."""
    found = shared_with(site, origin)
    if "access-control-allow-origin" not in found:
        raise forbidden(FOREIGN_PAGE, f"Origin {origin!r} is foreign")
    asked = {"access-control-allow-methods": METHODS, "access-control-allow-headers": HEADERS}
    return {**found, **asked, "access-control-max-age": MAX_AGE}


def fault_of_host(text: str) -> str:
    """What is wrong with an entry of `daemon.allowed_hosts`; empty where nothing is."""
    return "" if _HOST.fullmatch(text) else "is no name of a host; write it as in heartbit.example.org or name:8443."


def fault_of_origin(text: str) -> str:
    """What is wrong with an entry of `daemon.allowed_origins`; empty where nothing is."""
    if text == "*":
        return "would let every page speak to the daemon; name the origins."
    return "" if _same(text) else "is no origin; write it as in https://heartbit.example.org."


def is_loopback(host: str) -> bool:
    """Whether this host to bind to can be reached from this machine alone."""
    name = _name(host)
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _is_own(site: Site, name: str, port: str) -> bool:
    if is_loopback(name) or name == _name(site.bound):
        return True
    if _name(site.bound) in ANY and _is_address(name):
        return True
    allowed = {(_name(found["name"]), found["port"] or "") for each in site.hosts if (found := _HOST.fullmatch(each))}
    return (name, "") in allowed or (name, port) in allowed


def _is_address(name: str) -> bool:
    try:
        return bool(ipaddress.ip_address(name))
    except ValueError:
        return False


def _name(text: str) -> str:
    """A host's name as it is compared: small letters, no dot at the end, no brackets."""
    return text.lower().removesuffix(".").removeprefix("[").removesuffix("]")


def _same(origin: str) -> tuple[str, str, int] | None:
    """An origin as it is compared, None where it is none."""
    if not _ORIGIN.fullmatch(origin.lower()):
        return None
    try:
        parts = urlsplit(origin)
        return parts.scheme, _name(parts.hostname or ""), parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        return None
