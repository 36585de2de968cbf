"""The colours of the first frame, which the screen leaves behind for the next start."""

from collections.abc import Mapping

FORM = "heartbit-shades-1"
COLOURS = ("background", "text", "muted", "sign")
MODES = ("ask", "accept-edits", "plan", "auto", "yolo")
ANSI = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
"""The terminal's own colours, in their order; each has a `bright-` one too."""

HEARTBIT = ("#17110f", "#eee6e3", "#a69c98", "#f67972", "#6dbddc", "#76c788", "#c89bea", "#daa932", "#fe8a88")
"""What the bundled theme `heartbit` says, for the first start of all."""

_HEX = frozenset("0123456789abcdef")


class Shades:
    """Colours as `#rrggbb`, a name of the terminal's own such as `bright-black`, or `default`.

    `colours` has the names in `COLOURS` and the modes, whose colour the draft's border has; `mode` is the mode that
    the last start began with.
    """

    __slots__ = ("colours", "mode")

    def __init__(self, colours: Mapping[str, str], mode: str) -> None:
        self.colours = colours
        self.mode = mode


def standard() -> Shades:
    """What to paint with where nothing is known."""
    return Shades(dict(zip((*COLOURS, *MODES), HEARTBIT, strict=True)), MODES[0])


def bare(mode: str) -> Shades:
    """The terminal's own colours alone."""
    return Shades(dict.fromkeys((*COLOURS, *MODES), "default"), mode)


def written(shades: Shades) -> str:
    """The shades as the text of a file."""
    return "\n".join((FORM, *(shades.colours[name] for name in (*COLOURS, *MODES)), shades.mode, ""))


def read(text: str) -> Shades | None:
    """The shades in the text of a file, or None where it is none of ours or damaged."""
    names = (*COLOURS, *MODES)
    form, *values = text.split("\n")
    if form != FORM or len(values) != len(names) + 2 or values[-2] not in MODES or not all(map(known, values[:-2])):
        return None
    return Shades(dict(zip(names, values, strict=False)), values[-2])


def known(value: str) -> bool:
    """Whether a colour is written as it has to be."""
    if value.startswith("#"):
        return len(value) == 7 and set(value[1:]) <= _HEX
    return value == "default" or value.removeprefix("bright-") in ANSI


def file_in(environment: Mapping[str, str]) -> str:
    """Where the shades are kept: in the state folder of `config.directories`, found without loading that."""
    root = environment.get("HEARTBIT_HOME", "")
    state = environment.get("XDG_STATE_HOME", "")
    if root:
        return f"{root}/state/shades"
    below = state if state.startswith("/") else f"{environment.get('HOME', '')}/.local/state"
    return f"{below}/heartbit/shades"
