"""What a task tells somebody who chats: pieces of the answer, what waits for a person, everything, and the end."""

import json
from collections.abc import AsyncGenerator, Iterable, Iterator
from contextlib import aclosing
from typing import Any, Final

from heartbit_tui.daemon.chats import AGENT
from heartbit_tui.daemon.feed import Line
from heartbit_tui.daemon.opening import Daemon
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.tasks import Task

DELTA: Final = "text_delta"


def interaction(session_id: str, id: str) -> str:
    """The name of what waits in a session, among all that waits."""
    return f"{session_id}:{id}"


async def told(daemon: Daemon, task: Task, after: int) -> AsyncGenerator[tuple[str, JsonObject]]:
    """The pushes for a task, each its event and payload; the last is `chat.final` or `chat.error`.

    Each payload has its session, its task, and the `seq` after which to subscribe to have what follows it.
    """
    async with aclosing(daemon.following.of_task(task, after)) as batches:
        async for lines in batches:
            for event, payload in pushes(lines):
                yield event, {"session_id": _session(task, payload), "task_id": task.id, **payload}
    ended = await daemon.queue.get(task.id) or task
    place: JsonObject = {"session_id": ended.session or ended.request.session, "task_id": task.id}
    if ended.last_seq is not None:
        place["seq"] = ended.last_seq
    if ended.state == "completed":
        yield "chat.final", {**place, "result": ended.result}
    else:
        yield "chat.error", {**place, "error": ended.error, "state": ended.state}


def pushes(lines: Iterable[Line]) -> Iterator[tuple[str, JsonObject]]:
    """What lines are as pushes; pieces of the answer that come together are one."""
    text, seq = "", 0
    for each in lines:
        event: dict[str, Any] = json.loads(each.text)
        if each.type == DELTA and event["agent"] == AGENT:
            text, seq = text + event["text"], each.seq
            continue
        if text:
            yield "chat.delta", {"seq": seq, "text": text}
            text = ""
        yield "agent.event", {"seq": each.seq, "event": event}
        yield from _asked(each, event)
    if text:
        yield "chat.delta", {"seq": seq, "text": text}


def _asked(line: Line, event: dict[str, Any]) -> Iterator[tuple[str, JsonObject]]:
    if line.type not in ("approval_requested", "question_asked"):
        return
    place = {"seq": line.seq, "interaction_id": interaction(event["session"], event["id"])}
    if line.type == "approval_requested":
        call = event["call"]
        data = [{"id": call["id"], "name": call["name"], "input": call.get("input", {})}]
        yield "approval.needed", {**place, "data": data, "reason": event.get("reason", ""), "agent": event["agent"]}
    else:
        yield "question.needed", {**place, "data": {"questions": event["questions"]}}


def _session(task: Task, payload: JsonObject) -> str:
    event = payload.get("event")
    return str(event["session"]) if event else task.session or task.request.session
