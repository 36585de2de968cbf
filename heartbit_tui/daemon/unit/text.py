"""The unit itself: what systemd is told about the daemon of one installation."""

import hashlib
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from heartbit_tui.daemon.unit.quoting import assignment, bare_path, command
from heartbit_tui.kernel.dataclass import dataclass

Scope: TypeAlias = Literal["user", "system"]
"""Whose systemd it is: the person's own, which lives while they are logged in or linger, or the machine's."""

NAME: Final = "heartbit.service"
WATCHDOG: Final = 120
"""Seconds without a sign of life after which systemd takes the daemon for stuck. It gives one twice as often."""

ENDING: Final = 20
"""Seconds that stopping may take beyond `daemon.drain_timeout_seconds`: connections, the data file, programs that end."""

_SUM: Final = re.compile(r"\A(# .*\n)# sha256 of what follows: ([0-9a-f]{64})\n")

HEAD: Final = """\
# `heartbit daemon install` wrote this. For changes of your own: systemctl {flag}edit heartbit
# sha256 of what follows: {digest}
"""

UNIT: Final = """\

[Unit]
Description=heartbit, which does tasks while nobody looks
{after}\
# Whoever fails five times in five minutes needs a person.
StartLimitIntervalSec=300
StartLimitBurst=5

[Service]
# The daemon says that it listens, that it stops, and every minute that it is not stuck.
Type=notify
NotifyAccess=main
WatchdogSec={watchdog}
# The first start after an update may have to bring the data file up to date.
TimeoutStartSec=300
{account}\
{environment}\
# Keys of model services, a line each, NAME="value", for you alone (chmod 600). The file may be missing.
EnvironmentFile=-{keys}
ExecStart={command}

Restart=on-failure
RestartSec=5
# Wrong usage (2) and wrong settings (52) are not mended by trying again.
RestartPreventExitStatus=2 52

# Only the daemon is asked to stop. It lets tasks end for {drain} s (daemon.drain_timeout_seconds), puts the others back, and
# ends what they have started; what is left after that is killed.
KillMode=mixed
TimeoutStopSec={stop}
# A command that takes all memory ends alone: the model is told, and the other tasks go on.
OOMPolicy=continue

# What a task starts gains no rights, by sudo or any other setuid program. bubblewrap needs none where it works with user
# namespaces, and Landlock wants exactly this.
NoNewPrivileges=yes
# Nor can it leave a setuid program behind, take all of the processor, or change what Linux version it believes to see.
RestrictSUIDSGID=yes
RestrictRealtime=yes
LockPersonality=yes
{system}\
# Left out, because tools or their sandbox would break: RestrictNamespaces, SystemCallFilter and ProtectHostname (bubblewrap
# makes namespaces and mounts), ProtectKernelTunables, ProtectKernelLogs, ProtectProc and ProcSubset (it could not mount /proc),
# MemoryDenyWriteExecute (node and others compile while they run), PrivateTmp and ProtectHome (tasks work in your folders).
{user}\

[Install]
WantedBy={wanted}
"""

SYSTEM: Final = """\
# Programs and settings of the machine cannot be changed, even where their files could be.
ProtectSystem=full
ProtectControlGroups=yes
ProtectKernelModules=yes
"""

USER: Final = """\
# And ProtectSystem: nothing outside of what is yours can be written anyway, and in your own systemd it takes a user namespace,
# in which ssh and git refuse files of root.
"""

_MINE: Final[Mapping[Scope, Mapping[str, str]]] = MappingProxyType(
    {
        "user": MappingProxyType(
            {"flag": "--user ", "after": "", "system": "", "user": USER, "wanted": "default.target"}
        ),
        "system": MappingProxyType(
            {
                "flag": "",
                "after": "Wants=network-online.target\nAfter=network-online.target\n",
                "system": SYSTEM,
                "user": "",
                "wanted": "multi-user.target",
            }
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What a unit is made of.

    `command` is the program and its words, `environment` what is not secret of the variables, `keys` the file for what is,
    `drain` the seconds that tasks get at the end. `account` is whose rights a unit of the machine has.
    """

    scope: Scope
    command: tuple[str, ...]
    environment: Mapping[str, str]
    keys: str
    drain: int
    account: str = ""


def unit(service: Service) -> str:
    """The text of the unit. Raises `ConfigError` for a path that systemd cannot be told."""
    mine = _MINE[service.scope]
    variables = (f"Environment={assignment(name, value)}\n" for name, value in service.environment.items())
    body = UNIT.format(
        **{name: text for name, text in mine.items() if name != "flag"},
        watchdog=WATCHDOG,
        account=f"User={service.account}\n" if service.account else "",
        environment="".join(variables),
        keys=bare_path(service.keys),
        command=command(service.command),
        drain=service.drain,
        stop=service.drain + ENDING,
    )
    return HEAD.format(flag=mine["flag"], digest=_digest(body)) + body


def is_ours(text: str) -> bool:
    """Whether a unit is as heartbit, of whatever version, has written it."""
    found = _SUM.match(text)
    return found is not None and found[2] == _digest(text[found.end() :])


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode("utf-8", "surrogateescape")).hexdigest()
