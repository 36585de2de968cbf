"""Tools that are loaded late are offered exactly as they are."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.protocols import Tool
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import read
from heartbit_tui.runtime.toolbox import toolbox
from heartbit_tui.tools import late
from heartbit_tui.tools.jobs import Jobs
from heartbit_tui.tools.late import Deferred

HOW_TO = "heartbit_tui/tools/schemas.json is not what the tools take; write this into it:\n"


@pytest.fixture
async def tools(tmp_path: Path) -> AsyncIterator[tuple[Tool, ...]]:
    options = Options(cwd=tmp_path, environment={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"})
    async with Jobs() as jobs, toolbox(tmp_path, await read(options, SystemClock()), jobs) as found:
        yield found


def whole(tool: Tool) -> Tool:
    assert isinstance(tool, Deferred)
    return tool.tool


async def test_every_tool_is_offered_as_it_is_once_loaded(tools: tuple[Tool, ...]) -> None:
    real: dict[str, JsonObject] = {tool.spec.name: whole(tool).spec.input_schema for tool in tools}
    told = json.dumps(real, indent=1, ensure_ascii=False)
    assert dict(late.schemas()) == real, HOW_TO + told
    for tool in tools:
        inner = whole(tool)
        assert (tool.spec, tool.effects, tool.keeps_own_time) == (inner.spec, inner.effects, inner.keeps_own_time)


async def test_the_fifteen_tools_that_need_no_skill_are_there_in_their_order(tools: tuple[Tool, ...]) -> None:
    names = "bash bash_output kill_shell read write edit patch glob grep list webfetch websearch todowrite todoread question"
    assert [tool.spec.name for tool in tools] == names.split()


async def test_a_deferred_tool_checks_shows_and_touches_as_the_tool_does(
    tools: tuple[Tool, ...], tmp_path: Path
) -> None:
    write = next(tool for tool in tools if tool.spec.name == "write")
    good: JsonObject = {"file_path": "a.txt", "content": "hello\n"}
    assert write.check(good) == ""
    assert "file_path" in write.check({"content": "x"})
    assert [touch.what for touch in write.touches(good)] == [str(tmp_path / "a.txt")]
    assert "+hello" in await write.preview(good)
