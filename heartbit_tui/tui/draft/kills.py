"""What was cut, so that it can be put back."""

from collections import deque

MOST = 60
"""How many cuts are kept, as in a shell."""


class Kills:
    """A ring of cut texts, the newest first."""

    def __init__(self) -> None:
        self._ring: deque[str] = deque(maxlen=MOST)

    def keep(self, text: str, *, forward: bool, joined: bool) -> None:
        """Keep a cut text; `joined` adds it to the last one, at its end when it was cut `forward`."""
        if not text:
            return
        if joined and self._ring:
            last = self._ring.popleft()
            text = last + text if forward else text + last
        self._ring.appendleft(text)

    def newest(self) -> str:
        """What would be put back now."""
        return self._ring[0] if self._ring else ""

    def older(self) -> str:
        """Turn the ring: the one before becomes the newest."""
        self._ring.rotate(-1)
        return self.newest()
