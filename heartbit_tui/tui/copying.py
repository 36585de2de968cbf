"""Text put where it can be pasted from; what is told of it is what was seen to work."""

import asyncio
import base64
from collections.abc import Callable, Mapping
from shutil import which

OSC_BYTES = 74_994
"""What a terminal takes at most of a text that is sent to it (xterm's limit of 100,000 characters in base64)."""

PATIENCE = 2.0
"""Seconds that a helper may take."""

HELPERS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("pbcopy", ("pbcopy",), ""),
    ("wl-copy", ("wl-copy", "--type", "text/plain"), "WAYLAND_DISPLAY"),
    ("xclip", ("xclip", "-selection", "clipboard", "-in"), "DISPLAY"),
    ("xsel", ("xsel", "--clipboard", "--input"), "DISPLAY"),
)
"""A name, the command that reads the text from stdin, and the variable without which it cannot work."""


async def copy(text: str, environment: Mapping[str, str], send: Callable[[str], None]) -> str:
    """Copy `text` by every way that is there; a sentence that says by which it went. `send` writes to the terminal."""
    ways = [
        name for name, command, needs in HELPERS if _is_there(command, needs, environment) and await _run(command, text)
    ]
    if environment.get("TMUX") and await _run(("tmux", "load-buffer", "-w", "-"), text):
        ways.append("tmux's buffer")
    size = len(text.encode("utf-8", "replace"))
    if size <= OSC_BYTES:
        send(f"\x1b]52;c;{base64.b64encode(text.encode('utf-8', 'replace')).decode()}\x07")
    what = f"{len(text):,} character{'' if len(text) == 1 else 's'}"
    if ways:
        return f"Copied {what} by {' and '.join(ways)}."
    if size <= OSC_BYTES:
        return f"Sent {what} to the terminal to copy (OSC 52); whether it does so cannot be seen from here."
    return f"Not copied: {what} are too long for the terminal, and neither wl-copy, xclip, xsel nor pbcopy works here."


def _is_there(command: tuple[str, ...], needs: str, environment: Mapping[str, str]) -> bool:
    return (not needs or bool(environment.get(needs))) and which(command[0], path=environment.get("PATH")) is not None


async def _run(command: tuple[str, ...], text: str) -> bool:
    """Whether a helper took the text and said that all went well."""
    null = asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.PIPE, stdout=null, stderr=null, start_new_session=True
        )
    except OSError:
        return False
    try:
        async with asyncio.timeout(PATIENCE):
            await process.communicate(text.encode("utf-8", "replace"))
    except (TimeoutError, OSError):
        process.kill()
        await process.wait()
        return False
    return process.returncode == 0
