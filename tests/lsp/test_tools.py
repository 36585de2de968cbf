"""The tools with which a model asks about code, over a real server; renaming goes through the tool that patches."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from heartbit_tui.lsp.asking import Questions
from heartbit_tui.lsp.tools import Look, Rename
from heartbit_tui.tools.diffs import unified
from heartbit_tui.tools.late import schemas
from heartbit_tui.tools.patch import Patch
from heartbit_tui.tools.read import Read
from heartbit_tui.tools.tracker import Tracker
from heartbit_tui.wire.arguments import schema
from tests.lsp.kit import project
from tests.servers.installed import needs
from tests.tools.calls import Context

LIB = 'class Shape:\n    """Something flat."""\n\n    def area(self, width: int) -> int:\n        return width\n\n\ndef make() -> Shape:\n    return Shape()\n'
USE = "from lib import make\n\nprint(make().area(2))\n"
HOW_TO = "heartbit_tui/lsp/schemas.json is not what the tools take; write this into it:\n"


@dataclass
class Tools:
    folder: Path
    look: Look
    rename: Rename
    read: Read

    async def ask(self, operation: str, **more: Any) -> str:
        given = {"operation": operation, **more}
        assert self.look.check(given) == ""
        return (await self.look.run(given, Context())).content


@pytest.fixture
async def tools(tmp_path: Path) -> AsyncIterator[Tools]:
    async with project(tmp_path, "pyright", files={"lib.py": LIB, "use.py": USE, "note.txt": "x"}) as here:
        questions = Questions(here.servers, str(tmp_path), (str(tmp_path),), lambda path: False)
        tracker = Tracker()

        async def ask() -> Questions:
            return questions

        def diff(old: str, new: str, name: str) -> str:
            return unified(old, new, name).text

        rename = Rename(tmp_path, ask, Patch(tmp_path, tracker), diff)
        yield Tools(folder=tmp_path, look=Look(tmp_path, ask), rename=rename, read=Read(tmp_path, tracker))


def test_the_schemas_that_are_offered_are_those_of_the_tools() -> None:
    real = {tool.name: schema(tool.arguments) for tool in (Look, Rename)}
    assert dict(schemas(Path(__file__).parents[2] / "heartbit_tui" / "lsp")) == real, HOW_TO + json.dumps(
        real, indent=1
    )


@needs("pyright-langserver")
async def test_a_model_learns_where_things_are_and_what_they_are(tools: Tools) -> None:
    place = {"file_path": "use.py", "line": 3, "symbol": "area"}
    assert await tools.ask("definition", **place) == "1 place for area\nlib.py:4:9: def area(self, width: int) -> int:"
    assert (await tools.ask("references", **place)).splitlines() == [
        "2 places for area",
        "lib.py:4:9: def area(self, width: int) -> int:",
        "use.py:3:14: print(make().area(2))",
    ]
    assert "(method) def area" in await tools.ask("hover", **place)
    outline = await tools.ask("symbols", file_path="lib.py")
    assert "class Shape (line 1)\n  method area (line 4)" in outline
    assert "lib.py:8:5: function make" in await tools.ask("symbols", symbol="make")
    assert await tools.ask("diagnostics", file_path="use.py") == "use.py: none"


@needs("pyright-langserver")
async def test_names_for_a_prompt_are_those_of_files_that_may_be_seen(tmp_path: Path) -> None:
    files = {"lib.py": LIB, "use.py": USE, "hidden.py": "def make_up() -> None: ...\n"}
    async with project(tmp_path, "pyright", files=files) as here:
        asked = Questions(here.servers, str(tmp_path), (str(tmp_path),), lambda path: path.endswith("hidden.py"))
        await asked.outline(str(tmp_path / "lib.py"))
        (found,) = [each for each in await asked.names("make") if each.kind == "function"]
        assert (found.name, found.path, found.first) == ("make", "lib.py", 8)
        assert await asked.names("nothing_like_that") == ()


@needs("pyright-langserver")
async def test_what_cannot_be_answered_is_told_with_what_to_do(tools: Tools) -> None:
    assert "does not stand at line 3" in await tools.ask("definition", file_path="use.py", line=3, symbol="nowhere")
    assert "No language server serves note.txt" in await tools.ask("diagnostics", file_path="note.txt")
    assert "not a file" in await tools.ask("symbols", file_path="gone.py")
    assert tools.look.check({"operation": "hover", "file_path": "use.py"}) == "`hover` needs `file_path` and `symbol`."


@needs("pyright-langserver")
async def test_a_rename_changes_only_files_that_were_named_and_read(tools: Tools) -> None:
    given: dict[str, Any] = {"file_path": "lib.py", "line": 4, "symbol": "area", "new_name": "surface"}
    preview = await tools.rename.preview(given)
    assert "+    def surface(self, width: int) -> int:" in preview
    assert "+print(make().surface(2))" in preview
    first = await tools.rename.run(given, Context())
    assert first.is_error
    assert "This rename changes 2 files" in first.content
    assert "lib.py, use.py" in first.content
    unread = await tools.rename.run({**given, "files": ["use.py"]}, Context())
    assert unread.is_error
    assert "has not been read" in unread.content
    for name in ("lib.py", "use.py"):
        await tools.read.run({"file_path": name}, Context())
    done = await tools.rename.run({**given, "files": ["use.py"]}, Context())
    assert not done.is_error, done.content
    assert done.content.startswith("area is now surface.\nPatched 2 files (+2 -2 lines).")
    assert (tools.folder / "use.py").read_text() == USE.replace("area", "surface")
    assert (tools.folder / "lib.py").read_text() == LIB.replace("area", "surface")
    touched = [touch.what for touch in tools.rename.touches({**given, "files": ["use.py"]})]
    assert touched == [str(tools.folder / name) for name in ("lib.py", "use.py")]
