"""The results of an evaluation as one HTML page that needs nothing else and runs nothing."""

from collections.abc import Iterable, Sequence
from html import escape
from string import Template

from heartbit_tui.evals import shown
from heartbit_tui.evals.document import Report
from heartbit_tui.evals.types import EvalResult

MOST = 20_000
"""Characters of an answer that are shown."""

_PAGE = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>$title</title>
<style>
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; }
dd { margin: 0; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #8884; }
td { overflow-wrap: anywhere; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: .875rem; border-left: 3px solid #8888; padding-left: .75rem; }
.no { border-left-color: #c33; }
</style>
</head>
<body>
<h1>$title</h1>
<dl>
$facts
</dl>
<table>
<thead><tr>$headings</tr></thead>
<tbody>
$rows
</tbody>
</table>
<h2>Attempts</h2>
$attempts
</body>
</html>
""")


def page(report: Report) -> str:
    """The report as a page; everything in it is escaped, and its policy forbids scripts and any loading."""
    told = [("model", report.title), ("began", report.began), ("heartbit", report.version)]
    told += [("stopped", "before its end")] if report.interrupted else []
    told += shown.facts(report.summary)
    return _PAGE.substitute(
        title=escape(f"Evaluation of {report.title}"),
        facts="\n".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in told),
        headings=_cells(shown.HEADINGS, "th"),
        rows="\n".join(f"<tr>{_cells(line.cells, 'td')}</tr>" for line in shown.lines(report.summary)),
        attempts="\n".join(_attempts(report.summary.results)),
    )


def _cells(cells: Sequence[str], tag: str) -> str:
    return "".join(f"<{tag}>{escape(cell[:500])}</{tag}>" for cell in cells)


def _attempts(results: Sequence[EvalResult]) -> Iterable[str]:
    for each in results:
        told = [f"{score.scorer} {score.score:.2f}: {score.details}" for score in each.scores]
        tools = f"tools: {', '.join(each.actual_tools) or 'none'}"
        text = "\n".join((*filter(None, (each.error,)), *told, tools, "", each.actual_output[:MOST]))
        verdict = "passed" if each.passed else "not passed"
        summary = f"{each.case_name}, attempt {each.attempt}: {verdict}"
        kind = "yes" if each.passed else "no"
        yield f'<details><summary>{escape(summary)}</summary><pre class="{kind}">{escape(text)}</pre></details>'
