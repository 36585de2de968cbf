"""heartbit daemon install and uninstall: a unit is put where it belongs, whole, and never over a person's own work."""

import asyncio
import json
import os
import pwd
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from heartbit_tui.config import Config, directories
from heartbit_tui.daemon.unit import keys
from heartbit_tui.daemon.unit.installing import Machine as Here, Wish, service
from heartbit_tui.daemon.unit.systemd import State, Systemd, lingers
from heartbit_tui.kernel.errors import ConfigError
from tests.daemon.unit_syntax import Unit
from tests.headless.machine import Machine

KEY = "sk-ant-0123456789abcdefghijklmnop"
ME = pwd.getpwuid(os.getuid()).pw_name
SYSTEMCTL = """#!/bin/sh
echo "$@" >> "$CALLS"
case "$*" in
  *show*) printf 'LoadState=loaded\\nActiveState=active\\nUnitFileState=enabled\\n' ;;
  *restart*) echo 'Job for heartbit.service failed.' >&2; exit 1 ;;
esac
"""


@pytest.fixture
def apart(machine: Machine, tmp_path: Path) -> Machine:
    """The machine without a systemctl, whatever the one has that the tests run on."""
    (tmp_path / "bin").mkdir()
    return machine.having(PATH=str(tmp_path / "bin"))


def unit_of(machine: Machine) -> Path:
    return machine.home / ".config/systemd/user/heartbit.service"


def tree(folder: Path) -> set[str]:
    return {str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file()}


async def test_a_dry_run_prints_the_unit_and_touches_nothing(apart: Machine) -> None:
    before = tree(apart.home)
    (apart.project / "my settings.toml").touch()
    done = await apart.run("daemon", "install", "--dry-run", "--bind", "127.0.0.1:7777", "--config", "my settings.toml")
    assert (done.code, tree(apart.home)) == (0, before)
    found = Unit(done.text)
    assert found.argv[:4] == [os.fsencode(sys.executable), b"-P", b"-m", b"heartbit_tui"]
    assert [each.decode() for each in found.argv[4:]] == [
        *("daemon", "run", "--cwd", str(apart.project)),
        *("--config", str(apart.project / "my settings.toml"), "--bind", "127.0.0.1:7777"),
    ]
    assert f"{unit_of(apart)} would be written." in done.err


async def test_what_is_installed_starts_this_very_heartbit_in_this_folder(apart: Machine) -> None:
    folder = apart.root / "a $HOME %h 'folder' \"here\"\nand there"
    folder.mkdir()
    done = await apart.run("daemon", "install", "--cwd", str(folder))
    assert done.code == 0, done.err
    found = Unit(unit_of(apart).read_text())
    assert found.argv[found.argv.index(b"--cwd") + 1] == os.fsencode(folder)
    given = {os.fsdecode(name): os.fsdecode(value) for name, value in found.environment.items()}
    started = await asyncio.create_subprocess_exec(
        *(*found.argv[:4], b"--version"),
        cwd="/",
        env=given | {"PYTHONPATH": apart.variables["PYTHONPATH"]},
        stdout=asyncio.subprocess.PIPE,
    )
    assert (await started.communicate())[0].startswith(b"heartbit ")
    assert unit_of(apart).stat().st_mode & 0o777 == 0o644


async def test_installing_again_changes_nothing_and_a_change_is_shown(apart: Machine) -> None:
    assert (await apart.run("daemon", "install")).code == 0
    first = unit_of(apart).stat()
    again = await apart.run("daemon", "install")
    assert (again.code, "is as it should be" in again.text) == (0, True)
    assert unit_of(apart).stat().st_ino == first.st_ino
    changed = await apart.run("daemon", "install", "--bind", "127.0.0.1:9")
    assert changed.code == 0
    assert "+ExecStart=" in changed.err
    assert "127.0.0.1:9" in unit_of(apart).read_text()
    assert tree(unit_of(apart).parent) == {"heartbit.service"}


async def test_a_unit_that_a_person_edited_stays_until_they_say_otherwise(apart: Machine) -> None:
    await apart.run("daemon", "install")
    edited = unit_of(apart).read_text().replace("RestartSec=5", "RestartSec=7")
    unit_of(apart).write_text(edited)
    for verb in ("install", "uninstall"):
        refused = await apart.run("daemon", verb)
        assert (refused.code, "--force" in refused.err, unit_of(apart).read_text()) == (52, True, edited)
    forced = await apart.run("daemon", "install", "--force")
    assert (forced.code, "-RestartSec=7" in forced.err) == (0, True)
    assert "RestartSec=5" in unit_of(apart).read_text()


async def test_a_unit_that_was_masked_is_left_alone_even_by_force(apart: Machine) -> None:
    unit_of(apart).parent.mkdir(parents=True)
    unit_of(apart).symlink_to("/dev/null")
    for verb in ("install", "uninstall"):
        done = await apart.run("daemon", verb, "--force")
        assert (done.code, "link" in done.err) == (52, True)
    assert unit_of(apart).is_symlink()


async def test_uninstalling_takes_the_unit_away_and_nothing_else(apart: Machine) -> None:
    await apart.run("daemon", "install")
    (unit_of(apart).parent / "other.service").touch()
    before = tree(apart.home)
    dry = await apart.run("daemon", "uninstall", "--dry-run")
    assert (dry.code, tree(apart.home)) == (0, before)
    assert (await apart.run("daemon", "uninstall")).code == 0
    assert before - tree(apart.home) == {".config/systemd/user/heartbit.service"}
    gone = await apart.run("daemon", "uninstall")
    assert (gone.code, "There is no" in gone.text) == (0, True)


async def test_no_key_comes_into_a_unit_and_a_copied_one_into_a_private_file(apart: Machine) -> None:
    keyed = apart.having(ANTHROPIC_API_KEY=KEY)
    told = await keyed.run("daemon", "install")
    file = apart.home / ".config/heartbit/daemon.env"
    assert (told.code, "ANTHROPIC_API_KEY" in told.err, file.exists()) == (0, True, False)
    copied = await keyed.run("daemon", "install", "--keys")
    assert (copied.code, str(file) in copied.text, "ANTHROPIC_API_KEY" in copied.text) == (0, True, True)
    assert f'ANTHROPIC_API_KEY="{KEY}"' in file.read_text().splitlines()
    assert file.stat().st_mode & 0o777 == 0o600
    assert "ANTHROPIC_API_KEY" not in (await keyed.run("daemon", "install")).err
    assert KEY not in "".join(each.text + each.err for each in (told, copied)) + unit_of(apart).read_text()


async def test_where_systemd_does_not_run_it_is_said_what_to_do(apart: Machine) -> None:
    done = await apart.run("daemon", "install", "--now")
    assert (done.code, "Nothing reads it here" in done.err, "heartbit_tui daemon run --cwd" in done.err) == (
        1,
        True,
        True,
    )


async def test_whose_rights_a_unit_has_is_said_for_the_machine_alone(apart: Machine) -> None:
    assert (await apart.run("daemon", "install", "--account", ME)).code == 2
    unknown = await apart.run("daemon", "install", "--system", "--account", "no-such-user", "--dry-run")
    assert (unknown.code, "no-such-user" in unknown.err) == (52, True)
    found = Unit((await apart.run("daemon", "install", "--system", "--account", ME, "--dry-run")).text)
    assert (found.one("User"), found.one("EnvironmentFile")) == (ME, "-/etc/heartbit/daemon.env")


def here(environment: Mapping[str, str] = MappingProxyType({})) -> Here:
    places = directories(environment, Path("/home/x"))
    return Here(environment=environment, places=places, config=Config(), uid=0)


def test_nobody_becomes_root_without_saying_so_and_sudo_means_who_used_it() -> None:
    wish = Wish(scope="system", cwd=Path("/w"))
    with pytest.raises(ConfigError, match="--account root"):
        service(wish, here())
    assert service(wish, here({"SUDO_USER": "daemon"})).account == "daemon"
    assert service(Wish(scope="system", cwd=Path("/w"), account="root"), here()).account == "root"


def test_folders_and_programs_of_one_person_are_not_given_to_another() -> None:
    mine = {"PATH": "/a:relative::/b:/a", "XDG_CONFIG_HOME": "/c", "XDG_DATA_HOME": "relative", "HEARTBIT_HOME": "/h"}
    own = service(Wish(scope="user", cwd=Path("/w")), here(mine))
    other = service(Wish(scope="system", cwd=Path("/w"), account="daemon"), here(mine))
    assert own.environment == {"HEARTBIT_HOME": "/h", "XDG_CONFIG_HOME": "/c", "PATH": "/a:/b"}
    assert other.environment == {"HEARTBIT_HOME": "/h"}
    assert (own.keys, other.keys) == ("/h/daemon.env", "/etc/heartbit/daemon.env")


def test_keys_are_put_beside_what_stands_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "daemon.env"
    path.write_text('# mine\nA_KEY=old\nOTHER="x"\n')
    path.chmod(0o644)
    keys.keep(path, {"A_KEY": 'n"e\\w$'})
    assert path.read_text() == '# mine\nOTHER="x"\nA_KEY="n\\"e\\\\w\\$"\n'
    assert (path.stat().st_mode & 0o777, keys.kept(path)) == (0o600, frozenset({"A_KEY", "OTHER"}))
    with pytest.raises(ConfigError, match="A_KEY"):
        keys.keep(path, {"A_KEY": "two\nlines"})


def test_systemd_is_asked_in_its_scope_and_what_goes_wrong_is_told(tmp_path: Path) -> None:
    program, calls = tmp_path / "systemctl", tmp_path / "calls"
    program.write_text(SYSTEMCTL)
    program.chmod(0o755)
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "CALLS": str(calls)}
    found = Systemd("user", environment, booted=tmp_path)
    assert found.state() == State(enabled="enabled", active="active")
    assert found.do("restart", "heartbit.service") == "Job for heartbit.service failed."
    assert Systemd("system", environment, booted=tmp_path).do("daemon-reload") == ""
    assert calls.read_text().splitlines() == [
        "--user --no-pager --no-ask-password show --property=LoadState,ActiveState,UnitFileState heartbit.service",
        "--user --no-pager --no-ask-password restart heartbit.service",
        "--no-pager --no-ask-password daemon-reload",
    ]


def test_where_systemd_cannot_be_asked_the_reason_is_told(tmp_path: Path) -> None:
    nowhere = Systemd("user", {"PATH": str(tmp_path)}, booted=tmp_path / "none")
    without = Systemd("user", {"PATH": str(tmp_path)}, booted=tmp_path)
    assert (nowhere.state().why, without.state().why) == ("systemd does not run here", "there is no systemctl")
    assert without.do("start") == "there is no systemctl"
    assert not lingers("anna", tmp_path)
    (tmp_path / "anna").touch()
    assert lingers("anna", tmp_path)


async def test_a_unit_is_seen_in_the_status_and_what_systemd_did_not_tell_is_null(apart: Machine) -> None:
    await apart.run("daemon", "install")
    done = await apart.run("daemon", "status", "--json")
    (unit,) = [each for each in json.loads(done.text)["units"] if each["scope"] == "user"]
    assert unit == {"path": str(unit_of(apart)), "scope": "user", "edited": False, "enabled": None, "active": None}
