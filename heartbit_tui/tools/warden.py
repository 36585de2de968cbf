"""A small process beside this one that ends running commands when this one is killed and cannot do so itself."""

import os
import subprocess
import weakref
from collections.abc import Mapping
from contextlib import suppress

from heartbit_tui.tools.processes import Family

# It learns by lines of `+ GROUP MARK` and `- GROUP MARK` what runs, and when the pipe ends, so does what still runs.
# It goes into the background, so that nobody has to wait for it.
_SCRIPT = """
{{
    declare -A live
    while read -r sign group mark; do
        if [[ $sign == + ]]; then live[$group]=$mark; else unset "live[$group]"; fi
    done
    for round in 1 2 3; do
        for group in "${{!live[@]}}"; do
            kill -KILL -- "-$group"
            for file in $(grep -lsaF -- "${{live[$group]}}" /proc/[0-9]*/environ); do
                pid=${{file#/proc/}}
                kill -KILL "${{pid%/environ}}"
            done
        done
    done
}} <&{pipe} {pipe}<&- &
"""


class Warden:
    """Knows which families of processes run. It starts with the first of them, and ends with this object."""

    def __init__(self, program: str, environment: Mapping[str, str]) -> None:
        self._program = program
        self._environment = environment
        self._pipe = -1

    def watch(self, family: Family) -> None:
        """From here on this family ends with this process."""
        if self._pipe < 0:
            self._pipe = self._started()
        self._tell("+", family)

    def release(self, family: Family) -> None:
        """This family has ended."""
        self._tell("-", family)

    def _started(self) -> int:
        far, near = os.pipe()
        weakref.finalize(self, os.close, near)
        try:
            subprocess.run(
                (self._program, "-c", _SCRIPT.format(pipe=far)),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=self._environment,
                cwd="/",
                pass_fds=(far,),
                start_new_session=True,
                check=False,
            )
        finally:
            os.close(far)
        return near

    def _tell(self, sign: str, family: Family) -> None:
        # Without a reader there is no warden, and the command runs all the same.
        with suppress(OSError):
            os.write(self._pipe, b"%b %d %b\n" % (sign.encode(), family.first, family.mark))
