"""The page on the library is true: its samples run, and its table has every option."""

import subprocess
import sys
from dataclasses import fields
from pathlib import Path

from heartbit_tui import Agent
from heartbit_tui.library.result import Result
from tests.docs.pages import codes, fences, table
from tests.docs.test_readme import environment

PAGE = "docs/library.md"
RUN = """
import ast, asyncio, inspect, sys
for number, sample in enumerate(sys.argv[1:]):
    code = compile(sample, f"sample {number}", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    found = eval(code, {})
    if inspect.iscoroutine(found):
        asyncio.run(found)
    print("done", number)
"""


def test_every_sample_of_the_page_runs(tmp_path: Path) -> None:
    samples = fences(PAGE, "python")
    done = subprocess.run(
        [sys.executable, "-c", RUN, *samples],
        check=False,
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert [line for line in done.stdout.splitlines() if line.startswith("done")] == [
        f"done {number}" for number in range(len(samples))
    ]
    assert len(samples) >= 6


def test_the_tables_have_every_option_and_every_field_of_a_result() -> None:
    told = {code for row in table(PAGE, "option") for code in codes(row[0])}
    assert told == {field.name for field in fields(Agent)}
    told = {code for row in table(PAGE, "field") for code in codes(row[0])}
    assert told == {field.name for field in fields(Result)} | {"ok"}
