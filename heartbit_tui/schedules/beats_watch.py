"""Notices that a HEARTBEAT file changed as soon as the system tells it."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from pathlib import Path

from heartbit_tui.schedules.beats_found import is_one

STEP, QUIET = 50, 400
"""Milliseconds: how often the system is asked, and for how long changes that follow each other are taken for one."""


class Watching:
    """A `Watcher` by watchfiles, of the extra `daemon`. Raises `ImportError` where it is not installed."""

    def __init__(self) -> None:
        # The type of its stop event names a library that need not be installed.
        from watchfiles import awatch  # pyright: ignore[reportUnknownVariableType]

        self._awatch: Callable[..., AsyncGenerator[object]] = awatch

    async def changes(self, folders: Sequence[Path]) -> AsyncGenerator[None]:
        """Tell of each time that a file whose name is that of a heartbeat was made, changed or removed."""
        seeing = self._awatch(*folders, watch_filter=_is_heartbeat, recursive=False, debounce=QUIET, step=STEP)
        async with aclosing(seeing):
            async for _ in seeing:
                yield


def _is_heartbeat(change: object, path: str) -> bool:
    return is_one(Path(path).name)
