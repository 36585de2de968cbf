"""What the tests of the memory's tools stand on: a memory in this process, a notebook, and settings of a folder."""

from collections.abc import Sequence
from pathlib import Path

from heartbit_tui.config.redact import Redactor
from heartbit_tui.guardrails.pii import Pii
from heartbit_tui.memory.notebook import Ground, Notebook
from heartbit_tui.memory.types import Confidentiality, Origin, Reach, Scope
from heartbit_tui.memory.volatile import VolatileMemory
from heartbit_tui.runtime.memory_ground import Marks, reach_of, scope_of
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.remembering import Remembering
from heartbit_tui.runtime.screening import ALWAYS, Screening
from heartbit_tui.runtime.settings import read
from heartbit_tui.runtime.shelf import Shelf, Whose
from heartbit_tui.testing.clock import FakeClock

PROJECT = "/w"
SCREEN = Screening(Redactor(), Pii(detectors=ALWAYS))
MARKS = Marks(b"secret")


def ground(memory: VolatileMemory, cap: Confidentiality = Confidentiality.CONFIDENTIAL) -> Ground:
    """What an agent of a project stands on."""
    whose = Whose(agent="heartbit", session="s1", project=PROJECT)
    return Ground(
        memory=memory,
        reach=reach_of(whose, cap),
        scope=scope_of(whose),
        clean=SCREEN,
        origin=lambda: Origin(session="s1", seq=7),
    )


def notebook(clock: FakeClock | None = None, memory: VolatileMemory | None = None) -> Notebook:
    """The notebook of an agent over an empty memory, or over this one."""
    return Notebook(ground(memory or VolatileMemory(clock or FakeClock())))


async def remembering(folder: Path, disabled: Sequence[str] = (), settings: str = "") -> Remembering:
    """The memory of a session in a folder, with these settings."""
    clock = FakeClock()
    (folder / "config.toml").write_text(settings, "utf-8")
    options = Options(
        cwd=folder,
        environment={"HOME": str(folder), "PATH": "/usr/bin:/bin"},
        flags={"tools.disabled": list(disabled)} if disabled else {},
        config_file=folder / "config.toml",
    )
    found = await read(options, clock)
    whose = Whose(agent="heartbit", session="s1", project=str(folder))
    return Remembering(Shelf(None, clock), whose, found, clock)


ANYBODY = Reach(cap=Confidentiality.RESTRICTED)
NOBODY = Scope()
