"""A journal in memory."""

from heartbit_tui.kernel.errors import StoreError


class MemoryJournal:
    """A `Journal` whose writes succeed at once, up to the seq `fails_from` (None: always).

    `asked` holds the seqs that somebody waited for.
    """

    def __init__(self, *, fails_from: int | None = None) -> None:
        self.fails_from = fails_from
        self.asked: list[int] = []

    async def committed(self, seq: int) -> None:
        """Raises `StoreError` from `fails_from` on."""
        self.asked.append(seq)
        if self.fails_from is not None and seq >= self.fails_from:
            raise StoreError("The disk is full. Free some space and resume the session.")

    async def kept(self, seq: int) -> None:
        """The same: nothing is ever in the way."""
        await self.committed(seq)
