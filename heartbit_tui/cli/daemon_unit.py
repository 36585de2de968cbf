"""`heartbit daemon install` and `uninstall`: the daemon as a service of systemd."""

import os
import shlex
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from heartbit_tui.cli.daemon import check_extra
from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt, say
from heartbit_tui.headless.endings import UsageError
from heartbit_tui.headless.progress import visible
from heartbit_tui.runtime.settings import configuration

if TYPE_CHECKING:
    from heartbit_tui.daemon.unit.installing import Machine
    from heartbit_tui.daemon.unit.placing import Placed
    from heartbit_tui.daemon.unit.systemd import Systemd
    from heartbit_tui.daemon.unit.text import Scope, Service

FAILED = 1
ONLY_SYSTEM = "--account says whose rights a unit of the machine has: it needs --system. A unit of your own is yours."
NOT_LINUX = (
    "Units are for systemd, which is not on {platform}. `heartbit daemon` runs under whatever starts programs there."
)
WOULD = "{path} would be written."
SAME = "{path} is as it should be."
WROTE = "Wrote {path}."
GONE = "Removed {path}."
NONE = "There is no {path}."
WOULD_GO = "{path} would be removed, and the daemon that it starts stopped."
COPIED = "Copied into {path}, which you alone can read: {names}."
KEYLESS = (
    "The daemon of systemd will not have these variables of this environment: {names}. `--keys` copies them into {path}; "
    "`heartbit auth login` keeps keys for all that heartbit does."
)
BEGIN = "Then: systemctl {flag}daemon-reload && systemctl {flag}enable --now heartbit"
BEGAN = "heartbit runs: `heartbit daemon status` tells how it stands, `heartbit daemon logs` what it does."
NOT_BEGUN = "systemd: {why}. `heartbit daemon logs` may say why; the unit is at {path}."
NOT_STOPPED = "systemd could not stop it, so the unit stays: {why}. `--force` removes it all the same."
UNREAD = "Nothing reads it here: {why}. What starts programs there has to run: {command}"
LINGER = "It ends when you log out, unless you say once: loginctl enable-linger {name}"
KEYS_STAY = "Your keys for it stay in {path}."


def main(values: Namespace) -> int:
    """Do what the second word of the command says; the exit code."""
    acts = {"daemon install": _install, "daemon uninstall": _uninstall}
    return attempt(lambda: acts[values.command](values))


def _install(values: Namespace) -> int:
    from heartbit_tui.daemon.unit import placing
    from heartbit_tui.daemon.unit.installing import Wish, fault_of_start, service
    from heartbit_tui.daemon.unit.systemd import Systemd
    from heartbit_tui.daemon.unit.text import unit

    check_extra()
    if values.account and not values.system:
        raise UsageError(ONLY_SYSTEM)
    machine = _machine(values)
    given = service(
        Wish(
            scope=_scope(values),
            cwd=Surroundings(values).cwd,
            config_file=str(Path(values.config).absolute()) if values.config else "",
            bind=values.bind or "",
            account=values.account or "",
        ),
        machine,
    )
    text = unit(given)
    path = placing.path_of(given.scope, placing.settings_folder(machine.environment))
    found = placing.look(path, given.scope, text)
    if values.dry_run:
        return _told(found, text)
    if not sys.platform.startswith("linux"):
        raise UsageError(NOT_LINUX.format(platform=sys.platform))
    _place(found, text, force=values.force)
    _keys(given, machine, copy=values.keys)
    if fault := fault_of_start(given):
        _warn(fault)
    return _begin(found, given, Systemd(given.scope, machine.environment), machine, now=values.now)


def _uninstall(values: Namespace) -> int:
    from heartbit_tui.daemon.unit import placing
    from heartbit_tui.daemon.unit.installing import keys_file
    from heartbit_tui.daemon.unit.systemd import Systemd
    from heartbit_tui.daemon.unit.text import NAME

    around, scope = Surroundings(values), _scope(values)
    found = placing.look(placing.path_of(scope, placing.settings_folder(around.environment)), scope)
    if found.standing == "missing":
        say(NONE.format(path=found.path))
        return 0
    placing.check(found, "uninstall", force=values.force)
    if values.dry_run:
        say(WOULD_GO.format(path=found.path))
        return 0
    systemd = Systemd(scope, around.environment)
    if not systemd.missing and (why := systemd.do("disable", "--now", NAME)) and not values.force:
        _warn(NOT_STOPPED.format(why=why))
        return FAILED
    placing.remove(found)
    systemd.do("daemon-reload")
    say(GONE.format(path=found.path))
    if (kept := keys_file(scope, around.places)).exists():
        say(KEYS_STAY.format(path=kept))
    return 0


def _machine(values: Namespace) -> "Machine":
    from heartbit_tui.daemon.unit.installing import Machine

    around = Surroundings(values)
    config = configuration(around.options)
    return Machine(environment=around.environment, places=around.places, config=config, uid=os.getuid())


def _scope(values: Namespace) -> "Scope":
    return "system" if values.system else "user"


def _told(found: "Placed", text: str) -> int:
    """The unit on stdout, so that it can be put elsewhere, and what would be done with it on stderr."""
    from heartbit_tui.daemon.unit.placing import difference

    sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
    sys.stdout.flush()
    if found.standing == "same":
        _warn(SAME.format(path=found.path))
        return 0
    _warn(WOULD.format(path=found.path))
    if found.text:
        _warn(difference(found, text))
    return 0


def _place(found: "Placed", text: str, *, force: bool) -> None:
    from heartbit_tui.daemon.unit import placing

    if found.standing == "same":
        say(SAME.format(path=found.path))
        return
    if found.text:
        _warn(placing.difference(found, text))
    placing.check(found, "install", force=force)
    placing.put(found, text)
    say(WROTE.format(path=found.path))


def _keys(given: "Service", machine: "Machine", *, copy: bool) -> None:
    """Copy the keys of this environment, or say which the service will not have."""
    from heartbit_tui.daemon.unit import keys
    from heartbit_tui.daemon.unit.installing import keys_here

    path, here = Path(given.keys), keys_here(machine)
    if copy and here:
        keys.keep(path, here)
        say(COPIED.format(path=path, names=", ".join(here)))
    elif missing := sorted(set(here) - keys.kept(path)):
        _warn(KEYLESS.format(names=", ".join(missing), path=path))


def _begin(found: "Placed", given: "Service", systemd: "Systemd", machine: "Machine", *, now: bool) -> int:
    """Let systemd begin, or say how."""
    from heartbit_tui.daemon.unit.systemd import lingers
    from heartbit_tui.daemon.unit.text import NAME

    if systemd.missing:
        _warn(UNREAD.format(why=systemd.missing, command=shlex.join(given.command)))
        return FAILED if now else 0
    if given.scope == "user" and not lingers(machine.user):
        _warn(LINGER.format(name=machine.user))
    if not now:
        say(BEGIN.format(flag=systemd.flag))
        return 0
    verb = "start" if found.standing == "same" else "restart"
    for words in (("daemon-reload",), ("enable", NAME), (verb, NAME)):
        if why := systemd.do(*words):
            _warn(NOT_BEGUN.format(why=why, path=found.path))
            return FAILED
    say(BEGAN)
    return 0


def _warn(text: str) -> None:
    sys.stderr.write(f"{visible(text).rstrip()}\n")
