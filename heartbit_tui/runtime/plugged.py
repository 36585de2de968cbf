"""The tools, guardrails and memory that installed packages offer and the settings name, made for one session."""

import asyncio
import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias, cast

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.kernel.protocols import Clock, Guardrail, Tool
from heartbit_tui.runtime import plugins
from heartbit_tui.runtime.brought import Brought
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import Settings

SECTION = "plugins"
TOOLS, GUARDRAILS, MEMORY = "heartbit.tools", "heartbit.guardrails", "heartbit.memory"
ROUTING = "heartbit.routing"
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
CLOSED = "heartbit_tui.guardrails.closed:Closed"

OF_A_TOOL = ("spec", "effects", "keeps_own_time", "touches", "check", "preview", "run")
OF_A_GUARDRAIL = ("name", "on_answers", "pre_llm", "post_llm", "pre_tool", "post_tool")
OF_A_STRATEGY = ("decide",)
OF_A_MEMORY = (
    "store",
    "store_many",
    "recall",
    "get",
    "list",
    "update",
    "forget",
    "link",
    "pin",
    "merge",
    "prune",
    "stats",
)

NO_TOOL = "A tool is missing. {why}"
NO_GUARDRAIL = "A guardrail is missing, so every call of a tool is refused. {why}"
NO_MEMORY = "The memory is missing, so nothing is remembered. {why}"
LACKS = "What “{name}” gives is no {kind}: it has no {missing}."
BAD_NAME = "“{name}” gives the tool {tool!r}; a name has to have 1 to 64 letters, digits, _ and -."
TAKEN = "The tool “{tool}” was left out: there is one of this name already."


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginContext:
    """What the factory of a plugin is called with, if it takes anything.

    `settings` is the table `[plugins.settings.NAME]`, empty where there is none. `cwd` is the folder of the session.
    """

    name: str
    settings: Mapping[str, Any]
    cwd: Path
    clock: Clock


Make: TypeAlias = Callable[[str, str, tuple[str, ...]], tuple[Any, ...]]


async def plugged(options: Options, settings: Settings, clock: Clock) -> tuple[Options, tuple[str, ...]]:
    """The options with what plugins give beside what was brought, and a sentence for each that could not be had."""
    if not settings.config.is_set(SECTION):
        return options, ()
    return await asyncio.to_thread(_plugged, options, settings, clock)


def _plugged(options: Options, settings: Settings, clock: Clock) -> tuple[Options, tuple[str, ...]]:
    told: list[str] = []
    own, config = options.brought, settings.config

    def make(group: str, name: str, members: tuple[str, ...]) -> tuple[Any, ...]:
        table = cast("Mapping[str, Any]", config.value(f"{SECTION}.settings.{name}") or {})
        context = PluginContext(name=name, settings=table, cwd=options.cwd, clock=clock)
        return made(plugins.load(group, name), context, group.removeprefix("heartbit.").removesuffix("s"), members)

    brought = Brought(
        provider=own.provider,
        tools=(*own.tools, *_tools(config.strings(f"{SECTION}.tools"), make, told)),
        guardrails=(*_guardrails(config.strings(f"{SECTION}.guardrails"), make, told), *own.guardrails),
        memory=own.memory,
        routing=own.routing,
    )
    name = config.string(f"{SECTION}.memory")
    if name and own.memory is None and not options.bare:
        brought = _with_memory(brought, name, make, told)
    return replace(options, brought=brought), tuple(told)


def _tools(names: Iterable[str], make: Make, told: list[str]) -> list[Tool]:
    found: list[Tool] = []
    for name in dict.fromkeys(names):
        try:
            tools = make(TOOLS, name, OF_A_TOOL)
            for tool in tools:
                if not NAME.fullmatch(tool.spec.name):
                    raise ConfigError(BAD_NAME.format(name=name, tool=tool.spec.name), key=name)
            found.extend(tools)
        except ConfigError as error:
            told.append(NO_TOOL.format(why=error))
    return found


def _guardrails(names: Iterable[str], make: Make, told: list[str]) -> list[Guardrail]:
    """The guardrails; one that a person wants and that cannot be had refuses every call instead."""
    found: list[Guardrail] = []
    for name in dict.fromkeys(names):
        try:
            found.extend(make(GUARDRAILS, name, OF_A_GUARDRAIL))
        except ConfigError as error:
            told.append(NO_GUARDRAIL.format(why=error))
            found.append(plugins.resolve(CLOSED)(name, told[-1]))
    return found


def _with_memory(brought: Brought, name: str, make: Make, told: list[str]) -> Brought:
    try:
        memory = make(MEMORY, name, OF_A_MEMORY)[0]
        return replace(brought, memory=memory, close=getattr(memory, "close", None))
    except ConfigError as error:
        told.append(NO_MEMORY.format(why=error))
        return brought


def made(found: Any, context: PluginContext, kind: str, members: tuple[str, ...]) -> tuple[Any, ...]:
    """What an entry point gives: an object, several in a list, or a factory of either that may take the context.

    Raises `ConfigError` with what is wrong.
    """

    def build() -> tuple[Any, ...]:
        given = found
        if inspect.isclass(given) or (callable(given) and _lacking(given, members)):
            factory = cast("Callable[..., Any]", given)
            given = factory(context) if inspect.signature(factory).parameters else factory()
        several = tuple(cast("Iterable[Any]", given)) if isinstance(given, list | tuple) else (given,)
        for each in several:
            if lacking := _lacking(each, members):
                raise ConfigError(LACKS.format(name=context.name, kind=kind, missing=lacking), key=context.name)
        return several

    return plugins.guarded(context.name, build)


def _lacking(given: object, members: tuple[str, ...]) -> str:
    """The first member that it has not; empty where it has them all."""
    return next((member for member in members if not hasattr(given, member)), "")


def without_doubles(tools: Iterable[Tool], own: Iterable[Tool]) -> tuple[tuple[Tool, ...], tuple[str, ...]]:
    """The tools of `own` whose names are free, and a sentence for each of the others."""
    taken = {tool.spec.name for tool in tools}
    kept: list[Tool] = []
    told: list[str] = []
    for tool in own:
        if tool.spec.name in taken:
            told.append(TAKEN.format(tool=tool.spec.name))
            continue
        taken.add(tool.spec.name)
        kept.append(tool)
    return tuple(kept), tuple(told)
