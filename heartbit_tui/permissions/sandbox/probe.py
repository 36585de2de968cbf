"""Which sandbox works on this machine, found out by trying it; blocks for some milliseconds."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

from heartbit_tui.permissions.sandbox import bubblewrap
from heartbit_tui.permissions.sandbox.plan import OWN
from heartbit_tui.permissions.sandbox.types import Absent, Active, Bubblewrap, Found, Landlock, Plan, Seatbelt

SECONDS = 5.0
"""What the trial may take."""

Wanted: TypeAlias = Literal["any", "bubblewrap", "landlock", "seatbelt"]
"""Which mechanism a person wants; any takes the first that works."""

# Whether a file can be made, then what the kernel says of the rights and the filter of this process.
_ATTEMPT = """
(: > "$0/made") 2>/dev/null && echo made
while read -r name value; do
    case $name in NoNewPrivs: | Seccomp:) echo "$name$value";; esac
done < /proc/self/status
"""
_ATTEMPT_AND_SAY = '(: > "$0/made") 2>/dev/null && echo made; echo ran'
_RESTRICTED = b"NoNewPrivs:1\nSeccomp:2"


def find(environment: Mapping[str, str], roots: Iterable[str], wanted: Wanted = "any") -> Found:
    """The sandbox that works here. A program that commands could change counts as none."""
    if sys.platform == "darwin":
        return profiled() if wanted in ("any", "seatbelt") else Absent(reason=f"macOS has no {wanted}")
    if sys.platform != "linux" or wanted == "seatbelt":
        return Absent(reason=f"heartbit has no sandbox for {sys.platform}{' by Seatbelt' * (wanted == 'seatbelt')}")
    reasons = list[str]()
    if wanted != "landlock":
        found = _bubblewrap(environment, roots)
        if isinstance(found, Active) or wanted == "bubblewrap":
            return found
        reasons.append(found.reason)
    found = restricted()
    return found if isinstance(found, Active) else Absent(reason="; ".join((*reasons, found.reason)))


def _bubblewrap(environment: Mapping[str, str], roots: Iterable[str]) -> Found:
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
        return Active(name=bubblewrap.NAME, mechanism=Bubblewrap(program=program))
    said = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
    return Absent(reason=f"{program} does not work here: {said or f'it ended with {done.returncode}'}")


@cache
def restricted(machine: str = "") -> Found:
    """What a trial of Landlock and the filter of system calls says; it is made once in a process."""
    from heartbit_tui.permissions.sandbox import landlock, seccomp, syscalls

    if (machine or os.uname().machine) not in seccomp.MACHINES:
        return Absent(reason=f"heartbit knows no system calls of {machine or os.uname().machine}")
    version = syscalls.landlock_version()
    if version < landlock.LEAST_VERSION:
        return Absent(reason=f"the kernel's Landlock has version {version}, and {landlock.LEAST_VERSION} is needed")
    try:
        said = _attempted(version)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Absent(reason=f"Landlock does not work here: {error}")
    if said != _RESTRICTED:
        return Absent(reason="Landlock or the filter of system calls does not hold here")
    return Active(name=landlock.NAME, mechanism=Landlock(version=version), lacks=landlock.lacks(version))


@cache
def profiled(program: str = "") -> Found:
    """What a trial of Seatbelt says; it is made once in a process."""
    from heartbit_tui.permissions.sandbox import seatbelt

    program = program or seatbelt.PROGRAM
    bare = seatbelt.command(Plan(places=(), temporary="", network=False), ("/bin/sh", "-c", _ATTEMPT_AND_SAY), ())
    try:
        with tempfile.TemporaryDirectory(prefix="heartbit-") as folder:
            done = subprocess.run(
                (program, *bare[1:], folder),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=SECONDS,
                check=False,
            )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Absent(reason=f"{program} does not work here: {error}")
    if done.returncode != 0 or done.stdout.strip() != b"ran":
        return Absent(reason=f"{program} does not hold here: it ended with {done.returncode}")
    return Active(name=seatbelt.NAME, mechanism=Seatbelt(), lacks=seatbelt.LACKS)


def _attempted(version: int) -> bytes:
    """What a command says that tries to make a file in a folder that is not its to change."""
    from heartbit_tui.permissions.sandbox import landlock

    bare = landlock.restriction(version, Plan(places=(), temporary="", network=False), ())
    with tempfile.TemporaryDirectory(prefix="heartbit-", dir=OWN[0]) as folder:
        command = ("/bin/sh", "-c", _ATTEMPT, folder)
        null, pipe = subprocess.DEVNULL, subprocess.PIPE
        with bare.run(lambda: subprocess.Popen(command, stdin=null, stdout=pipe, stderr=null)) as process:
            try:
                return process.communicate(timeout=SECONDS)[0].strip()
            finally:
                process.kill()
