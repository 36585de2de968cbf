"""What most policies and tools are but for one thing: one that leaves all as it is, and ones round another."""

from heartbit_tui.kernel.errors import ContextOverflowError
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.protocols import (
    ContextPolicy,
    Effects,
    Request,
    Scene,
    Shortening,
    Tool,
    ToolSpec,
    Touch,
    View,
)


class Whole:
    """A `ContextPolicy` that leaves nothing out and cannot shorten anything."""

    async def prepare(self, request: Request, scene: Scene, *, turn: int) -> bool:
        return False

    async def view(self, request: Request, *, turn: int) -> View:
        return View(messages=request.messages)

    async def shorten(
        self,
        request: Request,
        scene: Scene,
        *,
        turn: int,
        focus: str = "",
        overflow: ContextOverflowError | None = None,
    ) -> Shortening | None:
        return None


class Outer:
    """A `ContextPolicy` round another one, which does as that one does."""

    def __init__(self, policy: ContextPolicy) -> None:
        self.policy = policy

    async def prepare(self, request: Request, scene: Scene, *, turn: int) -> bool:
        return await self.policy.prepare(request, scene, turn=turn)

    async def view(self, request: Request, *, turn: int) -> View:
        return await self.policy.view(request, turn=turn)

    async def shorten(
        self,
        request: Request,
        scene: Scene,
        *,
        turn: int,
        focus: str = "",
        overflow: ContextOverflowError | None = None,
    ) -> Shortening | None:
        return await self.policy.shorten(request, scene, turn=turn, focus=focus, overflow=overflow)


class Simple:
    """What a `Tool` has that names nothing it touches and shows no more than its arguments."""

    def __init__(self, spec: ToolSpec, effects: Effects, *, keeps_own_time: bool = False) -> None:
        self._spec = spec
        self._effects = effects
        self._keeps_own_time = keeps_own_time

    @property
    def spec(self) -> ToolSpec:
        """How the model sees it."""
        return self._spec

    @property
    def effects(self) -> Effects:
        """What a call may do."""
        return self._effects

    @property
    def keeps_own_time(self) -> bool:
        """Whether no time limit of tools holds for it."""
        return self._keeps_own_time

    def touches(self, input: JsonObject) -> tuple[Touch, ...]:
        """What a call would touch."""
        return ()

    async def preview(self, input: JsonObject) -> str:
        """What a person is shown beside the arguments."""
        return ""


class Wrapped:
    """What a `Tool` round another one has of it: everything but how it is run."""

    def __init__(self, tool: Tool) -> None:
        self.tool = tool

    @property
    def spec(self) -> ToolSpec:
        return self.tool.spec

    @property
    def effects(self) -> Effects:
        return self.tool.effects

    @property
    def keeps_own_time(self) -> bool:
        return self.tool.keeps_own_time

    def touches(self, input: JsonObject) -> tuple[Touch, ...]:
        return self.tool.touches(input)

    def check(self, input: JsonObject) -> str:
        return self.tool.check(input)

    async def preview(self, input: JsonObject) -> str:
        return await self.tool.preview(input)
