"""glob: find files by the pattern of their path."""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import Field

from heartbit_tui.kernel.protocols import CallContext, Effects, Output, Touch
from heartbit_tui.tools.arguments import Arguments, TypedTool, Unable
from heartbit_tui.tools.child import follow
from heartbit_tui.tools.globs import Glob, compile_glob, is_magic, split_static
from heartbit_tui.tools.ignore import Scope, scope_of
from heartbit_tui.tools.paths import absolute, led, path_objection, shown
from heartbit_tui.tools.ripgrep import files_command
from heartbit_tui.tools.threads import stoppable
from heartbit_tui.tools.walker import MOST_FILES, kind_of, walk

SHOWN_FILES = 100
SECONDS = 20.0


class GlobArguments(Arguments):
    """What to find, and where."""

    pattern: str = Field(description="The pattern of the path, such as `src/**/*.py`.")
    path: str = Field(default=".", description="The folder to look in; the project folder unless given.")


@dataclass(slots=True, kw_only=True)
class _Hits:
    """Collects the names that match, from `real` on, which is where `base` led, and counts what was looked at."""

    base: str
    real: str
    wanted: Glob
    withheld: Callable[[str], bool]
    found: list[str] = field(default_factory=list[str])
    seen: int = 0

    def take(self, path: str) -> bool:
        self.seen += 1
        name = path[len(self.real) + 1 :]
        if self.wanted.matches(name) and not self.withheld(f"{self.base}/{name}"):
            self.found.append(name)
        return self.seen < MOST_FILES


class GlobFiles(TypedTool[GlobArguments]):
    """Finds files, without hidden ones and those that .gitignore leaves out; short paths first.

    `ripgrep` is the program to list files with; empty for none. Files for which `withheld` is true are not named.
    """

    name = "glob"
    effects = Effects.READ
    arguments = GlobArguments

    def __init__(self, root: Path, *, ripgrep: str = "", withheld: Callable[[str], bool] = lambda _: False) -> None:
        self._root = root
        self._ripgrep = ripgrep
        self._withheld = withheld

    def objection(self, given: GlobArguments) -> str:
        """A pattern or path that fits no file."""
        try:
            compile_glob(given.pattern)
        except Unable as problem:
            return str(problem)
        return path_objection(given.path) or path_objection(given.pattern)

    def reach(self, given: GlobArguments) -> tuple[Touch, ...]:
        """The folder that is searched."""
        base, _ = self._base(given)
        return (Touch(kind="read", what=str(base)),)

    async def act(self, given: GlobArguments, context: CallContext) -> Output:
        """The paths, one a line."""
        base, rest = self._base(given)
        folder = absolute(self._root, given.path)
        if not await stoppable(lambda _: folder.is_dir()):
            raise Unable(f"{shown(self._root, folder)} is not a folder. Use list to see what there is.")
        real = await stoppable(lambda _: led(context.places, base))
        hits = _Hits(
            base=str(base).rstrip("/"), real=real.rstrip("/"), wanted=compile_glob(rest), withheld=self._withheld
        )
        if not is_magic(rest):
            await stoppable(lambda _: _look(hits, rest))
        elif await stoppable(lambda _: kind_of(real)) == "folder":
            await self._list(Path(real), hits.take)
        return self._answer(given, base, hits)

    def _base(self, given: GlobArguments) -> tuple[Path, str]:
        folders, rest = split_static(given.pattern)
        start = absolute(self._root, given.path)
        return (absolute(start, folders) if folders else start), rest

    async def _list(self, base: Path, take: Callable[[str], bool]) -> None:
        scope = await stoppable(lambda _: scope_of(base, self._root.resolve()))
        if self._ripgrep and not scope.foreign:
            await _by_ripgrep(self._ripgrep, scope, take)
        else:
            await stoppable(lambda stop: _by_walking(scope, take, stop))

    def _answer(self, given: GlobArguments, base: Path, hits: _Hits) -> Output:
        found = sorted(hits.found, key=lambda name: (len(name), name))
        details = {"count": len(found), "truncated": len(found) > SHOWN_FILES or hits.seen >= MOST_FILES}
        notes: list[str] = []
        if len(found) > SHOWN_FILES:
            notes.append(f"({len(found) - SHOWN_FILES} more files match; use a narrower pattern.)")
        if hits.seen >= MOST_FILES:
            notes.append(f"(Only {MOST_FILES} files were looked at; name a folder in `path`.)")
        if not found:
            hint = "" if "/" in given.pattern else f" `**/{given.pattern}` looks in all folders below."
            notes.insert(0, f"No files match {given.pattern} in {shown(self._root, base)}.{hint}")
        names = [_printable(shown(self._root, base / name)) for name in found[:SHOWN_FILES]]
        return Output(content="\n".join([*names, *notes]), details=details)


def _look(hits: _Hits, name: str) -> None:
    # The last name may be a link itself; where it leads is not told, only that there is a file.
    path = f"{hits.base}/{name}"
    if Path(path).is_file() and not hits.withheld(path):
        hits.found.append(name)


def _by_walking(scope: Scope, take: Callable[[str], bool], stop: threading.Event) -> None:
    for path in walk(scope, stop):
        if not take(path):
            return


async def _by_ripgrep(program: str, scope: Scope, take: Callable[[str], bool]) -> None:
    command = files_command(program, scope)
    outcome = await follow(
        command, lambda record: not record or take(os.fsdecode(record)), separator=b"\0", seconds=SECONDS
    )
    if outcome.ended == "late":
        raise Unable(f"Listing {scope.base} took longer than {SECONDS:.0f} s. Name a smaller folder in `path`.")


def _printable(path: str) -> str:
    return path.encode("utf-8", "replace").decode("utf-8")
