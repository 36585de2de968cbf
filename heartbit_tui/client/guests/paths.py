"""The paths of a session's folder, for those who name them from elsewhere."""

import asyncio
from pathlib import Path

from heartbit_tui.client.files import FileIndex
from heartbit_tui.client.fuzzy import Match


class Paths:
    """Finds them as `FileIndex` does; however many ask, one thread reads the folder."""

    def __init__(self, root: Path) -> None:
        self._index = FileIndex(root)
        self._reading = asyncio.Lock()
        self._is_read = False

    async def find(self, text: str, limit: int) -> tuple[Match, ...]:
        """The paths that `text` may mean, the likeliest first; for the first time once the folder was read."""
        self._index.freshen()
        async with self._reading:
            if not self._is_read:
                await asyncio.to_thread(self._index.wait)
                self._is_read = True
        return await self._index.find(text, limit)
