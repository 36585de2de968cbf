"""`heartbit view --html` writes a page, of all or of what passes, and needs no terminal for it."""

import subprocess
import sys
from pathlib import Path

from heartbit_tui.store.export_jsonl import export_jsonl
from tests.headless.machine import ROOT
from tests.tui.view.team import team

KEY = "sk-ant-api03-AAAABBBBCCCCDDDDEEEEFFFF"


def view(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    text = "\n".join(export_jsonl(team())).replace("It needs a key.", f"It needs {KEY}.")
    (home / "run.jsonl").write_text(text)
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    command = (sys.executable, "-m", "heartbit_tui", "view", "run.jsonl", *words)
    return subprocess.run(command, check=False, cwd=home, env=environment, capture_output=True, text=True)


def test_a_run_of_many_agents_becomes_a_page_without_the_keys_in_it(tmp_path: Path) -> None:
    done = view(tmp_path, "--html", "page.html")
    page = (tmp_path / "page.html").read_text()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert "Side by side" in page
    assert "It needs [redacted]." in page
    assert KEY not in page


def test_a_page_of_what_passes_has_nothing_else(tmp_path: Path) -> None:
    assert view(tmp_path, "--html", "page.html", "--agent", "tester", "--errors").returncode == 0
    page = (tmp_path / "page.html").read_text()
    assert "The run failed: It needs" in page
    assert "docs" not in page


def test_a_filter_that_nothing_passes_and_a_place_that_cannot_be_written_are_told(tmp_path: Path) -> None:
    nobody = view(tmp_path, "--html", "page.html", "--agent", "nobody")
    assert (nobody.returncode, nobody.stderr) == (
        2,
        "heartbit: Nothing in 'run.jsonl' passes the filter agent:nobody.\n",
    )
    nowhere = view(tmp_path, "--html", "no/page.html")
    assert (nowhere.returncode, nowhere.stderr) == (2, "heartbit: --html no/page.html: No such file or directory.\n")
    assert not (tmp_path / "page.html").exists()
