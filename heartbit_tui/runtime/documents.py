"""Where documents come from: the files that the tools would find, and pages behind the address guard of webfetch."""

import asyncio
import os
import re
import threading
from collections.abc import Iterator
from html import unescape
from itertools import islice
from pathlib import Path

from heartbit_tui.knowledge.types import KnowledgeError, Page
from heartbit_tui.tools.addresses import Refused
from heartbit_tui.tools.charset import decoded
from heartbit_tui.tools.fetching import Failed, Page as Fetched
from heartbit_tui.tools.globs import compile_glob, is_magic, split_static
from heartbit_tui.tools.ignore import scope_of
from heartbit_tui.tools.walker import MOST_FILES, walk
from heartbit_tui.tools.webpages import WebPages, kind_of

SECONDS = 60.0
"""How long a page may take to come."""

MOST_BYTES = 5 * 1024 * 1024
"""How much of a page is made text; no larger one is fetched."""

_HEAD = 65_536
_TITLE = re.compile(r"<title[^<>]{0,200}>([^<]{1,400})", re.IGNORECASE)


def files(base: str, pattern: str) -> Iterator[str]:
    """The files below a folder that fit a pattern, as the glob tool finds them: no hidden, ignored or linked ones."""
    folders, rest = split_static(pattern)
    start = Path(base, folders)
    if not is_magic(rest):
        yield from (str(path) for path in (start / rest,) if path.is_file())
        return
    real = Path(os.path.realpath(start))
    if not real.is_dir():
        return
    wanted, below = compile_glob(rest), len(str(real).rstrip("/")) + 1
    for path in islice(walk(scope_of(real, real), threading.Event()), MOST_FILES):
        if wanted.matches(path[below:]):
            yield str(start / path[below:])


class Web:
    """Gets pages of the public web as text, within a time limit."""

    def __init__(self, pages: WebPages) -> None:
        self._pages = pages

    async def page(self, url: str) -> Page:
        """A page. Raises `KnowledgeError` with the reason where it may not be fetched, or did not come."""
        try:
            async with asyncio.timeout(SECONDS):
                fetched = await self._pages.get(url)
                return await self._read(url, fetched)
        except TimeoutError as error:
            raise KnowledgeError(f"{url} did not come within {SECONDS:.0f} s.") from error
        except (Refused, Failed) as error:
            raise KnowledgeError(f"{url}: {error}") from error

    async def _read(self, url: str, fetched: Fetched) -> Page:
        if not 200 <= fetched.status < 300:
            raise KnowledgeError(f"{url} answered with HTTP {fetched.status}.")
        text = await self._pages.text(fetched, "markdown", wanted=MOST_BYTES)
        if text is None:
            raise KnowledgeError(f"{url} is {kind_of(fetched)}, which is no text; only text is indexed.")
        return Page(url=fetched.url, title=title(fetched), text=text)


def title(fetched: Fetched) -> str:
    """What a page calls itself; empty where it does not."""
    found = _TITLE.search(decoded(fetched.body[:_HEAD]))
    return " ".join(unescape(found[1]).split()) if found else ""
