"""`heartbit knowledge` indexes, searches and tells, for a person and as JSON."""

import io
import json
import os
import pty
from pathlib import Path
from typing import Any

import pytest

from heartbit_tui.cli import knowledge, parser
from heartbit_tui.cli.bar import Bar, picture
from heartbit_tui.cli.commands import BY_NAME


def run(project: Path, name: str, *words: str) -> int:
    """The exit code of a command in a project."""
    values = parser.parse(BY_NAME[f"knowledge {name}"], [*words, "--cwd", str(project)])
    values.command = f"knowledge {name}"
    return knowledge.main(values)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with two documents."""
    for name in (".git", "docs/deep"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "docs/release.md").write_text("# Release\n\nTag the commit and push it.\n")
    (tmp_path / "docs/deep/retry.md").write_text("A failed call is tried again.\n")
    return tmp_path


def told(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_what_is_indexed_is_found_counted_and_forgotten(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(project / "docs", "index", "deep", "../docs/*.md", "missing.md") == 0
    out, err = capsys.readouterr()
    assert out == "2 documents in 2 chunks: 2 new.\n"
    assert err == "warning: docs/missing.md is not there.\n"
    assert run(project, "index") == 0
    assert capsys.readouterr().out == "2 documents in 2 chunks: 2 unchanged.\n"
    assert run(project, "search", "how", "is", "a", "call", "tried") == 0
    assert capsys.readouterr().out == "docs/deep/retry.md:1  1.00 by words\n    A failed call is tried again.\n"
    assert run(project, "stats") == 0
    shown = capsys.readouterr().out
    assert "none; memory.embedding.provider is none" in shown
    assert "docs/deep        1          1       added by hand" in shown
    assert run(project, "index", "--forget", "docs/deep", "--forget", "docs/missing.md") == 0
    assert capsys.readouterr().out == "1 document in 1 chunk: 1 unchanged, 1 removed.\n"


def test_everything_is_told_as_json(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(project, "index", "docs", "--json") == 0
    report = told(capsys)
    assert (report["added"], report["documents"], report["failed"], report["note"]) == (2, 2, [], "")
    assert run(project, "search", "push", "-k", "1", "--source", "docs/", "--json") == 0
    found = told(capsys)
    (passage,) = found["passages"]
    assert (found["query"], passage["place"], passage["last_line"]) == ("push", "docs/release.md:1", 3)
    assert run(project, "search", "push", "--source", "docs/deep/", "--json") == 1
    assert told(capsys)["passages"] == []
    assert run(project, "stats", "--json") == 0
    stats = told(capsys)
    assert (stats["documents"], stats["added"], stats["project"]) == (2, ["docs"], str(project))
    assert stats["per_source"] == [{"source": "docs", "documents": 2, "chunks": 2}]


def test_bad_input_is_told_with_what_to_do(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(project, "index") == 2
    assert "There is nothing to index: name files" in capsys.readouterr().err
    assert run(project, "index", "--forget", "docs") == 2
    assert "docs was not added by hand" in capsys.readouterr().err
    assert run(project, "search") == 2
    assert "Say what to search for" in capsys.readouterr().err
    assert run(project, "search", "anything") == 1
    assert "Nothing is indexed here" in capsys.readouterr().err
    assert run(project, "index", "nothing.md") == 1


def test_progress_is_one_line_no_wider_than_the_terminal_and_gone_in_the_end() -> None:
    half = picture("load", 5, 10, "docs/\x1b[31mred\x1b[0m.md", 80)
    assert half.startswith("reading [████████████░░░░░░░░░░░░] 5/10 docs/")
    assert "\x1b" not in half
    assert len(picture("embed", 0, 0, "x" * 500, 60)) <= 60
    silent = io.StringIO()
    with Bar(silent) as bar:
        bar.show("load", 1, 2, "a")
    assert silent.getvalue() == ""
    above, below = pty.openpty()
    with os.fdopen(below, "w") as terminal, Bar(terminal) as bar:
        bar.show("load", 1, 2, "a.md")
        bar.show("load", 2, 2, "b.md")
        bar.__exit__(None, None, None)
        written = b""
        while not (written.count(b"reading") == 2 and written.endswith(b"\r\x1b[K")):
            written += os.read(above, 4096)
    os.close(above)
