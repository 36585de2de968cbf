"""The page of promises and the tests that hold them name each other."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import ROOT
from tests.docs.pages import SECURITY as PAGE, table
from tests.security_table import Held, table as printed

_FILE = re.compile(r"`(tests/[\w/]+\.py)`: ((?:`test_\w+`(?:, )?)+)")


def named() -> Iterator[tuple[str, str, str]]:
    """Each row of the page with each test that it names: row, file, test."""
    for row, _, tests, _ in table(PAGE, "row"):
        for file, names in _FILE.findall(tests):
            yield from ((row, file, name) for name in re.findall(r"`(\w+)`", names))


def marked(file: Path) -> Iterator[tuple[str, str, str]]:
    """The marks of a file: row, file, test."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.security":
                    yield ast.literal_eval(mark.args[0]), file.relative_to(ROOT).as_posix(), node.name


def test_the_page_names_every_marked_test_and_no_other() -> None:
    found = {each for file in (ROOT / "tests").rglob("test_*.py") for each in marked(file)}
    told = list(named())
    assert sorted(told) == sorted(found)
    assert len({row for row, _, _ in told}) >= 30


def test_rows_stand_once_and_say_what_holds() -> None:
    rows = table(PAGE, "row")
    assert len({row[0] for row in rows}) == len(rows)
    assert [row for row in rows if not row[1].endswith(".") or not row[2]] == []


def test_a_table_adds_up_the_runs_of_a_test_and_tells_the_worst() -> None:
    runs = [
        Held(row="P10", test="a", cases=3, result="passed"),
        Held(row="P2", test="b", cases=1, result="passed"),
        Held(row="P10", test="a", cases=4, result="failed"),
        Held(row="T1", test="c", cases=5, result="skipped"),
    ]
    assert [line.split() for line in printed(runs)[1:]] == [
        ["P2", "1", "passed", "b"],
        ["P10", "7", "failed", "a"],
        ["T1", "5", "skipped", "c"],
    ]
