"""How many files and connections the process may have open, and how many of them are for callers."""

import resource
from typing import Final

MOST: Final = 65_536
"""What is asked for at most: the commands of tasks inherit it, and some programs look through all that there could be."""

KEPT: Final = 512
"""What callers cannot take: the data file, the files and commands of tasks, connections to models and servers."""


def widened() -> int:
    """Let the process have as many open as the system lets it, up to `MOST`; how many that are now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST if hard == resource.RLIM_INFINITY else min(hard, MOST)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return MOST if soft == resource.RLIM_INFINITY else soft
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (OSError, ValueError):  # some systems name a hard limit that they do not grant
        return soft
    return wanted


def for_callers(limit: int) -> int:
    """How many connections are let in: all but what is kept, and half of it where there are few."""
    return max(limit - KEPT, limit // 2)
