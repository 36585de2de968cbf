"""Ends the children that are servers of tools, with the session or when heartbit itself is killed."""

import shutil
from collections.abc import Mapping

from heartbit_tui.tools.environment import for_commands
from heartbit_tui.tools.processes import Family, kill
from heartbit_tui.tools.warden import Warden


class Children:
    """Fits the `Guardian` of the servers; a small process beside this one, started with the first child, stands in for it."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        program = shutil.which("bash", path=environment.get("PATH")) or "/bin/bash"
        self._warden = Warden(program, for_commands(environment, ()))
        self._running: dict[int, bytes] = {}

    def began(self, pid: int, mark: bytes) -> None:
        """This child leads a session of its own, and all that it starts carry the mark in their environment."""
        self._running[pid] = mark
        self._warden.watch(_family(pid, mark))

    def end(self, pid: int, mark: bytes) -> None:
        """Kill what is left of it; blocks until nothing is."""
        family = _family(pid, mark)
        kill(family)
        self._warden.release(family)
        self._running.pop(pid, None)

    def end_all(self) -> None:
        """Kill all that still runs."""
        for pid, mark in tuple(self._running.items()):
            self.end(pid, mark)


def _family(pid: int, mark: bytes) -> Family:
    return Family(first=pid, mark=mark, pipes=frozenset())
