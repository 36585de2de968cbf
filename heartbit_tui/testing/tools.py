"""A tool that does what a test tells it to."""

from collections.abc import Awaitable, Callable

from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.protocols import CallContext, Effects, Output, ToolSpec, Touch

Behaviour = Callable[[JsonObject, CallContext], Awaitable[Output]]


async def echo(input: JsonObject, context: CallContext) -> Output:
    """Say the input's `text`, or that there is none."""
    return Output(content=str(input.get("text", "nothing was said")))


class FakeTool:
    """A `Tool`; `inputs` holds what it was run with, in order of starting.

    `behave` is what it does, `complain` what its check says of an input (empty: usable).
    """

    def __init__(
        self,
        name: str = "echo",
        behave: Behaviour = echo,
        *,
        effects: Effects = Effects.READ,
        keeps_own_time: bool = False,
        complain: Callable[[JsonObject], str] = lambda _: "",
    ) -> None:
        self.spec = ToolSpec(name=name, description=f"The tool {name}.", input_schema={"type": "object"})
        self.effects = effects
        self.keeps_own_time = keeps_own_time
        self.inputs: list[JsonObject] = []
        self._behave = behave
        self._complain = complain

    def touches(self, input: JsonObject) -> tuple[Touch, ...]:
        return ()

    def check(self, input: JsonObject) -> str:
        return self._complain(input)

    async def preview(self, input: JsonObject) -> str:
        return f"{self.spec.name} {dict(input)}"

    async def run(self, input: JsonObject, context: CallContext) -> Output:
        self.inputs.append(input)
        return await self._behave(input, context)
