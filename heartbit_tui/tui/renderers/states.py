"""How the states of a call are shown: a sign, its style, and a word where the sign alone says too little."""

from collections.abc import Mapping
from types import MappingProxyType

from rich.style import Style

from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.look import SIGNS
from heartbit_tui.tui.transcript.blocks import State

WORDS: Mapping[State, str] = MappingProxyType(
    {"waiting": "waiting", "asking": "asks you", "refused": "refused", "cut": "cut off"}
)

_SIGN: Mapping[State, str] = MappingProxyType(
    {
        "writing": SIGNS["waiting"],
        "waiting": SIGNS["waiting"],
        "asking": SIGNS["asking"],
        "running": SIGNS["running"],
        "ok": SIGNS["ok"],
        "failed": SIGNS["failed"],
        "refused": SIGNS["refused"],
        "cut": SIGNS["cut"],
    }
)


def sign(state: State) -> str:
    """One cell that says where a call stands."""
    return _SIGN[state]


def style(state: State, ink: Ink) -> Style:
    """The colour of a state."""
    match state:
        case "ok":
            return ink.ok
        case "failed":
            return ink.error
        case "refused" | "asking":
            return ink.warning
        case "running":
            return ink.running
        case "writing" | "waiting" | "cut":
            return ink.muted
