"""Why a command may have failed that ran in a sandbox, in plain words."""

import os
import re
from collections.abc import Callable, Iterator

_FILES = re.compile(r"read-only file ?system|EROFS|device or resource busy|EBUSY", re.IGNORECASE)
_NETWORK = re.compile(
    r"network is unreachable|ENETUNREACH|could not resolve|temporary failure in name resolution|EAI_AGAIN"
    r"|name or service not known|failed to establish a new connection|failed to connect to|no address associated"
    r"|(?:socket|connect): operation not permitted|(?:connect|socket) EPERM"
    r"|socket\.py\"[^\0]{0,600}?operation not permitted",
    re.IGNORECASE,
)
_BROKEN = re.compile(r"^(?:bwrap|sandbox-exec): ", re.MULTILINE)
_DENIED = re.compile(r"permission denied|operation not permitted", re.IGNORECASE)
_QUOTED = re.compile(r"['‘\"`]([^'’\"`]{1,400})['’\"`]")
_MOST_DENIALS = 20
_MOST_AROUND = 500
"""So much of a line, before and behind the words, may name a path."""
_MOST_CHARACTERS = 50_000
"""More of an output is not looked through; what failed stands at its end."""

FILES = (
    "it may change files only in the workspace and in {temporary}, and there none that decide what runs (.git/hooks, "
    ".git/config, .mcp.json, settings of editors and shells)"
)
NETWORK = "the network is off"
BROKEN = "it could not be set up, so the command was not run"

MayTouch = Callable[[str], bool]
"""Whether the person's own programs may read or write a path as it is written in an output."""


def refused(output: str, *, network: bool, temporary: str, may_touch: MayTouch) -> str:
    """What the sandbox seems to have refused, judged by the output of a failed command; empty where nothing.

    A path without permission counts only where `may_touch` says that it is the sandbox that forbids it.
    """
    looked = output[-_MOST_CHARACTERS:]
    return "; ".join(dict.fromkeys(_found(looked, network, FILES.format(temporary=temporary), may_touch)))


def allowed_to_this_process(directory: str) -> MayTouch:
    """`MayTouch` by asking the system on behalf of this process, for paths written as seen from a folder."""

    def may_touch(path: str) -> bool:
        place = os.path.join(directory, path)  # noqa: PTH118 - a path as some program wrote it
        if os.path.lexists(place):
            return os.access(place, os.W_OK)
        return os.access(os.path.dirname(place), os.W_OK)  # noqa: PTH120

    return may_touch


def _found(output: str, network: bool, files: str, may_touch: MayTouch) -> Iterator[str]:
    if _BROKEN.search(output):
        yield BROKEN
    if _FILES.search(output) or any(may_touch(path) for path in _denied(output)):
        yield files
    if not network and _NETWORK.search(output):
        yield NETWORK


def _denied(output: str) -> Iterator[str]:
    """The paths that an output names as forbidden."""
    for number, match in enumerate(_DENIED.finditer(output)):
        if number == _MOST_DENIALS:
            return
        before = output[max(match.start() - _MOST_AROUND, 0) : match.start()].rpartition("\n")[2]
        after = output[match.end() : match.end() + _MOST_AROUND].partition("\n")[0]
        for text in (before.rstrip(": "), after):
            yield from _QUOTED.findall(text)
            last = text.strip().rpartition(" ")[2]
            if "/" in last:
                yield last.strip("'\"‘’`")
