import json
import subprocess
import sys
from pathlib import Path

from heartbit_tui.kernel.messages import Text
from heartbit_tui.kernel.ops import Prompt
from heartbit_tui.runtime.build import opened
from heartbit_tui.runtime.options import Options
from tests.headless.machine import ROOT


def heartbit(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin", "HEARTBIT_PROVIDER": "scripted", "PYTHONPATH": str(ROOT)}
    command = (sys.executable, "-m", "heartbit_tui", *words)
    return subprocess.run(command, check=False, cwd=home, env=environment, capture_output=True, text=True)


def test_stats_tell_what_stored_sessions_did(tmp_path: Path) -> None:
    script = tmp_path / "s.json"
    script.write_text('{"replies": [{"blocks": [{"call": "list", "input": {}}]}, "Done."]}')
    (tmp_path / "c.toml").write_text(f"[provider]\nscript = '{script}'\n")
    assert heartbit(tmp_path, "-p", "look", "--config", "c.toml").returncode == 0
    told = json.loads(heartbit(tmp_path, "stats", "--json").stdout)
    counted = {each["name"]: (each["labels"], each["value"]) for each in told["counters"]}
    assert counted["heartbit_runs_total"] == ({"agent": "heartbit", "outcome": "completed"}, 1)
    assert counted["heartbit_turns_total"] == ({"agent": "heartbit"}, 2)
    assert counted["heartbit_tool_calls_total"] == ({"tool": "list", "outcome": "ok"}, 1)
    assert [len(each["buckets"]) for each in told["histograms"]] == [len(told["bounds"]) + 1] * len(told["histograms"])
    page = heartbit(tmp_path, "stats", "--all").stdout
    assert "Runs that have ended, by agent and outcome.\nheartbit completed  1\n" in page


def test_stats_of_nothing_say_so(tmp_path: Path) -> None:
    done = heartbit(tmp_path, "stats")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "Nothing was done in these sessions.\n")


def test_stats_of_a_session_that_is_not_there_say_so(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("")
    assert heartbit(tmp_path, "-p", "look").returncode == 0
    done = heartbit(tmp_path, "stats", "zzzz")
    assert done.returncode != 0
    assert "zzzz" in done.stderr


def test_privacy_is_told_as_words_and_as_json(tmp_path: Path) -> None:
    words, whole = heartbit(tmp_path, "privacy"), json.loads(heartbit(tmp_path, "privacy", "--json").stdout)
    assert list(whole) == ["contacts", "leaves", "never"]
    assert all(each["host"] in words.stdout and each["why"] in words.stdout for each in whole["contacts"])
    assert all(each in words.stdout for each in (*whole["leaves"], *whole["never"]))


async def test_a_session_has_its_figures_in_memory(tmp_path: Path) -> None:
    flags = {"provider.name": "scripted"}
    options = Options(cwd=tmp_path, environment={"HOME": str(tmp_path), "PATH": "/bin"}, flags=flags)
    async with opened(options) as found:
        found.session.submit(Prompt(content=(Text(text="x"),)))
        await found.session.settled()
        counted = {each.name: each.value for each in found.telemetry.metrics.counters()}
    assert counted["heartbit_runs_total"] == counted["heartbit_turns_total"] == 1
