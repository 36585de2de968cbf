"""Why a command may have failed that ran in a sandbox, in plain words."""

import re

_FILES = re.compile(r"read-only file ?system|EROFS", re.IGNORECASE)
_LOCKED = re.compile(r"device or resource busy|EBUSY", re.IGNORECASE)
_NETWORK = re.compile(
    r"network is unreachable|ENETUNREACH|could not resolve|temporary failure in name resolution|EAI_AGAIN"
    r"|name or service not known|failed to establish a new connection|failed to connect to|no address associated",
    re.IGNORECASE,
)
_BROKEN = re.compile(r"^bwrap: ", re.MULTILINE)

FILES = (
    "it may change files only in the workspace and in /tmp, and there none that decide what runs (.git/hooks, "
    ".git/config, .mcp.json, settings of editors and shells)"
)
NETWORK = "the network is off"
BROKEN = "it could not be set up, so the command was not run"


def hint(name: str, output: str, *, network: bool) -> str:
    """What the sandbox seems to have refused, judged by the output of a failed command; empty where nothing."""
    refused = [
        text
        for pattern, text in ((_BROKEN, BROKEN), (_FILES, FILES), (_LOCKED, FILES), (_NETWORK, NETWORK))
        if pattern.search(output) and not (network and text is NETWORK)
    ]
    if not refused:
        return ""
    told = "; ".join(dict.fromkeys(refused))
    return f"(This ran in a sandbox ({name}): {told}. Only the person can change that, in the settings under sandbox.)"
