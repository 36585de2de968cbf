"""A whole task in one call."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Unpack

from heartbit_tui.library.agent import Agent, AgentOptions, Task
from heartbit_tui.library.exchange import Stream
from heartbit_tui.library.result import Result
from heartbit_tui.library.session import Session


async def run(task: Task, agent: Agent | None = None, /, **options: Unpack[AgentOptions]) -> Result:
    """Do a task from start to end in a session of its own.

    How it ended is in the result. Raises what opening a session raises, and what a callback of yours raised.
    """
    async with Session(agent or Agent(**options)) as session:
        return await session.ask(task)


def run_sync(task: Task, agent: Agent | None = None, /, **options: Unpack[AgentOptions]) -> Result:
    """Do a task as `run` does, from a program that has no event loop."""
    return asyncio.run(run(task, agent, **options))


@asynccontextmanager
async def stream(task: Task, agent: Agent | None = None, /, **options: Unpack[AgentOptions]) -> AsyncGenerator[Stream]:
    """Do a task as `run` does, and read what happens: `async with stream("…") as events: async for each in events: …`."""
    async with Session(agent or Agent(**options)) as session:
        yield session.stream(task)
