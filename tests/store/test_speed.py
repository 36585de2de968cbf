"""Long sessions load in a blink, and opening a store costs next to nothing."""

import subprocess
import sys
import time

from heartbit_tui.kernel.events import (
    AssistantMessage,
    ContextSummarized,
    Rewound,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    RunStarted,
    TextDelta,
    ToolAnswered,
    ToolCallStarted,
    UserMessage,
)
from heartbit_tui.store.store import Store
from tests.store.logs import STARTED, placed, record, run

FOLDED = (
    UserMessage,
    AssistantMessage,
    ToolAnswered,
    ToolCallStarted,
    Rewound,
    ContextSummarized,
    RunStarted,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    TextDelta,
)


async def seconds_to_load(store: Store, *, folded: bool) -> tuple[float, int]:
    begin = time.process_time()
    log = await store.load("s", only=FOLDED if folded else None)
    return time.process_time() - begin, len(log.envelopes)


async def test_ten_thousand_messages_load_quickly(store: Store) -> None:
    log = await record(store, "s", [STARTED, *run("a", turns=5_000)])
    folded = min([await seconds_to_load(store, folded=True) for _ in range(3)])
    whole = min([await seconds_to_load(store, folded=False) for _ in range(3)])
    assert whole[1] == len(log)
    print(f"10,001 messages: {folded[0] * 1e3:.0f} ms for {folded[1]} envelopes that are folded")
    print(f"                 {whole[0] * 1e3:.0f} ms for all {whole[1]}")
    assert folded[0] < 1.0


async def test_a_list_does_not_depend_on_how_long_sessions_are(store: Store) -> None:
    await record(store, "s", [STARTED, *run("a", turns=1_000)])
    begin = time.process_time()
    await store.index.search("a")
    assert time.process_time() - begin < 0.1


def test_recording_loads_no_validator_and_no_second_driver() -> None:
    code = (
        "import sys, heartbit_tui.store.store\n"
        "print([m for m in sys.modules if m.split('.')[0] in ('pydantic', 'pydantic_core', 'aiosqlite', 'httpx')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_log_of_the_tests_is_numbered_without_gaps() -> None:
    assert [each.seq for each in placed(run("a", turns=3))] == list(range(1, len(run("a", turns=3)) + 1))
