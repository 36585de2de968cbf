"""What a surface asks of the runtime when it opens a session."""

from collections.abc import Callable, Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.host import OnAsk
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.runtime.brought import NOTHING, Brought

if TYPE_CHECKING:
    from heartbit_tui.auth.types import AuthProvider
    from heartbit_tui.runtime.commons import Commons


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """A session of its own; one that has this `id` already, in full or in short, is taken up again instead."""

    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """Take up a session again: `id` may be a unique beginning of one; empty is the last one of this directory.

    `fork` leaves the old session as it is and goes on in a copy.
    """

    id: str = ""
    fork: bool = False


Which: TypeAlias = New | Resume


def no_flags() -> Mapping[str, object]:
    """No settings from the command line."""
    return {}


def no_servers() -> Mapping[str, JsonObject]:
    """No servers but those of the settings."""
    return {}


CONVERSING = frozenset({"repl", "tui", "acp"})
"""The surfaces at which a person converses, and can be asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A user of a tenant for whom a session works; `token` gives what they proved themselves with, or nothing.

    Memory, audit, log and outputs of the session are theirs alone. `signs` exchanges the tokens of all users of a
    process; without it each session exchanges for itself. `through` are those that handed the work over, such as
    `cron:nightly`; the audit names them between the user and the agents.
    """

    user: str
    tenant: str
    token: Callable[[], str] = field(repr=False)
    signs: "AuthProvider | None" = field(default=None, repr=False)
    through: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to open a session.

    `environment` is the process's (never read elsewhere); `flags` are settings by dotted key, such as
    `{"provider.model": "…", "limits.max_turns": 5}`, which beat every file. `allow` and `deny` are rules in the
    form `bash(git status)`. `bare` leaves out the user's and the project's configuration, hooks, skills, MCP and
    memory. `ephemeral` keeps nothing on disk. `demo` plays the built-in script in a throw-away project. `schema`
    is the JSON Schema of a wanted answer. `mode` None takes the configured one. `brought` are objects of the program's
    own.
    """

    cwd: Path
    environment: Mapping[str, str]
    surface: Literal["headless", "repl", "tui", "acp", "daemon", "library"] = "library"
    which: Which = field(default_factory=New)
    flags: Mapping[str, object] = field(default_factory=no_flags)
    config_file: Path | None = None
    mode: Mode | None = None
    on_ask: OnAsk = "person"
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    extra_dirs: tuple[Path, ...] = ()
    append_system: str = ""
    schema: JsonObject | None = None
    bare: bool = False
    ephemeral: bool = False
    demo: bool = False
    tools: tuple[str, ...] | None = None
    """The names of all tools that there are to be; None for those that the settings give. What they may do the rules say."""
    brought: Brought = NOTHING
    servers: Mapping[str, JsonObject] = field(default_factory=no_servers)
    """Servers of tools that the surface brings, each by its name as the settings would define it."""
    verbose: bool = False
    """Whether events are told beside the answer; telemetry then says more, unless its mode is set."""
    workflow: str = ""
    """The workflow that the session is opened for; where it asks no model, none is needed."""
    identity: Identity | None = None
    """Whom the session works for, where that is not the person at this machine."""
    commons: "Commons | None" = field(default=None, repr=False, compare=False)
    """What it has in common with the other sessions of the process; None for one that has all to itself."""
