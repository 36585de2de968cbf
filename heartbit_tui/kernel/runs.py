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
    ToolCallCompleted,
    UserMessage,
)
from heartbit_tui.kernel.limits import Budget
from heartbit_tui.kernel.loop import Loop
from heartbit_tui.kernel.messages import Audio, Image, Text, User
from heartbit_tui.kernel.ops import Prompt
from heartbit_tui.kernel.protocols import Agent
from heartbit_tui.kernel.workflows import Doing

CRASH = "heartbit itself failed: {kind}: {error}. The session is kept; please report this."
STOPPED = "heartbit was stopped"


async def run(
    agent: Agent,
    desk: Desk,
    prompt: Prompt,
    *,
    why: Callable[[], str],
    within: Budget | None = None,
    doing: Doing | None = None,
) -> Terminal:
    """Work on `prompt` until the run ends, in whatever way; `why` says who interrupted it.

    `within` is the budget of the run that it is a part of, `doing` what is done in place of asking the model. Raises
    nothing but `asyncio.CancelledError`.
    """
    begin(desk, prompt)
    return await work(agent, desk, why=why, within=within, doing=doing)


def begin(desk: Desk, prompt: Prompt) -> None:
    """Tell that a run has started, and with which task; `work` or `end` has to follow."""
    desk.budget = None
    desk.emit(RunStarted(task=words(prompt), workflow=prompt.workflow))
    desk.emit(UserMessage(message=User(content=_told(prompt))))


def words(prompt: Prompt) -> str:
    """What a prompt says."""
    return "".join(block.text for block in prompt.content if isinstance(block, Text))


def said(prompt: Prompt) -> str:
    """What a prompt says as the conversation has it, with the workflow that it is for."""
    return f"/workflow {prompt.workflow} {words(prompt)}".rstrip() if prompt.workflow else words(prompt)


def _told(prompt: Prompt) -> tuple[Text | Image | Audio, ...]:
    if not prompt.workflow:
        return prompt.content
    return (Text(text=said(prompt)), *(block for block in prompt.content if not isinstance(block, Text)))


async def work(
    agent: Agent, desk: Desk, *, why: Callable[[], str], within: Budget | None = None, doing: Doing | None = None
) -> Terminal:
    """Work until the run that was begun ends; how it did. Raises nothing but `asyncio.CancelledError`."""
    budget = desk.budget = Budget(agent.limits, within)
    terminal: Terminal = RunInterrupted(reason=STOPPED)
    try:
        terminal = await _outcome(agent, desk, budget, doing)
    except asyncio.CancelledError:
        terminal = RunInterrupted(reason=why() or "cancelled", partial_usage=budget.usage)
        raise
    except HeartbitError as error:
        terminal = RunFailed(error=str(error), partial_usage=budget.usage, kind=_kind(error))
    except Exception as error:  # noqa: BLE001 - the session boundary: a fault of ours must not take the session down
        told = CRASH.format(kind=type(error).__name__, error=error)
        terminal = RunFailed(error=told, partial_usage=budget.usage, kind="crash")
    finally:
        end(desk, terminal)
    return terminal


def end(desk: Desk, terminal: Terminal) -> None:
    """Answer every call that is still open, and tell how the run ended."""
    for open_call in desk.conversation.open_calls():
        call, result, began = open_call.call, open_call.result, open_call.began
        spent = (desk.clock.now() - began).total_seconds() if began else 0.0
        desk.emit(ToolAnswered(result=result))
        desk.emit(
            ToolCallCompleted(
                tool_name=call.name,
                tool_call_id=call.id,
                is_error=True,
                duration_ms=max(0, round(spent * 1000)),
                output=result.content,
            )
        )
    desk.budget = None
    desk.emit(terminal)


async def _outcome(agent: Agent, desk: Desk, budget: Budget, doing: Doing | None) -> Terminal:
    limit = agent.limits.run_timeout
    scope = asyncio.timeout(limit)
    try:
        async with scope:
            if doing is not None:
                return await doing(agent, desk, budget)
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
