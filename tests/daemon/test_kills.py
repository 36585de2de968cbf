"""Daemons under load are killed with SIGKILL at any moment: nothing accepted is lost, and nothing is done twice by itself."""

import signal
from collections import Counter
from random import Random

import pytest

from heartbit_tui.daemon.leftovers import UNKNOWN
from heartbit_tui.daemon.service import TRIED
from tests.daemon.appending import asks, lines
from tests.daemon.killing import Life, Scene, Step
from tests.headless.machine import Machine
from tests.journeys.killing import survivors
from tests.samples import samples

KILLS, SHARES = samples(200, 4), 2
"""Kills in all, in this many tests."""

PAIRS = samples(30, 1)
"""Kills of one of two daemons on one file."""

STOPS = samples(50, 2)
"""Daemons that are asked to stop."""

LEGAL = {
    ("", "pending"),
    ("pending", "running"),
    ("pending", "cancelled"),
    ("running", "pending"),
    ("running", "completed"),
    ("running", "cancelled"),
    ("running", "interrupted"),
    ("interrupted", "pending"),
    ("interrupted", "cancelled"),
}
"""How a task may change; none fails here, as nothing but daemons does."""


@pytest.mark.slow
@pytest.mark.timeout(samples(1_800, 180))
@pytest.mark.security("D10", n=KILLS // SHARES)
@pytest.mark.parametrize("share", range(SHARES))
async def test_two_hundred_kills_lose_no_accepted_task_and_do_nothing_twice(machine: Machine, share: int) -> None:
    async with Scene(machine, Random(share)).opened() as scene:
        for _ in range(KILLS // SHARES):
            life = await scene.born(scene.drawn())
            await scene.serve(life)
            assert await scene.gone(life) == -signal.SIGKILL, life.told
            assert survivors(scene.mark) == set()
        await holds_all(scene, await scene.born())


@pytest.mark.slow
@pytest.mark.timeout(samples(1_200, 180))
@pytest.mark.security("D10", n=PAIRS)
async def test_of_two_daemons_on_one_file_one_is_killed_while_both_work(machine: Machine) -> None:
    async with Scene(machine, Random(7)).opened() as scene:
        lives = [await scene.born(), await scene.born()]
        for number in range(PAIRS):
            scene.doom(lives[number % 2].process, scene.drawn(born=False))
            await scene.serve(*lives)
            assert await scene.gone(lives[number % 2]) == -signal.SIGKILL
            lives[number % 2] = await scene.born()
        await holds_all(scene, *lives)


@pytest.mark.slow
@pytest.mark.timeout(samples(1_200, 180))
@pytest.mark.security("D13", n=STOPS)
async def test_a_daemon_that_is_asked_to_stop_ends_what_it_is_at_and_leaves_the_rest(machine: Machine) -> None:
    async with Scene(machine, Random(3), signal.SIGTERM).opened() as scene:
        for _ in range(STOPS):
            life = await scene.born(scene.drawn())
            await scene.serve(life)
            assert await scene.gone(life) == (0 if life.url else -signal.SIGTERM), life.told
            assert survivors(scene.mark) == set()
            assert "running" not in {step.now for step in latest(scene.history()).values()}
        await holds_all(scene, await scene.born())
        assert {(step.was, step.now) for step in scene.history()} <= LEGAL - {
            ("running", "pending"),
            ("running", "interrupted"),
            ("interrupted", "pending"),
        }


async def holds_all(scene: Scene, *lives: Life) -> None:
    """Let all tasks end, stop the daemons and check what is left."""
    tasks = await scene.settle(lives[0])
    for life in lives:
        life.process.send_signal(signal.SIGTERM)
        assert await scene.gone(life) == 0
    holds(scene, tasks)
    stands = Counter(each["state"] for each in tasks)
    print(f"{len(tasks)} tasks {dict(stands)}, steps {steps(scene.history())}, {scene.missed} points were not reached")


def steps(history: list[Step]) -> dict[str, int]:
    """How often tasks went from one state to another."""
    return dict(Counter(f"{step.was} > {step.now}" for step in history))


def latest(history: list[Step]) -> dict[str, Step]:
    """The last step of each task."""
    return {step.id: step for step in history}


def holds(scene: Scene, tasks: list[dict[str, str]]) -> None:
    """Check all that was promised of the tasks of a scene that has been settled."""
    assert scene.stray == []
    assert scene.model.strange == []
    assert survivors(scene.mark) == set()
    by_name = {each["idempotency_key"]: each for each in tasks}
    assert len(by_name) == len(tasks)
    assert {name: {by_name[name]["id"]} for name in scene.known.ids} == scene.known.ids
    assert max(scene.known.created.values()) == 1
    assert all(each["task"] == asks(name) for name, each in by_name.items())
    unknown = took_legal_steps(scene.history(), tasks)
    did_everything_once(scene, by_name, unknown)


def took_legal_steps(history: list[Step], tasks: list[dict[str, str]]) -> set[str]:
    """Check how the tasks went on; the ids of those of which a person was told that something is not known."""
    stands = dict[str, str]()
    begun = Counter[str]()
    for step in history:
        assert (step.was, step.now) in LEGAL, step
        assert stands.get(step.id, "") == step.was
        stands[step.id] = step.now
        begun[step.id] += step.now == "running"
        assert step.attempts == begun[step.id]
    assert stands == {each["id"]: each["state"] for each in tasks}
    assert set(stands.values()) <= {"completed", "cancelled"}
    stopped = [step for step in history if step.now == "interrupted"]
    tried = {step.id for step in stopped if step.error == TRIED.format(tries=step.attempts)}
    unknown = {step.id for step in stopped if step.error.startswith(UNKNOWN.partition("{")[0])}
    assert tried | unknown == {step.id for step in stopped}
    return unknown


def did_everything_once(scene: Scene, by_name: dict[str, dict[str, str]], unknown: set[str]) -> None:
    """Check that every line was added once, but where a person was told that this is not known, or wanted no more."""
    asked, done = scene.lines("asked"), scene.lines("done")
    assert max(asked.values()) == max(done.values()) == 1
    for name, task in by_name.items():
        missing = {line for line in lines(name) if line not in done}
        if task["state"] == "cancelled":
            assert task["id"] in scene.known.cancelled
        else:
            assert missing <= scene.model.unknown
        if missing & scene.model.unknown or scene.model.unknown & set(lines(name)):
            assert task["id"] in unknown or task["state"] == "cancelled"
