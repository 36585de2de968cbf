from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pytest

from heartbit_tui.kernel.protocols import Effects
from heartbit_tui.runtime import undo_parts
from heartbit_tui.tools.bash import Bash
from heartbit_tui.tools.read import Read
from heartbit_tui.tools.tracker import Tracker
from heartbit_tui.tools.write import Write
from heartbit_tui.undo.tool import watched
from tests.tools.calls import Context

T = TypeVar("T")

READING = (
    "ls -la; cat kept.txt | head -1",
    "git status && git log --oneline",
    "grep -rn word . | sort | uniq -c",
    "find . -name '*.py' | wc -l",
    "cd sub && pwd",
    "echo hello",
)
CHANGING = (
    "rm a",
    "echo x > a",
    "ls; mv a b",
    "python3 -c 'print(1)'",
    "find . -delete",
    "sed -i s/a/b/ a",
    "git commit -m x",
    "sort a -o a",
    "ls $(touch a)",
    "make",
)


class Heard:
    """Watches nothing, and keeps what it was asked to watch."""

    def __init__(self) -> None:
        self.files: list[Sequence[str]] = []
        self.anything: list[Sequence[str]] = []

    async def itself(self) -> "Heard":
        return self

    async def on_files(self, call: str, paths: Sequence[str], work: Callable[[], Awaitable[T]], emit: Any) -> T:
        self.files.append(paths)
        return await work()

    async def on_anything(self, call: str, named: Sequence[str], work: Callable[[], Awaitable[T]], emit: Any) -> T:
        self.anything.append(named)
        return await work()


class Lines:
    def __init__(self, root: Path) -> None:
        self._root = root

    def only_reads(self, line: str) -> bool:
        return undo_parts.only_reads(line)

    def named(self, line: str, folder: str) -> tuple[str, ...]:
        return undo_parts.named(line, folder or str(self._root))


@pytest.mark.parametrize("line", READING)
def test_a_line_that_only_reads_is_known_to(line: str) -> None:
    assert undo_parts.only_reads(line)


@pytest.mark.parametrize("line", CHANGING)
def test_a_line_that_may_change_something_is_not_taken_to_read(line: str) -> None:
    assert not undo_parts.only_reads(line)


async def test_nothing_is_watched_where_a_call_only_reads(tmp_path: Path) -> None:
    heard = Heard()
    read, lines = Read(tmp_path, Tracker()), Lines(tmp_path)
    assert watched(read, heard.itself, lines) is read
    async with Bash(tmp_path, tmp_path / "log", {"PATH": "/usr/bin:/bin"}) as bash:
        tool = watched(bash, heard.itself, lines)
        assert (tool.effects, tool.keeps_own_time, tool.spec) == (Effects.EXECUTE, True, bash.spec)
        await tool.run({"command": "echo one; ls"}, Context())
        assert (heard.files, heard.anything) == ([], [])
        await tool.run({"command": "echo two > b; rm -f 'c d'"}, Context())
    [named] = heard.anything
    assert {str(tmp_path / "b"), str(tmp_path / "c d")} <= set(named)


async def test_of_a_call_whose_files_are_known_only_these_are_watched(tmp_path: Path) -> None:
    heard = Heard()
    tool = watched(Write(tmp_path, Tracker()), heard.itself, Lines(tmp_path))
    await tool.run({"file_path": "new/a.txt", "content": "x"}, Context())
    assert (heard.files, heard.anything) == ([[str(tmp_path / "new/a.txt")]], [])
