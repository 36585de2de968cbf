"""Searching all that was ever said: 10,000 messages in 200 sessions; and what keeping the index costs the recording."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

from benchmarks.table import Row, bound, ratio
from heartbit_tui.config.redact import Redactor
from heartbit_tui.kernel.events import (
    AssistantMessage,
    Envelope,
    Event,
    RunCompleted,
    RunStarted,
    SessionStarted,
    ToolAnswered,
    UserMessage,
)
from heartbit_tui.kernel.messages import Assistant, StopReason, Text, ToolCall, ToolResult, Usage, user
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.store.found import Asked
from heartbit_tui.store.index import file_bytes
from heartbit_tui.store.store import Store
from heartbit_tui.store.trail import Trail

SESSIONS, MESSAGES, VOCABULARY = 200, 10_000, 20_000
ROUNDS = 300
RUNS = 20

SEARCH_BAR, RECORDING_BAR, SIZE_BAR = 50, 1.10, 2.5
"""Milliseconds of the slowest search but 5 %; times a recording without an index; times a file without one."""


def rows(sessions: int = SESSIONS, messages: int = MESSAGES) -> Iterator[Row]:
    """The rows of this benchmark."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "heartbit.db"
        without, took, spent = asyncio.run(_searched(path, sessions, messages))
        what = f"search in {messages:,} messages of {sessions} sessions, p95 of {len(spent)}"
        yield bound(what, statistics.quantiles(spent, n=20)[-1], SEARCH_BAR, unit="ms")
        yield bound(f"index of {messages:,} messages made at once", took, 30, unit="s")
        yield ratio("the file with its index", file_bytes(path) / 1e6, without / 1e6, SIZE_BAR, unit="MB")
    with tempfile.TemporaryDirectory() as name:
        yield ratio("an event until it is durable, with an index that follows", *_recordings(Path(name)), RECORDING_BAR)


async def _searched(path: Path, sessions: int, messages: int) -> tuple[int, float, list[float]]:
    dice = Random(5)
    async with Store.open(path, SystemClock()) as store:
        for number in range(sessions):
            await _record(store, f"s{number}", _session(dice, messages // sessions))
        without = file_bytes(path)
        began = time.perf_counter()
        while await store.passages.catch_up(Redactor()):
            pass
        took = time.perf_counter() - began
        spent = [await _one(store, dice) for _ in range(ROUNDS)]
    return without, took, spent


async def _one(store: Store, dice: Random) -> float:
    words = " ".join(_words(dice, dice.choice((1, 1, 2))))
    began = time.perf_counter()
    await store.passages.search(Asked(text=words))
    return (time.perf_counter() - began) * 1000


def _recordings(folder: Path) -> tuple[float, float]:
    """Milliseconds until all of many runs is durable, with an index that follows and without; the better of three."""
    took = {True: list[float](), False: list[float]()}
    for number in range(6):
        index = number % 2 == 0
        took[index].append(asyncio.run(_recorded(folder / f"{number}.db", index=index)) * 1000)
    return min(took[True]), min(took[False])


async def _recorded(path: Path, *, index: bool) -> float:
    """Seconds that one session takes in which one run follows the other and each event is waited for."""
    dice = Random(7)
    events = [event for _ in range(RUNS) for event in _session(dice, 40)]
    async with (
        Store.open(path, SystemClock()) as store,
        store.recorder("s", Trail(Redactor()), indexed=index) as recorder,
    ):
        began = time.perf_counter()
        for envelope in _placed(events, "s"):
            recorder.take(envelope)
            await recorder.committed(envelope.seq)
        return time.perf_counter() - began


async def _record(store: Store, session: str, events: list[Event]) -> None:
    async with store.recorder(session) as recorder:
        for envelope in _placed(events, session):
            recorder.take(envelope)


def _placed(events: list[Event], session: str) -> Iterator[Envelope]:
    now = SystemClock().now()
    for seq, event in enumerate(events, 1):
        yield Envelope(seq=seq, at=now, session=session, run="run-1", agent="heartbit", event=event)


def _session(dice: Random, messages: int) -> list[Event]:
    events: list[Event] = [
        SessionStarted(cwd="/project", provider="p", model="m", mode=Mode.ASK),
        RunStarted(task="go"),
        UserMessage(message=user(" ".join(_words(dice, 20)))),
    ]
    for number in range(1, messages // 2):
        call = ToolCall(id=f"c{number}", name="bash", input={"command": " ".join(_words(dice, 6))})
        text = Text(text=" ".join(_words(dice, 60)))
        events.append(AssistantMessage(message=Assistant(content=(text, call), stop=StopReason.TOOL_USE)))
        events.append(ToolAnswered(result=ToolResult(call_id=call.id, content=" ".join(_words(dice, 200)))))
    events.append(AssistantMessage(message=Assistant(content=(Text(text="Done."),))))
    events.append(RunCompleted(total_usage=Usage(), tool_calls_made=messages // 2 - 1))
    return events


def _words(dice: Random, count: int) -> list[str]:
    """Words as they are spread in language: few are said often."""
    return [f"w{int(dice.paretovariate(0.6)) % VOCABULARY}x" for _ in range(count)]
