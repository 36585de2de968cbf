"""The plainest context policy: the model sees the whole conversation."""

from heartbit_tui.kernel.protocols import Request, View


class Whole:
    """A `ContextPolicy` that leaves nothing out and cannot shorten anything."""

    async def view(self, request: Request, *, turn: int) -> View:
        return View(messages=request.messages)

    async def shorten(self, request: Request, *, turn: int, focus: str = "") -> View | None:
        return None
