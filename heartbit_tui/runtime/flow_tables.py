"""The workflows that a session knows: those of the settings, and those that the program brings."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import cast

from heartbit_tui.agents.workflow_tables import Defined, Read, Table, read
from heartbit_tui.config.entry import Source
from heartbit_tui.config.keys import Value
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import Settings

SECTION = "workflows"
PROGRAM = "the program"
NONE_DEFINED = "There is no workflow “{name}”: none is defined. `[[workflows]]` in the settings defines one."
UNKNOWN = "There is no workflow “{name}”. There are: {known}."
WAITING = "{refusal} This folder brings workflows of its own, which count once it is trusted: `heartbit trust add`."


def found(options: Options, settings: Settings) -> Read:
    """All workflows; of equal names the program's counts, then the flags', the project's, the person's."""
    every: dict[str, Defined] = {}
    problems: dict[str, str] = {}
    for tables in _layers(settings):
        these = read(tables)
        problems = {name: text for name, text in problems.items() if name not in these.workflows} | dict(these.problems)
        every = {name: each for name, each in every.items() if name not in these.problems} | dict(these.workflows)
    brought = {name: Defined(name=name, step=step, source=PROGRAM) for name, step in options.brought.workflows.items()}
    return Read(workflows=every | brought, problems=problems)


def wanted(all_of_them: Read, name: str, settings: Settings) -> Defined:
    """The workflow of a name. Raises `ConfigError`, which tells what is wrong with it or which there are."""
    if name in all_of_them.workflows:
        return all_of_them.workflows[name]
    if name in all_of_them.problems:
        raise ConfigError(all_of_them.problems[name], key=SECTION)
    known = ", ".join(sorted(all_of_them.workflows))
    refusal = (UNKNOWN if known else NONE_DEFINED).format(name=name, known=known)
    waits = any(key == SECTION for key in settings.config.ignored)
    raise ConfigError(WAITING.format(refusal=refusal) if waits else refusal, key=SECTION)


def asks(options: Options, settings: Settings) -> bool:
    """Whether the workflow that the options name asks a model. Raises `ConfigError` where there is none."""
    return wanted(found(options, settings), options.workflow, settings).asks


def _layers(settings: Settings) -> Iterator[list[Table]]:
    """The tables of each place that has some, those that count less first."""
    for entry in settings.config.stack:
        if entry.path == (SECTION,):
            held = cast("list[Value]", entry.value)
            yield [Table(held=each, source=str(_at(entry.source, number))) for number, each in enumerate(held)]


def _at(source: Source, number: int) -> Source:
    return replace(source, path=(*source.path, number))


def sentences(problems: Mapping[str, str]) -> tuple[str, ...]:
    """What is wrong with workflows, as a person is told."""
    return tuple(problems.values())
