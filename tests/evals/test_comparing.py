"""Reports are read as they were written, and two of them are compared with intervals."""

import json
from html.parser import HTMLParser
from pathlib import Path
from statistics import fmean

import pytest

from heartbit_tui.evals import EvalResult, EvalSummary, Score, document
from heartbit_tui.evals.compare import Difference, Rate, compare
from heartbit_tui.evals.document import Report
from heartbit_tui.evals.errors import CaseError
from heartbit_tui.evals.intervals import Interval, bootstrap, wilson
from heartbit_tui.evals.page import page


def result(name: str, *, passed: bool, attempt: int = 1, cost: float | None = 0.5, seconds: float = 1.0) -> EvalResult:
    score = Score(scorer="command", score=float(passed), passed=passed, details="…")
    return EvalResult(
        case_name=name, passed=passed, scores=(score,), attempt=attempt, tokens=100, cost_usd=cost, seconds=seconds
    )


def report(*results: EvalResult) -> Report:
    return Report(summary=EvalSummary(results=results), provider="scripted", model="m", began="2026-01-01", version="1")


def test_a_report_is_read_as_it_was_written(tmp_path: Path) -> None:
    written = report(result("a", passed=True), result("b", passed=False, cost=None))
    file = tmp_path / "a.json"
    file.write_text(json.dumps(document.document(written)))
    assert document.read(file) == written


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"schema": "heartbit.eval.v1"}', '{"schema": "heartbit.eval.v1", "results": 3}']
)
def test_what_is_no_report_is_told(tmp_path: Path, text: str) -> None:
    file = tmp_path / "a.json"
    file.write_text(text)
    with pytest.raises(CaseError, match="no results of `heartbit eval run --json`"):
        document.read(file)


class Seen(HTMLParser):
    """What a page is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


def test_a_page_escapes_all_that_models_and_cases_say_and_loads_nothing() -> None:
    evil = "</pre><script>alert(1)</script><img src=x onerror=alert(1)>"
    score = Score(scorer=evil, score=0.0, passed=False, details=evil)
    bad = EvalResult(
        case_name=evil, passed=False, scores=(score,), actual_tools=(evil,), actual_output=evil, error=evil
    )
    seen = Seen()
    written = page(Report(summary=EvalSummary(results=(bad,)), provider=evil, model=evil, began=evil))
    seen.feed(written)
    assert {"script", "img", "link", "iframe"} & set(seen.tags) == set()
    assert {name for name, _ in seen.attributes} <= {"lang", "charset", "name", "content", "http-equiv", "class"}
    assert "default-src 'none'" in written
    assert written.count("&lt;script&gt;") >= 7


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662), (0, 0, 0.0, 1.0)],
)
def test_the_interval_of_a_rate_is_wilsons(hits: int, total: int, low: float, high: float) -> None:
    """81 of 263 is the example of R. G. Newcombe, Statistics in Medicine 17 (1998), 857-872, table I."""
    found = wilson(hits, total)
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


def test_a_bootstrap_is_the_same_each_time_and_comes_near_the_interval_that_theory_gives() -> None:
    values = [float(number) for number in range(100)]
    found = bootstrap(values, fmean)
    assert found == bootstrap(values, fmean)
    assert found is not None
    error = 1.96 * 28.866 / 10  # the standard deviation of 0…99 over the root of their number
    assert found.low == pytest.approx(49.5 - error, abs=0.6)
    assert found.high == pytest.approx(49.5 + error, abs=0.6)
    assert bootstrap([1.0], fmean) is None


def test_two_evaluations_are_compared_case_by_case() -> None:
    a = EvalSummary(
        results=(
            result("same", passed=True, seconds=2.0),
            result("better", passed=False, seconds=2.0),
            result("worse", passed=True, seconds=2.0),
            result("gone", passed=True),
        )
    )
    b = EvalSummary(
        results=(
            result("same", passed=True),
            result("better", passed=True, attempt=1),
            result("better", passed=False, attempt=2),
            result("worse", passed=False, cost=None),
            result("new", passed=True),
        )
    )
    found = compare(a, b)
    assert found.a == Rate(passed=3, total=4, interval=wilson(3, 4))
    assert (found.better, found.worse, found.only_a, found.only_b) == (("better",), ("worse",), ("gone",), ("new",))
    figures = {each.what: each for each in found.differences}
    assert set(figures) == {"pass rate", "score", "tokens", "seconds"}
    assert figures["seconds"] == Difference(what="seconds", a=2.0, b=1.0, interval=Interval(low=-1.0, high=-1.0))
    assert figures["seconds"].is_sure
    assert figures["pass rate"].difference == pytest.approx(-1 / 6)
    assert not figures["pass rate"].is_sure


def test_one_case_in_common_says_nothing_of_how_sure_a_difference_is() -> None:
    (first, *_) = compare(
        EvalSummary(results=(result("a", passed=True),)), EvalSummary(results=(result("a", passed=False),))
    ).differences
    assert first == Difference(what="pass rate", a=1.0, b=0.0, interval=None)
    assert not first.is_sure
