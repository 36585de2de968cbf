"""A word to the desktop when the person is needed and looks elsewhere."""

from collections.abc import Mapping

from heartbit_tui.client.visible import one_line

LONGEST = 120
"""Characters of a message; more than a desktop shows."""


def signal(title: str, text: str, environment: Mapping[str, str]) -> str:
    """What to send to the terminal: a notification in the form that it knows, and the bell."""
    words = one_line(f"{title}: {text}" if text else title, LONGEST).replace(";", ",")
    if environment.get("TERM", "").startswith("rxvt") or environment.get("TERM_PROGRAM") in ("ghostty", "WarpTerminal"):
        sequence = f"\x1b]777;notify;heartbit;{words}\x1b\\"
    else:
        sequence = f"\x1b]9;{words}\x1b\\"
    if environment.get("TMUX"):
        sequence = f"\x1bPtmux;{sequence.replace(chr(27), chr(27) * 2)}\x1b\\"
    return f"{sequence}\x07"
