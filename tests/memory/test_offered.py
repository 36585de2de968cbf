"""The tools of the memory are offered exactly as they are."""

import json
from pathlib import Path

from heartbit_tui.kernel.protocols import Tool
from heartbit_tui.tools import late
from heartbit_tui.tools.late import Deferred
from tests.memory.rig import remembering

HOW_TO = "heartbit_tui/memory/schemas.json is not what the tools take; write this into it:\n"
FIVE = ("memory_store", "memory_recall", "memory_update", "memory_forget", "memory_consolidate")
SHARED = ("shared_memory_read", "shared_memory_write")


def whole(tool: Tool) -> Tool:
    assert isinstance(tool, Deferred)
    return tool.tool


async def test_every_tool_is_offered_as_it_is_once_loaded(tmp_path: Path) -> None:
    found = await remembering(tmp_path)
    tools = (*found.tools, *found.shared_tools())
    assert tuple(tool.spec.name for tool in tools) == (*FIVE, *SHARED)
    real = {tool.spec.name: whole(tool).spec.input_schema for tool in tools}
    assert dict(late.schemas(Path(late.__file__).parents[1] / "memory")) == real, HOW_TO + json.dumps(real, indent=1)
    for tool in tools:
        inner = whole(tool)
        assert (tool.spec, tool.effects, tool.keeps_own_time) == (inner.spec, inner.effects, inner.keeps_own_time)


async def test_tools_that_are_disabled_are_left_out(tmp_path: Path) -> None:
    found = await remembering(tmp_path, disabled=("memory_forget",))
    assert [tool.spec.name for tool in found.tools] == [name for name in FIVE if name != "memory_forget"]
