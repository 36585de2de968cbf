"""Which processes of this machine run a certain program."""

from contextlib import suppress
from pathlib import Path


def processes_of(program: str, *, besides: str = "") -> list[int]:
    """The ids of the processes in whose command line this stands as one word."""
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        with suppress(OSError):
            words = entry.joinpath("cmdline").read_bytes().decode("utf-8", "replace").split("\0")
            if program in words and (not besides or besides not in words):
                found.append(int(entry.name))
    return sorted(found)
