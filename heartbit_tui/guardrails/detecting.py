"""What in a text belongs to a person: where it stands and what it is; pure."""

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

from heartbit_tui.guardrails.numbers import card_at, iban_end, is_ssn
from heartbit_tui.kernel.dataclass import dataclass

_DOMAIN = re.compile(r"@([A-Za-z0-9][A-Za-z0-9.-]{2,250})")
_LOCAL = re.compile(r"[A-Za-z0-9._%+'-]{1,64}\Z")
_BROKEN = re.compile(r"[.-]\.|\.-")
_HOSTED = ("git", "hg", "svn")
"""Users of code hosts, whose addresses name a repository where a path follows."""

_SSN = re.compile(r"(?<![\w-])(\d{3})-(\d{2})-(\d{4})(?![\w-])")
_CARD = re.compile(r"(?<![\w.])[2-6]\d{3}(?=[\d -])")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?=[ A-Za-z0-9])")
_IPV4 = re.compile(r"(?<![\w.-])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\w-]|\.\d)")
_IPV6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f:]{2,39}(?![\w:])")
_VERSION = re.compile(r"(?:version|release|v)[ :=]{0,3}\Z", re.IGNORECASE)
_PHONE = re.compile(
    r"(?<![\w.+/-])(?P<plus>\+?1[-. ]?)?(?P<open>\()?[2-9]\d{2}(?P<close>\))?(?P<one>[-. ]?) ?"
    r"[2-9]\d{2}(?P<two>[-. ]?)\d{4}(?![\w-]|\.\d)"
)
_ABROAD = re.compile(r"(?<![\w.+])\+[2-9]\d[\d ().-]{5,18}\d(?!\w)")
_CUE = re.compile(r"(?:phone|tel|call|mobile|cell|fax|contact|text|sms|ring|dial|reach)", re.IGNORECASE)
_NEAR = 30
"""Characters before a number in which a word makes a telephone number of ten digits."""

_LINE = 2_000
"""How much of a line a pattern of a person's own gets to see at once."""


@dataclass(frozen=True, slots=True, order=True)
class Match:
    """Something found: `text[start:end]` is what `label` says."""

    start: int
    end: int
    label: str


def emails(text: str) -> Iterator[Match]:
    """Addresses with a domain that has a dot and letters at its end."""
    for found in _DOMAIN.finditer(text):
        domain = found[1].rstrip(".-")
        top = domain.rpartition(".")[2]
        if "." not in domain or len(top) < 2 or not top.isalpha() or _BROKEN.search(domain):
            continue
        if local := _LOCAL.search(text[max(found.start() - 64, 0) : found.start()]):
            name = local.group().lstrip(".'%+-")
            end = found.start() + 1 + len(domain)
            if name and ".." not in name and not (name in _HOSTED and text[end : end + 1] in (":", "/")):
                yield Match(found.start() - len(name), end, "email")


def phones(text: str) -> Iterator[Match]:
    """Numbers of North America by their shape, those of other countries by their plus."""
    for found in _PHONE.finditer(text):
        if bool(found["open"]) == bool(found["close"]) and _looks_dialled(text, found):
            yield Match(found.start(), found.end(), "phone")
    for found in _ABROAD.finditer(text):
        digits = sum(map(str.isdigit, found.group()))
        if 8 <= digits <= 15:
            yield Match(found.start(), found.end(), "phone")


def ssns(text: str) -> Iterator[Match]:
    """Social security numbers within the ranges that are given out."""
    return (Match(found.start(), found.end(), "ssn") for found in _SSN.finditer(text) if is_ssn(*found.groups()))


def cards(text: str) -> Iterator[Match]:
    """Numbers of payment cards."""
    done = 0
    for begin in _CARD.finditer(text):
        end = card_at(text, begin.start()) if begin.start() >= done else None
        if end is not None and not text[end : end + 1].isalpha():
            yield Match(begin.start(), end, "credit_card")
            done = end


def ibans(text: str) -> Iterator[Match]:
    """International account numbers."""
    for found in _IBAN.finditer(text):
        end = iban_end(text, found.start())
        if end is not None:
            yield Match(found.start(), end, "iban")


def addresses(text: str) -> Iterator[Match]:
    """Addresses of machines, but not of this one."""
    for found in _IPV4.finditer(text):
        if _is_machine(found.group()) and not _VERSION.search(text[max(found.start() - 12, 0) : found.start()]):
            yield Match(found.start(), found.end(), "ip")
    for found in _IPV6.finditer(text):
        known = found.group()
        if known.count(":") > 1 and any(map(str.isdigit, known)) and _is_machine(known):
            yield Match(found.start(), found.end(), "ip")


DETECTORS: Mapping[str, Callable[[str], Iterator[Match]]] = MappingProxyType(
    {
        "credit_card": cards,
        "iban": ibans,
        "ssn": ssns,
        "ip": addresses,
        "email": emails,
        "phone": phones,
    }
)
"""By name; where two find the same the earlier one here has it."""


def custom(label: str, pattern: re.Pattern[str]) -> Callable[[str], Iterator[Match]]:
    """A detector for a pattern of a person's own, which sees a line of at most 2,000 characters at a time."""

    def found(text: str) -> Iterator[Match]:
        start = 0
        for line in text.splitlines(keepends=True):
            for begin in range(start, start + len(line), _LINE):
                for match in pattern.finditer(text, begin, min(begin + _LINE, start + len(line))):
                    if match.group():
                        yield Match(match.start(), match.end(), label)
            start += len(line)

    return found


def detect(text: str, detectors: Iterable[Callable[[str], Iterator[Match]]]) -> tuple[Match, ...]:
    """All that the detectors find, without overlaps: the longer one has it, then the detector that stands earlier."""
    ranked = [(match.start - match.end, rank, match) for rank, each in enumerate(detectors) for match in each(text)]
    taken, kept = bytearray(len(text)), list[Match]()
    for _, _, match in sorted(ranked):
        if not any(taken[match.start : match.end]):
            taken[match.start : match.end] = b"\1" * (match.end - match.start)
            kept.append(match)
    return tuple(sorted(kept))


def _looks_dialled(text: str, found: re.Match[str]) -> bool:
    """Whether ten digits are written as a number to dial, or a word before them says so."""
    if found["open"] or found["plus"] or (found["one"] and found["one"] == found["two"]):
        return bool(found["open"] or found["one"] or (found["plus"] or "").startswith("+"))
    return _CUE.search(text, max(found.start() - _NEAR, 0), found.start()) is not None


def _is_machine(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return not (address.is_loopback or address.is_unspecified)
