"""How the session of a task is opened: where it works, for whom, with which tools, and who is asked."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from heartbit_tui.auth.users import Owner
from heartbit_tui.daemon.outcomes import HEARTBEAT
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.runtime.admitting import Entrance
from heartbit_tui.runtime.bounding import Allowance, bounded
from heartbit_tui.runtime.options import New, Options
from heartbit_tui.runtime.owning import workspace_of
from heartbit_tui.runtime.pulsing import todo_tool
from heartbit_tui.runtime.settings import Settings
from heartbit_tui.schedules.pulse import SOURCE
from heartbit_tui.schedules.todo import TodoManage, Todos
from heartbit_tui.tasks import Task

Plan = Callable[[Task], Awaitable[Options]]


def owner_of(task: Task) -> Owner:
    """Whose a task is."""
    return Owner(tenant=task.request.tenant_id, user=task.request.user_id)


def planner(base: Options, settings: Settings, door: Entrance, todos: Todos | None, clock: Clock) -> Plan:
    """Opens each session as the daemon was told to, in the task's own folder, session and name, with its own tools.

    What is done for the person at this machine has `todo_manage` where there is a pulse. The pulse's own tasks need not ask
    for it: keeping the list is what they are for. At a heartbeat nobody is asked.
    """
    home = Path(base.environment.get("HOME") or "/")

    async def options(task: Task) -> Options:
        who = owner_of(task)
        if task.request.folder:
            folder = Path(task.request.folder)
        elif who == Owner():
            folder = base.cwd
        else:
            folder = await asyncio.to_thread(workspace_of, settings.config, settings.places, home, who)
        if not await asyncio.to_thread(_is_folder, folder):
            raise ConfigError(f"The folder of this task is not there: {folder}")
        identity = door.identity(who, (task.request.source,))
        found = replace(base, cwd=folder, which=New(id=task.session), identity=identity)
        if task.request.tools is not None:
            found = replace(found, tools=task.request.tools)
        found = bounded(found, settings.config, allowance_of(task))
        if task.request.source.startswith(HEARTBEAT):
            found = replace(found, on_ask="deny")
        return with_list(found, task, todos, clock) if todos is not None and who == Owner() else found

    return options


def allowance_of(task: Task) -> Allowance:
    """What a task may take at most."""
    request = task.request
    return Allowance(cost_usd=request.max_cost_usd, tokens=request.max_tokens, calls=request.max_calls)


def with_list(options: Options, task: Task, todos: Todos, clock: Clock) -> Options:
    """The options with the tool that keeps the list of the pulse."""
    brought = replace(options.brought, tools=(*options.brought.tools, todo_tool(todos, clock)))
    allow = (*options.allow, TodoManage.name) if task.request.source == SOURCE else options.allow
    return replace(options, brought=brought, allow=allow)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # longer than a path may be, or with a sign in it that none has
        return False
