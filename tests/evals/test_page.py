"""The page on evaluations is true: its samples run, its tables have every key and every scorer."""

import shlex
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from heartbit_tui.cli import lookup, parser
from heartbit_tui.evals import EvalCase, cases, scorers
from heartbit_tui.evals.bench.programs import PEERS
from tests.docs.pages import codes, commands, fences, table, text_of
from tests.docs.test_readme import environment

PAGE = "docs/evals.md"


def test_the_sample_of_a_file_is_one(tmp_path: Path) -> None:
    (sample,) = fences(PAGE, "toml")
    (tmp_path / "a.toml").write_text(sample)
    (case,) = cases.load(tmp_path)
    assert (case.name, set(case.files), set(case.checks)) == ("greeting", {"hello.py"}, {"check.py"})


def test_the_sample_of_a_program_runs(tmp_path: Path) -> None:
    (sample,) = fences(PAGE, "python")
    done = subprocess.run(
        [sys.executable, "-c", sample],
        check=False,
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("0 of 2 0%")


@pytest.mark.parametrize("line", commands(PAGE))
def test_every_command_of_the_page_is_understood(line: str) -> None:
    meant = lookup.find(shlex.split(line)[1:])
    assert meant.command.name in ("eval run", "eval compare", "eval new", "eval list", "bench")
    parser.parse(meant.command, meant.rest)


def test_the_tables_have_every_key_of_a_case_and_every_scorer() -> None:
    told = {code for row in table(PAGE, "key") for code in codes(row[0])}
    assert told == {field.name for field in fields(EvalCase)}
    named = {row[2]: row for row in table(PAGE, "key") if row[2]}
    kinds = {name.removesuffix("Scorer").lower() for name in scorers.__all__}
    assert set(named) == kinds == {codes(row[0])[0] for row in table(PAGE, "scorer")}


def test_every_peer_that_is_looked_for_is_named() -> None:
    assert ", ".join(peer.name for peer in PEERS) in text_of(PAGE)
