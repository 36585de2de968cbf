"""A sandbox as the tool that runs commands needs it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from heartbit_tui.permissions.sandbox import bubblewrap
from heartbit_tui.permissions.sandbox.hints import hint
from heartbit_tui.permissions.sandbox.plan import plan, seen
from heartbit_tui.permissions.sandbox.types import Active, Grounds, Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """A sandbox for one command; two are equal as long as nothing that they rest on was changed."""

    program: str
    plan: Plan

    def command(self, inner: Sequence[str], info: int) -> tuple[str, ...]:
        """The command line that runs `inner` in it and tells the descriptor `info` about its first process."""
        return bubblewrap.command(self.program, self.plan, inner, info=info)


class Confinement:
    """Sandboxes for the commands of one session."""

    def __init__(self, active: Active, grounds: Grounds, *, temporary: str) -> None:
        self._active = active
        self._grounds = replace(grounds, temporary=temporary)

    def arranged(self) -> Arrangement:
        """The sandbox for a command that starts now; looks at the file system."""
        return Arrangement(program=self._active.program, plan=plan(self._grounds, seen))

    def hint(self, output: str) -> str:
        """Why a command with this output may have failed in here; empty where nothing points to the sandbox."""
        return hint(self._active.name, output, network=self._grounds.network)
