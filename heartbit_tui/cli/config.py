"""`heartbit config`: each setting with where it came from, and the files that are read."""

import sys
from argparse import Namespace

from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt, columns, say, say_json, within
from heartbit_tui.client.homely import homely
from heartbit_tui.config.files import PROJECT_FILES
from heartbit_tui.runtime import settings


def main(values: Namespace) -> int:
    """Do what the second word of the command says; the exit code."""
    return attempt(lambda: _path(values) if values.command.endswith(" path") else _explain(values))


def _explain(values: Namespace) -> int:
    around = Surroundings(values)
    config, home = settings.configuration(around.options), around.environment.get("HOME", "")
    rows = config.explain(values.key)
    for warning in config.warnings:
        sys.stderr.write(f"{within([('warning:', homely(warning, home))])}\n")
    if values.json:
        say_json([{"key": row.key, "value": row.value, "source": row.source} for row in rows])
    else:
        say(within((row.key, row.value or "-", homely(row.source, home)) for row in rows))
    return 0


def _path(values: Namespace) -> int:
    around = Surroundings(values)
    files = [around.places.settings_file, *(around.root / name for name in PROJECT_FILES)]
    say(columns((str(file), "" if file.is_file() else "(not there)") for file in files))
    return 0
