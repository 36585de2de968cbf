"""`heartbit submit`, `status`, `result`, `approve` and `cancel`: a daemon spoken with over HTTP."""

import asyncio
import json
import os
import sys
from argparse import Namespace
from collections.abc import Awaitable, Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from heartbit_tui.cli.options import clean
from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt, columns, is_terminal, listed, one_line, say, say_json
from heartbit_tui.client.address import address as locate
from heartbit_tui.client.moments import moment
from heartbit_tui.client.remote import Remote, UnreachableError
from heartbit_tui.headless.endings import UsageError
from heartbit_tui.kernel.messages import JsonObject

NO_TASK = 'There is no task. Say one: heartbit submit "TASK"'
NOT_YET = "It has not ended: it is {state}. `--wait` waits for it."
NOTHING = "Nothing of this task waits for anybody: it is {state}."
NO_CALL = "It waits for an answer, not for an approval: {asked}\nheartbit attach {id} gives it."
ACCEPTED = (
    "The daemon does it. `heartbit result {id} --wait` waits for what comes of it, `heartbit attach {id}` shows it."
)
TO_APPROVE = (
    "It waits for your word: {asked}\nheartbit approve {id} lets it, with --refuse not; heartbit attach {id} shows it."
)
TO_ANSWER = "It asks you: {asked}\nheartbit attach {id} answers it."
GOES_ON = "It goes on without you: heartbit result {id} --wait waits again, heartbit cancel {id} stops it."
KEPT = "The task is kept; once a daemon runs again: heartbit result {id} --wait"

EXITS: Final[Mapping[str, int]] = MappingProxyType({"completed": 0, "failed": 1, "cancelled": 130, "interrupted": 75})
"""The exit codes for how a task ended; 75 is what may be tried again."""

UNFINISHED: Final = 75
APPROVAL: Final = "approval_requested"
ASKING: Final = frozenset({APPROVAL, "question_asked"})
SHOWN = 60
"""Characters of a task in a list."""

MOST = 200
"""Characters of a call or a question that waits."""


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
    text = _task(values)
    if not text.strip():
        raise UsageError(NO_TASK)
    more = {
        "key": clean(values.key) if values.key else None,
        "session_id": clean(values.session) if values.session else None,
        "folder": _folder(values),
        "priority": _number(values),
    }
    accepted = await remote.submit(text, **more)
    task_id = str(accepted["id"])
    if values.wait:
        return await _told_at_end(remote, task_id, values)
    if values.json:
        say_json(accepted)
        return 0
    say(task_id)
    if is_terminal(1):
        sys.stdout.flush()
        sys.stderr.write(f"{ACCEPTED.format(id=task_id[:8])}\n")
    return 0


async def _status(remote: Remote, values: Namespace) -> int:
    if values.id:
        task = await remote.find(clean(values.id))
        say_json(task) if values.json else say("\n".join(_lines(task, _of(task, await _waiting(remote, [task])))))
        return 0
    found = await remote.tasks()
    if values.json:
        say_json(found)
    elif found:
        waiting = await _waiting(remote, found)
        say(listed(_row(each, _of(each, waiting)) for each in found))
    else:
        sys.stderr.write("There are no tasks.\n")
    return 0


async def _result(remote: Remote, values: Namespace) -> int:
    task = await remote.find(clean(values.id))
    if values.wait:
        return await _told_at_end(remote, str(task["id"]), values)
    return _told(task, values)


async def _approve(remote: Remote, values: Namespace) -> int:
    task = await remote.find(clean(values.id))
    waiting = _of(task, await remote.waiting())
    calls = [each for each in waiting if each["type"] == APPROVAL]
    if not calls:
        words = NO_CALL.format(asked=_asked(waiting[0]), id=_short(task)) if waiting else NOTHING.format(**task)
        sys.stderr.write(f"{words}\n")
        return 1
    decision = f"{'always_' if values.always else ''}{'deny' if values.refuse else 'allow'}"
    for each in calls:
        body = {"decision": decision, "note": clean(values.note or "")}
        await remote.ask("POST", f"/approvals/{each['session_id']}/{each['interaction_id']}", body)
        call = each["call"]
        say(f"{decision}: {call['name']} {json.dumps(call.get('input', {}), ensure_ascii=False)}")
    return 0


async def _cancel(remote: Remote, values: Namespace) -> int:
    task = await remote.find(clean(values.id))
    await remote.ask("DELETE", f"/tasks/{task['id']}")
    return 0


async def _told_at_end(remote: Remote, task_id: str, values: Namespace) -> int:
    """Follow a task to its end, and tell that; on the way, what waits for a person."""
    known, short = set[str](), task_id[:8]
    try:
        async for event in remote.events(f"/tasks/{task_id}/events"):
            if event["type"] in ASKING:
                # What was asked may be settled: the events begin with those of before.
                waiting = _of({"session_id": event["session"]}, await remote.waiting())
                _tell([each for each in waiting if each["interaction_id"] not in known], short)
                known |= {str(each["interaction_id"]) for each in waiting}
    except asyncio.CancelledError:
        aside = "\n" if is_terminal(2) else ""
        sys.stderr.write(f"{aside}{GOES_ON.format(id=short)}\n")
        raise
    except UnreachableError as error:
        raise UnreachableError(f"{error} {KEPT.format(id=short)}", sent=error.sent) from error
    return _told(await remote.task(task_id), values)


def _tell(waiting: Iterable[JsonObject], short: str) -> None:
    for each in waiting:
        text = TO_APPROVE if each["type"] == APPROVAL else TO_ANSWER
        sys.stderr.write(f"{text.format(asked=_asked(each), id=short)}\n")


def _told(task: JsonObject, values: Namespace) -> int:
    state = str(task["state"])
    if values.json:
        say_json(task)
    elif state == "completed":
        say(str(task.get("result", "")))
    else:
        sys.stderr.write(f"heartbit: {task.get('error') or NOT_YET.format(state=state)}\n")
    return EXITS.get(state, UNFINISHED)


async def _waiting(remote: Remote, tasks: Iterable[JsonObject]) -> list[JsonObject]:
    """What waits for a person; nothing of tasks does that are not at work."""
    return await remote.waiting() if any(each["state"] == "running" for each in tasks) else []


def _of(task: JsonObject, waiting: Iterable[JsonObject]) -> list[JsonObject]:
    return [each for each in waiting if each["session_id"] == task.get("session_id")]


def _asked(waiting: JsonObject) -> str:
    """The call or the question that waits, in one line."""
    if waiting["type"] == APPROVAL:
        call = waiting["call"]
        return one_line(f"{call['name']} {json.dumps(call.get('input', {}), ensure_ascii=False)}", MOST)
    return one_line(" ".join(str(each["question"]) for each in waiting["questions"]), MOST)


def _lines(task: JsonObject, waiting: Iterable[JsonObject]) -> list[str]:
    tokens, cost = task["tokens_used"], task.get("estimated_cost_usd")
    rows = [
        ("task", str(task["task"])),
        ("id", str(task["id"])),
        ("state", str(task["state"])),
        *(("waits for", _asked(each)) for each in waiting),
        ("from", str(task["source"])),
        ("accepted", _moment(task, "created_at")),
        ("begun", _moment(task, "started_at")),
        ("ended", _moment(task, "completed_at")),
        ("session", str(task.get("session_id", ""))),
        ("tokens", f"{tokens['input_tokens']} in, {tokens['output_tokens']} out"),
        ("cost", f"${cost:.4f}" if isinstance(cost, float) else ""),
        ("answer", str(task.get("result", ""))),
        ("error", str(task.get("error", ""))),
    ]
    return columns(row for row in rows if row[1]).splitlines()


def _row(task: JsonObject, waiting: Iterable[JsonObject]) -> tuple[str, ...]:
    text = " ".join(str(task["task"]).split())
    shown = text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
    state = f"{task['state']}, asks" if any(waiting) else str(task["state"])
    return _short(task), state, _moment(task, "created_at"), str(task["source"]), shown


def _short(task: JsonObject) -> str:
    return str(task["id"])[:8]


def _moment(task: JsonObject, name: str) -> str:
    return moment(str(task[name])) if task.get(name) else ""


def _task(values: Namespace) -> str:
    words = [clean(word) for word in values.task if word != "-"]
    text = " ".join(words)
    if "-" not in values.task:
        return text
    read = sys.stdin.buffer.read().decode("utf-8", "replace")
    return f"{text}\n\n{read}" if words else read


def _folder(values: Namespace) -> str | None:
    """The folder as a daemon finds it, which was begun in another one."""
    if values.folder is None:
        return None
    return clean(os.path.normpath(Surroundings(values).cwd / values.folder))


def _number(values: Namespace) -> int | None:
    if values.priority is None:
        return None
    try:
        return int(values.priority)
    except ValueError as error:
        raise UsageError(f"--priority takes a whole number, and not {values.priority}.") from error
