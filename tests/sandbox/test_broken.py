"""S3: a sandbox that is wanted and does not work is told of, or refused; never silently left out."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from heartbit_tui.client.doctor import Patient, look
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.permissions.sandbox.probe import tried
from heartbit_tui.permissions.sandbox.types import Absent, Active
from heartbit_tui.runtime import sandboxing
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import Settings, configuration, read
from tests.headless.machine import Machine


def program(folder: Path, text: str, mode: int = 0o755) -> None:
    file = folder / "bwrap"
    file.write_text(text)
    file.chmod(mode)


BROKEN: Mapping[str, tuple[Callable[[Path], object], str]] = MappingProxyType(
    {
        "missing": (lambda _: None, "bwrap was not found"),
        "fails": (lambda it: program(it, "#!/bin/sh\necho 'bwrap: No permissions' >&2\nexit 1\n"), "No permissions"),
        "fails silently": (lambda it: program(it, "#!/bin/sh\nexit 1\n"), "it ended with 1"),
        "not executable": (lambda it: program(it, "#!/bin/sh\n", 0o644), "bwrap was not found"),
        "no program": (lambda it: program(it, "\x00\x01 no program"), "cannot be run"),
        "no interpreter": (lambda it: program(it, "#!/no/such/shell\n"), "cannot be run"),
        "does nothing": (lambda it: program(it, "#!/bin/sh\nexit 0\n"), "does not work here"),
        "runs it without a sandbox": (
            lambda it: program(it, '#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done; shift; exec "$@"\n'),
            "does not work here",
        ),
        "a folder": (lambda it: (it / "bwrap").mkdir(), "bwrap was not found"),
        "a link to nothing": (lambda it: (it / "bwrap").symlink_to(it / "gone"), "bwrap was not found"),
    }
)


def options(tmp_path: Path, sandbox: str = "", *, path: str = "", mechanism: str = "bubblewrap") -> Options:
    """A session with these lines under [sandbox] in the person's settings, which want this mechanism."""
    folders = (tmp_path / "bin", tmp_path / "home/.config/heartbit", tmp_path / "project")
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    (folders[1] / "config.toml").write_text(f'[sandbox]\nmechanism = "{mechanism}"\n{sandbox}\n')
    environment = {"HOME": str(tmp_path / "home"), "PATH": path or str(folders[0])}
    return Options(cwd=folders[2], environment=environment)


async def settings(asked: Options) -> Settings:
    return await read(asked, SystemClock())


@pytest.mark.security("S3")
@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("wanted", ["", "enabled = true"], ids=["by default", "by a setting"])
async def test_a_session_says_that_it_has_no_sandbox(name: str, wanted: str, tmp_path: Path) -> None:
    asked = options(tmp_path, wanted)
    make, reason = BROKEN[name]
    make(tmp_path / "bin")
    found = await settings(asked)
    (warning,) = found.warnings
    assert warning.startswith("Commands run without a sandbox: ")
    assert reason in warning
    assert "Install bubblewrap" in warning
    assert sandboxing.label(found.sandbox) == ""


@pytest.mark.security("S3")
@pytest.mark.parametrize("name", BROKEN)
async def test_a_required_sandbox_that_does_not_work_is_refused(name: str, tmp_path: Path) -> None:
    asked = options(tmp_path, "required = true")
    make, reason = BROKEN[name]
    make(tmp_path / "bin")
    found = await settings(asked)
    with pytest.raises(ConfigError, match=r"A sandbox is required and none works here: .* Install bubblewrap") as told:
        sandboxing.demand(found.config, found.sandbox)
    assert reason in str(told.value)
    assert told.value.key == "sandbox.required"


async def test_a_program_that_commands_could_change_is_no_sandbox(tmp_path: Path) -> None:
    asked = options(tmp_path, path=f"{tmp_path}/project:{os.environ['PATH']}")
    program(tmp_path / "project", '#!/bin/sh\nexec /usr/bin/bwrap "$@"\n')
    (warning,) = (await settings(asked)).warnings
    assert "lies in the workspace" in warning


def test_a_program_that_hangs_is_given_up(tmp_path: Path) -> None:
    program(tmp_path, "#!/bin/sh\nexec sleep 60\n")
    assert tried(str(tmp_path / "bwrap"), 0.1) == Absent(reason=f"{tmp_path}/bwrap did not answer within 0.1 s")


async def test_a_sandbox_that_is_off_is_not_warned_of(tmp_path: Path) -> None:
    found = await settings(options(tmp_path, "enabled = false"))
    assert (found.warnings, found.sandbox) == ((), Absent())


async def test_off_and_required_contradict_each_other(tmp_path: Path) -> None:
    asked = options(tmp_path, "enabled = false\nrequired = true")
    with pytest.raises(ConfigError, match="only one of them can hold"):
        await settings(asked)


@pytest.mark.parametrize(
    ("lines", "state", "what"),
    [
        ("", "note", "bwrap was not found"),
        ("required = true", "bad", "A sandbox is required"),
        ("enabled = false", "note", "off, as sandbox.enabled says"),
    ],
)
def test_the_doctor_says_why_there_is_none(lines: str, state: str, what: str, tmp_path: Path) -> None:
    found = look(Patient(options=options(tmp_path, lines), terminal="xterm"))
    (finding,) = (each for each in found if each.name == "sandbox")
    assert (finding.state, what in finding.what) == (state, True)


def test_the_doctor_names_the_sandbox_that_works(tmp_path: Path) -> None:
    asked = options(tmp_path, path=os.environ["PATH"])
    found = sandboxing.find(configuration(asked), asked.environment, (str(asked.cwd),))
    if not isinstance(found, Active):
        pytest.skip(f"no sandbox: {found.reason}")
    (finding,) = (each for each in look(Patient(options=asked, terminal="xterm")) if each.name == "sandbox")
    assert (finding.state, finding.what) == ("ok", "bwrap, tried")


async def test_a_start_that_requires_a_sandbox_fails_with_the_reason(machine: Machine) -> None:
    bare = machine.having(PATH="/nowhere", HEARTBIT_SANDBOX="true").config(
        '[sandbox]\nrequired = true\nmechanism = "bubblewrap"\n'
    )
    done = await bare.with_service("http://127.0.0.1:9").run("-p", "hi")
    assert done.code == 52
    assert "A sandbox is required and none works here: bwrap was not found" in done.err
