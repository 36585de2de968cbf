"""What a client answers where nothing runs and nothing can be changed."""

from heartbit_tui.kernel.events import Envelope


class Still:
    """The part of a `Client` that is empty in a replay."""

    @property
    def undo(self) -> None:
        return None

    @property
    def meters(self) -> None:
        return None

    @property
    def history(self) -> tuple[Envelope, ...]:
        return ()

    async def whole(self) -> tuple[Envelope, ...]:
        return ()

    def output(self, job: str) -> str:
        return ""

    async def settled(self) -> None:
        return

    def memories(self) -> None:
        return None

    async def finish(self) -> int:
        return 0
