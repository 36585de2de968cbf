"""One prompt to its end: whatever happens, every call is answered and the run has exactly one terminal event."""

import asyncio
from collections.abc import Callable

from heartbit_tui.kernel.desk import Desk
from heartbit_tui.kernel.errors import HeartbitError, LimitError
from heartbit_tui.kernel.events import (
    RunCompleted,
    RunFailed,
    RunInterrupted,
    RunStarted,
    Terminal,
    ToolAnswered,
    UserMessage,
)
from heartbit_tui.kernel.limits import Budget
from heartbit_tui.kernel.loop import Loop
from heartbit_tui.kernel.messages import Text, User
from heartbit_tui.kernel.ops import Prompt
from heartbit_tui.kernel.protocols import Agent

CRASH = "heartbit itself failed: {kind}: {error}. The session is kept; please report this."


async def run(agent: Agent, desk: Desk, prompt: Prompt, *, why: Callable[[], str]) -> None:
    """Work on `prompt` until the run ends, in whatever way; `why` says who interrupted it.

    Raises nothing but `asyncio.CancelledError`.
    """
    budget = Budget(agent.limits)
    desk.emit(RunStarted(task="".join(block.text for block in prompt.content if isinstance(block, Text))))
    desk.emit(UserMessage(message=User(content=prompt.content)))
    end: Terminal = RunInterrupted(reason=CRASH)
    try:
        end = await _work(agent, desk, budget)
    except asyncio.CancelledError:
        end = RunInterrupted(reason=why() or "cancelled", partial_usage=budget.usage)
        raise
    except HeartbitError as error:
        end = RunFailed(error=str(error), partial_usage=budget.usage, kind=_kind(error))
    except Exception as error:  # noqa: BLE001 - the session boundary: a fault of ours must not take the session down
        told = CRASH.format(kind=type(error).__name__, error=error)
        end = RunFailed(error=told, partial_usage=budget.usage, kind="crash")
    finally:
        for result in desk.unanswered():
            desk.emit(ToolAnswered(result=result))
        desk.emit(end)


async def _work(agent: Agent, desk: Desk, budget: Budget) -> Terminal:
    limit = agent.limits.run_timeout
    scope = asyncio.timeout(limit)
    try:
        async with scope:
            outcome = await Loop(agent, desk, budget).run()
    except TimeoutError:
        if limit is None or not scope.expired():
            raise
        raise LimitError("time", used=limit, bound=limit) from None
    return RunCompleted(
        total_usage=budget.usage, tool_calls_made=outcome.tool_calls_made, structured=outcome.structured
    )


def _kind(error: HeartbitError) -> str:
    if isinstance(error, LimitError):
        return "timeout" if error.limit == "time" else f"max_{error.limit}"
    return error.kind
