"""S6: keys that heartbit knows are not in the environment of sandboxed commands."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from heartbit_tui.auth import KEY_NAMES
from heartbit_tui.kernel.protocols import Tool
from heartbit_tui.permissions.sandbox import Absent, Wanted, find
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import read
from heartbit_tui.runtime.toolbox import toolbox
from heartbit_tui.testing import FakeCallContext
from heartbit_tui.tools.jobs import Jobs
from tests.sandbox.ground import KINDS

CANARIES = tuple(sorted(KEY_NAMES | {"HEARTBIT_API_KEY", "HEARTBIT_MCP_TOKEN", "HEARTBIT_TELEGRAM_TOKEN"}))


def needed(kind: Wanted) -> None:
    """Skip where there is no such sandbox."""
    if isinstance(found := find(os.environ, (), kind), Absent):
        pytest.skip(f"no sandbox: {found.reason}")


def only(kind: Wanted) -> Mapping[str, object]:
    """The setting that has this kind of sandbox and no other."""
    return {"sandbox.mechanism": kind}


async def output(tools: tuple[Tool, ...], command: str) -> str:
    bash = next(tool for tool in tools if tool.spec.name == "bash")
    return (await bash.run({"command": command}, FakeCallContext())).content


@pytest.mark.security("S6")
@pytest.mark.parametrize("kind", KINDS)
async def test_no_planted_key_is_seen(kind: Wanted, tmp_path: Path) -> None:
    needed(kind)
    planted = {name: f"canary-{name}" for name in CANARIES}
    home = tmp_path / "home"
    (home / ".config/heartbit").mkdir(parents=True)
    (home / ".config/heartbit/credentials.toml").write_text('key = "canary-of-the-file"\n')
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], "PLAIN": "is seen", **planted}
    project = tmp_path / "project"
    project.mkdir()
    settings = await read(Options(cwd=project, environment=environment, flags=only(kind)), SystemClock())
    async with Jobs() as jobs, toolbox(project, settings, jobs) as tools:
        told = await output(tools, "env; cat /proc/[0-9]*/environ | tr '\\0' '\\n'; cat ~/.config/heartbit/*; true")
    assert len(CANARIES) >= 12
    assert "canary" not in told
    assert "PLAIN=is seen" in told


@pytest.mark.parametrize("kind", KINDS)
async def test_the_temporary_folder_lasts_for_the_session_and_no_longer(kind: Wanted, tmp_path: Path) -> None:
    needed(kind)
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "TMPDIR": "/nowhere"}
    settings = await read(Options(cwd=tmp_path, environment=environment, flags=only(kind)), SystemClock())
    for expected in ("none", "none"):
        async with Jobs() as jobs, toolbox(tmp_path, settings, jobs) as tools:
            assert expected in await output(tools, 'cat "$(dirname "$(mktemp -u)")/marker" || echo none')
            assert "here" in await output(tools, "cd ${TMPDIR:-/tmp}; echo here > marker; cat marker")
            assert "here" in await output(tools, "cat ${TMPDIR:-/tmp}/marker")
    assert not os.access("/tmp/marker", os.F_OK)
