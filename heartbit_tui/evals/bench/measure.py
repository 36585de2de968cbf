"""What is measured, round by round, one program after the other, so that a busy moment hits all alike."""

import asyncio
import sys
import tempfile
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Protocol

from heartbit_tui.evals.bench.figures import Figure
from heartbit_tui.evals.bench.processes import Run, first_frame, run
from heartbit_tui.evals.bench.programs import Program
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.messages import Text
from heartbit_tui.providers.script import Reply, call

BARE, LIBRARIES, LOOP = "python -c pass", "import httpx, pydantic", "a bare httpx loop, a bash each"
HELLO = (Reply(blocks=(Text(text="Hello."),), times=0),)

FLOOR = """
import asyncio, httpx, sys
async def main():
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        for _ in range(int(sys.argv[2])):
            async with client.stream("POST", sys.argv[1], json={"stream": True, "messages": []}) as response:
                async for _ in response.aiter_lines():
                    pass
            process = await asyncio.create_subprocess_exec("bash", "-c", "echo hi", stdout=-1, stderr=-1)
            await process.communicate()
asyncio.run(main())
"""


class Asked(Protocol):
    """One request that came."""

    @property
    def at(self) -> float:
        """When, in seconds on a clock that only goes forward."""
        ...

    @property
    def method(self) -> str:
        """GET or POST."""
        ...


class Service(Protocol):
    """What plays a model on this machine."""

    @property
    def url(self) -> str:
        """Its address."""
        ...

    @property
    def requests(self) -> Sequence[Asked]:
        """What it was asked so far."""
        ...


Serve = Callable[[Iterable[Reply]], AbstractAsyncContextManager[Service]]
Hear = Callable[[str, int, int, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to measure: the first program is heartbit, whose turns are measured too."""

    programs: tuple[Program, ...]
    rounds: int
    turns: int
    home: Path


async def measured(plan: Plan, serve: Serve, hear: Hear) -> AsyncGenerator[Figure | str]:
    """Figures, and a sentence for each that could not be had. `hear` is told the stage, how far it is, and of what."""
    for what, words in (("--version, launch to exit", "--version"), ("--help, launch to exit", "--help")):
        commands = {program.name: ((*program.start, words), program.environment) for program in plan.programs}
        floors, runs = await _rounds(plan, (sys.executable, "-c", "pass"), commands, hear, what)
        for each in _figures(what, BARE, floors, runs):
            yield each
        if words == "--version":
            for each in _memory("--version, peak memory of the largest process", BARE, floors, runs):
                yield each
    async with serve(HELLO) as service:
        async for each in _frames(plan, service, hear):
            yield each
        tasks = {program.name: program.at(service.url) for program in plan.programs if program.task}
        what = "one prompt headless, launch to exit"
        libraries = (sys.executable, "-c", LIBRARIES)
        floors, runs = await _rounds(plan, libraries, tasks, hear, what, service)
        for each in _figures(what, LIBRARIES, floors, runs):
            yield each
        for each in _memory("one prompt headless, peak memory of the largest process", LIBRARIES, floors, runs):
            yield each
    for program in plan.programs:
        if not program.task:
            yield f"{program.name}: no prompt headless, as it cannot be led to a service here by its command line."
    async for each in _turns(plan, serve, hear):
        yield each


async def _rounds(
    plan: Plan,
    floor: Sequence[str],
    commands: Mapping[str, tuple[Sequence[str], Mapping[str, str]]],
    hear: Hear,
    what: str,
    service: Service | None = None,
) -> tuple[list[Run], dict[str, list[Run]]]:
    """The runs of a floor and of each program, which has to ask the service where there is one; the first warms up."""
    floors: list[Run] = []
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for number in range(plan.rounds + 1):
        hear("bench", number, plan.rounds, what)
        lowest = await asyncio.to_thread(run, floor, plan.home, {})
        if number:
            floors.append(lowest)
        for name, (words, environment) in commands.items():
            if not all(each.is_good for each in runs[name]):
                continue
            before = len(service.requests) if service else 0
            found = await asyncio.to_thread(run, words, plan.home, environment)
            found = replace(found, asked=service is None or len(service.requests) > before)
            if number or not found.is_good:
                runs[name].append(found)
    return floors, runs


def _figures(what: str, floor: str, floors: Sequence[Run], runs: Mapping[str, Sequence[Run]]) -> Iterable[Figure | str]:
    for name, found in runs.items():
        bad = next((each for each in found if not each.is_good), None)
        if bad is not None:
            yield f"{name}: {what} was not measured, as it {_fault(bad)}."
            continue
        lows = tuple(each.ms for each in floors)
        values = tuple(each.ms for each in found)
        yield Figure(what=what, program=name, unit="ms", values=values, floor_name=floor, floor=lows)


def _fault(bad: Run) -> str:
    if bad.code is None:
        return "took too long"
    return f"ended with exit code {bad.code}" if bad.code else "did not ask the service that plays a model here"


def _memory(what: str, floor: str, floors: Sequence[Run], runs: Mapping[str, Sequence[Run]]) -> Iterable[Figure]:
    for name, found in runs.items():
        if all(each.is_good for each in found):
            yield Figure(
                what=what,
                program=name,
                unit="MiB",
                values=tuple(each.mib for each in found),
                floor_name=floor,
                floor=tuple(each.mib for each in floors),
            )


async def _frames(plan: Plan, service: Service, hear: Hear) -> AsyncGenerator[Figure | str]:
    what = "screen, launch to the first thing seen"
    floors: list[float] = []
    found: dict[str, list[float]] = {program.name: [] for program in plan.programs}
    dark: set[str] = set()
    for number in range(plan.rounds + 1):
        hear("bench", number, plan.rounds, what)
        lowest = await asyncio.to_thread(run, (sys.executable, "-c", "pass"), plan.home, {})
        floors += [lowest.ms] if number else []
        for program in plan.programs:
            if program.name in dark:
                continue
            around = program.surroundings(service.url)
            ms = await asyncio.to_thread(first_frame, program.start, plan.home, around)
            if ms is None:
                dark.add(program.name)
            elif number:
                found[program.name].append(ms)
    for name, values in found.items():
        if name in dark:
            yield f"{name}: {what} was not measured, as it drew nothing."
            continue
        yield Figure(what=what, program=name, unit="ms", values=tuple(values), floor_name=BARE, floor=tuple(floors))


async def _turns(plan: Plan, serve: Serve, hear: Hear) -> AsyncGenerator[Figure | str]:
    """Milliseconds from request to request of a run whose every turn runs `echo` in bash, the first left out."""
    what = "one turn with an echo in bash, request to request"
    hear("bench", 0, 2, what)
    replies = [Reply(blocks=(call("bash", command=f"echo hi {turn}"),)) for turn in range(plan.turns + 1)]
    floor = await _gaps(
        plan, serve, replies, (sys.executable, "-c", FLOOR, "{url}/v1/messages", str(plan.turns + 2)), {}
    )
    heartbit = plan.programs[0]
    words = ("--headless", "run", "go", "--permission-mode", "yolo", "--max-turns", str(plan.turns + 5))
    alone = {**heartbit.environment, "HEARTBIT_SANDBOX": "false"}
    hear("bench", 1, 2, what)
    gaps = await _gaps(plan, serve, replies, (*heartbit.start, *words), alone)
    if not gaps or not floor:
        yield f"heartbit: {what} was not measured, as the run did not come to its end."
        return
    yield Figure(what=what, program="heartbit", unit="ms", values=gaps, floor_name=LOOP, floor=floor)


async def _gaps(
    plan: Plan, serve: Serve, replies: Sequence[Reply], command: Sequence[str], environment: Mapping[str, str]
) -> tuple[float, ...]:
    async with serve((*replies, *HELLO)) as service:
        words = [word.replace("{url}", service.url) for word in command]
        around = {name: value.replace("{url}", service.url) for name, value in environment.items()}
        done = await asyncio.to_thread(run, words, plan.home, around)
        times = [asked.at for asked in service.requests if asked.method == "POST"]
    return tuple((after - before) * 1000 for before, after in pairwise(times))[1:] if done.code == 0 else ()


def throw_away() -> tempfile.TemporaryDirectory[str]:
    """An empty home for what is measured, which is gone in the end."""
    return tempfile.TemporaryDirectory(prefix="heartbit-bench-", ignore_cleanup_errors=True)
