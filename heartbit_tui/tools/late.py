"""Tools that are offered at once and loaded when they are first called."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import cast

from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.protocols import CallContext, Effects, Output, Tool, ToolSpec, Touch

HERE = Path(__file__).parent
"""Where the descriptions and schemas of the built-in tools stand."""

SCHEMAS = "schemas.json"
"""The input schema of each built-in tool, as its arguments give it; a test keeps the two alike."""


@cache
def schemas(folder: Path = HERE) -> Mapping[str, JsonObject]:
    """The input schemas of a capability's tools, by tool."""
    text = folder.joinpath(SCHEMAS).read_text(encoding="utf-8")
    return cast("Mapping[str, JsonObject]", json.loads(text))


@cache
def spec_of(name: str, folder: Path = HERE) -> ToolSpec:
    """How a model sees a tool of a capability; nothing of the tool itself is loaded."""
    description = folder.joinpath(f"{name}.md").read_text(encoding="utf-8").strip()
    return ToolSpec(name=name, description=description, input_schema=schemas(folder)[name])


class Deferred:
    """A tool that `make` makes when a call needs it: building argument models takes most of a start.

    `folder` is where its description and the file of schemas stand.
    """

    def __init__(
        self,
        name: str,
        effects: Effects,
        make: Callable[[], Tool],
        *,
        keeps_own_time: bool = False,
        folder: Path = HERE,
    ) -> None:
        self._spec = spec_of(name, folder)
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
