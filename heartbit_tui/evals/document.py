"""The results of an evaluation as JSON, and back."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, cast

from heartbit_tui.evals.errors import CaseError
from heartbit_tui.evals.types import EvalResult, EvalSummary, Score
from heartbit_tui.kernel.dataclass import dataclass

SCHEMA = "heartbit.eval.v1"
NOT_OURS = "{path}: these are no results of `heartbit eval run --json`{why}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Results with what they are of: the model, when it began (ISO 8601), and whether it was stopped before its end."""

    summary: EvalSummary
    provider: str = ""
    model: str = ""
    began: str = ""
    version: str = ""
    interrupted: bool = False

    @property
    def title(self) -> str:
        """What was evaluated."""
        return self.model if self.provider in ("", self.model) else f"{self.provider}/{self.model}"


def document(report: Report) -> dict[str, Any]:
    """The report as a JSON object."""
    summary = report.summary
    return {
        "schema": SCHEMA,
        "version": report.version,
        "began": report.began,
        "provider": report.provider,
        "model": report.model,
        "interrupted": report.interrupted,
        "summary": {
            "total": summary.total,
            "passed": summary.passed,
            "failed": summary.failed,
            "errors": summary.errors,
            "pass_rate": summary.pass_rate(),
            "avg_score": summary.avg_score,
            "scorer_averages": dict(summary.scorer_averages),
            "attempts": summary.attempts,
            "tokens": summary.tokens,
            "cost_usd": summary.cost_usd,
            "seconds": summary.seconds,
        },
        "results": [{**asdict(result), "score": result.score} for result in summary.results],
    }


def hidden(report: Report, hide: Callable[[str], str]) -> Report:
    """The report with `hide` applied to all that models, tools and commands said."""
    results = tuple(
        replace(
            each,
            actual_output=hide(each.actual_output),
            error=hide(each.error),
            scores=tuple(replace(score, details=hide(score.details)) for score in each.scores),
        )
        for each in report.summary.results
    )
    return replace(report, summary=EvalSummary(results=results))


def read(path: Path) -> Report:
    """The report in a file. Raises `CaseError` where it is none."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise CaseError(f"{path}: cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise CaseError(NOT_OURS.format(path=path, why=f": {error}")) from error
    try:
        return _report(found)
    except (KeyError, TypeError, ValueError) as error:
        why = f": {error} is missing" if isinstance(error, KeyError) else f": {error}"
        raise CaseError(NOT_OURS.format(path=path, why=why)) from error


def _report(found: Any) -> Report:
    if not isinstance(found, Mapping) or cast("Mapping[str, Any]", found).get("schema") != SCHEMA:
        raise ValueError(f"the schema is not {SCHEMA}")
    table = cast("Mapping[str, Any]", found)
    return Report(
        summary=EvalSummary(results=tuple(_result(each) for each in table["results"])),
        provider=_text(table["provider"]),
        model=_text(table["model"]),
        began=_text(table["began"]),
        version=_text(table["version"]),
        interrupted=table["interrupted"] is True,
    )


def _result(table: Mapping[str, Any]) -> EvalResult:
    return EvalResult(
        case_name=_text(table["case_name"]),
        passed=table["passed"] is True,
        scores=tuple(_score(each) for each in table["scores"]),
        actual_tools=tuple(_text(each) for each in table["actual_tools"]),
        actual_output=_text(table["actual_output"]),
        error=_text(table["error"]),
        attempt=int(table["attempt"]),
        turns=int(table["turns"]),
        tokens=int(table["tokens"]),
        cost_usd=_money(table["cost_usd"]),
        judge_cost_usd=_money(table["judge_cost_usd"]),
        seconds=float(table["seconds"]),
    )


def _score(table: Mapping[str, Any]) -> Score:
    name, details = _text(table["scorer"]), _text(table["details"])
    return Score(scorer=name, score=float(table["score"]), passed=table["passed"] is True, details=details)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _money(value: Any) -> float | None:
    return None if value is None else float(value)
