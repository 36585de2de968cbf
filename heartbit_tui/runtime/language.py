"""What lets a session hear its language servers; what does it is loaded when a file of theirs is touched."""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

from heartbit_tui.config import Config
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.kernel.protocols import Clock, Effects, Tool
from heartbit_tui.lsp.around import Checking, checked
from heartbit_tui.lsp.find import Ground, Inventory, first_file, inventory, serves
from heartbit_tui.lsp.types import Around, AtWork, LanguageError, Named, Say, Standing
from heartbit_tui.permissions.paths import Workspace
from heartbit_tui.runtime import plugins
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import Settings, ground
from heartbit_tui.tools.late import Deferred

FOLDER = Path(__file__).parents[1] / "lsp"
TOOLS = "heartbit_tui.lsp.tools"


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """What a session has of language servers: the tools of its agent, made to tell what they say."""

    found: Inventory
    desk: "Desk | None" = None
    wanted: bool = False
    """Whether the project has a file that is served."""
    left_out: frozenset[str] = frozenset()

    def asking(self, tools: Sequence[Tool]) -> tuple[Tool, ...]:
        """The tools that ask servers, where there is a file that one serves; renaming takes the `patch` among `tools`."""
        if self.desk is None or not self.wanted:
            return ()
        patch = next((tool for tool in tools if tool.spec.name == "patch"), None)
        look, rename = self.desk.look, self.desk.renaming(patch) if patch else None
        made = [Deferred("lsp", Effects.READ, look, folder=FOLDER)]
        if rename is not None:
            made.append(Deferred("lsp_rename", Effects.WRITE, rename, folder=FOLDER))
        return tuple(tool for tool in made if tool.spec.name not in self.left_out)

    def standings(self) -> tuple[Standing, ...]:
        """How each program stands that is known."""
        return self.found.standings(self.desk.at_work) if self.desk is not None else self.found.standings()

    async def names(self, text: str) -> tuple[Named, ...]:
        """What has a name like this in the project; none where no server can tell."""
        if self.desk is None or not self.wanted:
            return ()
        try:
            return await self.desk.names(text)
        except LanguageError:
            return ()

    def around(self, tools: Sequence[Tool]) -> tuple[Tool, ...]:
        """The tools, with what the servers say in the results of those that change files."""
        desk = self.desk
        return tuple(tools) if desk is None else tuple(checked(each, desk) for each in tools)


class Desk:
    """Makes what is needed when a file is touched for the first time, and ends it."""

    def __init__(self, options: Options, settings: Settings, clock: Clock, say: Say, found: Inventory) -> None:
        self._options = options
        self._settings = settings
        self._clock = clock
        self._say = say
        self._found = found
        self._servers: Any = None
        self._results: Checking | None = None

    @property
    def awake(self) -> bool:
        """Whether a file that is served was touched."""
        return self._results is not None

    def at_work(self, name: str) -> tuple[AtWork, ...]:
        """How the servers of a program stand that were needed so far."""
        return self._servers.at_work(name) if self._servers is not None else ()

    def serves(self, path: str) -> bool:
        """Whether there is a server for such a file."""
        return any(serves(each.program, path) for each in self._found.found)

    async def checking(self) -> Checking:
        """What hears of the files that calls touch."""
        if self._results is None:
            servers = await self.servers()
            results = plugins.resolve("heartbit_tui.lsp.results:Results")
            self._results = self._results or results(servers, str(self._options.cwd))
        return cast("Checking", self._results)

    async def servers(self) -> Any:
        """The servers, none of which runs yet."""
        if self._servers is None:
            make = await asyncio.to_thread(plugins.resolve, "heartbit_tui.lsp.servers:Servers")
            self._servers = self._servers or make(self._found, roots_of(self._settings.workspace), self._around())
        return self._servers

    def look(self) -> Tool:
        """The tool that looks things up."""
        return cast("Tool", plugins.resolve(f"{TOOLS}:Look")(self._options.cwd, self._questions))

    async def names(self, text: str) -> tuple[Named, ...]:
        """What has a name like this. Raises `LanguageError`."""
        return cast("tuple[Named, ...]", await (await self._questions()).names(text))

    def renaming(self, patch: Tool) -> Callable[[], Tool]:
        """What makes the tool that renames, through the tool `patch`."""

        def diff(old: str, new: str, name: str) -> str:
            return cast("str", plugins.resolve("heartbit_tui.tools.diffs:unified")(old, new, name).text)

        return lambda: plugins.resolve(f"{TOOLS}:Rename")(self._options.cwd, self._questions, patch, diff)

    async def _questions(self) -> Any:
        servers, gate = await self.servers(), self._settings.gate
        make = await asyncio.to_thread(plugins.resolve, "heartbit_tui.lsp.asking:Questions")

        def withheld(path: str) -> bool:
            return gate.hides(path) or gate.conceals(path)

        return make(servers, str(self._options.cwd), roots_of(self._settings.workspace), withheld)

    async def close(self) -> None:
        """End all of them."""
        if self._servers is not None:
            await self._servers.close()

    def _around(self) -> Around:
        settings = self._settings
        launcher = plugins.resolve("heartbit_tui.runtime.serving:Launcher")
        return Around(
            launch=launcher(settings.environment, settings.secret_names),
            say=self._say,
            monotonic=self._clock.monotonic,
            trusted=settings.trust.is_trusted,
        )


@asynccontextmanager
async def language(options: Options, settings: Settings, clock: Clock, say: Say) -> AsyncGenerator[Language]:
    """What this session has of language servers. Raises `ConfigError` for settings that cannot be understood."""
    if options.bare or options.demo or not settings.config.boolean("lsp.enabled"):
        yield Language(found=Inventory())
        return
    found, wanted = await asyncio.to_thread(_looked, settings)
    if not found.found:
        yield Language(found=found)
        return
    left_out = frozenset(settings.config.strings("tools.disabled"))
    desk = Desk(options, settings, clock, say, found)
    try:
        yield Language(found=found, desk=desk, wanted=wanted, left_out=left_out)
    finally:
        await desk.close()


def _looked(settings: Settings) -> tuple[Inventory, bool]:
    """The servers that can be started here, and whether there is a file for them. Raises `ConfigError`."""
    path, trusted = settings.environment.get("PATH", ""), settings.trust.is_trusted
    found = _found(settings.config, settings.workspace, path, trusted=trusted)
    return found, bool(found.found and first_file(roots_of(settings.workspace), found.endings))


def offered(options: Options, config: Config) -> Inventory:
    """The servers that a session with these options could start, and why others not. Raises `ConfigError`."""
    workspace, trusted = ground(options, config)
    return _found(config, workspace, options.environment.get("PATH", ""), trusted=trusted)


def _found(config: Config, workspace: Workspace, path: str, *, trusted: bool) -> Inventory:
    servers = cast("Mapping[str, object]", config.value("lsp.servers") or {})
    around = Ground(roots=roots_of(workspace), path=path, trusted=trusted, servers=servers)
    try:
        return inventory(around)
    except LanguageError as error:
        raise ConfigError(str(error), key="lsp.servers", source=config.source("lsp.servers")) from error


def roots_of(workspace: Workspace) -> tuple[str, ...]:
    """The folders of the project, links resolved."""
    return tuple(dict.fromkeys(os.path.realpath(root) for root in workspace.roots))
