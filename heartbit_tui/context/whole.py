"""The plainest context policy: the model sees the whole conversation."""

from heartbit_tui.kernel.errors import ContextOverflowError
from heartbit_tui.kernel.protocols import Request, Scene, Shortening, View


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
