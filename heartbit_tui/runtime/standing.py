"""The mode that holds now, for what is made before there is a session."""

from collections.abc import Callable

from heartbit_tui.kernel.ops import Mode


class Standing:
    """The mode that holds now: the one that a session begins with, until there is a session to ask."""

    def __init__(self, mode: Mode) -> None:
        self._asked: Callable[[], Mode] = lambda: mode

    def follow(self, asked: Callable[[], Mode]) -> None:
        """From now on ask this."""
        self._asked = asked

    def __call__(self) -> Mode:
        return self._asked()
