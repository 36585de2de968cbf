"""The tools that work on files, put together."""

from pathlib import Path

from heartbit_tui.kernel.protocols import Tool
from heartbit_tui.tools.edit import Edit
from heartbit_tui.tools.glob import GlobFiles
from heartbit_tui.tools.grep import Grep
from heartbit_tui.tools.list import ListFolder
from heartbit_tui.tools.patch import Patch
from heartbit_tui.tools.read import Read
from heartbit_tui.tools.ripgrep import find_ripgrep
from heartbit_tui.tools.tracker import Tracker
from heartbit_tui.tools.write import Write


def file_tools(root: Path, tracker: Tracker, *, ripgrep: str | None = None) -> tuple[Tool, ...]:
    """All tools that work on files; relative paths start at `root`, which is absolute, and all share the tracker.

    `ripgrep` is the program to search with: None to look for it, empty to do without.
    """
    program = find_ripgrep() if ripgrep is None else ripgrep
    return (
        Read(root, tracker),
        Write(root, tracker),
        Edit(root, tracker),
        Patch(root, tracker),
        GlobFiles(root, ripgrep=program),
        Grep(root, ripgrep=program),
        ListFolder(root),
    )
