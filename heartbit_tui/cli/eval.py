"""`heartbit eval`: run cases, list them, compare results, begin with some."""

import asyncio
from argparse import Namespace
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from heartbit_tui.cli.evaluating import run
from heartbit_tui.cli.options import clean
from heartbit_tui.cli.told import attempt, columns, one_line, say, say_json
from heartbit_tui.evals import EvalCase, cases, document
from heartbit_tui.evals.compare import Comparison, Rate, compare
from heartbit_tui.evals.intervals import Interval
from heartbit_tui.headless.endings import UsageError

SAMPLE = Path(cases.__file__).parent / "sample.toml"
EXISTS = "{file} is there already; nothing was changed."
NOT_SURE = "0 lies within: chance may have made it"


def main(values: Namespace) -> int:
    """Do what the second word of the command says; the exit code."""
    return attempt(lambda: _ACTS[values.command.partition(" ")[2]](values))


def listed(values: Namespace) -> tuple[EvalCase, ...]:
    """The cases that the words and flags mean. Raises `CaseError`."""
    found = cases.load(Path(clean(values.dir))) if values.dir else cases.starter()
    return cases.chosen(found, [clean(glob) for glob in values.case])


def _run(values: Namespace) -> int:
    return asyncio.run(run(values, listed(values)))


def _list(values: Namespace) -> int:
    found = listed(values)
    if values.json:
        say_json([_told(case) for case in found])
    else:
        say(columns((case.name, ", ".join(_expects(case)), one_line(case.input, 80)) for case in found))
    return 0


def _compare(values: Namespace) -> int:
    first, second = (document.read(Path(clean(each))) for each in (values.a, values.b))
    found = compare(first.summary, second.summary)
    if values.json:
        say_json(_compared(found))
    else:
        say(_shown(found, first.title, second.title))
    return 0


def _new(values: Namespace) -> int:
    folder = Path(clean(values.dir))
    file = folder / SAMPLE.name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as opened:
            opened.write(SAMPLE.read_text("utf-8"))
    except FileExistsError as error:
        raise UsageError(EXISTS.format(file=file)) from error
    except OSError as error:
        raise UsageError(f"{file}: cannot be written: {error.strerror}.") from error
    say(str(file))
    return 0


def _told(case: EvalCase) -> Mapping[str, object]:
    return {"name": case.name, "input": case.input, "expects": _expects(case), "seconds": case.seconds}


def _expects(case: EvalCase) -> list[str]:
    """The scorers that have something to judge."""
    expectations = {
        "trajectory": case.expected_tools is not None,
        "keyword": bool(case.output_contains or case.output_not_contains),
        "similarity": case.reference_output is not None,
        "tree": case.tree is not None,
        "command": bool(case.command),
        "judge": bool(case.criteria),
    }
    return [name for name, there in expectations.items() if there]


def _compared(found: Comparison) -> Mapping[str, object]:
    return {
        "a": _rate(found.a),
        "b": _rate(found.b),
        "differences": [
            {
                "what": each.what,
                "a": each.a,
                "b": each.b,
                "difference": each.difference,
                "interval": _bounds(each.interval),
                "sure": each.is_sure,
            }
            for each in found.differences
        ],
        "better": found.better,
        "worse": found.worse,
        "only_a": found.only_a,
        "only_b": found.only_b,
    }


def _rate(rate: Rate) -> Mapping[str, object]:
    return {"passed": rate.passed, "total": rate.total, "interval": _bounds(rate.interval)}


def _bounds(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [interval.low, interval.high]


def _shown(found: Comparison, first: str, second: str) -> str:
    rates = [
        (
            f"{sign}: {title}",
            f"{rate.passed} of {rate.total} passed",
            f"{rate.interval.low:.0%} to {rate.interval.high:.0%}",
        )
        for sign, title, rate in (("A", first, found.a), ("B", second, found.b))
    ]
    rows = [("", "A", "B", "B - A", "95 % of samples", "")]
    for each in found.differences:
        between = f"{each.interval.low:+.4g} to {each.interval.high:+.4g}" if each.interval else "too few cases"
        doubt = "" if each.is_sure or each.interval is None else NOT_SURE
        rows.append((each.what, f"{each.a:.4g}", f"{each.b:.4g}", f"{each.difference:+.4g}", between, doubt))
    named = (("better", found.better), ("worse", found.worse), ("only in A", found.only_a), ("only in B", found.only_b))
    lists = [f"{what}: {one_line(', '.join(names), 400)}" for what, names in named if names]
    return "\n".join((columns(rates), "", columns(rows), *(("", *lists) if lists else ())))


_ACTS: Mapping[str, Callable[[Namespace], int]] = MappingProxyType(
    {"run": _run, "list": _list, "compare": _compare, "new": _new}
)
