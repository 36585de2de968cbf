"""`heartbit eval run`: attempts with a bar, a table, reports, and what is done when it is stopped."""

import asyncio
import json
import shutil
import signal
import sys
from argparse import Namespace
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path

from heartbit_tui import __version__
from heartbit_tui.cli.bar import Bar
from heartbit_tui.cli.options import SETTINGS, clean
from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import columns, one_line, say
from heartbit_tui.config.files import project_root
from heartbit_tui.config.redact import Redactor
from heartbit_tui.evals import EvalCase, EvalResult, EvalRunner, EvalSummary, Scorer, shown
from heartbit_tui.evals.document import Report, document, hidden
from heartbit_tui.evals.page import page
from heartbit_tui.evals.scorers import JudgeScorer, SimilarityScorer
from heartbit_tui.headless.answer_file import check, keep
from heartbit_tui.headless.progress import visible
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError, UntrustedError
from heartbit_tui.library.agent import Agent
from heartbit_tui.library.evaluating import Embedded, usual_scorers
from heartbit_tui.permissions.sandbox import Absent
from heartbit_tui.runtime import settings
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.embedding import embedding
from heartbit_tui.runtime.evaluating import elsewhere, judging, model_of, options_for, scorers, usual_mode
from heartbit_tui.runtime.options import Options

NO_JUDGE = "heartbit: {count} of the cases have criteria, which nobody judges; name a model with --judge-model.\n"
STOPPED = "heartbit: stopped; these are the {done} of {total} attempts that were done.\n"
UNTRUSTED = (
    "These cases run commands, no sandbox holds them, and {folder} is not trusted. Look at them, then run "
    "`heartbit trust add {folder}`, or set up the sandbox (`heartbit doctor` says how)."
)
WIDTH = 110
"""Characters of a line of the table where no terminal says how wide it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What is to be done, and by whom."""

    cases: tuple[EvalCase, ...]
    agent: Agent
    options: Options
    own: Options
    json: Path | None
    html: Path | None


async def run(values: Namespace, cases: tuple[EvalCase, ...]) -> int:
    """Do the cases; the exit code. Raises `HeartbitError`."""
    clock = SystemClock()
    wanted = await _wanted(values, cases, clock)
    await _look(values, wanted, clock)
    began = clock.now()
    provider, model = await model_of(wanted.options, clock)
    with _stopping() as stop:
        summary = await _attempts(values, wanted, clock)
    report = Report(
        summary=summary,
        provider=provider,
        model=model,
        began=began.isoformat(timespec="seconds"),
        version=__version__,
        interrupted=summary.total < len(cases) * values.repeat,
    )
    report = hidden(report, Redactor(Surroundings(values).credentials.secrets()))
    if values.json == "":
        say(_json(report))
    else:
        _tell(report.summary)
    _keep(wanted, report)
    if report.interrupted:
        sys.stderr.write(STOPPED.format(done=summary.total, total=len(cases) * values.repeat))
        return 128 + (stop.number or signal.SIGINT)
    return 0 if summary.passed == summary.total else 1


class _Stop:
    """The signal that ended it, 0 where none did."""

    number = 0


@contextmanager
def _stopping() -> Generator[_Stop]:
    """SIGTERM and SIGHUP end the attempts as Ctrl+C does."""
    stop, task, loop = _Stop(), asyncio.current_task(), asyncio.get_running_loop()
    assert task is not None

    def arrived(number: int) -> None:
        stop.number = number
        task.cancel()

    others = [each for each in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(each) is not signal.SIG_IGN]
    for number in others:
        loop.add_signal_handler(number, arrived, number)
    try:
        yield stop
    finally:
        for number in others:
            loop.remove_signal_handler(number)


async def _wanted(values: Namespace, cases: tuple[EvalCase, ...], clock: SystemClock) -> _Wanted:
    around = Surroundings(values)
    flags = {key: found for name, key in SETTINGS.items() if (found := getattr(values, name, None)) is not None}
    own = replace(around.options, flags=flags)
    options = await asyncio.to_thread(options_for, own)
    provider = options.flags.get("provider.name")
    agent = Agent(
        provider=provider if isinstance(provider, str) else "",
        mode=values.permission_mode or await usual_mode(options, clock),
        settings=options.flags,
        environment=options.environment,
        bare=True,
        ephemeral=True,
    )
    files = [check(Path(clean(each)), flag) if each else None for flag, each in _reports(values)]
    return _Wanted(cases=cases, agent=agent, options=agent.options(), own=own, json=files[0], html=files[1])


def _reports(values: Namespace) -> tuple[tuple[str, str | None], ...]:
    return ("--json", values.json), ("--html", values.html)


async def _look(values: Namespace, wanted: _Wanted, clock: SystemClock) -> None:
    """Look at what holds commands. Raises `UntrustedError` where nothing does and the cases are not known to be harmless."""
    with elsewhere(wanted.options) as options:
        read = await settings.read(options, clock)
    for warning in read.warnings:
        sys.stderr.write(f"heartbit: {visible(warning)}\n")
    if not values.dir or not isinstance(read.sandbox, Absent) or not any(case.command for case in wanted.cases):
        return
    await asyncio.to_thread(_demand_trust, values)


def _demand_trust(values: Namespace) -> None:
    place = Path(clean(values.dir)).resolve()
    folder = project_root(place if place.is_dir() else place.parent)
    if not Surroundings(values).trust.look(folder).is_trusted:
        raise UntrustedError(UNTRUSTED.format(folder=folder))


async def _attempts(values: Namespace, wanted: _Wanted, clock: SystemClock) -> EvalSummary:
    """The results; where it was stopped, those that there are."""
    done: list[EvalResult] = []
    total = len(wanted.cases) * values.repeat
    with Bar(sys.stderr) as bar:
        bar.show("eval", 0, total, wanted.cases[0].name)

        def hear(result: EvalResult) -> None:
            done.append(result)
            bar.show("eval", len(done), total, f"{result.case_name} {'passed' if result.passed else 'not passed'}")

        try:
            async with _judges(values, wanted, clock) as judges:
                runner = EvalRunner(clock, scorers=judges, repeat=values.repeat, parallel=values.parallel)
                return await runner.run(Embedded(wanted.agent), wanted.cases, hear)
        except asyncio.CancelledError:
            places = {case.name: index for index, case in enumerate(wanted.cases)}
            done.sort(key=lambda result: (places[result.case_name], result.attempt))
            return EvalSummary(results=tuple(done))


@asynccontextmanager
async def _judges(values: Namespace, wanted: _Wanted, clock: SystemClock) -> AsyncGenerator[Sequence[Scorer]]:
    found = [*usual_scorers(wanted.agent), *scorers(values.scorer, wanted.own, clock)]
    criteria = sum(bool(case.criteria) for case in wanted.cases)
    if criteria and not values.judge_model:
        sys.stderr.write(NO_JUDGE.format(count=criteria))
    async with _similarity(wanted, clock) as similar:
        found = [similar if isinstance(each, SimilarityScorer) else each for each in found]
        if not values.judge_model or not criteria:
            yield found
            return
        async with judging(wanted.options, clean(values.judge_model), clock) as judge:
            yield [*found, JudgeScorer(judge, clock)]


@asynccontextmanager
async def _similarity(wanted: _Wanted, clock: SystemClock) -> AsyncGenerator[SimilarityScorer]:
    """Similarity by the person's embedder where there is one and a case needs it, else by words."""
    if not any(case.reference_output is not None for case in wanted.cases):
        yield SimilarityScorer()
        return
    with elsewhere(wanted.own) as own:
        read = await settings.read(own, clock)
    async with embedding(read, clock, lambda text: None) as made:
        yield SimilarityScorer(made.reading if made.is_on else None)


def _tell(summary: EvalSummary) -> None:
    rows = [shown.HEADINGS, *(line.cells for line in shown.lines(summary))]
    width = shutil.get_terminal_size((WIDTH, 40)).columns
    taken = sum(max(len(row[index]) for row in rows) + 2 for index in range(len(shown.HEADINGS) - 1))
    say(columns((*row[:-1], one_line(row[-1], max(width - taken, 20))) for row in rows))
    say("")
    say(columns(shown.facts(summary)))


def _keep(wanted: _Wanted, report: Report) -> None:
    """Write the reports. Raises `HeartbitError` where one cannot be."""
    texts = ((wanted.json, lambda: _json(report)), (wanted.html, lambda: page(report)))
    faults = [ending.error for file, text in texts if file and (ending := keep(file, text())).is_error]
    if faults:
        raise HeartbitError(" ".join(faults))


def _json(report: Report) -> str:
    return json.dumps(document(report), indent=2)
