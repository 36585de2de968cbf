"""systemd itself, as far as `systemctl` tells of it."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from heartbit_tui.daemon.unit.text import NAME, Scope
from heartbit_tui.kernel.dataclass import dataclass

BOOTED: Final = Path("/run/systemd/system")
"""There while systemd runs this machine: sd_booted(3)."""

LINGERING: Final = Path("/var/lib/systemd/linger")
"""A file for each person whose own systemd runs while they are not logged in."""

SECONDS: Final = 90.0
"""How long systemd may take; stopping a daemon waits for its tasks."""

NO_SYSTEMD: Final = "systemd does not run here"
NO_SYSTEMCTL: Final = "there is no systemctl"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What systemd knows of the unit; `why` says why it could not be asked, and then all else is empty."""

    enabled: str = ""
    active: str = ""
    why: str = ""


class Systemd:
    """Asks the systemd of a scope, and tells it what to do."""

    def __init__(self, scope: Scope, environment: Mapping[str, str], booted: Path = BOOTED) -> None:
        self._scope = scope
        self._environment = environment
        self._booted = booted

    @property
    def missing(self) -> str:
        """Why systemd cannot be asked at all; empty where it can."""
        if not self._booted.is_dir():
            return NO_SYSTEMD
        return "" if self._program else NO_SYSTEMCTL

    @property
    def flag(self) -> str:
        """What `systemctl` is told for this scope, with a space behind it."""
        return "--user " if self._scope == "user" else ""

    def state(self) -> State:
        """How the unit stands."""
        if self.missing:
            return State(why=self.missing)
        why, text = self._call("show", "--property=LoadState,ActiveState,UnitFileState", NAME)
        if why:
            return State(why=why)
        found = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
        return State(enabled=found.get("UnitFileState", ""), active=found.get("ActiveState", ""))

    def do(self, *words: str) -> str:
        """Tell systemd something; what went wrong, or nothing."""
        return self.missing or self._call(*words)[0]

    @property
    def _program(self) -> str:
        return shutil.which("systemctl", path=self._environment.get("PATH", os.defpath)) or ""

    def _call(self, *words: str) -> tuple[str, str]:
        """What went wrong, and what was said."""
        given = (self._program, *self.flag.split(), "--no-pager", "--no-ask-password", *words)
        try:
            done = subprocess.run(
                given,
                env=dict(self._environment),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"systemctl: {error}", ""
        if done.returncode == 0:
            return "", done.stdout.decode("utf-8", "replace")
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        return (said[-1] if said else f"systemctl ended with {done.returncode}"), ""


def lingers(name: str, folder: Path = LINGERING) -> bool:
    """Whether a person's own systemd runs while they are not logged in."""
    return (folder / name).exists()
