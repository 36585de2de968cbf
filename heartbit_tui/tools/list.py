"""list: show what is in a folder, as a tree."""

import fnmatch
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import field
from pathlib import Path

from pydantic import Field

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.protocols import CallContext, Effects, Output, Touch
from heartbit_tui.tools.arguments import Arguments, TypedTool, Unable
from heartbit_tui.tools.ignore import Rules, below, scope_of
from heartbit_tui.tools.paths import absolute, led, path_objection, shown
from heartbit_tui.tools.threads import stoppable
from heartbit_tui.tools.walker import Entry, entries, kind_of

SHOWN_ENTRIES = 1000
DEEPEST = 20

NEVER_SHOWN = (
    "node_modules", "dist", "build", "target", "__pycache__", "*.pyc", "*.o", "*.so", "*.dylib",
)  # fmt: skip


class ListArguments(Arguments):
    """What to show."""

    path: str = Field(default=".", description="The folder; the project folder unless given.")
    ignore: tuple[str, ...] = Field(default=(), description="Names to leave out, such as `*.lock` or `fixtures`.")


@dataclass(slots=True, kw_only=True)
class _Folder:
    path: str
    depth: int
    rules: Rules | None
    entries: list[Entry] = field(default_factory=list[Entry])
    inner: dict[str, "_Folder"] = field(default_factory=dict[str, "_Folder"])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tree:
    top: _Folder
    count: int
    more: bool


class ListFolder(TypedTool[ListArguments]):
    """Shows trees, without hidden entries, those that .gitignore leaves out and what builds leave behind."""

    name = "list"
    effects = Effects.READ
    arguments = ListArguments

    def __init__(self, root: Path) -> None:
        self._root = root

    def objection(self, given: ListArguments) -> str:
        """An impossible path."""
        return path_objection(given.path)

    def reach(self, given: ListArguments) -> tuple[Touch, ...]:
        """The folder."""
        return (Touch(kind="read", what=str(absolute(self._root, given.path))),)

    async def act(self, given: ListArguments, context: CallContext) -> Output:
        """The tree."""
        path = absolute(self._root, given.path)
        tree = await stoppable(lambda stop: self._tree(path, led(context.places, path), given.ignore, stop))
        name = f"{shown(self._root, path).rstrip('/')}/" if path != self._root else "./"
        notes = [f"(Only {SHOWN_ENTRIES} entries are shown; list a folder further down.)"] if tree.more else []
        body = list(_told(tree.top)) or ["  (nothing to show)"]
        details = {"count": tree.count, "truncated": tree.more}
        return Output(content="\n".join([name, *body, *notes]), details=details)

    def _tree(self, path: Path, real: str, ignore: Sequence[str], stop: threading.Event) -> _Tree:
        kind = kind_of(real)
        if not kind:
            raise Unable(f"{shown(self._root, path)} does not exist. List the folder above it to see what there is.")
        if kind != "folder":
            raise Unable(f"{shown(self._root, path)} is not a folder. Use read to see a file.")
        top = _Folder(path=real, depth=1, rules=scope_of(Path(real), self._root.resolve()).rules)
        return _grown(top, (*NEVER_SHOWN, *ignore), stop)


def _grown(top: _Folder, ignore: Sequence[str], stop: threading.Event) -> _Tree:
    """Read folder after folder, nearest to the top first, so that a large one hides none above it."""
    waiting = deque([top])
    count = 0
    while waiting and not stop.is_set():
        folder = waiting.popleft()
        kept = [entry for entry in entries(folder.path, folder.rules) if not _matches(entry.name, ignore)]
        kept.sort(key=lambda entry: (not entry.is_folder, entry.name))
        folder.entries = kept[: SHOWN_ENTRIES - count]
        count += len(folder.entries)
        if len(folder.entries) < len(kept):
            return _Tree(top=top, count=count, more=True)
        for entry in folder.entries if folder.depth < DEEPEST else ():
            if entry.is_folder:
                inner = _Folder(path=entry.path, depth=folder.depth + 1, rules=below(folder.rules, Path(entry.path)))
                folder.inner[entry.name] = inner
                waiting.append(inner)
    return _Tree(top=top, count=count, more=False)


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern.strip("/")) for pattern in patterns)


def _told(folder: _Folder) -> Iterator[str]:
    for entry in folder.entries:
        name = entry.name.encode("utf-8", "replace").decode("utf-8")
        yield f"{'  ' * folder.depth}- {name}{'/' if entry.is_folder else ''}"
        if entry.name in folder.inner:
            yield from _told(folder.inner[entry.name])
