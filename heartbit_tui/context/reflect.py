"""The context policy that has the model think about what its calls brought before it goes on."""

from pathlib import Path

from heartbit_tui.kernel.errors import ContextOverflowError
from heartbit_tui.kernel.events import UserMessage
from heartbit_tui.kernel.messages import ToolResult, user
from heartbit_tui.kernel.protocols import Request, Scene, Shortening, View


class Reflect:
    """A `ContextPolicy`: three questions stand behind the results of each turn, in the same message."""

    async def prepare(self, request: Request, scene: Scene, *, turn: int) -> bool:
        entries = scene.past().entries
        if not entries or not isinstance(entries[-1].entry, ToolResult):
            return False
        words = Path(__file__).with_name("reflect.md").read_text(encoding="utf-8").strip()
        scene.emit(UserMessage(message=user(words), origin="heartbit"))
        return True

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
