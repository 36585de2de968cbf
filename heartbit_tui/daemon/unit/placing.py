"""Where a unit lies, and putting it there: whole or not at all, and never over what a person has changed."""

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal, TypeAlias

from heartbit_tui.config.locked import replaced
from heartbit_tui.daemon.unit.text import NAME, Scope, is_ours
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import ConfigError

Standing: TypeAlias = Literal["missing", "same", "ours", "edited", "foreign"]
"""How what lies there stands to what is to lie there: `ours` is an older one of heartbit's, `foreign` no plain file."""

READABLE: Final = 0o644
SYSTEM: Final = Path("/etc/systemd/system")

EDITED: Final = (
    "{path} is not as heartbit wrote it, so it stays. `heartbit daemon {verb} --force` does it all the same; changes of your "
    "own are safe in what `systemctl {flag}edit heartbit` writes."
)
AS_ROOT: Final = " As root it can be: `heartbit daemon install --system --dry-run | sudo tee {path}`."
FOREIGN: Final = (
    "{path} is a link or no plain file, as where a unit was masked. heartbit leaves it alone; remove it yourself."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A unit that lies somewhere, or does not: its text, empty where there is none to read."""

    path: Path
    scope: Scope
    standing: Standing
    text: str = ""


def settings_folder(environment: Mapping[str, str]) -> Path:
    """The folder of the person's settings, as the XDG base directory specification finds it."""
    named = environment.get("XDG_CONFIG_HOME", "")
    return Path(named) if Path(named).is_absolute() else Path(environment.get("HOME") or "/") / ".config"


def path_of(scope: Scope, config: Path) -> Path:
    """Where the unit lies; `config` is the person's folder of settings, as `XDG_CONFIG_HOME` names it."""
    return (config / "systemd" / "user" if scope == "user" else SYSTEM) / NAME


def look(path: Path, scope: Scope, wanted: str = "") -> Placed:
    """What lies there, beside what is wanted there. Raises `ConfigError`."""
    if path.is_symlink() or (path.exists() and not path.is_file()):
        return Placed(path=path, scope=scope, standing="foreign")
    try:
        text = path.read_bytes().decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return Placed(path=path, scope=scope, standing="missing")
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}.", source=str(path)) from error
    if text == wanted:
        return Placed(path=path, scope=scope, standing="same", text=text)
    return Placed(path=path, scope=scope, standing="ours" if is_ours(text) else "edited", text=text)


def difference(found: Placed, wanted: str) -> str:
    """What would change, as a unified diff; empty where nothing does."""
    lines = difflib.unified_diff(
        found.text.splitlines(keepends=True),
        wanted.splitlines(keepends=True),
        str(found.path) if found.text else "/dev/null",
        str(found.path) if wanted else "/dev/null",
    )
    return "".join(lines)


def check(found: Placed, verb: str, *, force: bool) -> None:
    """Let nothing happen to what is not heartbit's. Raises `ConfigError`."""
    if found.standing == "foreign":
        raise ConfigError(FOREIGN.format(path=found.path), source=str(found.path))
    if found.standing == "edited" and not force:
        flag = "--user " if found.scope == "user" else ""
        raise ConfigError(EDITED.format(path=found.path, verb=verb, flag=flag), source=str(found.path))


def put(found: Placed, wanted: str) -> None:
    """Write the unit in one step. Raises `ConfigError`."""
    try:
        found.path.parent.mkdir(parents=True, exist_ok=True)
        replaced(found.path, wanted, READABLE)
    except OSError as error:
        hint = AS_ROOT.format(path=found.path) if isinstance(error, PermissionError) else ""
        raise ConfigError(f"{found.path}: {error.strerror or error}.{hint}", source=str(found.path)) from error


def remove(found: Placed) -> None:
    """Take the unit away. Raises `ConfigError`."""
    try:
        found.path.unlink(missing_ok=True)
    except OSError as error:
        raise ConfigError(f"{found.path}: {error.strerror or error}.", source=str(found.path)) from error
