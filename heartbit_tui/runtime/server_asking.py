"""Asks a person about each server that a project brings, and about tools that are not what they were."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import Choice, Notice, Question
from heartbit_tui.kernel.session import Session
from heartbit_tui.mcp.fleet import Fleet
from heartbit_tui.mcp.tools import visible
from heartbit_tui.mcp.types import Command, Server

LATER = Choice(label="Not now", description="it does not start in this session; you are asked again in the next")
START = Choice(label="Start it", description="now and in later sessions, as long as its definition stays as it is")
NEVER = Choice(label="Never", description="it does not start, as long as its definition stays as it is")
RUNS = "This folder defines the MCP server “{name}” ({where}). It would run this program, outside of any sandbox: {way}"
REACHES = "This folder defines the MCP server “{name}” ({where}). It would be reached at: {way}"
WITH = "\nIt gets the variables: {names}"
READS = "\nWhat it is told comes from your variables: {names}"
MOST = 2_000


@asynccontextmanager
async def asking(session: Session, fleet: Fleet) -> AsyncGenerator[None]:
    """Ask while the session is open; what is still open when it closes is declined."""
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(ask(session, fleet), name="servers")
        try:
            yield
        finally:
            task.cancel()


def question(server: Server) -> Question:
    """What a person is asked about a server."""
    text = RUNS if isinstance(server.way, Command) else REACHES
    told = text.format(
        name=visible(server.name), where=server.origin.where, way=visible(server.shown or str(server.way))[:MOST]
    )
    if isinstance(server.way, Command) and server.way.environment:
        told += WITH.format(names=", ".join(map(visible, server.way.environment)))
    if server.reads:
        told += READS.format(names=", ".join(server.reads))
    return Question(question=told, header="MCP server", options=(LATER, START, NEVER), allow_other=False)


async def ask(session: Session, fleet: Fleet) -> None:
    """Ask about each server that waits for a word, and keep what is said."""
    for server in fleet.waiting():
        answers = await session.desk.ask([question(server)])
        said = answers[0][0] if answers and answers[0] else LATER.label
        if said == LATER.label:
            continue
        try:
            await fleet.decide(server.name, yes=said == START.label)
        except HeartbitError as error:
            text = f"Your answer could not be kept: {error}"
            session.append(session.agent.name, Notice(level="error", text=text))
