"""Folders of skills and commands, and projects that a person trusts or not."""

import json
from datetime import UTC, datetime
from pathlib import Path

from heartbit_tui.config import directories
from heartbit_tui.config.locked import LockedFile
from heartbit_tui.config.trust import TrustStore
from heartbit_tui.config.watched import fingerprint
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import read
from heartbit_tui.runtime.skilled import Skilled, open_skills
from heartbit_tui.runtime.watching import further
from heartbit_tui.skills.stock import Stock
from heartbit_tui.skills.types import Place
from heartbit_tui.testing.clock import FakeClock

AT = datetime(2026, 11, 22, tzinfo=UTC)


def put(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def skill(folder: Path, name: str, text: str = "Do it.", **keys: str) -> Path:
    """A skill in a folder of skills; its file."""
    table = {
        "name": name,
        "description": f"How {name} is done.",
        **{key.replace("_", "-"): v for key, v in keys.items()},
    }
    lines = "\n".join(f"{key}: {value}" for key, value in table.items() if value)
    return put(folder / name / "SKILL.md", f"---\n{lines}\n---\n\n{text}\n")


class Anyone:
    """A `Warrant` of a project in which everything is trusted."""

    def refused(self, file: Path, data: bytes) -> str:
        return ""


def stock(*folders: Path, disabled: tuple[str, ...] = ()) -> Stock:
    """A stock of these folders of skills, looked through."""
    places = [Place(folder=folder, layer="user", title=folder.name) for folder in folders]
    found = Stock(places, Anyone, disabled)
    found.look()
    return found


class Ground:
    """A home folder, and a project in it that is a repository."""

    def __init__(self, root: Path) -> None:
        self.home = root / "home"
        self.project = root / "project"
        (self.project / ".git").mkdir(parents=True)
        self.home.mkdir(parents=True)

    @property
    def config(self) -> Path:
        return self.home / ".config/heartbit"

    def options(self, **more: object) -> Options:
        environment = {"HOME": str(self.home), "PATH": "/usr/bin:/bin"}
        return Options(**{"cwd": self.project, "environment": environment, **more})  # pyright: ignore[reportArgumentType] # as given

    def trust(self, folder: Path | None = None) -> None:
        """Trust the project as it is for somebody in this folder of it, in its root without."""
        store = TrustStore(LockedFile(self.home / ".local/state/heartbit/trust.toml"))
        watched = further(folder or self.project, directories({}, self.home))
        store.trust(self.project, now=AT, seen=fingerprint(self.project, store.further(self.project, watched)))

    async def skilled(self, clock: FakeClock | None = None, **more: object) -> Skilled:
        """The skills and commands of a session in the project."""
        options = self.options(**more)
        clock = clock or FakeClock()
        return open_skills(options, await read(options, clock), clock)


def scripted(ground: Ground, *replies: object, **more: object) -> Options:
    """A session in the project whose model plays these replies."""
    script = ground.home / "script.json"
    script.write_text(json.dumps({"replies": list(replies)}))
    flags = {"provider.name": "scripted", "provider.script": str(script)}
    return ground.options(flags=flags, ephemeral=True, **more)
