"""Between two requests: how long heartbit takes for a turn with a tool call, and for eight calls side by side."""

import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.processes import HEARTBIT, p95, run
from benchmarks.service import Service, calls, says
from benchmarks.table import Row, bound
from benchmarks.undo import plant

TURNS = 100
TREE = 1_000
YOLO = ("--permission-mode", "yolo")
FLOOR = """
import asyncio, httpx, sys
async def main():
    async with httpx.AsyncClient(timeout=30) as client:
        for _ in range(int(sys.argv[2])):
            async with client.stream("POST", sys.argv[1], json={"messages": []}) as response:
                async for _ in response.aiter_lines():
                    pass
            process = await asyncio.create_subprocess_exec("bash", "-c", "echo hi", stdout=-1, stderr=-1)
            await process.communicate()
asyncio.run(main())
"""


def rows(turns: int = TURNS) -> Iterator[Row]:
    """The rows of this benchmark."""
    floor = _gaps((sys.executable, "-c", FLOOR, "{url}/v1/messages", str(turns)), turns)
    gaps = _gaps(_heartbit(turns), turns)
    floors = f"{statistics.median(floor):.1f} / {p95(floor):.1f} ms (a bare httpx loop)"
    yield bound("gap per turn, one `echo` in bash, median", statistics.median(gaps), 8, unit="ms", floor=floors)
    yield bound("gap per turn, 95th percentile", p95(gaps), 20, unit="ms")
    if shutil.which("bwrap"):
        confined = _gaps(_heartbit(turns), turns, sandbox="true")
        yield bound("the same in the sandbox, median", statistics.median(confined), 30, unit="ms")
    if shutil.which("bwrap"):
        kept = _gaps(_heartbit(turns), turns, sandbox="true", tree=TREE, command="echo {turn} > made{turn}")
        what = f"the same in a tree of {TREE:,} files, what it writes kept for undo, median"
        yield bound(what, statistics.median(kept), 35, unit="ms")
    first, last = statistics.median(gaps[5:30]), statistics.median(gaps[-25:])
    yield bound(f"growth over {turns} turns, last quarter to first", last / first, 1.15, unit="x")
    one, eight = (statistics.median(_batch(count)) for count in (1, 8))
    yield bound("eight calls of 200 ms in one turn, to one", eight / one, 1.15, unit="x", floor=f"{one:.0f} ms for one")


def _heartbit(turns: int) -> Sequence[str]:
    return (HEARTBIT, "--headless", "run", "go", "--max-turns", str(turns + 5), *YOLO)


def _gaps(
    program: Sequence[str], turns: int, *, sandbox: str = "false", tree: int = 0, command: str = "echo hi {turn}"
) -> list[float]:
    """Milliseconds between an answer and the next request, the first (which warms up) left out."""
    answers = [calls(command.format(turn=turn), turn=turn) for turn in range(turns)]
    return _measure(program, [*answers, says("Done.")], sandbox=sandbox, tree=tree)[1:]


def _batch(count: int) -> list[float]:
    answers = [calls(*[f"sleep 0.2; : {index}" for index in range(count)], turn=0), says("Done.")]
    return [gap for _ in range(3) for gap in _measure(_heartbit(5), answers)]


def _measure(command: Sequence[str], answers: Sequence[bytes], *, sandbox: str = "false", tree: int = 0) -> list[float]:
    with tempfile.TemporaryDirectory() as name, Service(answers) as service:
        plant(Path(name), tree)
        env = {"ANTHROPIC_BASE_URL": service.url, "ANTHROPIC_API_KEY": "bench", "HEARTBIT_SANDBOX": sandbox}
        result = run([part.replace("{url}", service.url) for part in command], home=Path(name), env=env)
        if result.code != 0:
            raise SystemExit(f"{command[0]} failed with exit code {result.code}: {result.out!r}")
        return [gap * 1000 for gap in service.times.gaps()]
