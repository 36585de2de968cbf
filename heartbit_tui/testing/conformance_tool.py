"""What every tool has to hold to; a suite to inherit from.

    class TestMine(ToolConformance):
        good = ({"path": "a.txt"},)
        bad = ({}, {"path": 7})

        def tool(self):
            return MyTool()

The tests are plain functions and coroutines, run by pytest with pytest-asyncio in its automatic mode.
"""

import asyncio
import json
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.protocols import Effects, Output, Tool
from heartbit_tui.testing.calls import FakeCallContext

NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
"""What all services take as a tool's name."""


class ToolConformance:
    """The suite. `good` holds inputs that the tool takes, `bad` inputs that it refuses."""

    good: ClassVar[Sequence[JsonObject]] = ()
    bad: ClassVar[Sequence[JsonObject]] = ()

    def tool(self) -> Tool:
        """A new tool; to be overridden."""
        raise NotImplementedError

    def test_the_model_gets_a_name_a_description_and_the_schema_of_an_object(self) -> None:
        spec = self.tool().spec
        assert NAME.fullmatch(spec.name)
        assert spec.description.strip()
        assert spec.input_schema.get("type") == "object"
        assert json.loads(json.dumps(dict(spec.input_schema))) == spec.input_schema

    def test_good_inputs_are_taken_and_bad_ones_refused_with_a_sentence(self) -> None:
        tool = self.tool()
        assert [tool.check(given) for given in self.good] == [""] * len(self.good)
        assert all(tool.check(given).strip() for given in self.bad)

    def test_touches_are_absolute_and_the_same_each_time(self) -> None:
        tool = self.tool()
        for given in self.good:
            touches = tool.touches(given)
            assert touches == tool.touches(given)
            paths = [touch.what for touch in touches if touch.kind in ("read", "write")]
            assert all(Path(path).is_absolute() for path in paths)

    def test_what_writes_or_runs_says_so(self) -> None:
        tool = self.tool()
        kinds = {touch.kind for given in self.good for touch in tool.touches(given)}
        if "command" in kinds:
            assert tool.effects is Effects.EXECUTE
        elif "write" in kinds:
            assert tool.effects.power >= Effects.WRITE.power

    async def test_good_inputs_give_an_output(self) -> None:
        for given in self.good:
            tool = self.tool()
            assert isinstance(await tool.preview(given), str)
            output = await tool.run(given, FakeCallContext())
            assert isinstance(output, Output)
            assert json.dumps(dict(output.details), default=str)
            assert all(Path(path).is_absolute() for path in output.changed)

    async def test_cancelling_leaves_no_task_behind(self) -> None:
        for given in self.good:
            before = asyncio.all_tasks()
            task = asyncio.create_task(self.tool().run(given, FakeCallContext()))
            await asyncio.sleep(0)
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            assert asyncio.all_tasks() <= before
