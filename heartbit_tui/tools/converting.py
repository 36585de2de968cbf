"""Has a page converted by another process, within a time limit."""

import asyncio
import html
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Literal

SECONDS = 4.0
"""After this long a page is too complicated, and its markup is only taken out."""
_EAGER_SECONDS = 1.5
_PROGRAM = "heartbit_tui.tools.markdown"
_PASSED = frozenset({"PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "LANG"})

Kind = Literal["markdown", "text"]


class PageConverter:
    """Turns HTML into markdown or text without ever holding up or harming this process."""

    def __init__(self, environment: Mapping[str, str], *, seconds: float = SECONDS) -> None:
        self._environment = {name: value for name, value in environment.items() if name in _PASSED}
        self._seconds = seconds

    async def convert(self, page: str, kind: Kind, *, base: str, wanted: int) -> str:
        """At least the first `wanted` bytes of the page; its bare words where it cannot be converted."""
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(self._seconds):
                converted = await self._other_process(page, kind, base, wanted)
            if converted is not None:
                return converted
        return await asyncio.to_thread(without_markup, page)

    async def _other_process(self, page: str, kind: Kind, base: str, wanted: int) -> str | None:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            _PROGRAM,
            kind,
            base,
            str(wanted),
            str(min(_EAGER_SECONDS, self._seconds / 2)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=self._environment,
        )
        try:
            converted, _ = await process.communicate(page.encode("utf-8", "replace"))
        finally:
            await _end(process)
        return converted.decode("utf-8", "replace") if process.returncode == 0 else None


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def without_markup(page: str) -> str:
    """The words between the tags, in time that grows with the length alone."""
    for opening, closing in _UNREAD:
        page = _without(page, opening, closing)
    lines = (" ".join(line.split()) for line in html.unescape(_TAG.sub(" ", page)).split("\n"))
    return "\n".join(line for line in lines if line)


def _without(page: str, opening: str, closing: str) -> str:
    kept, at, lower = list[str](), 0, page.lower()
    if len(lower) != len(page):
        lower = page
    while (start := lower.find(opening, at)) >= 0:
        kept.append(page[at:start])
        end = lower.find(closing, start)
        if end < 0:
            return "".join(kept)
        at = end + len(closing)
    return "".join((*kept, page[at:]))


_UNREAD = (("<!--", "-->"), ("<script", "</script>"), ("<style", "</style>"))
_TAG = re.compile(r"<[^<>]*>")
