"""Tools whose results tell what the language servers say of the files that they changed."""

from collections.abc import Sequence
from typing import Protocol

from heartbit_tui.kernel.bases import Wrapped
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.protocols import CallContext, Effects, Output, Tool, Touch


class Checking(Protocol):
    """What hears of files that calls touch; paths are absolute, and may lead over links."""

    async def read(self, paths: Sequence[str]) -> None:
        """These were looked at."""
        ...

    async def before(self, paths: Sequence[str]) -> None:
        """These are about to change."""
        ...

    async def after(self, output: Output, context: CallContext) -> Output:
        """The result, with what its changes and others did to what is said of the files."""
        ...


class Desk(Protocol):
    """What knows which files are served, and makes what hears of them when it is first asked for it."""

    @property
    def awake(self) -> bool:
        """Whether that was made already: a file that is served was touched."""
        ...

    def serves(self, path: str) -> bool:
        """Whether there is a server for such a file."""
        ...

    async def checking(self) -> Checking:
        """What hears of the files that calls touch."""
        ...


class Checked(Wrapped):
    """Wraps a tool that reads, writes or runs commands: files that are read wake their servers, changes are told of."""

    def __init__(self, tool: Tool, desk: Desk) -> None:
        super().__init__(tool)
        self._desk = desk

    async def run(self, input: JsonObject, context: CallContext) -> Output:
        """Run the tool, and add to its result what came and went in what is said of the files."""
        touches = self.tool.touches(input)
        if self.tool.effects is Effects.READ:
            output = await self.tool.run(input, context)
            if paths := self._served(touches, "read", context):
                await (await self._desk.checking()).read(paths)
            return output
        if paths := self._served(touches, "write", context):
            await (await self._desk.checking()).before(paths)
        output = await self.tool.run(input, context)
        ran = any(touch.kind == "command" for touch in touches)
        if not ((self._desk.awake and (ran or output.changed)) or any(map(self._desk.serves, output.changed))):
            return output
        return await (await self._desk.checking()).after(output, context)

    def _served(self, touches: Sequence[Touch], kind: str, context: CallContext) -> tuple[str, ...]:
        paths = (context.places.get(touch.what) or touch.what for touch in touches if touch.kind == kind)
        return tuple(path for path in paths if self._desk.serves(path))


def checked(tool: Tool, desk: Desk) -> Tool:
    """The tool, with its results checked where it reads one file, changes files or runs commands."""
    wanted = tool.effects.power >= Effects.WRITE.power or tool.spec.name == "read"
    return Checked(tool, desk) if wanted else tool
