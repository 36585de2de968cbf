"""What a unit is made of on this machine: this very heartbit, the person's folders, and whom it works for."""

import os
import pwd
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from heartbit_tui.auth import KEY_NAMES
from heartbit_tui.config import Config, Directories
from heartbit_tui.daemon.unit import keys
from heartbit_tui.daemon.unit.text import Scope, Service
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.runtime.settings import OWN_SECRETS

PLACES: Final = ("HEARTBIT_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
"""The variables that say where heartbit keeps its files."""

SECONDS: Final = 30.0
ROOT: Final = "A daemon of root lets tasks do everything on this machine. Say whose it is: `--account NAME`; `--account root` if you mean it."
NOBODY: Final = "There is no user {name!r} on this machine."
NO_START: Final = "As a service, heartbit would not start: {why}. Install it with pip, pipx or uv, and run this again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person asks for. `account` is whose rights a unit of the machine has, empty for their own."""

    scope: Scope
    cwd: Path
    config_file: str = ""
    bind: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Where the unit is made: the environment, heartbit's folders, its settings, and which user of the system this is."""

    environment: Mapping[str, str]
    places: Directories
    config: Config
    uid: int

    @property
    def user(self) -> str:
        """The name of the person; of who used sudo, where root is only borrowed."""
        if self.uid == 0 and (behind := self.environment.get("SUDO_USER", "")):
            return behind
        try:
            return pwd.getpwuid(self.uid).pw_name
        except KeyError:
            return str(self.uid)


def service(wish: Wish, machine: Machine) -> Service:
    """What the unit is made of. Raises `ConfigError` where nobody fit to be its user is named."""
    account = _account(wish, machine) if wish.scope == "system" else ""
    is_own = wish.scope == "user" or account == _name(machine.uid)
    return Service(
        scope=wish.scope,
        command=(*program(), "daemon", "run", *_words(wish)),
        environment=MappingProxyType(dict(_environment(machine, is_own=is_own))),
        keys=str(keys_file(wish.scope, machine.places)),
        drain=machine.config.integer("daemon.drain_timeout_seconds") or 0,
        account=account,
    )


def program() -> tuple[str, ...]:
    """This very heartbit; -P keeps what lies in the folder that it works in from being imported."""
    return os.path.abspath(sys.executable), "-P", "-m", "heartbit_tui"  # noqa: PTH100 - a link of a venv stays one


def fault_of_start(given: Service) -> str:
    """Why a service would not start with this command, seen with a trial; empty where it would."""
    environment = {"PATH": os.defpath, "HOME": "/", **given.environment}
    command = (*given.command[: len(program())], "--version")
    try:
        done = subprocess.run(
            command,
            cwd="/",
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return NO_START.format(why=error)
    said = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return NO_START.format(why=said[-1] if said else f"it ended with {done.returncode}") if done.returncode else ""


def keys_file(scope: Scope, places: Directories) -> Path:
    """Where the keys of the service stand."""
    return places.config / keys.NAME if scope == "user" else keys.SYSTEM


def keys_here(machine: Machine) -> Mapping[str, str]:
    """The variables of this environment that hold keys, which a service does not get with it."""
    named = machine.config.string("provider.api_key_env")
    names = sorted(KEY_NAMES | {*OWN_SECRETS, *filter(None, (named,))})
    return MappingProxyType({name: machine.environment[name] for name in names if machine.environment.get(name)})


def _words(wish: Wish) -> Iterator[str]:
    yield from ("--cwd", str(wish.cwd))
    if wish.config_file:
        yield from ("--config", wish.config_file)
    if wish.bind:
        yield from ("--bind", wish.bind)


def _environment(machine: Machine, *, is_own: bool) -> Iterator[tuple[str, str]]:
    """Where heartbit's files are, and where programs are found; of somebody else only what is meant for heartbit alone."""
    names = PLACES if is_own else PLACES[:1]
    for name in names:
        value = machine.environment.get(name, "")
        if Path(value).is_absolute() or (value and name == PLACES[0]):
            yield name, str(Path(value).expanduser().absolute())
    if is_own:
        folders = dict.fromkeys(each for each in machine.environment.get("PATH", "").split(":") if each.startswith("/"))
        yield "PATH", ":".join(folders) or os.defpath


def _account(wish: Wish, machine: Machine) -> str:
    name = wish.account or machine.user
    if name == "root" and not wish.account:
        raise ConfigError(ROOT)
    try:
        pwd.getpwnam(name)
    except KeyError as error:
        raise ConfigError(NOBODY.format(name=name)) from error
    return name


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return ""
