"""What stands on the normal screen when heartbit has left it."""

import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import TextIO

from heartbit_tui.client.visible import harmless


def say_goodbye(lines: Iterable[str], stream: TextIO | None = None) -> None:
    """Print these lines, the last answer or the command that goes on with the session, unless nobody can read them.

    `stream` is the process's stdout without.
    """
    out = stream or sys.__stdout__
    text = "".join(f"{harmless(line)}\n" for line in lines)
    if out is None or not text:
        return
    with suppress(OSError, ValueError):
        out.write(text.encode(out.encoding or "utf-8", "replace").decode(out.encoding or "utf-8"))
        out.flush()
