"""`heartbit workflow`: which workflows there are, and the steps of one."""

import asyncio
import sys
from argparse import Namespace
from collections.abc import Mapping

from heartbit_tui.agents.workflow_tables import Defined, Read, outline
from heartbit_tui.cli.options import clean
from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt, one_line, say, say_json, within
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.flow_tables import found, wanted
from heartbit_tui.runtime.settings import Settings, read

NONE = "No workflow is defined. `[[workflows]]` in the settings defines one."
MODEL = "asks a model"
NO_MODEL = "asks no model"


def main(values: Namespace) -> int:
    """Do what the second word of the command says; the exit code."""
    return attempt(lambda: _show(values) if values.command.endswith(" show") else _list(values))


def _read(values: Namespace) -> tuple[Read, Settings]:
    """The workflows that count here; what is wrong with others is told on stderr. Raises `ConfigError`."""
    around = Surroundings(values)
    settings = asyncio.run(read(around.options, SystemClock()))
    every = found(around.options, settings)
    ignored = (each for each in settings.warnings if "workflows" in each)
    for sentence in (*ignored, *every.problems.values()):
        sys.stderr.write(f"heartbit: {one_line(sentence, 500)}\n")
    return every, settings


def _list(values: Namespace) -> int:
    every, _ = _read(values)
    if values.json:
        say_json([_about(each) for each in every.workflows.values()])
    elif every.workflows:
        rows = ((each.name, MODEL if each.asks else NO_MODEL, each.description) for each in every.workflows.values())
        say(within(rows))
    elif not every.problems:
        sys.stderr.write(f"{NONE}\n")
    return 0


def _show(values: Namespace) -> int:
    every, settings = _read(values)
    meant = wanted(every, clean(values.name), settings)
    steps = list(outline(meant.step))
    if values.json:
        told = [{"depth": depth, "name": name, "does": does} for depth, name, does in steps]
        say_json({**_about(meant), "steps": told})
        return 0
    about = (("workflow", meant.name), ("about", meant.description), ("from", meant.source))
    say(within(row for row in about if row[1]))
    say("\n".join(one_line(f"{name}: {does}", 200).join(("  " * depth, "")) for depth, name, does in steps))
    return 0


def _about(defined: Defined) -> Mapping[str, object]:
    return {
        "name": defined.name,
        "description": defined.description,
        "source": defined.source,
        "asks_a_model": defined.asks,
        "agents": list(defined.agents),
    }
