"""Sandboxes by Seatbelt, which macOS has in itself: a profile for its program sandbox-exec."""

import os
import re
from collections.abc import Iterable, Iterator, Sequence

from heartbit_tui.permissions.paths import PROTECTED_FILES, PROTECTED_FOLDERS
from heartbit_tui.permissions.sandbox.types import Plan

NAME = "seatbelt"
PROGRAM = "/usr/bin/sandbox-exec"
LACKS = (
    "commands see other processes by name, share the machine's /tmp to read, and have no terminal of their own; this profile "
    "was never run by who wrote it, only tried where heartbit starts"
)

DEVICES = ("/dev/null", "/dev/zero", "/dev/dtracehelper")
SERVICES = (
    "com.apple.system.opendirectoryd.libinfo",
    "com.apple.system.opendirectoryd.membership",
    "com.apple.system.notification_center",
    "com.apple.system.logger",
)
"""What programs ask to learn names of people and to write to the log; none of these runs a program."""

NAMES = (
    "com.apple.dnssd.service",
    "com.apple.trustd",
    "com.apple.trustd.agent",
    "com.apple.SystemConfiguration.configd",
)
"""What programs ask before they connect to anything."""

_SOCKETS = "/private/var/run/mDNSResponder"


def command(plan: Plan, inner: Sequence[str], kept: Iterable[str]) -> tuple[str, ...]:
    """The command line that runs `inner` as planned; `kept` is read and never changed, wherever it lies."""
    return (PROGRAM, "-p", profile(plan, kept), *inner)


def profile(plan: Plan, kept: Iterable[str]) -> str:
    """The profile of a plan: of its rules the last that fits an operation decides."""
    return "\n".join(_lines(plan, tuple(os.path.realpath(path) for path in kept))) + "\n"


def _lines(plan: Plan, kept: Sequence[str]) -> Iterator[str]:
    roots = [place.path for place in plan.places if place.access == "writable"]
    locked = [place.path for place in plan.places if place.access == "readable"]
    hidden = [place.path for place in plan.places if place.access == "hidden"]
    yield "(version 1)"
    yield "(deny default)"
    yield "(allow process-exec process-fork)"
    yield "(allow signal process-info* (target same-sandbox))"
    yield "(allow sysctl-read ipc-posix-sem* ipc-posix-shm*)"
    yield _rule("allow", "mach-lookup", (f"(global-name {_text(name)})" for name in SERVICES))
    yield "(allow file-read* file-test-existence)"
    yield _rule("allow", "file-write-data file-ioctl", map(_literal, DEVICES))
    yield _rule("allow", "file-write*", map(_subpath, filter(None, (*roots, plan.temporary))))
    yield _rule("deny", "file-write*", map(_subpath, (*locked, *kept)))
    yield _rule("deny", "file-write*", (_protected(root) for root in roots if not root.endswith("/.git")))
    yield _rule("deny", "file-write-unlink", (_literal(root) for root in roots))
    yield _rule("deny", "file-read* file-write*", map(_subpath, hidden))
    if plan.network:
        yield "(allow network-outbound (remote ip))"
        yield "(allow network-inbound network-bind (local ip))"
        yield f"(allow network-outbound (literal {_text(_SOCKETS)}))"
        yield _rule("allow", "mach-lookup", (f"(global-name {_text(name)})" for name in NAMES))


def _rule(what: str, operations: str, filters: Iterable[str]) -> str:
    """A rule for all of these filters; none at all without filters, as such a rule would be about everything."""
    told = " ".join(filters)
    return f"({what} {operations} {told})" if told else ""


def _protected(root: str) -> str:
    """Every name below a root that decides what runs, there or not, in whatever case; of git only what is locked."""
    names = "|".join(_any_case(name) for name in sorted((PROTECTED_FOLDERS | PROTECTED_FILES) - {".git"}))
    return f"(regex {_text(f'^{_escaped(root)}/(.*/)?({names})(/.*)?$')})"


def _any_case(name: str) -> str:
    return "".join(f"[{each}{each.upper()}]" if each.isalpha() else _escaped(each) for each in name)


def _escaped(text: str) -> str:
    """The text as a pattern that matches it alone; letters, digits and slashes stand for themselves."""
    return re.sub(r"([^\w/ -])", r"\\\1", text)


def _literal(path: str) -> str:
    return f"(literal {_text(path)})"


def _subpath(path: str) -> str:
    return f"(subpath {_text(path)})"


def _text(text: str) -> str:
    """The text as the language of profiles quotes it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
