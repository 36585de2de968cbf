"""What installed packages offer by entry points, what of it the settings use, and what is wrong with that."""

from collections.abc import Iterator, Mapping
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import Any, cast

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.providers.table import PROVIDERS
from heartbit_tui.runtime import plugins
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.plugged import (
    GUARDRAILS,
    MEMORY,
    OF_A_GUARDRAIL,
    OF_A_STRATEGY,
    OF_A_TOOL,
    ROUTING,
    SECTION,
    TOOLS,
    PluginContext,
    made,
)
from heartbit_tui.runtime.settings import Settings

PROVIDER = "heartbit.providers"
MEMBERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {TOOLS: OF_A_TOOL, GUARDRAILS: OF_A_GUARDRAIL, ROUTING: OF_A_STRATEGY}
)
"""What the objects of these groups have to have; they are made to see whether that works, as for a session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One plugin: its kind and name, the package and version it comes from, whether the settings use it, what is wrong.

    One that the settings name and that no package offers has no package, and a fault. Only what is used is loaded.
    """

    kind: str
    name: str
    package: str = ""
    target: str = ""
    used: bool = False
    fault: str = ""


def offers(options: Options, settings: Settings, clock: Clock) -> tuple[Offer, ...]:
    """All of them, by kind in the order of the groups; blocks while what is used is loaded."""
    used = _used(settings)
    return tuple(
        offer for group in plugins.GROUPS for offer in _of_group(group, used.get(group, ()), options, settings, clock)
    )


def _used(settings: Settings) -> Mapping[str, tuple[str, ...]]:
    """The names that the settings use, by group."""
    config = settings.config
    models = (config.string("provider.name"), config.string("provider.fallback_provider"))
    services = (name for name in models if name and name not in PROVIDERS and not config.is_set(f"providers.{name}"))
    return {
        TOOLS: config.strings(f"{SECTION}.tools"),
        GUARDRAILS: config.strings(f"{SECTION}.guardrails"),
        MEMORY: tuple(filter(None, (config.string(f"{SECTION}.memory"),))),
        ROUTING: tuple({config.string(f"{SECTION}.routing")} - {"", "classifier"}),
        PROVIDER: tuple(services),
    }


def _of_group(group: str, used: tuple[str, ...], options: Options, settings: Settings, clock: Clock) -> Iterator[Offer]:
    kind = group.removeprefix("heartbit.").removesuffix("s")
    there = {each.name: each for each in entry_points(group=group)}
    for name in sorted({*there, *used}):
        each = there.get(name)
        context = PluginContext(name=name, settings=_table(settings, name), cwd=options.cwd, clock=clock)
        yield Offer(
            kind=kind,
            name=name,
            package=_package(each) if each else "",
            target=each.value if each else "",
            used=name in used,
            fault=_fault(group, context) if name in used else "",
        )


def _table(settings: Settings, name: str) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", settings.config.value(f"{SECTION}.settings.{name}") or {})


def _package(each: EntryPoint) -> str:
    return f"{each.dist.name} {each.dist.version}" if each.dist else "a package without a name"


def _fault(group: str, context: PluginContext) -> str:
    """Why a session could not use it; empty where it could."""
    try:
        found = plugins.load(group, context.name)
        if group in MEMBERS:
            made(found, context, group.removeprefix("heartbit.").removesuffix("s"), MEMBERS[group])
    except ConfigError as error:
        return str(error)
    return ""
