"""Tools that are offered at once and loaded when they are first called."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import cast

from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.protocols import CallContext, Effects, Output, Tool, ToolSpec, Touch

SCHEMAS = "schemas.json"
"""The input schema of each built-in tool, as its arguments give it; a test keeps the two alike."""


@cache
def schemas() -> Mapping[str, JsonObject]:
    """The input schemas by tool."""
    text = Path(__file__).with_name(SCHEMAS).read_text(encoding="utf-8")
    return cast("Mapping[str, JsonObject]", json.loads(text))


def spec_of(name: str) -> ToolSpec:
    """How a model sees a built-in tool; nothing of the tool itself is loaded."""
    description = Path(__file__).with_name(f"{name}.md").read_text(encoding="utf-8").strip()
    return ToolSpec(name=name, description=description, input_schema=schemas()[name])


class Deferred:
    """A built-in tool that `make` makes when a call needs it: building argument models takes most of a start."""

    def __init__(self, name: str, effects: Effects, make: Callable[[], Tool], *, keeps_own_time: bool = False) -> None:
        self._spec = spec_of(name)
        self._effects = effects
        self._make = make
        self._keeps_own_time = keeps_own_time
        self._made: Tool | None = None

    @property
    def spec(self) -> ToolSpec:
        return self._spec

    @property
    def effects(self) -> Effects:
        return self._effects

    @property
    def keeps_own_time(self) -> bool:
        return self._keeps_own_time

    def touches(self, input: JsonObject) -> tuple[Touch, ...]:
        return self.tool.touches(input)

    def check(self, input: JsonObject) -> str:
        return self.tool.check(input)

    async def preview(self, input: JsonObject) -> str:
        return await self.tool.preview(input)

    async def run(self, input: JsonObject, context: CallContext) -> Output:
        return await self.tool.run(input, context)

    @property
    def tool(self) -> Tool:
        """The tool itself."""
        if self._made is None:
            self._made = self._make()
        return self._made
