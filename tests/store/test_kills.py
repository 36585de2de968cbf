"""A session survives any number of kills: what was acknowledged is there, and a strict service takes what is sent next."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections.abc import Generator, Mapping
from pathlib import Path

import pytest

from heartbit_tui.kernel import recovery
from heartbit_tui.kernel.conversation import Conversation
from heartbit_tui.kernel.events import Delta, Envelope, UserMessage
from heartbit_tui.kernel.messages import Message, user
from heartbit_tui.store.store import Store
from heartbit_tui.testing.clock import EPOCH, FakeClock
from heartbit_tui.testing.strict import problems
from tests.samples import samples
from tests.store.talker import digest

KILLS, SHARES, EACH = samples(200, 60), 2, 10
"""Kills in all, in this many tests, so many in one session."""

ROOT = Path(__file__).parents[2]


@pytest.fixture
def talker() -> Generator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "tests.store.talker"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        yield process
        process.kill()


@pytest.mark.slow
@pytest.mark.security("L1", n=KILLS // SHARES)
@pytest.mark.parametrize("share", range(SHARES))
def test_two_hundred_kills_lose_no_acknowledged_event_and_leave_what_a_strict_service_takes(
    talker: "subprocess.Popen[str]", tmp_path: Path, share: int
) -> None:
    dice = random.Random(share)
    kills = acknowledged = 0
    with asyncio.Runner() as runner:
        for number in range(KILLS // SHARES // EACH):
            path, known = tmp_path / str(number) / "heartbit.db", dict[int, str]()
            for _ in range(EACH):
                known |= killed(talker, path, dice.choice((0, 1, dice.randrange(12), dice.randrange(90))))
                kills += 1
                if known:
                    log = runner.run(loaded(path))
                    holds_all(log, known)
                    assert problems(next_request(log)) == []
            acknowledged += len(known)
    assert kills == KILLS // SHARES
    assert acknowledged > 10 * kills
    print(f"{kills} kills, {acknowledged} events acknowledged, 0 lost, {kills} requests accepted")


def killed(talker: "subprocess.Popen[str]", path: Path, moment: int) -> Mapping[int, str]:
    """What a child acknowledged that is killed once it has told `moment` events."""
    assert talker.stdin is not None
    assert talker.stdout is not None
    talker.stdin.write(f"{path}\n")
    talker.stdin.flush()
    child = int(talker.stdout.readline().removeprefix("pid "))
    known: dict[int, str] = {}
    is_killed = False
    while True:
        if len(known) >= moment and not is_killed:
            os.kill(child, signal.SIGKILL)
            is_killed = True
        line = talker.stdout.readline().strip()
        if line == "gone":
            return known
        seq, _, told = line.partition(" ")
        assert seq != "bad", told
        known[int(seq)] = told


def holds_all(log: tuple[Envelope, ...], known: Mapping[int, str]) -> None:
    there = {each.seq: digest(each) for each in log if not isinstance(each.event, Delta)}
    assert {seq: there.get(seq) for seq in known} == known


async def loaded(path: Path) -> tuple[Envelope, ...]:
    async with Store.open(path, FakeClock()) as store:
        log = await store.load("s1")
    assert log.skipped == ()
    return log.envelopes


def next_request(log: tuple[Envelope, ...]) -> tuple[Message, ...]:
    """The messages of the next request of a session that is taken up again, right after its first prompt."""
    conversation = Conversation("main", log)
    seq = log[-1].seq
    events = [*(event for _, _, event in recovery.endings(log)), UserMessage(message=user("go on"))]
    for event in events:
        seq += 1
        conversation.apply(Envelope(seq=seq, at=EPOCH, session="s1", run="", agent="main", event=event))
    return conversation.messages()
