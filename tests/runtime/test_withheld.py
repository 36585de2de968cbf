"""What a rule denies to read cannot be found by searching either."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from heartbit_tui.kernel.protocols import Tool
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import read
from heartbit_tui.runtime.toolbox import toolbox
from heartbit_tui.testing import FakeCallContext
from heartbit_tui.tools.jobs import Jobs


def named(tools: Sequence[Tool], name: str) -> Tool:
    return next(tool for tool in tools if tool.spec.name == name)


@pytest.mark.parametrize("rule", ["read(private/**)", "read(**/keys.txt)", "grep(private/**)"])
async def test_a_denied_file_is_not_found_by_its_content(tmp_path: Path, rule: str) -> None:
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "keys.txt").write_text("needle in private\n")
    (tmp_path / "open.txt").write_text("needle in the open\n")
    options = Options(cwd=tmp_path, environment={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}, deny=(rule,))
    async with Jobs() as jobs, toolbox(tmp_path, await read(options, SystemClock()), jobs) as tools:
        output = await named(tools, "grep").run({"pattern": "needle"}, FakeCallContext())
    assert "open.txt" in output.content
    assert "private" not in output.content


@pytest.mark.security("P7")
@pytest.mark.parametrize("pattern", ["needle", "(?=n)needle"])
async def test_a_secret_is_not_found_by_its_content_unless_it_is_named(tmp_path: Path, pattern: str) -> None:
    (tmp_path / "prod.env").write_text("needle=secret\n")
    (tmp_path / "open.txt").write_text("needle in the open\n")
    options = Options(cwd=tmp_path, environment={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"})
    async with Jobs() as jobs, toolbox(tmp_path, await read(options, SystemClock()), jobs) as tools:
        grep = named(tools, "grep")
        everywhere = await grep.run({"pattern": pattern}, FakeCallContext())
        there = await grep.run({"pattern": pattern, "path": "prod.env"}, FakeCallContext())
    assert "open.txt" in everywhere.content
    assert "secret" not in everywhere.content
    assert "prod.env:1: needle=secret" in there.content
