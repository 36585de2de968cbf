"""What a client answers where nothing runs and nothing can be changed."""

from typing import TYPE_CHECKING

from heartbit_tui.client.types import Commands, Goals, Meters, Plans, Undo
from heartbit_tui.kernel.events import Envelope

if TYPE_CHECKING:
    from heartbit_tui.client.counterparts import Counterpart, Kind, LookUp
    from heartbit_tui.client.memories import Memory
    from heartbit_tui.client.served import Served


class _Nobody:
    def __call__(self, kind: "Kind", /) -> "tuple[Counterpart, ...]":
        return ()


class Still:
    """The part of a `Client` that is empty in a replay, and in most of what plays a session in a test."""

    served: "Served | None" = None
    counterparts: "LookUp" = _Nobody()
    plans: Plans | None = None
    goals: Goals | None = None
    commands: Commands | None = None

    @property
    def undo(self) -> Undo | None:
        return None

    @property
    def meters(self) -> Meters | None:
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

    def memories(self) -> "Memory | None":
        return None

    async def finish(self) -> int:
        return 0
