"""Which addresses of the network a model may reach, and what a URL that it wrote really names."""

import ipaddress
import re
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from types import MappingProxyType
from urllib.parse import SplitResult, quote, urlsplit

from heartbit_tui.kernel.dataclass import dataclass

_PORTS: Mapping[str, int] = MappingProxyType({"http": 80, "https": 443})
_LONGEST_URL = 8192


class Refused(Exception):
    """This URL or address may not be fetched; the message says why, for the model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a URL leads: `host` is a name in lower-case ASCII, or an address in its normal form."""

    url: str
    scheme: str
    host: str
    port: int


def place(url: str) -> Place:
    """What a URL names; raises `Refused` for everything but a plain http or https URL.

    Ways of writing that programs read differently (a user name, a backslash, an address as one number, in octal or
    in hexadecimal, a percent sign or a zone in the host) are refused rather than understood.
    """
    if len(url) > _LONGEST_URL or _UNCLEAR.search(url):
        raise Refused("The URL is too long, or has blanks, control characters or a backslash in it.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Refused(f"The URL cannot be read: {error}.") from error
    if parts.scheme.lower() not in _PORTS:
        raise Refused(f"Only http and https URLs can be fetched, not {parts.scheme or 'one without a scheme'}.")
    if "@" in parts.netloc:
        raise Refused("A URL with a user name in it is not fetched.")
    if port == 0:
        raise Refused("Port 0 cannot be fetched.")
    scheme, host = parts.scheme.lower(), _host(parts)
    return Place(url=_rebuilt(parts, scheme, host), scheme=scheme, host=host, port=port or _PORTS[scheme])


def is_public(address: str) -> bool:
    """Whether this is an address of the public internet: not of this machine, its network, its cloud, or a group.

    By the special-purpose registries of IANA (RFC 6890 and its updates) and the metadata services of the clouds.
    An IPv6 address that stands for an IPv4 address (NAT64, RFC 6052) is judged by that one; every other such form
    (mapped, compatible, 6to4, Teredo) is not public.
    """
    match _address(address):
        case IPv4Address() as four:
            return not any(four in network for network in _CLOSED_4)
        case IPv6Address(scope_id=None) as six:
            if six in _NAT64:
                return is_public(str(IPv4Address(int(six) & 0xFFFF_FFFF)))
            return six in _GLOBAL_6 and not any(six in network for network in _CLOSED_6)
        case _:
            return False


def is_address(host: str) -> bool:
    """Whether a host is an address and no name."""
    return _address(host) is not None


def forbidden_name(host: str) -> bool:
    """Whether a name can only mean this machine or its own network."""
    return host.rpartition(".")[2] in _LOCAL_ENDINGS or host.endswith(".home.arpa")


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if parts.netloc.startswith("["):
        return _six(host)
    try:
        host = host.encode("idna").decode("ascii").lower() if not host.isascii() else host
    except UnicodeError as error:
        raise Refused("The host's name is not a valid one.") from error
    host = host.removesuffix(".")
    if not _NAME.fullmatch(host):
        raise Refused("The URL has no host, or one whose name is not a valid one.")
    if _NUMBER.fullmatch(host.rpartition(".")[2]) and _address(host) is None:
        raise Refused("An address has to be written as four decimal numbers.")
    return host


def _six(host: str) -> str:
    try:
        if "%" in host:
            raise Refused("An address with a zone is not fetched.")
        return str(IPv6Address(host))
    except ValueError as error:
        raise Refused("The IPv6 address in the URL is not a valid one.") from error


def _rebuilt(parts: SplitResult, scheme: str, host: str) -> str:
    shown = f"[{host}]" if ":" in host else host
    port = f":{parts.port}" if parts.port else ""
    path, query = quote(parts.path or "/", safe=_AS_IS), quote(parts.query, safe=_AS_IS)
    return parts._replace(scheme=scheme, netloc=shown + port, path=path, query=query, fragment="").geturl()


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


_AS_IS = "%/:=&?~+!$,;'@()*[]|"
_UNCLEAR = re.compile(r"[\x00-\x20\x7f-\xa0\\\u2028\u2029\ufeff]")
_NAME = re.compile(r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_LOCAL_ENDINGS = frozenset({"localhost", "localdomain", "local", "internal", "intranet", "lan"})
_NAT64 = IPv6Network("64:ff9b::/96")
_GLOBAL_6 = IPv6Network("2000::/3")
_CLOSED_4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_CLOSED_6 = tuple(IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
