"""The examples run, and the package of the template is built, installed, and found."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted(file for file in (ROOT / "examples").glob("*.py") if file.stem != "scripts")

EXPECTED = {
    "approvals": "True\nbash: The bash tool would run a program",
    "cost": "nobody-knows-1: unknown\n2.0\n",
    "own_guardrail": "office hours: Nothing is deployed from here.\n",
    "own_memory": "Remembered: The tests run with make test.\n1 entry is kept\n",
    "own_provider": "Polly: pieces of eight\nIt cost $0.0\n",
    "own_tool": "A marathon has 42.165 km.\nAs a function: 6.214\n",
    "shaped": "Finding(file='app.py', line=12, severe=True)\n",
    "streaming": "[glob]\nThere is one page: README.md.\ncompleted, 2 turns\n",
    "workflow": "## shout\nA LINE.\ndone 15 tokens; poet, count, shout, parallel, shorten, loop, sequential\n",
    "ten_lines": "completed after 1 turn, 15 tokens",
}
"""What each of them writes."""

ALL = """
import contextlib, io, json, pathlib, runpy, sys
told = {}
for name in sys.argv[1:]:
    sys.path.insert(0, str(pathlib.Path(name).parent))
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        runpy.run_path(name, run_name="__main__")
    told[pathlib.Path(name).stem] = out.getvalue()
print(json.dumps(told))
"""


def ran(*arguments: str | Path, home: Path, **variables: str) -> str:
    """What a process of somebody with an empty home wrote."""
    project = home / "project"
    project.mkdir(exist_ok=True)
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "PYTHONWARNINGS": "error"}
    done = subprocess.run(
        arguments,
        cwd=project,
        env=environment | variables,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=50,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_example_runs_and_writes_what_it_should(tmp_path: Path) -> None:
    told = json.loads(ran(sys.executable, "-c", ALL, *EXAMPLES, home=tmp_path))
    assert sorted(told) == sorted(EXPECTED)
    assert {name: text for name, text in told.items() if EXPECTED[name] not in text} == {}


def test_what_shows_one_thing_takes_few_lines() -> None:
    lines = {file.stem: code_lines(file) for file in EXAMPLES}
    assert {name: count for name, count in lines.items() if count > 28} == {}
    assert lines["ten_lines"] <= 10


def code_lines(file: Path) -> int:
    """The lines of a program without those that are empty."""
    return sum(bool(line.strip()) for line in file.read_text("utf-8").splitlines())


SETTINGS = """
[provider]
name = "parrot"

[plugins]
tools = ["wordcount"]
guardrails = ["forbidden"]
memory = "journal"

[plugins.settings.forbidden]
words = ["production"]
"""


@pytest.mark.slow
def test_the_template_package_is_built_installed_and_found(tmp_path: Path) -> None:
    site = tmp_path / "site"
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-index")
    ran(
        *pip,
        "--no-deps",
        "--no-build-isolation",
        "--target",
        site,
        ROOT / "examples" / "plugin",
        home=tmp_path,
        PYTHONWARNINGS="ignore",
    )
    own = tmp_path / ".config" / "heartbit"
    own.mkdir(parents=True)
    (own / "config.toml").write_text(SETTINGS)
    line = (sys.executable, "-m", "heartbit_tui", "-p", "hello", "--output-format", "stream-json")
    told = [json.loads(each) for each in ran(*line, home=tmp_path, PYTHONPATH=f"{site}:{ROOT}").splitlines()]
    assert told[0]["provider"] == "parrot"
    assert {"wordcount", "memory_store"} <= set(told[0]["tools"])
    assert told[-1]["result"] == "Polly: hello"
    assert [each for each in told if "is missing" in str(each)] == []
