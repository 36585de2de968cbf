"""Runs a program and tells its time, its memory and its exit code: a script of its own, run by `processes.py`.

A process counts the memory of the one that started it as its own until it runs its own program. So this one, which is
small, starts what is measured.
"""

import json
import os
import signal
import sys
import time


def main(seconds: float, command: list[str]) -> None:
    """Run the command with no input and no output; end it with all of its own after so many seconds, or when told to."""
    nothing = os.open(os.devnull, os.O_RDWR)
    files = [(os.POSIX_SPAWN_DUP2, nothing, number) for number in (0, 1, 2)]
    out = os.dup(1)
    began = time.perf_counter()
    pid = os.posix_spawnp(command[0], command, os.environ, file_actions=files, setpgroup=0)
    late = False

    def end(number: int, frame: object) -> None:
        nonlocal late
        late = True
        os.killpg(pid, signal.SIGKILL)

    for number in (signal.SIGALRM, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    _, status, usage = os.wait4(pid, 0)
    spent = (time.perf_counter() - began) * 1000
    signal.setitimer(signal.ITIMER_REAL, 0)
    mib = usage.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)
    told = {"ms": spent, "mib": mib, "code": None if late else os.waitstatus_to_exitcode(status)}
    os.write(out, json.dumps(told).encode())


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2:])
