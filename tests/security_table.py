"""A table of the promises of docs/security.md: row, test, how many cases, and how it went.

A plugin that `make security` loads. A test that is marked tells its cases with the marker, for each time that it is run
with other arguments, or by the property `cases` where only the run itself knows them.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest

ROW = "security"
CASES = "cases"
_ORDER = "PFSCITKLMXED"
_RESULTS = ("error", "failed", "skipped", "passed")
"""What a test with several runs came to is the first of these that one of them came to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What one run of a test says of one row."""

    row: str
    test: str
    cases: int
    result: str


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Write what the markers say where it comes back with the report, also from another process."""
    for item in items:
        for mark in item.iter_markers(ROW):
            item.user_properties.append((ROW, f"{mark.args[0]} {mark.kwargs.get('n', 1)}"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table."""
    found = [each for result in _RESULTS for each in held(terminalreporter.stats.get(result, ()), result)]
    terminalreporter.section("promises of docs/security.md")
    for line in table(found):
        terminalreporter.write_line(line)


def held(reports: Iterable[pytest.TestReport], result: str) -> Iterator[Held]:
    """What reports with this result say of the rows that they are about."""
    for report in reports:
        told = [value for name, value in report.user_properties if name == CASES]
        for name, value in report.user_properties:
            if name == ROW:
                row, _, number = str(value).partition(" ")
                cases = int(str(told[-1])) if told else int(number)
                yield Held(row=row, test=report.nodeid.partition("[")[0], cases=cases, result=result)


def table(found: Iterable[Held]) -> list[str]:
    """The lines of the table, the runs of one test added up."""
    together: dict[tuple[str, str], list[Held]] = {}
    for each in found:
        together.setdefault((each.row, each.test), []).append(each)
    rows = [
        (row, test, str(sum(each.cases for each in runs)), min((each.result for each in runs), key=_RESULTS.index))
        for (row, test), runs in sorted(together.items(), key=lambda item: (_place(item[0][0]), item[0][1]))
    ]
    return [
        f"{row:4} {cases:>7} {result:8} {test}" for row, test, cases, result in (("row", "test", "N", "result"), *rows)
    ]


def _place(row: str) -> tuple[int, int]:
    """Where a row such as `P10` stands among the others."""
    letter, number = re.findall(r"[A-Z]+|\d+", row)
    return _ORDER.find(letter), int(number)
