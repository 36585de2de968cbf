"""heartbit is killed with SIGKILL at points of a run of ten steps, fifty in all; nothing is lost or happens twice."""

import json
import signal
from collections import Counter
from random import Random
from typing import Any

import pytest

from heartbit_tui.kernel.events import AssistantMessage, Envelope, Event, ToolAnswered
from heartbit_tui.kernel.messages import User
from heartbit_tui.store.store import Store
from heartbit_tui.testing.clock import FakeClock
from heartbit_tui.wire.write import dump_message, dumps
from tests.headless.machine import Machine
from tests.journeys.careful_model import AFTER, DONE, EFFECTS, LINES
from tests.journeys.killing import Point, Run, Scene, survivors
from tests.samples import share

POINTS = 50
SHARE = {"line": 12, "event": 12, "request": 6, "piece": 8, "before": 6, "after": 6}
REACH = {"line": 24, "event": 100, "request": 11, "piece": 270}
"""How far a run of ten steps goes at least, in what it writes, asks and is sent."""


PIECES = frozenset({"text_delta", "thinking_delta", "tool_input_delta", "tool_progress"})


def points() -> list[tuple[Point, Point | None]]:
    """Fifty points, each with a second one for the resumed run in one case of three."""
    rng = Random(9)
    drawn = [_drawn(rng, kind) for kind, share in SHARE.items() for _ in range(share)]
    return [(point, _drawn(rng, "event", 12) if rng.random() < 1 / 3 else None) for point in drawn]


def _drawn(rng: Random, kind: Any, reach: int = 0) -> Point:
    if kind in ("before", "after"):
        return Point(kind=kind, call=f"{rng.choice(EFFECTS)}_1")
    return Point(kind=kind, number=rng.randint(1, reach or REACH[kind]))


async def test_ten_steps_without_a_kill(machine: Machine) -> None:
    async with Scene(machine).opened() as scene:
        run = await scene.run("-p", "do the ten steps")
        assert ended_well(run)
        assert scene.tree() == AFTER
        assert scene.log() == LINES
        assert len(run.lines) > REACH["line"]
        assert len(run.events) > REACH["event"]
        assert survivors(scene.mark) == set()
        await holds_what_was_told(scene)


@pytest.mark.parametrize(("point", "again"), share(points(), 3), ids=repr)
async def test_a_kill_loses_nothing_and_repeats_nothing(machine: Machine, point: Point, again: Point | None) -> None:
    assert len(points()) == POINTS
    async with Scene(machine).opened() as scene:
        killed = await scene.run("-p", "do the ten steps", point=point)
        assert killed.code == -signal.SIGKILL
        assert survivors(scene.mark) == set()
        await holds_what_was_told(scene)
        if again is not None:
            await scene.run(*resuming(scene), point=again)
            await holds_what_was_told(scene)
        assert ended_well(await scene.run(*resuming(scene)))
        assert scene.tree() == AFTER
        assert scene.log() == LINES
        assert max(Counter(scene.asked).values()) == 1
        assert survivors(scene.mark) == set()
        await holds_what_was_told(scene)


def resuming(scene: Scene) -> tuple[str, ...]:
    """How to take up the session of which anything was told: by its id or as the last one, in turns."""
    told = [event for run in scene.runs for event in run.events]
    if not told:
        return ("-p", "do the ten steps")
    return ("-p", "go on", "--resume", told[0]["session"]) if len(told) % 2 else ("-p", "go on", "-c")


def ended_well(run: Run) -> bool:
    result = run.lines[-1]
    assert run.stray == ""
    assert (run.code, result["subtype"], result["result"]) == (0, "success", DONE), result
    return True


async def holds_what_was_told(scene: Scene) -> None:
    """All that any process wrote stands in the store, word for word; pieces of an answer stand in the answer."""
    for run in scene.runs:
        if any(event["type"] not in PIECES for event in run.events):
            kept = await load(scene, run.lines[0]["session_id"])
            told = [event for event in run.events if event["type"] not in PIECES]
            assert [json.loads(dumps(kept[event["seq"]])) for event in told if event["seq"] in kept] == told
            assert [line for line in told_messages(run) if line not in messages(kept)] == []


async def load(scene: Scene, session_id: str) -> dict[int, Envelope]:
    async with Store.open(scene.store, FakeClock()) as store:
        log = await store.load(session_id)
    assert log.skipped == ()
    return {envelope.seq: envelope for envelope in log.envelopes}


def told_messages(run: Run) -> list[Any]:
    """The messages and results in the lines of a stream."""
    said = [line["message"] for line in run.lines if line["type"] == "assistant"]
    return [
        *((message["id"], "".join(block.get("text", "") for block in message["content"])) for message in said),
        *(line["message"]["content"] for line in run.lines if line["type"] == "user"),
    ]


def messages(kept: dict[int, Envelope]) -> list[Any]:
    """The same of a log."""
    return [told for seq, envelope in kept.items() for told in _message(seq, envelope.event)]


def _message(seq: int, event: Event) -> list[Any]:
    match event:
        case AssistantMessage(message=message):
            return [(f"msg_{seq}", message.text)]
        case ToolAnswered(result=result):
            return [dump_message(User(content=(result,)))["content"]]
        case _:
            return []
