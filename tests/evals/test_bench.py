"""What is measured of programs on this machine, with none of the person's keys in reach of them."""

import json
import os
import sys
from pathlib import Path

import pytest

from heartbit_tui.evals.bench.figures import Figure, p95
from heartbit_tui.evals.bench.processes import clean, first_frame, is_seen, run
from heartbit_tui.evals.bench.programs import Program, heartbit
from tests.headless.machine import Machine

HOG = "held = bytearray(64 << 20); held[::4096] = b'x' * len(held[::4096])"
DRAWS = "import sys, time; sys.stdout.write('\\x1b[2J\\x1b]0;title\\x07x'); sys.stdout.flush(); time.sleep(60)"
CLAUDE = """#!/bin/sh
[ "$ANTHROPIC_API_KEY" = bench ] && [ -z "$MY_SECRET" ] && [ "$HOME" != "$OLD_HOME" ] || exit 3
case "$1" in
    --version | --help) exit 0 ;;
    -p) exec "$PYTHON" -c "import os, urllib.request as r; r.urlopen(os.environ['ANTHROPIC_BASE_URL'] + '/v1/messages', b'{}')" ;;
    *) printf 'hello'; exec sleep 60 ;;
esac
"""


@pytest.mark.parametrize(
    ("values", "value"), [([1.0], 1.0), ([3.0, 1.0, 2.0], 3.0), ([float(n) for n in range(1, 101)], 95.0)]
)
def test_p95_is_the_value_that_95_of_100_stay_under(values: list[float], value: float) -> None:
    assert p95(values) == value


def test_a_figure_tells_median_p95_ratio_and_how_many_runs_there_were() -> None:
    figure = Figure(
        what="start", program="x", unit="ms", values=(30.0, 10.0, 20.0), floor_name="nothing", floor=(4.0, 6.0, 5.0)
    )
    assert figure.cells == ("start", "x", "20.0 ms", "30.0 ms", "4.00", "3", "5.0 ms (nothing)")
    assert figure.document == {
        "what": "start",
        "program": "x",
        "unit": "ms",
        "median": 20.0,
        "p95": 30.0,
        "ratio": 4.0,
        "runs": 3,
        "floor": {"what": "nothing", "median": 5.0, "p95": 6.0},
    }


@pytest.mark.parametrize(
    ("drawn", "seen"),
    [
        (b"", False),
        (b"\x1b[2J\x1b[?25l\r\n  ", False),
        (b"\x1b]0;a title\x07\x1b]11;?\x1b\\", False),
        (b"\x1bP+q544e\x1b\\\x1b7\x1b(B", False),
        (b"\x1b[38;5;2", False),
        (b"\x1b]0;a tit", False),
        (b"\x1b[1mh", True),
        ("│".encode(), True),
    ],
)
def test_a_frame_is_what_a_person_sees_and_not_what_steers_the_terminal(drawn: bytes, seen: bool) -> None:
    assert is_seen(drawn) is seen


def test_memory_is_that_of_the_program_and_not_of_who_started_it(tmp_path: Path) -> None:
    held = bytearray(256 << 20)
    held[::4096] = b"x" * len(held[::4096])
    small, large = (run((sys.executable, "-c", code), tmp_path, {}) for code in ("pass", HOG))
    assert small.mib < 64 < large.mib < 160
    assert (small.code, large.code) == (0, 0)
    assert run((sys.executable, "-c", "raise SystemExit(3)"), tmp_path, {}).code == 3
    with pytest.raises(OSError, match="could not be started"):
        run((str(tmp_path / "gone"),), tmp_path, {})


def test_a_first_frame_is_timed_and_a_program_without_one_is_told_apart(tmp_path: Path) -> None:
    drawn = first_frame((sys.executable, "-c", DRAWS), tmp_path, {})
    assert drawn is not None
    assert 0 < drawn < 30_000
    assert first_frame((sys.executable, "-c", "pass"), tmp_path, {}) is None


def test_what_is_measured_has_a_home_of_its_own_and_no_way_out(tmp_path: Path) -> None:
    around = clean(tmp_path, {"MINE": "1"})
    assert set(around) <= {"HOME", "PATH", "LANG", "TERM", "MINE", *(n for n in around if n.lower().endswith("_proxy"))}
    assert (around["HOME"], around["HTTPS_PROXY"], around["NO_PROXY"]) == (
        str(tmp_path),
        "http://127.0.0.1:9",
        "127.0.0.1,localhost",
    )


def test_a_task_is_led_to_the_service_in_words_and_variables() -> None:
    peer = Program(name="x", start=("x",), task=("--url={url}/v1",), environment={"BASE": "{url}", "B": "b"})
    assert peer.at("http://h:1") == (("x", "--url=http://h:1/v1"), {"BASE": "http://h:1", "B": "b"})
    assert heartbit().task[-1] == "hello"


@pytest.mark.slow
async def test_bench_measures_heartbit_and_its_peers_and_says_what_it_could_not(machine: Machine) -> None:
    tools = machine.root / "tools"
    tools.mkdir()
    for name, text in (
        ("claude", CLAUDE.replace("$PYTHON", sys.executable)),
        ("codex", "#!/bin/sh\n[ $# = 0 ] || exit 0\nprintf x\n"),
        ("gemini", "#!/bin/sh\nexit 7\n"),
    ):
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    mine = machine.having(PATH=path, ANTHROPIC_API_KEY="sk-real", MY_SECRET="x", OLD_HOME=str(machine.home))
    done = await mine.run("bench", "--rounds", "1", "--turns", "2", "--json")
    assert done.code == 0, done.err
    told = json.loads(done.out)
    measured = {(each["program"], each["what"]): each for each in told["figures"]}
    both = (
        "--version, launch to exit",
        "--version, peak memory of the largest process",
        "--help, launch to exit",
        "screen, launch to the first thing seen",
        "one prompt headless, launch to exit",
        "one prompt headless, peak memory of the largest process",
    )
    turns = ("heartbit", "one turn with an echo in bash, request to request")
    assert {(name, what) for name in ("heartbit", "claude") for what in both} | {turns} <= set(measured)
    assert all(each["median"] > 0 and each["ratio"] > 0 and each["runs"] >= 1 for each in told["figures"])
    assert not any(name == "gemini" for name, _ in measured)
    assert ("codex", "one prompt headless, launch to exit") not in measured
    assert any(note.startswith("codex: one prompt") and "did not ask the service" in note for note in told["notes"])
    assert [note for note in told["notes"] if note.startswith("gemini: --version") and "exit code 7" in note]
