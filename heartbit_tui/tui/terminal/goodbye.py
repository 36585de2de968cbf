"""What stands on the normal screen when heartbit has left it."""

import os
import sys
from collections.abc import Iterable
from contextlib import suppress

from heartbit_tui.client.visible import harmless


def say_goodbye(lines: Iterable[str], descriptor: int = 1) -> None:
    """Print these lines, the last answer or the command that goes on with the session, unless nobody can read them."""
    encoding = sys.__stdout__.encoding if sys.__stdout__ is not None else "utf-8"
    data = "".join(f"{harmless(line)}\n" for line in lines).encode(encoding or "utf-8", "replace")
    with suppress(OSError):  # past stdout, which would try again, and fail again, when the process ends
        while data:
            data = data[os.write(descriptor, data) :]
