"""Running a program and measuring it: wall time, and the most memory that it held."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

HEARTBIT = str(Path(sys.executable).with_name("heartbit"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of a program: milliseconds from launch to exit, MiB at the peak, and what it wrote."""

    ms: float
    mib: float
    code: int
    out: bytes


def run(command: Sequence[str], *, home: Path, env: Mapping[str, str] | None = None) -> Run:
    """Run a program to its end in an empty home."""
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=home,
        env=environment(home) | dict(env or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    spent = (time.perf_counter() - began) * 1000
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    return Run(ms=spent, mib=usage.ru_maxrss / 1024, code=process.returncode, out=out)


def environment(home: Path) -> dict[str, str]:
    """A clean environment with its own home."""
    return {"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TERM": "dumb"}


def medians(times: Sequence[Sequence[float]]) -> list[float]:
    """The median of each series."""
    return [statistics.median(series) for series in times]


def p95(values: Sequence[float]) -> float:
    """The value that 95 of 100 stay under."""
    return sorted(values)[min(len(values) - 1, round(len(values) * 0.95))]
