"""`heartbit workflow run`: a workflow headless, told on every path as a task is."""

from argparse import Namespace
from dataclasses import replace
from functools import partial
from pathlib import Path

from heartbit_tui.cli import run
from heartbit_tui.cli.options import clean, options
from heartbit_tui.cli.plan import text_beside
from heartbit_tui.headless import answer_file
from heartbit_tui.headless.app import Plan, only
from heartbit_tui.kernel.messages import Text
from heartbit_tui.kernel.ops import Prompt


def main(values: Namespace) -> int:
    """Do the workflow; the exit code, where it has to be returned at all."""
    values.input_format = "text"
    return run.main(values, _plan)


def _plan(values: Namespace) -> Plan:
    """The plan. Reads stdin where no text was given, or `-`. Raises `UsageError`."""
    name = clean(values.name)
    given = replace(options(values, surface="headless", on_ask=values.on_ask), workflow=name)
    file = answer_file.check(Path(values.output)) if values.output else None
    prompt = Prompt(content=(Text(text=text_beside(values.task)),), workflow=name)
    return Plan(options=given, ops=partial(only, prompt), answer_file=file)
