"""grep: find lines in files."""

import io
import os
import re
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from functools import cache
from pathlib import Path

from pydantic import Field

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.protocols import CallContext, Effects, Output, Touch
from heartbit_tui.tools import scan
from heartbit_tui.tools.arguments import Arguments, TypedTool, Unable
from heartbit_tui.tools.child import Outcome, follow
from heartbit_tui.tools.globs import Glob, compile_glob
from heartbit_tui.tools.ignore import Scope, scope_of
from heartbit_tui.tools.paths import absolute, led, path_objection, shown
from heartbit_tui.tools.ripgrep import search_command
from heartbit_tui.tools.textfile import SNIFFED_BYTES, is_binary, open_regular, told
from heartbit_tui.tools.threads import stoppable
from heartbit_tui.tools.walker import MOST_FILES, kind_of, walk

SHOWN_MATCHES = 100
LINE_CHARACTERS = 500
COMPARED_CHARACTERS = 200
"""By how much of a line it is known that ripgrep found it in the file that was judged."""

RIPGREP_SECONDS = 30.0
SCAN_SECONDS = 5.0
"""Patterns of Python's engine can take for ever, so it gets less time than ripgrep, whose time is linear."""

_MATCH = re.compile(rb"([^\0]*)\0(\d+):(.*)", re.DOTALL)
_BINARY = b": binary file matches"
_SCAN = Path(__file__).with_name("scan.py")


class GrepArguments(Arguments):
    """What to find, and where."""

    pattern: str = Field(description="A regular expression, or a plain text with `literal`; within one line.")
    path: str = Field(default=".", description="The file or folder to search; the project folder unless given.")
    include: str = Field(default="", description="Only files with this name or path, such as `*.py` or `src/**/*.ts`.")
    literal: bool = Field(default=False, description="Take the pattern as plain text.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Match:
    """A line that was found: the file, where that really is, the number from 1, and the words."""

    path: str
    real: str
    number: int
    line: str


@dataclass(slots=True, kw_only=True)
class _Matches:
    """Collects the matches in files that are wanted, up to one more than are shown.

    What is searched is `real`, where `given` led; paths below are told as below `given`. With a file type given,
    ripgrep searches hidden files too; `hidden_out` leaves them out again. What `withheld` says yes to is left out in
    any case. `include` starts from `base`.
    """

    root: Path
    base: Path
    given: Path
    real: str
    wanted: Glob | None
    by_name: bool
    hidden_out: bool
    withheld: Callable[[str], bool]
    found: list[_Match] = field(default_factory=list[_Match])
    begun: bytes = b""

    def name_of(self, path: str) -> str:
        """How a file is named that was found at this place."""
        return f"{str(self.given).rstrip('/')}{path[len(self.real.rstrip('/')) :]}"

    def wants(self, path: str) -> bool:
        if self.withheld(path):
            return False
        if self.wanted is None:
            return True
        if self.hidden_out and Path(path).name.startswith("."):
            return False
        return self.wanted.matches(Path(path).name if self.by_name else os.path.relpath(path, self.base))

    def take(self, record: bytes) -> bool:
        match = _MATCH.fullmatch(self.begun + record)
        # A name may hold the character that ends a record; what ripgrep says of a binary file is no name.
        self.begun = b"" if match or _BINARY in record else self.begun + record + b"\n"
        if match is not None and self.wants(path := self.name_of(real := os.fsdecode(match[1]))):
            line = match[3].removesuffix(b"\r").decode("utf-8", "replace")
            self.found.append(_Match(path=path, real=real, number=int(match[2]), line=line))
        return len(self.found) <= SHOWN_MATCHES

    def told(self) -> list[str]:
        """The matches as the model sees them."""
        return [self._told(match) for match in self.found[:SHOWN_MATCHES]]

    def _told(self, match: _Match) -> str:
        name = shown(self.root, Path(match.path)).encode("utf-8", "replace").decode("utf-8")
        return f"{name}:{match.number}: {_cut(match.line)}"


class Grep(TypedTool[GrepArguments]):
    """Searches files, without hidden ones and those that .gitignore leaves out, in the order of their paths.

    `ripgrep` is the program to search with; empty for none. A pattern that it does not know, such as one that
    looks ahead, goes to Python's engine in a process with a time limit. Files for which `withheld` is true are
    never searched for the model, and those for which `secret` is true only where `path` names them.
    """

    name = "grep"
    effects = Effects.READ
    arguments = GrepArguments

    def __init__(
        self,
        root: Path,
        *,
        ripgrep: str = "",
        scan_seconds: float = SCAN_SECONDS,
        withheld: Callable[[str], bool] = lambda _: False,
        secret: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self._root = root
        self._ripgrep = ripgrep
        self._withheld = withheld
        self._secret = secret
        self._scan_seconds = scan_seconds

    def objection(self, given: GrepArguments) -> str:
        """A pattern that fits nothing, or an impossible path."""
        if not given.pattern:
            return "`pattern` is empty. Give the text to find; to see a file use read."
        if "\n" in given.pattern or "\0" in given.pattern:
            return "`pattern` spans lines or holds a NUL, but one line at a time is searched. Give a part of one line."
        try:
            compile_glob(given.include)
        except Unable as problem:
            return str(problem)
        return path_objection(given.path)

    def reach(self, given: GrepArguments) -> tuple[Touch, ...]:
        """The file or folder that is searched."""
        return (Touch(kind="read", what=str(absolute(self._root, given.path))),)

    async def act(self, given: GrepArguments, context: CallContext) -> Output:
        """The matching lines with path and number."""
        path = absolute(self._root, given.path)
        scope = await stoppable(lambda _: self._scope(path, led(context.places, path)))
        base = path if scope.is_folder else path.parent
        matches = _Matches(
            root=self._root,
            base=base,
            given=path,
            real=str(scope.base),
            wanted=compile_glob(given.include) if given.include else None,
            by_name="/" not in given.include,
            hidden_out=scope.is_folder,
            withheld=cache(self._closed if scope.is_folder else self._withheld),
        )
        late = await self._search(given, scope, matches)
        return _answer(given, matches, late, self._scan_seconds)

    def _closed(self, path: str) -> bool:
        return self._withheld(path) or self._secret(path)

    def _scope(self, path: Path, real: str) -> Scope:
        """What to search."""
        match kind_of(real):
            case "folder":
                return scope_of(Path(real), self._root.resolve())
            case "file":
                _refuse_binary(path, real, shown(self._root, path))
                return Scope(base=Path(real), rules=None, parents=False, foreign=False, is_folder=False)
            case "":
                raise Unable(f"{shown(self._root, path)} does not exist. Use glob or list to find it.")
            case _:
                raise Unable(f"{shown(self._root, path)} is neither a file nor a folder; it is not opened.")

    async def _search(self, given: GrepArguments, scope: Scope, matches: _Matches) -> bool:
        """Fill the matches; the answer is whether time ran out."""
        if self._ripgrep and not scope.foreign:
            outcome = await self._by_ripgrep(given, scope, matches)
            matches.found = await stoppable(lambda _: _standing(matches.found))
            if outcome.ended != "finished" or outcome.status in (0, 1) or matches.found or not outcome.errors:
                return outcome.ended == "late"
        return (await self._by_scan(given, scope, matches)).ended == "late"

    async def _by_ripgrep(self, given: GrepArguments, scope: Scope, matches: _Matches) -> Outcome:
        include = given.include if matches.by_name else ""
        command = search_command(self._ripgrep, scope, given.pattern, literal=given.literal, include=include)
        return await follow(command, matches.take, separator=b"\n", seconds=RIPGREP_SECONDS)

    async def _by_scan(self, given: GrepArguments, scope: Scope, matches: _Matches) -> Outcome:
        paths = await stoppable(lambda stop: _files(scope, matches, stop))
        first = ("F" if given.literal else "E") + given.pattern
        outcome = await follow(
            (sys.executable, "-I", "-S", "-W", "ignore", str(_SCAN)),
            matches.take,
            separator=b"\n",
            seconds=self._scan_seconds,
            feed=[first.encode("utf-8", "surrogatepass"), *paths],
        )
        if outcome.ended == "finished" and outcome.status == 2:
            raise Unable(
                f"`pattern` is no regular expression that can be used: {outcome.errors}. Correct it, or set "
                "`literal` to find it as plain text."
            )
        return outcome


def _files(scope: Scope, matches: _Matches, stop: threading.Event) -> list[bytes]:
    if not scope.is_folder:
        return [os.fsencode(scope.base)]
    paths: list[bytes] = []
    for number, path in enumerate(walk(scope, stop)):
        if number >= MOST_FILES:
            break
        if matches.wants(matches.name_of(path)):
            paths.append(os.fsencode(path))
    return paths


def _standing(found: Sequence[_Match]) -> list[_Match]:
    """The matches that stand in the files where they were judged to be.

    ripgrep opens what it finds by name, so a link that is put in a folder's place while it searches leads it out.
    """
    by_file = {match.real: dict[int, str]() for match in found}
    for match in found:
        by_file[match.real][match.number] = match.line[:COMPARED_CHARACTERS]
    stands = {real: _found_in(real, lines) for real, lines in by_file.items()}
    return [match for match in found if match.number in stands[match.real]]


def _found_in(real: str, wanted: Mapping[int, str]) -> set[int]:
    """The numbers of those lines that begin like this in the file."""
    last, found, previous = max(wanted), set[int](), 0
    try:
        descriptor = open_regular(Path(real), real)
    except (OSError, Unable):
        return found
    with io.BufferedReader(io.FileIO(descriptor)) as file:
        for number, line in scan.lines(file):
            if number > last:
                break
            text = line.removesuffix("\r")[:COMPARED_CHARACTERS]
            if number != previous and number in wanted and text == wanted[number]:
                found.add(number)
            previous = number
    return found


def _refuse_binary(path: Path, real: str, name: str) -> None:
    try:
        descriptor = open_regular(path, real)
    except OSError as problem:
        raise Unable(told(problem, path)) from problem
    with os.fdopen(descriptor, "rb") as file:
        if is_binary(file.read(SNIFFED_BYTES)):
            raise Unable(f"{name} is a binary file. Look at it with a program through bash.")


def _cut(line: str) -> str:
    return line if len(line) <= LINE_CHARACTERS else f"{line[:LINE_CHARACTERS]}..."


def _answer(given: GrepArguments, matches: _Matches, late: bool, seconds: float) -> Output:
    found = matches.told()
    more = len(matches.found) > SHOWN_MATCHES
    details = {"count": len(found), "truncated": more or late}
    slow = f"The search was stopped after its time limit ({seconds:.0f} s for patterns such as this)."
    if not found:
        if late:
            raise Unable(f"{slow} Nothing was found until then. Use a simpler pattern or a smaller `path`.")
        return Output(content=f"No lines match {given.pattern}.", details=details)
    notes = ["(There are more matches; narrow the pattern, `path` or `include`.)"] if more else []
    notes += [f"({slow} There may be more matches.)"] if late else []
    count = f"{len(found)} match{'es' if len(found) != 1 else ''}"
    return Output(content="\n".join([f"Found {count}.", *found, *notes]), details=details)
