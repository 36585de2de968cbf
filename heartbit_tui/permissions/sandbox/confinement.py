"""A sandbox as the tool that runs commands needs it."""

import os
import subprocess
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.permissions.sandbox import bubblewrap
from heartbit_tui.permissions.sandbox.plan import OWN, plan, seen
from heartbit_tui.permissions.sandbox.types import Active, Bubblewrap, Grounds, Landlock, Plan, Seatbelt

if TYPE_CHECKING:
    from heartbit_tui.permissions.sandbox.landlock import Restriction
    from heartbit_tui.permissions.sandbox.watch import Held, Kept, Watch

Launch = Callable[[Sequence[str], Mapping[str, str]], subprocess.Popen[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapped:
    """A sandbox by bubblewrap for one command; two are equal as long as nothing that they rest on was changed."""

    program: str
    plan: Plan
    has_first: bool = True

    def start(self, inner: Sequence[str], info: int, launch: Launch) -> subprocess.Popen[bytes]:
        """Start `inner` in it; the descriptor `info` is told its first process."""
        return launch(bubblewrap.command(self.program, self.plan, inner, info=info), {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Restricted:
    """A sandbox by Landlock for one command; equal as those by bubblewrap are."""

    restriction: "Restriction"
    temporary: str
    has_first: bool = False

    def start(self, inner: Sequence[str], info: int, launch: Launch) -> subprocess.Popen[bytes]:
        """Start `inner` in it; `info` hears nothing, as no process of it ends all others."""
        own = {"TMPDIR": self.temporary} if self.temporary else {}
        return self.restriction.run(lambda: launch(inner, own))


@dataclass(frozen=True, slots=True, kw_only=True)
class Profiled:
    """A sandbox by Seatbelt for one command; equal as those by bubblewrap are."""

    plan: Plan
    kept: tuple[str, ...]
    has_first: bool = False

    def start(self, inner: Sequence[str], info: int, launch: Launch) -> subprocess.Popen[bytes]:
        """Start `inner` in it; `info` hears nothing, as no process of it ends all others."""
        from heartbit_tui.permissions.sandbox import seatbelt

        own = {"TMPDIR": self.plan.temporary} if self.plan.temporary else {}
        return launch(seatbelt.command(self.plan, inner, self.kept), own)


class Confinement:
    """Sandboxes for the commands of one session; with `asks` a person may let what failed in one run outside."""

    def __init__(self, active: Active, grounds: Grounds, *, temporary: str, asks: bool = False) -> None:
        self._active = active
        self._asks = asks
        self._grounds = replace(grounds, temporary=temporary)

    def arranged(self) -> Wrapped | Restricted | Profiled:
        """The sandbox for a command that starts now; looks at the file system."""
        planned = plan(self._grounds, seen)
        match self._active.mechanism:
            case Bubblewrap(program=program):
                return Wrapped(program=program, plan=planned)
            case Landlock(version=version):
                from heartbit_tui.permissions.sandbox import landlock

                found = landlock.restriction(version, planned, self._grounds.guarded)
                return Restricted(restriction=found, temporary=planned.temporary)
            case Seatbelt():
                return Profiled(plan=planned, kept=self._grounds.guarded)

    @property
    def name(self) -> str:
        """What the sandbox is called."""
        return self._active.name

    @property
    def asks(self) -> bool:
        """Whether a person may be asked to let a command run outside."""
        return self._asks

    def held(self) -> "Held":
        """What decides what runs in the workspace, as it stands before a command; reads the file system."""
        places = plan(self._grounds, seen).places
        roots = {os.path.realpath(root) for root in self._grounds.roots}
        return self._watch.look(
            frozenset(place.path for place in places if self._locks and place.access == "readable"),
            tuple(place.path for place in places if place.access == "writable" and place.path not in roots),
        )

    def accepted(self, held: "Held", paths: Collection[str]) -> "Held":
        """The same with these paths as they are now."""
        return self._watch.accepted(held, paths)

    def undo(self, held: "Held") -> "Mapping[str, Kept | None]":
        """Put back what a command made or changed of it; what it made, by path, None for what it removed."""
        return self._watch.undo(held)

    def keep(self, made: "Mapping[str, Kept | None]", folder: Path) -> Mapping[str, str]:
        """Copy what was taken away into this folder; the copies by path, empty for what had been removed."""
        from heartbit_tui.permissions.sandbox.watch import copied

        return copied(made, folder)

    def redo(self, made: "Mapping[str, Kept | None]") -> None:
        """Let it stand after all."""
        from heartbit_tui.permissions.sandbox.watch import put

        for path, kept in made.items():
            put(path, kept)

    @cached_property
    def _watch(self) -> "Watch":
        from heartbit_tui.permissions.sandbox.watch import Watch

        return Watch(self._grounds.roots)

    @property
    def _locks(self) -> bool:
        """Whether the mechanism keeps what is readable as it is; what changes there was somebody else's doing."""
        return not isinstance(self._active.mechanism, Landlock)

    def refused(self, output: str, directory: str) -> str:
        """What a command with this output, begun in this folder, was refused in here; empty where nothing shows it."""
        from heartbit_tui.permissions.sandbox.hints import allowed_to_this_process, refused

        return refused(
            output,
            network=self._grounds.network,
            temporary=OWN[0] if isinstance(self._active.mechanism, Bubblewrap) else "$TMPDIR",
            may_touch=allowed_to_this_process(directory),
        )
