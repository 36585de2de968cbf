"""What evaluations need of the runtime: a person's model settings alone, commands as an agent runs them, a judge, a scorer."""

import tempfile
from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import cast

from heartbit_tui.config import Layer
from heartbit_tui.config.keys import dotted
from heartbit_tui.evals.types import Ran, Scorer
from heartbit_tui.kernel.events import Event, Question
from heartbit_tui.kernel.ops import Decide, Mode
from heartbit_tui.kernel.protocols import Clock, Provider
from heartbit_tui.permissions.sandbox import Active
from heartbit_tui.runtime import plugged, plugins, settings
from heartbit_tui.runtime.models import Models
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.toolbox import toolbox
from heartbit_tui.tools.jobs import Jobs

GROUP = "heartbit.scorers"
OF_A_SCORER = ("name", "threshold", "rate")

KEPT = frozenset({"provider", "providers", "pricing", "limits", "sandbox", "tools"})
"""What holds of a person's settings in an evaluation: which model answers, how far it may go, the sandbox, the tools."""

MANY = 100_000

ALONE: Mapping[str, object] = MappingProxyType(
    {"lsp.enabled": False, "auto.commands": MANY, "auto.files": MANY, "auto.minutes": MANY, "auto.cost_usd": MANY}
)
"""What an evaluation sets itself: nothing of the machine in it, and nobody is asked after so many commands."""


def options_for(options: Options) -> Options:
    """The options of an evaluation: of the person's settings what says how models are reached, nothing of any project.

    Raises `ConfigError`.
    """
    with elsewhere(options) as there:
        found = settings.configuration(replace(there, bare=False))
    layers = (Layer.USER, Layer.FILE)
    own = {
        dotted(entry.path): entry.value
        for entry in found.entries.values()
        if entry.source.layer in layers and entry.path[0] in KEPT
    }
    return replace(
        options, flags={**ALONE, **own, **options.flags}, config_file=None, bare=True, ephemeral=True, on_ask="deny"
    )


@contextmanager
def elsewhere(options: Options) -> Generator[Options]:
    """The options in an empty folder, which no project has settings for."""
    with tempfile.TemporaryDirectory(prefix="heartbit-eval-") as nowhere:
        yield replace(options, cwd=Path(nowhere).resolve())


async def usual_mode(options: Options, clock: Clock) -> Mode:
    """What passes in an evaluation where nothing is said: commands in a sandbox, where there is one, and edits."""
    with elsewhere(options) as there:
        read = await settings.read(there, clock)
    return Mode.AUTO if isinstance(read.sandbox, Active) else Mode.ACCEPT_EDITS


class SandboxedCommands:
    """`Commands` that run as an agent's bash runs them: in the sandbox, without keys, ended with all that they began."""

    def __init__(self, options: Options, clock: Clock) -> None:
        self._options = options
        self._clock = clock

    async def run(self, command: str, folder: Path, seconds: float) -> Ran:
        """Run a command line in the folder. Raises `ConfigError`."""
        read = await settings.read(replace(self._options, cwd=folder), self._clock)
        async with Jobs() as jobs, toolbox(folder, read, jobs) as tools:
            bash = next(tool for tool in tools if tool.spec.name == "bash")
            given = {"command": command, "timeout": max(round(seconds * 1000), 1)}
            if problem := bash.check(given):
                return Ran(status=None, output=problem)
            done = await bash.run(given, _Alone())
        status = done.details.get("exit_code")
        return Ran(status=status if isinstance(status, int) else None, output=done.content)


class _Alone:
    """A `CallContext` with nobody there."""

    agent = "eval"
    call_id = "eval"
    places: Mapping[str, str] = MappingProxyType({})

    def emit(self, event: Event) -> None:
        return

    async def ask(self, questions: Sequence[Question]) -> tuple[tuple[str, ...], ...] | None:
        return None

    async def approve(self, reason: str, *, rule: str, proposal: str = "") -> Decide | None:
        return None


@asynccontextmanager
async def judging(options: Options, model: str, clock: Clock) -> AsyncGenerator[Provider]:
    """The model `PROVIDER/MODEL`, or another one of the configured service. Raises `ConfigError`, `AuthenticationError`."""
    with elsewhere(options) as there:
        read = await settings.read(there, clock)
    async with Models.open(read, clock) as models:
        await models.first()  # whose service it is where the model names none
        yield models.beside("", model)


async def model_of(options: Options, clock: Clock) -> tuple[str, str]:
    """Provider and model that answer. Raises `ConfigError`, `AuthenticationError`."""
    with elsewhere(options) as there:
        read = await settings.read(there, clock)
    async with Models.open(read, clock) as models:
        first = await models.first()
        return first.name, first.model


def scorers(names: Sequence[str], options: Options, clock: Clock) -> tuple[Scorer, ...]:
    """The scorers that installed packages offer under these names, each with its table of `[plugins.settings]`.

    `options` are those of the person, before `options_for`. Raises `ConfigError`.
    """
    if not names:
        return ()
    config = settings.configuration(options)
    found: list[Scorer] = []
    for name in dict.fromkeys(names):
        table = cast("Mapping[str, object]", config.value(f"plugins.settings.{name}") or {})
        context = plugged.PluginContext(name=name, settings=table, cwd=options.cwd, clock=clock)
        found += plugged.made(plugins.load(GROUP, name), context, "scorer", OF_A_SCORER)
    return tuple(found)
