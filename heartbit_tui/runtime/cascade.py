"""`[provider.cascade]`: cheaper models in front of the one that was chosen, for any section that names a provider."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, cast

from heartbit_tui.config import Config
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.protocols import Clock, Provider
from heartbit_tui.providers.pricing import Prices
from heartbit_tui.runtime import plugins

CASCADING = "heartbit_tui.providers.cascading:Cascading"
SIEVES = "heartbit_tui.providers.sieve"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A cascade as the settings have it: the cheaper models, the cheapest first, and the table of the gate."""

    models: tuple[str, ...]
    gate: Mapping[str, Any]


def wanted(config: Config, section: str = "provider") -> Wanted | None:
    """The cascade of a section such as `provider` or `agents[0].provider`; None where none is enabled."""
    table = cast("Mapping[str, Any]", config.value(f"{section}.cascade") or {})
    if not table.get("enabled"):
        return None
    tiers = cast("list[Mapping[str, str]]", table.get("tiers") or [])
    return Wanted(models=tuple(tier["model"] for tier in tiers), gate=table.get("gate") or {})


def before(cascade: Wanted, main: Provider, find: Callable[[str], Provider], clock: Clock, prices: Prices) -> Provider:
    """The main model with cheaper ones before it, which `find` gives by name; itself where none is cheaper.

    A main model that is one of the cheaper ones has only those before it that stand there. Raises what `find` does.
    """
    cheaper = [find(name) for name in cascade.models]
    place = next((n for n, tier in enumerate(cheaper) if _same(tier, main)), len(cheaper))
    if not place:
        return main
    return plugins.resolve(CASCADING)((*cheaper[:place], main), clock, sieve=_sieve(cascade.gate, find), prices=prices)


def _sieve(gate: Mapping[str, Any], find: Callable[[str], Provider]) -> object:
    heuristic: type[Any] = plugins.resolve(f"{SIEVES}:Heuristic")
    known = {each.name for each in fields(heuristic)}
    first = heuristic(**{key: value for key, value in gate.items() if key in known})
    if gate.get("type") != "judge":
        return first
    limit: dict[str, float] = {"timeout": gate["timeout_seconds"]} if "timeout_seconds" in gate else {}
    return plugins.resolve(f"{SIEVES}:Judging")(first, find(gate["model"]), tuple(gate.get("criteria") or ()), **limit)


def _same(one: Provider, other: Provider) -> bool:
    return (one.name, one.model) == (other.name, other.model)
