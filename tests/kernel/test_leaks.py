"""What a session needed is given back when it is over."""

import asyncio
import gc
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from heartbit_tui.kernel.events import ApprovalRequested
from heartbit_tui.kernel.ops import Interrupt
from heartbit_tui.kernel.protocols import Ask
from heartbit_tui.providers.script import call
from heartbit_tui.testing.rules import FakeGate
from heartbit_tui.testing.tools import FakeTool
from tests.kernel.rig import Plan, opened, says, turn

SESSIONS = 40


async def one(number: int) -> None:
    """A session with an answer, a call, a request that is interrupted, and readers that come and stay."""
    replies = [says("hi"), turn(call("echo", "c1", text="1")), says("done")]
    gate = FakeGate(lambda action, mode: Ask(reason="sure?"))
    async with opened(Plan(replies=replies, tools=[FakeTool()], gate=gate)) as rig:
        await rig.ask(f"hello {number}")
        rig.prompt("go")
        await rig.until(ApprovalRequested)
        rig.session.submit(Interrupt())
        await rig.session.settled()


def held() -> Counter[str]:
    """How many objects of the kernel's own kinds are alive."""
    gc.collect()
    kinds: Iterator[type[object]] = map(type, gc.get_objects())
    return Counter(kind.__qualname__ for kind in kinds if str(kind.__module__).startswith("heartbit_tui."))


def counted() -> tuple[int, int, int]:
    """Tasks, threads and open files of this process."""
    return len(asyncio.all_tasks()), threading.active_count(), len(list(Path("/dev/fd").iterdir()))


@pytest.mark.security("K37", n=SESSIONS)
async def test_sessions_that_are_over_leave_no_object_task_thread_or_file() -> None:
    await one(0)
    before = held(), counted()
    for number in range(SESSIONS):
        await one(number)
    after = held(), counted()
    assert after[1] == before[1]
    assert after[0] - before[0] == Counter()
