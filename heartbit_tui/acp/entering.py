"""How a client gets in: the keys of model services, and where a person can give one."""

import asyncio
import sys

from acp.exceptions import RequestError
from acp.schema import AuthEnvVar, AuthMethodAgent, EnvVarAuthMethod, TerminalAuthMethod

from heartbit_tui.acp import errors
from heartbit_tui.acp.peer import Peer
from heartbit_tui.auth.providers import variable
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import read

HAND, TERMINAL, ENVIRONMENT = "key", "login", "environment"
USUAL = "anthropic"
NAME = "Give heartbit a key"
HOW = "Run `heartbit auth login {provider}` in a terminal, or set {variable} where your editor starts heartbit."
NO_METHOD = "There is no way to log in that is called {id}."

Method = EnvVarAuthMethod | TerminalAuthMethod | AuthMethodAgent


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Whose key is wanted, by which variable it may come, and whether there is one."""

    provider: str
    variable: str
    open: bool


async def door(options: Options) -> Door:
    """How things stand where the process was started. Raises `ConfigError`."""
    settings = await read(options, SystemClock())
    provider = settings.config.string("provider.name") or USUAL
    named = settings.config.string("provider.api_key_env") or variable(provider)
    found = await asyncio.to_thread(settings.credentials.find, provider, variable_name=named)
    return Door(provider=provider, variable=named, open=found is not None or options.demo)


def methods(found: Door, peer: Peer) -> list[Method]:
    """The ways that this client has; by hand always is one."""
    told = HOW.format(provider=found.provider, variable=found.variable)
    by_hand = AuthMethodAgent(id=HAND, name=NAME, description=told)
    if peer.opens_terminals_as_before:
        login = {"command": sys.executable, "args": ["-m", "heartbit_tui", "auth", "login", found.provider]}
        by_hand.field_meta = {"terminal-auth": {**login, "label": NAME}}
    if not peer.opens_terminals:
        return [by_hand]
    needed = [AuthEnvVar(name=found.variable, secret=True, label=f"key of {found.provider}")]
    return [
        TerminalAuthMethod(type="terminal", id=TERMINAL, name=NAME, args=["--login", found.provider]),
        EnvVarAuthMethod(type="env_var", id=ENVIRONMENT, name=f"Set {found.variable}", vars=needed),
        by_hand,
    ]


async def enter(options: Options, method: str) -> None:
    """Make sure that there is a key now. Raises `RequestError`."""
    if method not in (HAND, TERMINAL, ENVIRONMENT):
        raise errors.wrong(NO_METHOD.format(id=method))
    found = await door(options)
    if not found.open:
        told = HOW.format(provider=found.provider, variable=found.variable)
        raise RequestError(errors.AUTH_REQUIRED, f"There is no key for {found.provider}. {told}", {"kind": "auth"})
