"""Whoever is attached to a daemon's session sees all of it, takes part in it, and does not end it."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from heartbit_tui.client.attached import Attached, attached
from heartbit_tui.client.remote import RemoteError
from heartbit_tui.kernel.events import (
    ApprovalDecision,
    ApprovalRequested,
    AssistantMessage,
    Envelope,
    ModeChanged,
    Notice,
    RunCompleted,
    RunInterrupted,
)
from heartbit_tui.kernel.messages import Text
from heartbit_tui.kernel.ops import Close, Decide, Interrupt, Mode, Prompt, SetMode
from tests.daemon.ground import LONG, Ground, calls, says
from tests.daemon.http import SETTINGS, TOKEN, USERS, ended, served, submitted

STAY = says("at last", when="please stay", wait=LONG, times=0)
WRITE = calls("write", {"file_path": "new.txt", "content": "x"}, when="please write", times=0)
HELLO = says("hello there", times=0)


class Guest:
    """Somebody attached, and all that they saw."""

    def __init__(self, client: Attached) -> None:
        self.client = client
        self.seen: list[Envelope] = list(client.history)
        self._grown = asyncio.Event()

    async def look(self) -> None:
        async for batch in self.client.batches():
            self.seen.extend(batch)
            self._grown.set()

    async def until(self, holds: Callable[[Envelope], bool]) -> Envelope:
        """The first envelope of which this holds."""
        while True:
            for envelope in self.seen:
                if holds(envelope):
                    return envelope
            self._grown.clear()
            await self._grown.wait()

    def ask(self, text: str) -> None:
        self.client.submit(Prompt(content=(Text(text=text),)))

    @property
    def answers(self) -> list[str]:
        return [each.event.message.text for each in self.seen if isinstance(each.event, AssistantMessage)]


@asynccontextmanager
async def guest(url: str, wanted: str, token: str = TOKEN) -> AsyncGenerator[Guest]:
    async with attached(url, token, wanted) as client:
        found = Guest(client)
        looking = asyncio.create_task(found.look())
        try:
            yield found
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)


def ready(tmp_path: Path, *replies: Any) -> Ground:
    ground = Ground(tmp_path)
    ground.prepare([*replies, STAY, HELLO], SETTINGS)
    return ground


def is_(kind: type[Any]) -> Callable[[Envelope], bool]:
    return lambda envelope: isinstance(envelope.event, kind)


async def test_a_guest_sees_what_was_and_goes_on_with_it(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon, daemon.caller() as caller:
        task = await ended(caller, await submitted(caller, "say hello"))
        async with guest(daemon.url, task["id"]) as one:
            assert one.answers == ["hello there"]
            assert (one.client.about.session_id, one.client.about.model) == (task["session_id"], "scripted")
            assert one.client.costs()[0].calls == 1
            one.ask("and again")
            assert one.client.running
            await one.client.settled()
            assert one.answers == ["hello there", "hello there"]
            assert one.client.costs()[0].calls == 2
            log = (await caller.get(f"/sessions/{task['session_id']}/log")).json()["events"]
            facts = [each.seq for each in one.seen if not type(each.event).__name__.endswith("Delta")]
            assert facts == [each["seq"] for each in log]


async def test_two_guests_see_the_same_and_the_first_answer_counts(tmp_path: Path) -> None:
    ground = ready(tmp_path, WRITE)
    async with served(ground, mode=None) as daemon, daemon.caller() as caller:
        task_id = await submitted(caller, "please write")
        async with guest(daemon.url, task_id) as one, guest(daemon.url, task_id) as other:
            asked = [await each.until(is_(ApprovalRequested)) for each in (one, other)]
            assert asked[0] == asked[1]
            assert isinstance(asked[0].event, ApprovalRequested)
            one.client.submit(Decide(id=asked[0].event.id, allow=False))
            other.client.submit(Decide(id=asked[0].event.id, allow=True))
            decided = [await each.until(is_(ApprovalDecision)) for each in (one, other)]
            assert decided[0] == decided[1]
            last = [await each.until(is_(RunCompleted)) for each in (one, other)]
            assert last[0] == last[1]
            decisions = [each.event for each in one.seen if isinstance(each.event, ApprovalDecision)]
            assert len(decisions) == 1
            assert (ground.project / "new.txt").exists() is decisions[0].approved


async def test_a_guest_interrupts_and_changes_the_mode_and_leaving_ends_nothing(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon, daemon.caller() as caller:
        task_id = await submitted(caller, "please stay")
        async with guest(daemon.url, task_id) as one:
            for mode in (Mode.ACCEPT_EDITS, Mode.PLAN):  # as fast as two keys, each of which asks for the next mode
                one.client.submit(SetMode(mode=mode))
                assert one.client.mode is mode
            await one.until(lambda each: each.event == ModeChanged(mode=Mode.PLAN))
            assert one.client.mode is Mode.PLAN
            one.client.submit(Close())
        assert (await caller.get(f"/tasks/{task_id}")).json()["state"] == "running"
        async with guest(daemon.url, task_id) as two:
            assert two.client.running
            two.client.submit(Interrupt(reason="a guest"))
            await two.until(is_(RunInterrupted))
        task = await ended(caller, task_id)
        assert (task["state"], task["error"]) == ("cancelled", "It was interrupted by a guest.")


async def test_what_the_daemon_refuses_is_told(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon, daemon.caller() as caller:
        task = await ended(caller, await submitted(caller, "say hello"))
        async with guest(daemon.url, task["session_id"]) as one:
            one.client.submit(Prompt(content=(Text(text="x" * 200_001),)))
            told = await one.until(is_(Notice))
            assert "at most 200000 characters" in getattr(told.event, "text", "")
            await one.client.settled()
            assert not one.client.running


@pytest.mark.parametrize("name", ["ben", "carl"])
async def test_nobody_attaches_to_the_sessions_of_others(tmp_path: Path, name: str) -> None:
    async with served(ready(tmp_path)) as daemon, daemon.caller(USERS["anna"]) as anna:
        task = await ended(anna, await submitted(anna, "say hello"))
        for wanted in (task["id"], task["session_id"]):
            with pytest.raises(RemoteError):
                async with guest(daemon.url, wanted, USERS[name]):
                    pass
