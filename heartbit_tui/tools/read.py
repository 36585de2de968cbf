"""read: show a file to the model, page by page, with line numbers."""

import base64
import difflib
import os
import threading
from itertools import islice
from pathlib import Path

from pydantic import Field

from heartbit_tui.kernel.messages import Image
from heartbit_tui.kernel.protocols import CallContext, Effects, Output, Touch
from heartbit_tui.tools.arguments import Arguments, TypedTool, Unable
from heartbit_tui.tools.pages import LINE_BYTES, Page, read_page
from heartbit_tui.tools.paths import absolute, led, path_objection, shown
from heartbit_tui.tools.textfile import digest_of, open_regular, told
from heartbit_tui.tools.threads import stoppable
from heartbit_tui.tools.tracker import ABSENT, Tracker

PAGE_LINES = 2000
PAGE_BYTES = 30_000
"""A page stays below what the loop passes on of a tool's output, so that it is never cut in the middle."""

IMAGE_BYTES = 3_900_000
"""In base64 this stays below the 5 MiB that model services take for one picture."""

LISTED_NAMES = 20_000


class ReadArguments(Arguments):
    """What to read."""

    file_path: str = Field(description="The file, absolute or relative to the project folder.")
    offset: int = Field(default=1, ge=0, description="The line to start at, counted from 1.")
    limit: int = Field(default=PAGE_LINES, ge=1, description="How many lines at most.")


class Read(TypedTool[ReadArguments]):
    """Reads files below `root` or anywhere else that the gate allows, and tells the tracker what was seen."""

    name = "read"
    effects = Effects.READ
    arguments = ReadArguments

    def __init__(self, root: Path, tracker: Tracker, *, page_bytes: int = PAGE_BYTES) -> None:
        self._root = root
        self._tracker = tracker
        self._page_bytes = page_bytes

    def objection(self, given: ReadArguments) -> str:
        """A path that no file can have."""
        return path_objection(given.file_path)

    def reach(self, given: ReadArguments) -> tuple[Touch, ...]:
        """The file."""
        return (Touch(kind="read", what=str(absolute(self._root, given.file_path))),)

    async def act(self, given: ReadArguments, context: CallContext) -> Output:
        """The page, or the picture."""
        path = absolute(self._root, given.file_path)
        return await stoppable(lambda stop: self._read(path, led(context.places, path), given, context.agent, stop))

    def _read(self, path: Path, real: str, given: ReadArguments, agent: str, stop: threading.Event) -> Output:
        name = shown(self._root, path)
        try:
            descriptor = open_regular(path, real)
        except (FileNotFoundError, NotADirectoryError):
            self._tracker.saw(agent, path, ABSENT)
            raise Unable(f"{name} does not exist.{_suggestion(path, self._root)}") from None
        except OSError as problem:
            raise Unable(told(problem, path)) from problem
        try:
            return self._show(descriptor, path, given, agent, stop)
        except OSError as problem:
            raise Unable(told(problem, path)) from problem
        finally:
            os.close(descriptor)

    def _show(self, descriptor: int, path: Path, given: ReadArguments, agent: str, stop: threading.Event) -> Output:
        media_type = image_type(os.pread(descriptor, 16, 0))
        if media_type:
            return self._picture(descriptor, path, media_type, agent)
        page = read_page(descriptor, offset=max(given.offset, 1), limit=given.limit, budget=self._page_bytes, stop=stop)
        if page.binary:
            raise Unable(f"{shown(self._root, path)} is a binary file. Look at it with a program through bash.")
        if page.digest:
            self._tracker.saw(agent, path, page.digest)
        details = {"path": str(path), "lines": len(page.lines), "total": page.total}
        return Output(content=told_page(page), is_error=_beyond(page), details=details)

    def _picture(self, descriptor: int, path: Path, media_type: str, agent: str) -> Output:
        name = shown(self._root, path)
        size = os.fstat(descriptor).st_size
        if size > IMAGE_BYTES:
            raise Unable(f"{name} is a picture of {size} bytes; at most {IMAGE_BYTES} can be shown. Shrink it first.")
        data = os.pread(descriptor, IMAGE_BYTES, 0)
        self._tracker.saw(agent, path, digest_of(data))
        picture = Image(media_type=media_type, data=base64.b64encode(data).decode("ascii"))
        details = {"path": str(path), "lines": 0, "total": 0}
        return Output(content=f"{name}: {media_type}, {len(data)} bytes.", media=(picture,), details=details)


def image_type(head: bytes) -> str:
    """The media type of a picture that models can see, by its first 16 bytes; empty for anything else."""
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for magic, kind in _MAGIC if head.startswith(magic)), "")


_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)


def told_page(page: Page) -> str:
    """A page as the model sees it: the number in six columns, a tab, the line; then what there is to know."""
    if page.total == 0:
        return "(The file is empty.)"
    if _beyond(page):
        return f"There is no line {page.first}: the file has {page.total} lines. Use a smaller offset."
    numbered = [f"{number:6}\t{line}" for number, line in enumerate(page.lines, page.first)]
    return "\n".join([*numbered, *_notes(page)])


def _beyond(page: Page) -> bool:
    return not page.lines and page.total != 0


def _notes(page: Page) -> list[str]:
    notes: list[str] = []
    if page.total is None or page.last < page.total:
        count = "more lines follow" if page.total is None else f"{page.total - page.last} more lines"
        notes.append(f"({count}; read on with offset={page.last + 1})")
    if page.cut:
        notes.append(f"({page.cut} lines are longer than {LINE_BYTES} bytes and were cut)")
    if page.foreign:
        notes.append(f"({page.foreign} lines have bytes that are not valid text, shown as \ufffd; edits keep them)")
    return notes


def _suggestion(path: Path, root: Path) -> str:
    try:
        with os.scandir(path.parent) as entries:
            names = [entry.name for entry in islice(entries, LISTED_NAMES)]
    except OSError:
        return " Its folder does not exist either; use glob or list to find the file."
    folded = {name.casefold(): name for name in names}
    close = difflib.get_close_matches(path.name.casefold(), folded, n=3, cutoff=0.6)
    if not close:
        return " Use glob or list to find the file."
    return f" Did you mean {' or '.join(shown(root, path.with_name(folded[name])) for name in close)}?"
