"""The tools of an agent, made for the place where it works."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

from heartbit_tui.config import Config
from heartbit_tui.kernel.protocols import Tool
from heartbit_tui.providers.http import open_client
from heartbit_tui.runtime.settings import Settings
from heartbit_tui.tools.bash import Bash
from heartbit_tui.tools.files import file_tools
from heartbit_tui.tools.question import Question
from heartbit_tui.tools.todo import TodoList, TodoRead, TodoWrite
from heartbit_tui.tools.tracker import Tracker
from heartbit_tui.tools.webfetch import WebFetch
from heartbit_tui.tools.websearch import BASE_URL, WebSearch


@asynccontextmanager
async def toolbox(root: Path, settings: Settings) -> AsyncGenerator[tuple[Tool, ...]]:
    """The built-in tools, in the order in which a model sees them; what they keep open is closed with them.

    Relative paths start at `root`. Keys of model services are not passed on to commands.
    """
    config, todos = settings.config, TodoList()
    environment = {**settings.environment, **_extra(config)}
    async with Bash(root, settings.outputs, environment, secrets=settings.secret_names, spare=True) as bash:
        tools: tuple[Tool, ...] = (
            bash,
            *file_tools(root, Tracker()),
            WebFetch(settings.environment, allow_private=config.boolean("tools.webfetch.allow_private")),
            _search(settings),
            TodoWrite(todos),
            TodoRead(todos),
            Question(),
        )
        left_out = frozenset(config.strings("tools.disabled"))
        yield tuple(tool for tool in tools if tool.spec.name not in left_out)


def _search(settings: Settings) -> WebSearch:
    key = settings.config.string("tools.websearch.api_key")
    return WebSearch(key, open_client, base_url=settings.config.string("tools.websearch.base_url") or BASE_URL)


def _extra(config: Config) -> dict[str, str]:
    table = cast("Mapping[str, object]", config.value("tools.bash.environment") or {})
    return {name: str(value) for name, value in table.items()}
