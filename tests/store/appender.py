"""A process of its own that writes a session, for the tests that kill it or run two of them.

`python appender.py FILE` reads commands from stdin: `go SESSION` forks a child that appends until it is killed, and
prints its process id, then each seq as it is acknowledged. `write SESSION COUNT` appends COUNT events and prints
each. `hold SESSION` opens a session, prints `held`, and waits to be killed.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.kernel.events import AssistantMessage, Event, TextDelta, ToolAnswered
from heartbit_tui.kernel.messages import Assistant, Text, ToolResult
from heartbit_tui.store.recorder import Recorder
from heartbit_tui.store.store import Store
from heartbit_tui.testing.clock import FakeClock
from tests.store.logs import STARTED, placed


def event_for(seq: int) -> Event:
    if seq == 1:
        return STARTED
    if seq % 7 == 0:
        return AssistantMessage(message=Assistant(content=(Text(text="word " * (seq % 900)),)))
    if seq % 3 == 0:
        return TextDelta(text="word ")
    return ToolAnswered(result=ToolResult(call_id=f"c{seq}", content="x" * (seq % 3000)))


async def append(recorder: Recorder, session: str, count: int | None) -> None:
    while count is None or recorder.seq < count:
        (envelope,) = placed([event_for(recorder.seq + 1)], session=session, first=recorder.seq + 1)
        recorder.take(envelope)
        await recorder.committed(envelope.seq)
        say(str(envelope.seq))


async def hold(_recorder: Recorder, _session: str, _count: int | None) -> None:
    say("held")
    await asyncio.Event().wait()


async def work(
    path: Path, session: str, count: int | None, job: Callable[[Recorder, str, int | None], Awaitable[None]]
) -> None:
    async with Store.open(path, FakeClock(auto=True)) as store, store.recorder(session) as recorder:
        await job(recorder, session, count)


def say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


def forked(path: Path, session: str) -> None:
    """Append in a child until it is killed; return when it is."""
    child = os.fork()
    if child == 0:
        say(f"pid {os.getpid()}")
        asyncio.run(work(path, session, None, append))
    os.waitpid(child, 0)
    say("gone")


def main() -> None:
    path = Path(sys.argv[1])
    for line in sys.stdin:
        match line.split():
            case ["go", session]:
                forked(path, session)
            case ["write", session, count]:
                asyncio.run(work(path, session, int(count), append))
            case ["hold", session]:
                try:
                    asyncio.run(work(path, session, None, hold))
                except StoreError as error:
                    say(f"refused {error}")
            case _:
                raise SystemExit(f"what is {line!r}?")


if __name__ == "__main__":
    main()
