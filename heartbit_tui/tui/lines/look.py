"""How lines are to look: how wide, in which styles, with which signs."""

from collections.abc import Mapping
from types import MappingProxyType

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tui.lines.ink import Ink

SIGNS: Mapping[str, str] = MappingProxyType(
    {
        "folded": "▸",
        "open": "▾",
        "ok": "✓",
        "failed": "✗",
        "waiting": "…",
        "running": "●",
        "asking": "?",
        "refused": "⊘",
        "cut": "◌",
        "prompt": "❯",
        "bar": "▌",
        "bullet": "•",
        "ring": "◦",
        "onward": "↪",
        "done": "☑",
        "doing": "◐",
        "todo": "☐",
        "full": "▓",
        "empty": "░",
        "more": "…",
        "guard": "◆",
        "pinned": "▪",
    }
)
"""The signs of the screen, each one cell wide."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a renderer needs to know: `width` in cells, the theme's `ink`, and whether `calm` asks for no motion."""

    width: int
    ink: Ink
    calm: bool = False
