"""Gets documents from where their sources say: files, all files that fit a pattern, and pages of the web."""

import asyncio
import os
import stat
from pathlib import Path

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.knowledge.text import is_markup, readable, without_markup
from heartbit_tui.knowledge.types import Document, Fetch, Find, KnowledgeError, Source, Unreadable, Withheld

MOST_BYTES = 16 * 1024 * 1024
"""Larger files are left out, which is told."""

_HOW = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What a source stands for now: the URIs of its documents, or why there are none.

    `named` says that each of them was asked for by its own name, so that one that cannot be read is told.
    """

    uris: tuple[str, ...] = ()
    named: bool = True
    problem: str = ""


class Loader:
    """Loads what sources name; relative paths start at `root`, `~` is `home`.

    `find` lists files, `fetch` gets pages, and files for which `withheld` is true are never opened.
    """

    def __init__(self, root: Path, home: Path, *, find: Find, fetch: Fetch, withheld: Withheld) -> None:
        self._root = root
        self._home = home
        self._find = find
        self._fetch = fetch
        self._withheld = withheld

    async def list(self, source: Source) -> Listed:
        """The documents of a source, in order."""
        if source.kind == "url":
            return Listed(uris=(source.what,))
        return await asyncio.to_thread(self._files, source)

    async def page(self, url: str) -> Document:
        """A page of the web. Raises `HeartbitError` where it cannot be had."""
        page = await self._fetch(url)
        return Document(uri=url, title=page.title or page.url, text=page.text)

    def _files(self, source: Source) -> Listed:
        what = str(self._home) + source.what[1:] if source.what.startswith("~/") else source.what
        if source.kind == "glob":
            return self._found(self._root, what, source)
        path = Path(os.path.normpath(self._root / what))
        if path.is_dir():
            return self._found(path, "**", source)
        if not path.exists():
            return Listed(problem=f"{source.what} is not there.")
        if self._hidden(str(path)):
            return Listed(problem=f"{source.what} is kept from the model by a rule, so it is not indexed.")
        return Listed(uris=(str(path),))

    def _found(self, base: Path, pattern: str, source: Source) -> Listed:
        uris = tuple(path for path in self._find(str(base), pattern) if not self._hidden(path))
        return Listed(uris=uris, named=False, problem="" if uris else f"{source.what} fits no file.")

    def _hidden(self, path: str) -> bool:
        return self._withheld(path) or self._withheld(os.path.realpath(path))


def read(path: str) -> Document:
    """A text file as a document; its title is its name. Raises `Unreadable`."""
    data = _bytes(path)
    text = readable(data)
    if text is None:
        raise Unreadable(f"{path} is no text; only text is indexed.")
    title = Path(path).name
    return Document(uri=path, title=title, text=without_markup(text) if is_markup(title) else text)


def _bytes(path: str) -> bytes:
    """What a regular file holds; nothing else is ever opened to be read, because that may block or act."""
    try:
        with os.fdopen(os.open(path, _HOW), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise Unreadable(f"{path} is no regular file.")
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError as problem:
        raise Unreadable(f"{path} is not there any more.") from problem
    except OSError as problem:
        raise KnowledgeError(f"{path} cannot be read: {problem.strerror or problem}.") from problem
    if len(data) > MOST_BYTES:
        raise Unreadable(f"{path} is larger than {MOST_BYTES >> 20} MB; split it to have it indexed.")
    return data


def source_of(what: str) -> Source:
    """The source that a word means: a URL, a pattern where it has the signs of one, else a file or a folder."""
    if is_url(what):
        return Source(kind="url", what=what)
    return Source(kind="glob" if set(what) & set("*?[{") else "file", what=what)


def is_url(text: str) -> bool:
    """Whether this names a page of the web and no file."""
    return text[:8].lower().startswith(("http://", "https://"))
