"""`heartbit submit`, `status`, `result`, `approve` and `cancel`: a daemon spoken with over HTTP."""

import asyncio
import json
import sys
from argparse import Namespace
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Final

from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt, columns, say, say_json
from heartbit_tui.client.address import address as locate
from heartbit_tui.client.remote import Remote
from heartbit_tui.headless.endings import UsageError
from heartbit_tui.kernel.messages import JsonObject

NO_TASK = 'There is no task. Say one: heartbit submit "TASK"'
NOT_YET = "It has not ended: it is {state}. `--wait` waits for it."
NOTHING = "Nothing of this task waits for anybody."
EXITS: Final[Mapping[str, int]] = MappingProxyType({"completed": 0, "failed": 1, "cancelled": 130, "interrupted": 75})
"""The exit codes for how a task ended; 75 is what may be tried again."""

UNFINISHED: Final = 75
SHOWN = 60
"""Characters of a task in a list."""


def main(values: Namespace) -> int:
    """Do it; the exit code."""
    work: dict[str, Callable[[Remote, Namespace], Awaitable[int]]] = {
        "submit": _submit,
        "status": _status,
        "result": _result,
        "approve": _approve,
        "cancel": _cancel,
    }
    return attempt(lambda: asyncio.run(_with_daemon(values, work[values.command])))


def address(values: Namespace, session_id: str = "") -> tuple[str, str]:
    """The address of the daemon that is meant, and the token for it. Raises `ConfigError`."""
    return locate(Surroundings(values).options, values.url or "", session_id)


async def _with_daemon(values: Namespace, work: Callable[[Remote, Namespace], Awaitable[int]]) -> int:
    async with Remote.open(*address(values)) as remote:
        return await work(remote, values)


async def _submit(remote: Remote, values: Namespace) -> int:
    words = [word for word in values.task if word != "-"]
    text = " ".join(words) + ("\n\n" * bool(words) + sys.stdin.read() if "-" in values.task else "")
    if not text.strip():
        raise UsageError(NO_TASK)
    more = {"key": values.key, "session_id": values.session, "folder": values.folder, "priority": _number(values)}
    accepted = await remote.submit(text, **more)
    if values.wait:
        return await _told_at_end(remote, str(accepted["id"]), values)
    if values.json:
        say_json(accepted)
    else:
        say(str(accepted["id"]))
    return 0


async def _status(remote: Remote, values: Namespace) -> int:
    if values.id:
        task = await remote.find(values.id)
        say_json(task) if values.json else say("\n".join(_lines(task)))
        return 0
    found = await remote.tasks()
    if values.json:
        say_json(found)
    elif found:
        say(columns(_row(each) for each in found))
    else:
        sys.stderr.write("There are no tasks.\n")
    return 0


async def _result(remote: Remote, values: Namespace) -> int:
    task = await remote.find(values.id)
    if values.wait:
        return await _told_at_end(remote, str(task["id"]), values)
    return _told(task, values)


async def _approve(remote: Remote, values: Namespace) -> int:
    task = await remote.find(values.id)
    waiting = [
        each
        for each in await remote.waiting()
        if each["session_id"] == task.get("session_id") and each["type"] == "approval_requested"
    ]
    if not waiting:
        sys.stderr.write(f"{NOTHING}\n")
        return 1
    decision = f"{'always_' if values.always else ''}{'deny' if values.refuse else 'allow'}"
    for each in waiting:
        body = {"decision": decision, "note": values.note or ""}
        await remote.ask("POST", f"/approvals/{each['session_id']}/{each['interaction_id']}", body)
        call = each["call"]
        say(f"{decision}: {call['name']} {json.dumps(call.get('input', {}), ensure_ascii=False)}")
    return 0


async def _cancel(remote: Remote, values: Namespace) -> int:
    task = await remote.find(values.id)
    await remote.ask("DELETE", f"/tasks/{task['id']}")
    return 0


async def _told_at_end(remote: Remote, task_id: str, values: Namespace) -> int:
    """Follow a task to its end, and tell that."""
    async for _ in remote.events(f"/tasks/{task_id}/events"):
        pass
    return _told(await remote.task(task_id), values)


def _told(task: JsonObject, values: Namespace) -> int:
    state = str(task["state"])
    if values.json:
        say_json(task)
    elif state == "completed":
        say(str(task.get("result", "")))
    else:
        sys.stderr.write(f"heartbit: {task.get('error') or NOT_YET.format(state=state)}\n")
    return EXITS.get(state, UNFINISHED)


def _lines(task: JsonObject) -> list[str]:
    tokens = task["tokens_used"]
    cost = task.get("estimated_cost_usd")
    rows = {
        "task": str(task["task"]),
        "id": str(task["id"]),
        "state": str(task["state"]),
        "from": str(task["source"]),
        "accepted": str(task["created_at"]),
        "begun": str(task.get("started_at", "")),
        "ended": str(task.get("completed_at", "")),
        "session": str(task.get("session_id", "")),
        "tokens": f"{tokens['input_tokens']} in, {tokens['output_tokens']} out",
        "cost": f"${cost:.4f}" if isinstance(cost, float) else "",
        "error": str(task.get("error", "")),
    }
    return columns((name, text) for name, text in rows.items() if text).splitlines()


def _row(task: JsonObject) -> tuple[str, ...]:
    text = " ".join(str(task["task"]).split())
    shown = text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
    return str(task["id"])[:8], str(task["state"]), str(task["created_at"])[:19], str(task["source"]), shown


def _number(values: Namespace) -> int | None:
    if values.priority is None:
        return None
    try:
        return int(values.priority)
    except ValueError as error:
        raise UsageError(f"--priority takes a whole number, and not {values.priority}.") from error
