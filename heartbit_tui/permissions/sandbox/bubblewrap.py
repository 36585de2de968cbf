"""Sandboxes by bubblewrap, which is installed on most Linux systems as `bwrap`."""

import os
from collections.abc import Iterator, Sequence

from heartbit_tui.permissions.sandbox.plan import OWN
from heartbit_tui.permissions.sandbox.types import Place, Plan

NAME = "bwrap"


_SPACES = ("--unshare-pid", "--unshare-ipc")
_BARE = ("--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc")
_KERNEL = tuple(f"/proc/{name}" for name in ("sys", "sysrq-trigger", "irq", "bus", "fs", "acpi", "scsi", "mtrr"))
"""What of /proc belongs to the whole machine. bwrap leaves /proc/sys writable where it is run by root."""

_ROOTS_OWN = ("CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID")
"""What lets root change files of others where they are writable at all; it gets nothing past a read-only mount."""


def command(program: str, plan: Plan, inner: Sequence[str], *, info: int) -> tuple[str, ...]:
    """The command line that runs `inner` as planned; the id of its first process is told to the descriptor `info`.

    It has no --die-with-parent: what a script leaves behind would then be killed before it could end by itself. Who
    runs it ends the first process, and with that one ends everything.
    """
    return (program, *_options(plan), "--info-fd", str(info), "--", *inner)


def trial(program: str, inner: Sequence[str]) -> tuple[str, ...]:
    """The command line that tries all that a plan may need, without one."""
    options = (*_BARE, "--tmpfs", "/run", *_SPACES, "--unshare-net", *_rights(), "--die-with-parent")
    return (program, *options, "--", *inner)


def _options(plan: Plan) -> Iterator[str]:
    yield from _BARE
    for path in _KERNEL:
        yield from ("--ro-bind-try", path, path)
    taken = {place.path for place in plan.places}
    for own in OWN:
        if own not in taken and os.path.isdir(own) and not os.path.islink(own):  # noqa: PTH112,PTH114 - ten a command
            yield from ("--bind", plan.temporary, own) if own == OWN[0] and plan.temporary else ("--tmpfs", own)
    for place in plan.places:
        yield from _mount(place)
    for place in plan.places:
        if place.access == "hidden" and place.seen.is_folder:
            yield from ("--remount-ro", place.path)
    if plan.temporary:
        yield from ("--unsetenv", "TMPDIR")
    yield from _SPACES
    if not plan.network:
        yield "--unshare-net"
    yield from _rights()


def _mount(place: Place) -> tuple[str, ...]:
    match place.access:
        case "writable":
            return ("--bind", place.source, place.path)
        case "readable":
            return ("--ro-bind-try", place.source, place.path)
        case "hidden":
            return ("--tmpfs", place.path) if place.seen.is_folder else ("--ro-bind", os.devnull, place.path)


def _rights() -> Iterator[str]:
    yield from ("--cap-drop", "ALL")
    if os.geteuid() == 0:
        for right in _ROOTS_OWN:
            yield from ("--cap-add", right)
