"""What commands need of the machine around them: the environment, and heartbit's own files."""

from argparse import Namespace
from pathlib import Path

from heartbit_tui.auth import Credentials, system_vault
from heartbit_tui.cli.options import directory, environment
from heartbit_tui.config import Directories, directories
from heartbit_tui.config.files import project_root
from heartbit_tui.config.locked import LockedFile
from heartbit_tui.config.trust import TrustStore
from heartbit_tui.config.watched import Further
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.watching import further


class Surroundings:
    """The surroundings of a command that works in the directory that its flags name."""

    def __init__(self, values: Namespace) -> None:
        self.cwd = directory(values.cwd)
        self.environment = environment()
        self.places: Directories = directories(self.environment, Path(self.environment.get("HOME") or "/"))
        self._config_file = Path(values.config).absolute() if values.config else None

    @property
    def root(self) -> Path:
        """The project that the directory belongs to."""
        return project_root(self.cwd)

    @property
    def sessions_file(self) -> Path:
        """The file with all sessions."""
        return self.places.sessions_file

    @property
    def options(self) -> Options:
        """Options of a session here, as far as its settings depend on them."""
        return Options(cwd=self.cwd, environment=self.environment, surface="headless", config_file=self._config_file)

    @property
    def trust(self) -> TrustStore:
        """The directories that are trusted."""
        return TrustStore(LockedFile(self.places.trust_file))

    def watched(self, folder: Path) -> Further:
        """What trust is about, for somebody in this folder, beside what lies in the project's root."""
        return further(folder, self.places, self._config_file)

    @property
    def credentials(self) -> Credentials:
        """The keys of model services."""
        file = LockedFile(self.places.credentials_file)
        return Credentials(file=file, environment=self.environment, vault=system_vault())
