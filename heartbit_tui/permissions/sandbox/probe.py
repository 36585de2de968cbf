"""Which sandbox works on this machine, found out by trying it; blocks for some milliseconds."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from heartbit_tui.permissions.sandbox import bubblewrap
from heartbit_tui.permissions.sandbox.types import Absent, Active, Found

SECONDS = 5.0
"""What the trial may take."""


def find(environment: Mapping[str, str], roots: Iterable[str]) -> Found:
    """The sandbox that works here. A program that commands could change counts as none."""
    if sys.platform != "linux":
        return Absent(reason=f"this release has no sandbox for {sys.platform}")
    given = shutil.which(bubblewrap.NAME, path=environment.get("PATH", os.defpath))
    if given is None:
        return Absent(reason=f"{bubblewrap.NAME} was not found")
    program = os.path.realpath(given)
    if any(Path(form).is_relative_to(root) for form in (given, program) for root in roots if root != "/"):
        return Absent(reason=f"{given} lies in the workspace, where commands could change it")
    return tried(program)


@cache
def tried(program: str, seconds: float = SECONDS) -> Found:
    """What a trial of this program says; it is made once in a process."""
    try:
        done = subprocess.run(
            bubblewrap.trial(program, ("/bin/sh", "-c", "echo $$")),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Absent(reason=f"{program} did not answer within {seconds:g} s")
    except OSError as error:
        return Absent(reason=f"{program} cannot be run: {error.strerror}")
    if done.returncode == 0 and done.stdout.strip() == b"2":
        return Active(name=bubblewrap.NAME, program=program)
    said = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
    return Absent(reason=f"{program} does not work here: {said or f'it ended with {done.returncode}'}")
