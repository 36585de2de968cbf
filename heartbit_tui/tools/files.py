"""The tools that work on files, put together."""

from pathlib import Path

from heartbit_tui.kernel.protocols import Tool
from heartbit_tui.tools.edit import Edit
from heartbit_tui.tools.patch import Patch
from heartbit_tui.tools.read import Read
from heartbit_tui.tools.tracker import Tracker
from heartbit_tui.tools.write import Write


def file_tools(root: Path, tracker: Tracker) -> tuple[Tool, ...]:
    """All tools that work on files; relative paths start at `root`, and all share the tracker."""
    return (Read(root, tracker), Write(root, tracker), Edit(root, tracker), Patch(root, tracker))
