"""What the menu over the draft offers in this application."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from heartbit_tui.kernel.ops import Effort
from heartbit_tui.tui.complete.sources import Choice, Sources
from heartbit_tui.tui.theme import load

if TYPE_CHECKING:
    from heartbit_tui.tui.app import HeartbitApp


def sources(app: "HeartbitApp") -> Sources:
    """Commands, their choices, files, sessions, themes."""

    async def themes() -> Sequence[Choice]:
        return [Choice(text=name) for name in load.names(app.setup.config)]

    async def efforts() -> Sequence[Choice]:
        return [Choice(text=effort) for effort in Effort]

    return Sources(app.files, {"theme": themes, "effort": efforts})
