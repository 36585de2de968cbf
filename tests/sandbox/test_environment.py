"""S6: keys that heartbit knows are not in the environment of sandboxed commands."""

import os
from pathlib import Path

import pytest

from heartbit_tui.auth import KEY_NAMES
from heartbit_tui.kernel.protocols import Tool
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import read
from heartbit_tui.runtime.toolbox import toolbox
from heartbit_tui.testing import FakeCallContext
from tests.without import SANDBOX

CANARIES = tuple(sorted(KEY_NAMES | {"HEARTBIT_API_KEY", "HEARTBIT_TELEGRAM_TOKEN"}))


def needed() -> None:
    """Skip where there is no sandbox."""
    if SANDBOX:
        pytest.skip("no sandbox: bwrap was not found")


async def output(tools: tuple[Tool, ...], command: str) -> str:
    bash = next(tool for tool in tools if tool.spec.name == "bash")
    return (await bash.run({"command": command}, FakeCallContext())).content


@pytest.mark.security("S6")
async def test_no_planted_key_is_seen(tmp_path: Path) -> None:
    needed()
    planted = {name: f"canary-{name}" for name in CANARIES}
    home = tmp_path / "home"
    (home / ".config/heartbit").mkdir(parents=True)
    (home / ".config/heartbit/credentials.toml").write_text('key = "canary-of-the-file"\n')
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], "PLAIN": "is seen", **planted}
    project = tmp_path / "project"
    project.mkdir()
    settings = await read(Options(cwd=project, environment=environment), SystemClock())
    async with toolbox(project, settings) as tools:
        told = await output(tools, "env; cat /proc/[0-9]*/environ | tr '\\0' '\\n'; cat ~/.config/heartbit/*; true")
    assert len(CANARIES) >= 12
    assert "canary" not in told
    assert "PLAIN=is seen" in told


async def test_the_temporary_folder_lasts_for_the_session_and_no_longer(tmp_path: Path) -> None:
    needed()
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "TMPDIR": "/nowhere"}
    settings = await read(Options(cwd=tmp_path, environment=environment), SystemClock())
    for expected in ("none", "none"):
        async with toolbox(tmp_path, settings) as tools:
            assert expected in await output(tools, 'cat "$(dirname "$(mktemp -u)")/marker" || echo none')
            assert "here" in await output(tools, "echo here > /tmp/marker; cat /tmp/marker")
            assert "here" in await output(tools, "cat /tmp/marker")
    assert not os.access("/tmp/marker", os.F_OK)
