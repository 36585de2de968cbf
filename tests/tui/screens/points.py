"""Points to go back to, for the list of them."""

from datetime import datetime, timedelta

from heartbit_tui.undo.past import Point


def point(now: datetime, seq: int, number: str, text: str = "", tool: str = "", files: int = 0, **input: str) -> Point:
    """A prompt, or a call where there is a tool, of half an hour ago and `seq` minutes later."""
    return Point(
        kind="call" if tool else "prompt",
        number=number,
        seq=seq,
        chat=seq,
        at=now - timedelta(minutes=30 - seq),
        text=text,
        tool=tool,
        input=input,
        files=files,
    )
