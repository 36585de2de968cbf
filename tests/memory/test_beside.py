"""Two instances at once, on one memory and one file of settings."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.memory import beside, killed

ROOT = Path(__file__).parents[2]
WRITES, TIMES = 1_000, 250


@pytest.mark.security("L9", n=WRITES)
def test_two_processes_lose_no_memory_and_no_setting_of_each_other(tmp_path: Path) -> None:
    killed.opened(tmp_path / beside.MEMORIES).close()
    processes = [
        subprocess.Popen(
            (sys.executable, "-m", "tests.memory.beside", tmp_path, name, str(TIMES)),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in "ab"
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        process.communicate()
        assert process.returncode == 0
    wanted = {f"{name}{number}" for name in "ab" for number in range(TIMES)}
    connection = killed.opened(tmp_path / beside.MEMORIES)
    stored = {row[0] for row in connection.execute("SELECT id FROM memories")}
    assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    connection.close()
    settings = tomllib.loads((tmp_path / beside.SETTINGS).read_text())["both"]
    assert stored == wanted
    assert settings == {key: int(key[1:]) for key in wanted}
    assert len(stored) + len(settings) == WRITES
