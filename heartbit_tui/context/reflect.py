"""The context policy that has the model think about what its calls brought before it goes on."""

from pathlib import Path

from heartbit_tui.kernel.bases import Whole
from heartbit_tui.kernel.events import UserMessage
from heartbit_tui.kernel.messages import ToolResult, user
from heartbit_tui.kernel.protocols import Request, Scene


class Reflect(Whole):
    """A `ContextPolicy`: three questions stand behind the results of each turn, in the same message."""

    async def prepare(self, request: Request, scene: Scene, *, turn: int) -> bool:
        entries = scene.past().entries
        if not entries or not isinstance(entries[-1].entry, ToolResult):
            return False
        words = Path(__file__).with_name("reflect.md").read_text(encoding="utf-8").strip()
        scene.emit(UserMessage(message=user(words), origin="heartbit"))
        return True
