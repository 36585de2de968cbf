"""A person's home and project, looked at and written to as the command does."""

from dataclasses import dataclass
from pathlib import Path

from heartbit_tui.client.taking_over import Step, TakingOver, looks_secret, of_person, of_project
from heartbit_tui.config import Config, load
from heartbit_tui.config.directories import directories
from heartbit_tui.config.files import find
from heartbit_tui.peers import PEERS, Item, Looked

NAMES = tuple(peer.name for peer in PEERS)


@dataclass(frozen=True, kw_only=True)
class Machine:
    """One home with one project in it."""

    home: Path

    @property
    def project(self) -> Path:
        return self.home / "project"

    @property
    def config(self) -> Path:
        return self.home / ".config" / "heartbit"

    @property
    def settings(self) -> Path:
        return self.config / "config.toml"

    def items(self, name: str, *, project: bool = False) -> tuple[Item, ...]:
        peer = next(each for each in PEERS if each.name == name)
        folder = self.project if project else None
        return peer.read(Looked(home=self.home, environment={}, project=folder, secret=looks_secret))

    def taking(self, *, project: bool = False) -> TakingOver:
        targets = of_project(self.project) if project else of_person(self.config, self.settings)
        return TakingOver(targets, looks_secret)

    def plan(self, name: str, *, project: bool = False) -> tuple[Step, ...]:
        return self.taking(project=project).plan(self.items(name, project=project))

    def take(self, name: str, *, project: bool = False) -> tuple[Step, ...]:
        return self.taking(project=project).carry_out(self.items(name, project=project))

    def loaded(self) -> Config:
        """The settings as a session reads them, in a trusted project; raises where something in them is wrong."""
        places = directories({}, self.home)
        return load(find(places, self.project), {}, {}, trusted=True)

    def texts(self) -> dict[str, str]:
        """Every file below the home but those of the peers."""
        folders = (self.config, self.project)
        files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
        return {str(path.relative_to(self.home)): path.read_text("utf-8") for path in files}


def machine(folder: Path) -> Machine:
    made = Machine(home=folder)
    made.project.mkdir(parents=True)
    return made


def counted(steps: tuple[Step, ...]) -> dict[str, int]:
    """How many steps there are of each state."""
    states = [step.state for step in steps]
    return {state: states.count(state) for state in ("new", "there", "conflict", "left out")}
