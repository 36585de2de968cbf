"""The two tools with which a model asks language servers about code, and renames what is in it."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from heartbit_tui.kernel.protocols import CallContext, Effects, Output, Tool, Touch
from heartbit_tui.lsp.types import LanguageError
from heartbit_tui.wire.arguments import Arguments, TypedTool, Unable

if TYPE_CHECKING:
    from heartbit_tui.lsp.asking import Questions

Ask = Callable[[], Awaitable["Questions"]]
Diff = Callable[[str, str, str], str]
"""The unified diff of a text before and after, under a name."""

NEEDS = "`{operation}` needs {what}."
OTHERS = (
    "This rename changes {count} files. Nothing was changed. Read each of them, then call again with all of them in `files`: "
    "{files}"
)
NO_CHANGE = "The language server would change nothing."


class LookArguments(Arguments):
    """What to look up, and where."""

    operation: Literal["diagnostics", "definition", "references", "hover", "symbols"] = Field(
        description="What to look up."
    )
    file_path: str = Field("", description="The file, absolute or relative to the project folder.")
    line: int = Field(0, ge=0, description="The line where the name stands, from 1; 0 for the first place.")
    symbol: str = Field("", max_length=300, description="The name as it stands there; for symbols, what to look for.")


class RenameArguments(Arguments):
    """What gets which name."""

    file_path: str = Field(description="A file where it stands, absolute or relative to the project folder.")
    line: int = Field(0, ge=0, description="The line where it stands, from 1; 0 for the first place.")
    symbol: str = Field(min_length=1, max_length=300, description="The name that it has.")
    new_name: str = Field(min_length=1, max_length=300, description="The name that it gets.")
    files: tuple[str, ...] = Field((), max_length=500, description="All other files that may be changed.")


class Look(TypedTool[LookArguments]):
    """Looks things up; `root` is the folder from which relative paths start."""

    name = "lsp"
    effects = Effects.READ
    arguments = LookArguments

    def __init__(self, root: Path, questions: Ask) -> None:
        self._root = root
        self._questions = questions

    def objection(self, given: LookArguments) -> str:
        """What an operation needs and was not given."""
        operation = given.operation
        if operation == "symbols" and not (given.file_path or given.symbol):
            return NEEDS.format(operation=operation, what="`file_path` for the names in a file, or `symbol`")
        if operation in ("definition", "references", "hover") and not (given.file_path and given.symbol):
            return NEEDS.format(operation=operation, what="`file_path` and `symbol`")
        return ""

    def reach(self, given: LookArguments) -> tuple[Touch, ...]:
        """The file, or the project."""
        return (Touch(kind="read", what=_absolute(self._root, given.file_path or ".")),)

    async def act(self, given: LookArguments, context: CallContext) -> Output:
        """What the servers say, in lines."""
        path = await _real(self._root, given.file_path, context) if given.file_path else ""
        try:
            return Output(content=await self._told(await self._questions(), given, path))
        except LanguageError as error:
            raise Unable(str(error)) from error

    async def _told(self, ask: "Questions", given: LookArguments, path: str) -> str:
        match given.operation:
            case "diagnostics":
                return await ask.diagnostics(path)
            case "definition":
                return await ask.definition(path, given.line, given.symbol)
            case "references":
                return await ask.references(path, given.line, given.symbol)
            case "hover":
                return await ask.hover(path, given.line, given.symbol)
            case "symbols":
                return await (ask.outline(path) if path else ask.named(given.symbol))


class Rename(TypedTool[RenameArguments]):
    """Renames through `patch`, the tool of that name: with its guards, and only in files that the call names."""

    name = "lsp_rename"
    effects = Effects.WRITE
    arguments = RenameArguments

    def __init__(self, root: Path, questions: Ask, patch: Tool, diff: Diff) -> None:
        self._root = root
        self._questions = questions
        self._patch = patch
        self._diff = diff

    def reach(self, given: RenameArguments) -> tuple[Touch, ...]:
        """All files that may be changed."""
        paths = dict.fromkeys(_absolute(self._root, path) for path in (given.file_path, *given.files))
        return tuple(Touch(kind="write", what=path) for path in paths)

    async def show(self, given: RenameArguments) -> str:
        """The diff that would result."""
        return self._patched(await self._planned(given, None))

    async def act(self, given: RenameArguments, context: CallContext) -> Output:
        """What became of each file."""
        plan = await self._planned(given, context)
        allowed = {await _real(self._root, path, context) for path in (given.file_path, *given.files)}
        changed = sorted(path for path, (old, new) in plan.items() if old != new)
        if not changed:
            raise Unable(NO_CHANGE)
        if set(changed) - allowed:
            names = ", ".join(self._shown(path) for path in changed)
            raise Unable(OTHERS.format(count=len(changed), files=names))
        done = await self._patch.run({"patch_text": self._patched(plan)}, context)
        return (
            done if done.is_error else replace(done, content=f"{given.symbol} is now {given.new_name}.\n{done.content}")
        )

    async def _planned(self, given: RenameArguments, context: CallContext | None) -> Mapping[str, tuple[str, str]]:
        path = await _real(self._root, given.file_path, context)
        try:
            return await (await self._questions()).rename(path, given.line, given.symbol, given.new_name)
        except LanguageError as error:
            raise Unable(str(error)) from error

    def _patched(self, plan: Mapping[str, tuple[str, str]]) -> str:
        return "".join(self._diff(old, new, self._shown(path)) for path, (old, new) in plan.items() if old != new)

    def _shown(self, path: str) -> str:
        top = os.path.realpath(self._root)
        if not path.startswith(top.rstrip("/") + "/"):
            raise Unable(f"This rename would change {path}, which is outside of {self._root}.")
        return os.path.relpath(path, top)


def _absolute(root: Path, given: str) -> str:
    expanded = Path(given).expanduser() if given == "~" or given.startswith("~/") else Path(given)
    return os.path.normpath(root / expanded)


async def _real(root: Path, given: str, context: CallContext | None) -> str:
    path = _absolute(root, given)
    judged = context.places.get(path) if context is not None else None
    return judged or await asyncio.to_thread(os.path.realpath, path)
