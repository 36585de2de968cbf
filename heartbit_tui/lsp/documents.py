"""Which files a server has open, and what it was told that they hold."""

from collections import OrderedDict
from dataclasses import replace
from typing import Literal, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.lsp.texts import Stamp

MOST = 100
"""Files that a server has open at once; the one that was not used for longest is closed first."""

How: TypeAlias = Literal["opened", "changed", "same"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file as a server knows it; `stamp` is what the file's status said when its text was read."""

    path: str
    language: str
    version: int
    text: str
    stamp: Stamp | None = None


class Documents:
    """The open files of one server, the one used last at the end."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._open: OrderedDict[str, Document] = OrderedDict()
        self._versions: dict[str, int] = {}

    def __contains__(self, path: str) -> bool:
        return path in self._open

    def get(self, path: str) -> Document | None:
        """The file as the server knows it; None where it is not open."""
        return self._open.get(path)

    def every(self) -> tuple[Document, ...]:
        """All open files, the one used last at the end."""
        return tuple(self._open.values())

    def put(self, path: str, language: str, text: str, stamp: Stamp | None) -> tuple[How, Document]:
        """The file holds this text now: what that means, and the file as it is from now on."""
        known = self._open.get(path)
        if known is not None and known.text == text:
            self._open[path] = replace(known, stamp=stamp)
            self._open.move_to_end(path)
            return "same", self._open[path]
        # Versions go on where a file is opened again: what is said of an old one can then be told apart.
        version = self._versions[path] = self._versions.get(path, 0) + 1
        made = Document(path=path, language=language, version=version, text=text, stamp=stamp)
        self._open[path] = made
        self._open.move_to_end(path)
        return ("opened" if known is None else "changed"), made

    def surplus(self) -> tuple[str, ...]:
        """The files to close, so that there are not too many."""
        return tuple(self._open)[: max(len(self._open) - self._most, 0)]

    def close(self, path: str) -> None:
        """The file is no longer open."""
        self._open.pop(path, None)

    def clear(self) -> None:
        """None is open: the server is a new one."""
        self._open.clear()
