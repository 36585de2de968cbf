"""Processes that write at the same time."""

import subprocess
import sys
from collections.abc import Sequence


def together(script: str, *arguments: Sequence[str]) -> list[tuple[int, str]]:
    """Start the script once for each list of arguments, and let all begin at the same moment; exit codes and outputs.

    The script prints `ready` once it has loaded what it needs, and reads a line before it begins.
    """
    writers = [
        subprocess.Popen(
            (sys.executable, "-c", script, *each), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for each in arguments
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    ends = [writer.communicate()[0] for writer in writers]
    return [(writer.returncode, end) for writer, end in zip(writers, ends, strict=True)]
