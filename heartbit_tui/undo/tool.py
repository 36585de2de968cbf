"""A tool whose calls are watched, so that what they do to files can be undone."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

from heartbit_tui.kernel.bases import Wrapped
from heartbit_tui.kernel.events import Event, Notice
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.protocols import CallContext, Effects, Output, Tool, Touch

T = TypeVar("T")
NO_PLACE = "What this call changes cannot be undone: there is no place to keep it ({error})."


class Around(Protocol):
    """What watches calls."""

    async def on_files(
        self, call: str, paths: Sequence[str], work: Callable[[], Awaitable[T]], emit: Callable[[Event], None]
    ) -> T:
        """Do the work of a call that changes nothing but files at these paths, links resolved."""
        ...

    async def on_anything(
        self, call: str, named: Sequence[str], work: Callable[[], Awaitable[T]], emit: Callable[[Event], None]
    ) -> T:
        """Do the work of a call that may change anything; `named` are paths that it surely touches."""
        ...


class Lines(Protocol):
    """What is known of command lines."""

    def only_reads(self, line: str) -> bool:
        """Whether nothing in it can change a file."""
        ...

    def named(self, line: str, folder: str) -> tuple[str, ...]:
        """The paths that it names, absolute; blocks no longer than the line is."""
        ...


class Watched(Wrapped):
    """Wraps a tool that may write or execute; nothing is done for calls that only read."""

    def __init__(self, tool: Tool, watch: Callable[[], Awaitable[Around]], lines: Lines) -> None:
        super().__init__(tool)
        self._watch = watch
        self._lines = lines

    async def run(self, input: JsonObject, context: CallContext) -> Output:
        """Run the tool, watched."""
        touches = self.tool.touches(input)
        commands = [touch for touch in touches if touch.kind == "command"]
        if commands and all(self._lines.only_reads(touch.what) for touch in commands):
            return await self.tool.run(input, context)
        written = [_real(touch, context) for touch in touches if touch.kind == "write"]

        async def work() -> Output:
            return await self.tool.run(input, context)

        try:
            watch = await self._watch()
        except OSError as error:
            context.emit(Notice(level="warning", text=NO_PLACE.format(error=error)))
            return await work()
        if written and self.tool.effects is Effects.WRITE:
            return await watch.on_files(context.call_id, written, work, context.emit)
        named = [path for touch in commands for path in self._lines.named(touch.what, touch.folder)]
        return await watch.on_anything(context.call_id, [*written, *named], work, context.emit)


def watched(tool: Tool, watch: Callable[[], Awaitable[Around]], lines: Lines) -> Tool:
    """The tool, watched where it may write or execute."""
    return Watched(tool, watch, lines) if tool.effects.power >= Effects.WRITE.power else tool


def _real(touch: Touch, context: CallContext) -> str:
    return context.places.get(touch.what) or touch.real or touch.what
