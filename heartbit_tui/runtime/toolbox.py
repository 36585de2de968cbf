"""The tools of an agent, made for the place where it works."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from heartbit_tui.kernel.protocols import Tool
from heartbit_tui.tools.bash import Bash
from heartbit_tui.tools.files import file_tools
from heartbit_tui.tools.question import Question
from heartbit_tui.tools.todo import TodoList, TodoRead, TodoWrite
from heartbit_tui.tools.tracker import Tracker


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """Where tools work: relative paths start at `root`, whole outputs of commands go into `log_dir`.

    `environment` is what commands get, but for the variables in `secrets`.
    """

    root: Path
    log_dir: Path
    environment: Mapping[str, str]
    secrets: frozenset[str] = frozenset()


@asynccontextmanager
async def toolbox(place: Workplace) -> AsyncGenerator[tuple[Tool, ...]]:
    """The built-in tools, in the order in which a model sees them; what they keep open is closed with them."""
    async with Bash(place.root, place.log_dir, place.environment, secrets=place.secrets, spare=True) as bash:
        todos = TodoList()
        yield (bash, *file_tools(place.root, Tracker()), TodoWrite(todos), TodoRead(todos), Question())
