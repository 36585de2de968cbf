"""Reads the clipboard with whichever program of the system can."""

import asyncio
import contextlib
import shutil
from collections.abc import Mapping
from typing import Protocol, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.messages import Image
from heartbit_tui.tui.draft.images import Unfit, image_of

SECONDS = 3.0
"""How long a program may take; one that waits for a display that is gone never answers."""

MOST = 16 << 20
"""Bytes that are read of a clipboard."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """The clipboard gave nothing; `why` is a sentence for the person."""

    why: str


Copy: TypeAlias = str | Image | Nothing


class Clipboard(Protocol):
    """What Ctrl+V asks."""

    async def read(self) -> Copy:
        """A text, a picture, or why there is neither."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How one program reads the clipboard; `kinds` asks what it holds, `needs` names a variable it cannot do without."""

    program: str
    text: tuple[str, ...] = ()
    picture: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    needs: str = ""


WAYS = (
    Way(
        program="wl-paste",
        needs="WAYLAND_DISPLAY",
        kinds=("--list-types",),
        picture=("--no-newline", "--type", "image/png"),
        text=("--no-newline", "--type", "text"),
    ),
    Way(
        program="xclip",
        needs="DISPLAY",
        kinds=("-selection", "clipboard", "-t", "TARGETS", "-o"),
        picture=("-selection", "clipboard", "-t", "image/png", "-o"),
        text=("-selection", "clipboard", "-o"),
    ),
    Way(program="xsel", needs="DISPLAY", text=("--clipboard", "--output")),
    Way(program="pngpaste", picture=("-",)),
    Way(program="pbpaste", text=("-Prefer", "txt")),
)

MISSING = (
    "No program that reads the clipboard was found. Install wl-clipboard, xclip or xsel (on macOS pngpaste for images), "
    "or paste with the terminal's own key, mostly Ctrl+Shift+V."
)
NO_DISPLAY = (
    "The clipboard belongs to a display that this shell does not reach. "
    "Paste with the terminal's own key, mostly Ctrl+Shift+V."
)
EMPTY = "The clipboard holds neither text nor an image."


class SystemClipboard:
    """The clipboard of the desktop that `environment` (its PATH and its display) belongs to."""

    def __init__(self, environment: Mapping[str, str], *, seconds: float = SECONDS) -> None:
        self._environment = environment
        self._seconds = seconds

    async def read(self) -> Copy:
        """An image when there is one, else the text; else a sentence that says what to do."""
        installed = [way for way in WAYS if shutil.which(way.program, path=self._environment.get("PATH", ""))]
        ways = [way for way in installed if not way.needs or self._environment.get(way.needs)]
        if not ways:
            return Nothing(NO_DISPLAY if installed else MISSING)
        for way in ways:
            found = await self._picture(way)
            if found is not None:
                return found
        for way in ways:
            text = await self._run(way, way.text)
            if text:
                return text.decode("utf-8", "replace")
        return Nothing(EMPTY)

    async def _picture(self, way: Way) -> Image | Nothing | None:
        if not way.picture or (way.kinds and b"image/png" not in await self._run(way, way.kinds)):
            return None
        data = await self._run(way, way.picture)
        if not data:
            return None
        try:
            return image_of(data, "The image in the clipboard")
        except Unfit as unfit:
            return Nothing(str(unfit))

    async def _run(self, way: Way, arguments: tuple[str, ...]) -> bytes:
        """What a program printed; empty when it failed or took too long."""
        if not arguments:
            return b""
        program = shutil.which(way.program, path=self._environment.get("PATH", ""))
        try:
            process = await asyncio.create_subprocess_exec(
                program or way.program,
                *arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=dict(self._environment),
            )
        except OSError:
            return b""
        try:
            async with asyncio.timeout(self._seconds):
                return await _output(process)
        except TimeoutError:
            return b""
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _output(process: asyncio.subprocess.Process) -> bytes:
    assert process.stdout is not None
    parts: list[bytes] = []
    size = 0
    while (part := await process.stdout.read(1 << 16)) and size <= MOST:
        parts.append(part)
        size += len(part)
    return b"".join(parts) if await process.wait() == 0 and size <= MOST else b""
