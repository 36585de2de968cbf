"""Asks a person again about a folder that was trusted and is not as it was then."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from heartbit_tui.config.changes import Changed
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import Choice, Notice, Question
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.kernel.session import Session

NOT = Choice(label="Not now", description="its own settings do not count in this session")
TRUST = Choice(label="Trust it as shown", description="its own settings count from the next session on")
TRUSTED = "This folder is trusted as it was shown. Its own settings count in the next session that is opened here."


@asynccontextmanager
async def asking(session: Session, changed: Changed, clock: Clock) -> AsyncGenerator[None]:
    """Ask while the session is open; a question that is still open when it closes is declined."""
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(_ask(session, changed, clock), name="trust")
        try:
            yield
        finally:
            task.cancel()


def question(changed: Changed) -> Question:
    """What a person is asked."""
    text = changed.text.replace(", then run `heartbit trust add` in this folder if you want it:", ":")
    return Question(question=text, header="Trust", options=(NOT, TRUST), allow_other=False)


async def _ask(session: Session, changed: Changed, clock: Clock) -> None:
    if await session.desk.ask([question(changed)]) != ((TRUST.label,),):
        return
    try:
        await asyncio.to_thread(changed.trust, clock.now())
    except HeartbitError as error:
        session.append(session.agent.name, Notice(level="error", text=f"The folder is not trusted: {error}"))
        return
    session.append(session.agent.name, Notice(level="info", text=TRUSTED))
