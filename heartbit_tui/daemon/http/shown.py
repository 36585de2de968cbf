"""Tasks and figures as JSON, under the seed's names; what is not known is left out."""

from datetime import datetime
from typing import Final

from heartbit_tui.kernel.messages import JsonObject, Usage
from heartbit_tui.tasks import Stats, Task
from heartbit_tui.wire.write import timestamp

BRIEF: Final = 300
"""Characters of a task in a list that has no more of it."""


def task_json(task: Task) -> JsonObject:
    """A task as `GET /tasks/{id}` shows it."""
    request = task.request
    optional = {
        "started_at": _time(task.started),
        "completed_at": _time(task.ended),
        "result": task.result or None,
        "error": task.error or None,
        "estimated_cost_usd": task.cost_usd,
        "user_id": request.user_id or None,
        "tenant_id": request.tenant_id or None,
        "story_id": request.story_id or None,
        "session_id": task.session or request.session or None,
        "deadline": _time(request.deadline),
        "idempotency_key": request.key or None,
    }
    return {
        "id": task.id,
        "task": request.task,
        "state": task.state,
        "created_at": timestamp(task.created),
        "tokens_used": usage_json(task.usage),
        "tool_calls_made": task.tool_calls,
        "source": request.source,
        "priority": request.priority,
        "attempts": task.attempts,
        **{name: value for name, value in optional.items() if value is not None},
    }


def brief_json(task: Task) -> JsonObject:
    """The same for a list that is looked at often: the beginning of what was asked for, and nothing of what came of it."""
    told = {name: value for name, value in task_json(task).items() if name not in ("result", "error")}
    return {**told, "task": task.request.task[:BRIEF]}


def usage_json(usage: Usage) -> JsonObject:
    """Tokens under the names of the wire form."""
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cache_creation_input_tokens": usage.cache_creation_input_tokens,
        "cache_read_input_tokens": usage.cache_read_input_tokens,
        "reasoning_tokens": usage.reasoning_tokens,
    }


def stats_json(stats: Stats, uptime_seconds: float) -> JsonObject:
    """The figures of `GET /stats`."""
    usage = stats.usage
    return {
        "total_tasks": stats.total_tasks,
        "tasks_by_state": dict(stats.tasks_by_state),
        "tasks_by_source": dict(stats.tasks_by_source),
        "active_tasks": stats.tasks_by_state.get("running", 0),
        "total_tokens": {
            "input_tokens": usage.input_tokens,
            "output_tokens": usage.output_tokens,
            "cache_read_tokens": usage.cache_read_input_tokens,
            "cache_creation_tokens": usage.cache_creation_input_tokens,
        },
        "total_estimated_cost_usd": stats.cost_usd,
        "uptime_seconds": int(uptime_seconds),
    }


def _time(at: datetime | None) -> str | None:
    return timestamp(at) if at else None
