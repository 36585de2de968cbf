"""From launch to exit: `--version`, `--help`, and a first answer from a model service on localhost."""

import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.processes import HEARTBIT, Run, medians, run
from benchmarks.service import Service, says
from benchmarks.table import Row, bound, ratio

ROUNDS = 15
BARE = (sys.executable, "-c", "pass")
LIBRARIES = (sys.executable, "-c", "import httpx, pydantic")


def rows(rounds: int = ROUNDS) -> Iterator[Row]:
    """The rows of this benchmark."""
    with tempfile.TemporaryDirectory() as name, Service([says("Hello.")]) as service:
        home = Path(name)
        bare, version, help_ = medians(
            [
                [r.ms for r in series]
                for series in _rounds([BARE, (HEARTBIT, "--version"), (HEARTBIT, "--help")], home, {}, rounds)
            ]
        )
        yield ratio("`heartbit --version`", version, bare, 1.6)
        yield ratio("`heartbit --help`", help_, bare, 4)
        env = {"ANTHROPIC_BASE_URL": service.url, "ANTHROPIC_API_KEY": "bench"}
        hello = (HEARTBIT, "--headless", "run", "hello")
        floors, hellos = _rounds([LIBRARIES, hello], home, env, rounds)
        _check(hellos)
        floor, value = medians([[r.ms for r in floors], [r.ms for r in hellos]])
        yield ratio("headless hello, launch to exit (floor: `import httpx, pydantic`)", value, floor, 1.8)
        yield bound("headless hello, peak memory", max(r.mib for r in hellos), 70, unit="MiB")


def _rounds(commands: Sequence[Sequence[str]], home: Path, env: Mapping[str, str], rounds: int) -> list[list[Run]]:
    """Each command once a round, one after the other, so that a busy moment hits all alike; the first warms up."""
    series: list[list[Run]] = [[] for _ in commands]
    for number in range(rounds + 1):
        for index, command in enumerate(commands):
            result = run(command, home=home, env=env)
            if number:
                series[index].append(result)
    return series


def _check(runs: Sequence[Run]) -> None:
    for result in runs:
        if result.code != 0 or b"Hello." not in result.out:
            raise SystemExit(f"the hello run failed with exit code {result.code}: {result.out!r}")
