"""Context policies one after the other, as one."""

from collections.abc import Sequence
from dataclasses import replace

from heartbit_tui.context.room import Room
from heartbit_tui.context.types import Foreseeing
from heartbit_tui.kernel.errors import ContextOverflowError
from heartbit_tui.kernel.protocols import ContextPolicy, Request, Scene, Shortening, View


class Chain:
    """A `ContextPolicy` of several: each looks at what those before it show.

    Where one changed the conversation for good, all of them look again. The first that can shorten does. They count
    with one `room`.
    """

    def __init__(self, policies: Sequence[ContextPolicy], room: Room) -> None:
        self._policies = tuple(policies)
        self.room = room

    def threshold(self, request: Request) -> int:
        """The tokens beyond which one of them shortens the conversation for good; 0 for never."""
        return max((each.threshold(request) for each in self._policies if isinstance(each, Foreseeing)), default=0)

    async def prepare(self, request: Request, scene: Scene, *, turn: int) -> bool:
        await self.room.counted(request)
        self.room.heard(scene.past())
        for policy in self._policies:
            if await policy.prepare(request, scene, turn=turn):
                return True
            request = _shown(request, await policy.view(request, turn=turn))
        return False

    async def view(self, request: Request, *, turn: int) -> View:
        seen = await self._seen(request, turn)
        self.room.sends(seen)
        return View(messages=seen.messages)

    async def shorten(
        self,
        request: Request,
        scene: Scene,
        *,
        turn: int,
        focus: str = "",
        overflow: ContextOverflowError | None = None,
    ) -> Shortening | None:
        if overflow is not None:
            self.room.overflowed(await self._seen(request, turn), str(overflow))
        for policy in self._policies:
            found = await policy.shorten(request, scene, turn=turn, focus=focus, overflow=overflow)
            if found is not None:
                return found
        return None

    async def _seen(self, request: Request, turn: int) -> Request:
        for policy in self._policies:
            request = _shown(request, await policy.view(request, turn=turn))
        return request


def _shown(request: Request, view: View) -> Request:
    return request if view.messages is request.messages else replace(request, messages=view.messages)
