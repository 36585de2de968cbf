"""One prompt to its end: whatever happens, every call is answered and the run has exactly one terminal event."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import TypeVar

from heartbit_tui.kernel.casting import Cast
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
from heartbit_tui.kernel.protocols import Agent, Limits
from heartbit_tui.kernel.workflows import Doing

_Answer = TypeVar("_Answer")

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
    return await work(nullcontext(Cast(agent=agent, doing=doing)), desk, why=why, within=within)


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
    casting: AbstractAsyncContextManager[Cast], desk: Desk, *, why: Callable[[], str], within: Budget | None = None
) -> Terminal:
    """Work until the run that was begun ends; how it did. Raises nothing but `asyncio.CancelledError`.

    `casting` says who works on it; what is spent on finding that out is part of the run.
    """
    desk.budget = Budget(Limits(), within)
    terminal: Terminal = RunInterrupted(reason=STOPPED)
    try:
        async with casting as cast:
            terminal = await _played(cast, desk)
    except asyncio.CancelledError:
        terminal = RunInterrupted(reason=why() or "cancelled", partial_usage=desk.budget.usage)
        raise
    except HeartbitError as error:
        terminal = RunFailed(error=str(error), partial_usage=desk.budget.usage, kind=_kind(error))
    except Exception as error:  # noqa: BLE001 - the session boundary: a fault of ours must not take the session down
        told = CRASH.format(kind=type(error).__name__, error=error)
        terminal = RunFailed(error=told, partial_usage=desk.budget.usage, kind="crash")
    finally:
        end(desk, terminal)
    return terminal


def end(desk: Desk, terminal: Terminal) -> None:
    """Answer every call that is still open, and tell how the run ended."""
    _answer_all(desk)
    desk.budget = None
    desk.emit(terminal)
    desk.terms = desk.own_terms


def _answer_all(desk: Desk) -> None:
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


async def _played(cast: Cast, desk: Desk) -> Terminal:
    """The work of one agent, and of those that go on where it failed."""
    made = 0
    while True:
        budget = desk.budget = (desk.budget or Budget(cast.agent.limits)).handed_on(cast.agent.limits)
        desk.terms = cast.terms or desk.own_terms
        limit = cast.agent.limits.run_timeout
        if cast.doing is not None:
            return await _timed(cast.doing(cast.agent, desk, budget), limit)
        loop = Loop(cast.agent, desk, budget)
        try:
            structured = await _timed(loop.run(), limit)
        except HeartbitError as error:
            made += loop.calls_made
            _answer_all(desk)
            relief = cast.relief(error)
            if relief is None:
                raise
            cast = relief
        else:
            calls = made + loop.calls_made
            return RunCompleted(total_usage=budget.usage, tool_calls_made=calls, structured=structured)


async def _timed(work: Awaitable[_Answer], limit: float | None) -> _Answer:
    """What the work gives, within so many seconds. Raises `LimitError` after them."""
    scope = asyncio.timeout(limit)
    try:
        async with scope:
            return await work
    except TimeoutError:
        if limit is None or not scope.expired():
            raise
        raise LimitError("time", used=limit, bound=limit) from None


def _kind(error: HeartbitError) -> str:
    if isinstance(error, LimitError):
        return "timeout" if error.limit == "time" else f"max_{error.limit}"
    return error.kind
