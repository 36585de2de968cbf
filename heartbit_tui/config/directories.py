"""Where heartbit keeps its files on this machine."""

from collections.abc import Mapping
from pathlib import Path

from heartbit_tui.kernel.dataclass import dataclass

NAME = "heartbit"
_FOLDERS = (
    ("config", "XDG_CONFIG_HOME", ".config"),
    ("data", "XDG_DATA_HOME", ".local/share"),
    ("state", "XDG_STATE_HOME", ".local/state"),
    ("cache", "XDG_CACHE_HOME", ".cache"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Directories:
    """Settings, data worth keeping, data of this machine, and what can be made again; none need exist."""

    config: Path
    data: Path
    state: Path
    cache: Path

    @property
    def settings_file(self) -> Path:
        """The user's configuration file."""
        return self.config / "config.toml"

    @property
    def sessions_file(self) -> Path:
        """The file with all sessions."""
        return self.data / "heartbit.db"

    @property
    def permissions_file(self) -> Path:
        """The learned rules."""
        return self.config / "permissions.toml"

    @property
    def credentials_file(self) -> Path:
        """The keys, where no keyring keeps them."""
        return self.config / "credentials.toml"

    @property
    def trust_file(self) -> Path:
        """The folders that are trusted."""
        return self.state / "trust.toml"


def directories(environment: Mapping[str, str], home: Path) -> Directories:
    """The folders that the environment names: `HEARTBIT_HOME` moves all of them, else XDG variables count.

    A relative path is ignored, as the XDG base directory specification wants it; its defaults hold on every
    system, so that settings stand in the same place on all of a person's machines.
    """
    root = environment.get("HEARTBIT_HOME", "")
    if root:
        base = Path(root).expanduser().absolute()
        return Directories(config=base, data=base / "data", state=base / "state", cache=base / "cache")
    places = {kind: _place(environment.get(name, ""), home / below) for kind, name, below in _FOLDERS}
    return Directories(**places)


def _place(value: str, fallback: Path) -> Path:
    if Path(value).is_absolute():
        return Path(value) / NAME
    return fallback / NAME
