"""The tools of an agent, made for the place where it works, each when it is first called."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from heartbit_tui.config import Config
from heartbit_tui.kernel.protocols import Effects, Tool
from heartbit_tui.permissions.sandbox import Active, Confinement
from heartbit_tui.runtime import plugins, sandboxing
from heartbit_tui.runtime.outputs import prune
from heartbit_tui.runtime.settings import Settings
from heartbit_tui.tools.jobs import Jobs
from heartbit_tui.tools.late import Deferred

ABOUT_JOBS = frozenset({"bash_output", "kill_shell"})
"""Tools that are of no use where no command can be run."""


@asynccontextmanager
async def toolbox(root: Path, settings: Settings, jobs: Jobs) -> AsyncGenerator[tuple[Tool, ...]]:
    """The built-in tools, in the order in which a model sees them; what they keep open is closed with them.

    Relative paths start at `root`. Keys of model services are not passed on to commands. `jobs` take what goes on in
    the background.
    """
    async with AsyncExitStack() as stack:
        kit = _Kit(root, settings, stack, jobs)
        left_out = frozenset(settings.config.strings("tools.disabled"))
        left_out |= ABOUT_JOBS if "bash" in left_out else frozenset()
        yield tuple(tool for tool in kit.tools() if tool.spec.name not in left_out)


class _Kit:
    """Makes tools; those that share something are made with the same thing."""

    def __init__(self, root: Path, settings: Settings, stack: AsyncExitStack, jobs: Jobs) -> None:
        self._root = root
        self._settings = settings
        self._config = settings.config
        self._stack = stack
        self._jobs = jobs

    def tools(self) -> tuple[Tool, ...]:
        read, write, none = Effects.READ, Effects.WRITE, Effects.NONE
        return (
            Deferred("bash", Effects.EXECUTE, self._bash, keeps_own_time=True),
            Deferred("bash_output", none, lambda: _class("bash_output:BashOutput")(self._jobs), keeps_own_time=True),
            Deferred("kill_shell", none, lambda: _class("kill_shell:KillShell")(self._jobs)),
            Deferred("read", read, self._on_files("read:Read")),
            Deferred("write", write, self._on_files("write:Write")),
            Deferred("edit", write, self._on_files("edit:Edit")),
            Deferred("patch", write, self._on_files("patch:Patch")),
            Deferred("glob", read, self._searching("glob:GlobFiles")),
            Deferred("grep", read, self._searching("grep:Grep")),
            Deferred("list", read, lambda: _class("list:ListFolder")(self._root)),
            Deferred("webfetch", Effects.NETWORK, self._fetch),
            Deferred("websearch", Effects.NETWORK, self._search),
            Deferred("todowrite", none, lambda: _class("todo:TodoWrite")(self._todos)),
            Deferred("todoread", none, lambda: _class("todo:TodoRead")(self._todos)),
            Deferred("question", none, self._question, keeps_own_time=True),
        )

    @cached_property
    def _todos(self) -> Any:
        return _class("todo:TodoList")()

    @cached_property
    def _tracker(self) -> Any:
        return _class("tracker:Tracker")()

    @cached_property
    def _ripgrep(self) -> str:
        return _class("ripgrep:find_ripgrep")()

    def _on_files(self, target: str) -> Callable[[], Tool]:
        return lambda: _class(target)(self._root, self._tracker)

    def _searching(self, target: str) -> Callable[[], Tool]:
        """A tool that walks over many files, without those that a deny rule keeps from it."""
        name, gate = target.partition(":")[0], self._settings.gate

        def withheld(path: str) -> bool:
            return gate.hides(path, name)

        own = {"secret": gate.conceals} if name == "grep" else {}
        return lambda: _class(target)(self._root, ripgrep=self._ripgrep, withheld=withheld, **own)

    def _bash(self) -> Tool:
        settings = self._settings
        environment = {**settings.environment, **_extra(self._config)}
        secrets = settings.secret_names
        bash = _class("bash:Bash")(
            self._root,
            settings.outputs,
            environment,
            secrets=secrets,
            spare=True,
            confinement=self._confinement(),
        ).leaving(self._jobs)
        self._stack.push_async_callback(asyncio.to_thread, prune, settings.all_outputs)
        self._stack.push_async_callback(bash.aclose)
        return bash

    def _confinement(self) -> Confinement | None:
        settings, found = self._settings, self._settings.sandbox
        if not isinstance(found, Active):
            return None
        planned = sandboxing.planned(
            self._config, settings.workspace, settings.places, settings.environment, settings.unseen
        )
        return self._stack.enter_context(
            sandboxing.confinement(found, planned, asks=not self._config.boolean("sandbox.required"))
        )

    def _question(self) -> Tool:
        return _class("question:Question")()

    def _fetch(self) -> Tool:
        private = self._config.boolean("tools.webfetch.allow_private")
        return _class("webfetch:WebFetch")(self._settings.environment, allow_private=private)

    def _search(self) -> Tool:
        key = self._config.string("tools.websearch.api_key")
        found = None if key else self._settings.credentials.find("exa")
        base_url = self._config.string("tools.websearch.base_url")
        client = plugins.resolve("heartbit_tui.providers.http:open_client")
        options = {"base_url": base_url} if base_url else {}
        return _class("websearch:WebSearch")(key or (found.value if found else ""), client, **options)


def _class(target: str) -> Any:
    return plugins.resolve(f"heartbit_tui.tools.{target}")


def _extra(config: Config) -> dict[str, str]:
    table = cast("Mapping[str, object]", config.value("tools.bash.environment") or {})
    return {name: str(value) for name, value in table.items()}
