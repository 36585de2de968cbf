"""What belongs to one user of several on a machine: where it lies, and what of others their commands do not see."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from heartbit_tui.config import Config, Directories, Layer
from heartbit_tui.config.files import project_root
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.permissions import Memory, Rule
from heartbit_tui.runtime import plugins
from heartbit_tui.runtime.options import Identity

FOLDERS = "heartbit_tui.auth.folders"
USERS = "heartbit_tui.auth.users"
SHARED = "users"
"""The folder, beside what is the person's at this machine, below which each user has one."""

WORKSPACES = ".heartbit/workspaces"
"""Where users work, below the home folder, unless `workspace.root` says otherwise; the seed's."""

SETTINGS = (Layer.USER, Layer.FILE)
"""Where settings are that are not the project's; tokens and keys may stand in them."""

LOGINS = "mcp-logins.json"
"""In the folder of settings: what the person's logins at servers gave."""

INSIDE = "workspace.root: {path} lies in {other}, {what}. Choose another folder."


def private(base: Path, identity: Identity | None) -> Path:
    """Where things of whom a session works for lie: the folder itself for the person at this machine."""
    if identity is None:
        return base
    owner = plugins.resolve(f"{USERS}:Owner")(tenant=identity.tenant, user=identity.user)
    return plugins.resolve(f"{FOLDERS}:folder_of")(base / SHARED, owner)


def workspaces(config: Config, home: Path) -> Path:
    """The folder below which each user has one to work in."""
    wanted = config.string("workspace.root")
    return Path(wanted).expanduser().absolute() if wanted else home / WORKSPACES


def workspace_of(config: Config, places: Directories, home: Path, owner: Any) -> Path:
    """The folder in which a user, an `auth.users.Owner`, works; made where it is missing.

    Raises `ConfigError` where it cannot be made, or lies where more would count as the user's than that folder.
    """
    base = workspaces(config, home)
    for other in (places.config, places.data, places.state):
        if base == other or other in base.parents:
            raise ConfigError(
                INSIDE.format(path=base, other=other, what="which is heartbit's own"), key="workspace.root"
            )
    made: Path = plugins.resolve(f"{FOLDERS}:made")(base, owner)
    if (root := project_root(made)) != made:
        what = "a repository, all of which would be every user's"
        raise ConfigError(INSIDE.format(path=base, other=root, what=what), key="workspace.root")
    return made


def unseen(config: Config, places: Directories, home: Path, identity: Identity | None) -> tuple[str, ...]:
    """What commands of a user do not see: the data of all, the settings with their secrets, and the folders of others."""
    if identity is None:
        return ()
    read = {entry.source.file.name for entry in config.stack if entry.source.file and entry.source.layer in SETTINGS}
    own = (*sorted(read), places.permissions_file, places.config / LOGINS)
    return tuple(map(str, (*own, places.data, places.state, workspaces(config, home))))


def denied(memory: Memory) -> Iterator[Rule]:
    """What the person at this machine denied for good: it holds for users too. What they allowed was for themselves."""
    return (rule for rule in memory.load() if rule.action == "deny")


def check(identity: Identity | None) -> None:
    """Raises `ConfigError` for a user or a tenant whose id could become somebody else's on the way to the disk."""
    for what, name in (("user", identity.user), ("tenant", identity.tenant)) if identity else ():
        if name and (fault := plugins.resolve(f"{USERS}:fault_of")(name)):
            raise ConfigError(f"The id of the {what} {fault}; no session is opened for it.")
