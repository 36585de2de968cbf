"""The guardrails that the configuration asks for, put together in their order."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, cast

from heartbit_tui.config import Config
from heartbit_tui.config.agent_keys import GUARDRAILS, MODES
from heartbit_tui.config.redact import Redactor
from heartbit_tui.guardrails import (
    DETECTORS,
    SOURCES,
    Chain,
    Conditional,
    Constraint,
    Fence,
    Injection,
    Judge,
    JudgeSettings,
    Model,
    Pii,
    PolicyRule,
    Secrecy,
    SensorSecurity,
    ToolPolicy,
    Trust,
    WarnToDeny,
    When,
)
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.kernel.protocols import Clock, Guardrail, Provider
from heartbit_tui.runtime import plugins

NAMES_NOTHING = "{source}: {key}: {name!r} is not one of {known}."
MISSING = "{key} is missing."
NOT_ON = "{key}: {name} is not set up; add [{place}.{name}]."
TWICE = "{key}: {name} is in another chain already."
SECTION = "guardrails"
NO_MODEL = "{source}: {key}: {name!r} is neither jailguard nor the module:factory of a scorer."
MODELS: Mapping[str, str] = MappingProxyType({"jailguard": "heartbit_tui.guardrails.jailguard:scorer"})
"""The factories of scorers that have a name of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What guardrails need of the session: its agent, mode and clock, the secrets to keep, and a judge's model.

    `judge` gives a provider for the configured names, both empty for the agent's own model.
    """

    agent: str
    mode: Callable[[], Mode]
    clock: Clock
    judge: Callable[[str, str], Provider]
    secrets: tuple[str, ...] = ()


def build(config: Config, around: Around) -> tuple[Guardrail, ...]:
    """The guardrails of one agent: its own where it has some, else those of all. Raises `ConfigError`."""
    place = place_for(config, around.agent)
    known = {
        name: BUILDERS[name](config, f"{place}.{name}", around) for name in GUARDRAILS if _is_on(config, place, name)
    }
    chains: list[tuple[str, ...]] = []
    made: list[Guardrail] = []
    for number, entry in enumerate(_tables(config, f"{place}.chain")):
        key = f"{place}.chain[{number}]"
        names = _used(config, key, known, chains)
        chains.append(names)
        made.append(_chained(config, key, entry, [known[name] for name in names], around))
    used = frozenset(name for names in chains for name in names)
    return (*(guardrail for name, guardrail in known.items() if name not in used), *made)


def place_for(config: Config, agent: str) -> str:
    """Where an agent's guardrails are set: its own replace those of all, as a whole."""
    for number, entry in enumerate(_tables(config, "agents")):
        if entry.get("name") == agent and config.is_set(f"agents[{number}].{SECTION}"):
            return f"agents[{number}].{SECTION}"
    return SECTION


def _is_on(config: Config, place: str, name: str) -> bool:
    return config.is_set(f"{place}.{name}") and config.value(f"{place}.{name}.enabled") is not False


def _injection(config: Config, place: str, around: Around) -> Guardrail:
    deny_at = config.number(f"{place}.threshold") or 0.0
    mode = "deny" if config.string(f"{place}.mode") == "deny" else "warn"
    # Whoever only warns and gives one threshold means that one.
    only_one = mode == "warn" and config.is_set(f"{place}.threshold") and not config.is_set(f"{place}.warn_threshold")
    warn_at = deny_at if only_one else config.number(f"{place}.warn_threshold") or 0.0
    sources = _names(config, f"{place}.sources", SOURCES)
    model = _model(config, place, around)
    return Injection(mode=mode, threshold=deny_at, warn_threshold=warn_at, sources=sources, model=model)


def _model(config: Config, place: str, around: Around) -> Model | None:
    """The model that scores texts beside the patterns, where one is named."""
    key = f"{place}.model"
    if not (name := config.string(key)):
        return None
    target = MODELS.get(name, name)
    if not target.partition(":")[2]:
        raise ConfigError(NO_MODEL.format(source=config.source(key), key=key, name=name), key=key)
    try:
        factory = plugins.resolve(target)
    except AttributeError as error:
        raise ConfigError(NO_MODEL.format(source=config.source(key), key=key, name=name), key=key) from error
    return Model(factory(), around.clock, threshold=config.number(f"{place}.model_threshold") or 0.0)


def _pii(config: Config, place: str, around: Around) -> Guardrail:
    own = {str(entry["name"]): str(entry["pattern"]) for entry in _tables(config, f"{place}.custom")}
    detectors = _names(config, f"{place}.detectors", tuple(DETECTORS))
    return Pii(action=cast("Any", config.string(f"{place}.action")), detectors=detectors, own=own)


def _secrecy(config: Config, place: str, around: Around) -> Guardrail:
    return Secrecy(Redactor(around.secrets), action=cast("Any", config.string(f"{place}.action")))


def _tool_policy(config: Config, place: str, around: Around) -> Guardrail:
    rules = tuple(_rule(f"{place}.rules[{n}]", entry) for n, entry in enumerate(_tables(config, f"{place}.rules")))
    return ToolPolicy(rules, default_action=cast("Any", config.string(f"{place}.default_action")))


def _rule(key: str, entry: Mapping[str, Any]) -> PolicyRule:
    if "action" not in entry:
        raise ConfigError(MISSING.format(key=f"{key}.action"), key=f"{key}.action")
    constraints = tuple(Constraint(**each) for each in entry.get("input_constraints", ()))
    return PolicyRule(tool=entry["tool"], action=entry["action"], constraints=constraints)


def _judge(config: Config, place: str, around: Around) -> Guardrail:
    if not config.strings(f"{place}.criteria"):
        raise ConfigError(MISSING.format(key=f"{place}.criteria"), key=f"{place}.criteria")
    settings = JudgeSettings(
        criteria=config.strings(f"{place}.criteria"),
        evaluate_tool_inputs=config.boolean(f"{place}.evaluate_tool_inputs"),
        timeout=config.number(f"{place}.timeout_seconds") or 0.0,
        max_tokens=config.integer(f"{place}.max_judge_tokens") or 0,
        fail_mode=cast("Any", config.string(f"{place}.fail_mode")),
    )
    provider = around.judge(config.string(f"{place}.provider"), config.string(f"{place}.model"))
    return Judge(provider, around.clock, settings)


def _fence(config: Config, place: str, around: Around) -> Guardrail:
    return Fence(sources=_names(config, f"{place}.sources", SOURCES))


def _sensor(config: Config, place: str, around: Around) -> Guardrail:
    trust = Trust(config.string(f"{place}.trust"))
    return SensorSecurity(source=config.string(f"{place}.source"), trust=trust, also=config.strings(f"{place}.allow"))


BUILDERS: Mapping[str, Callable[[Config, str, Around], Guardrail]] = MappingProxyType(
    {
        "sensor_security": _sensor,
        "injection": _injection,
        "pii": _pii,
        "secrets": _secrecy,
        "tool_policy": _tool_policy,
        "llm_judge": _judge,
        "fence": _fence,
    }
)
"""What makes the guardrail of each section."""


def _chained(config: Config, key: str, entry: Mapping[str, Any], members: list[Guardrail], around: Around) -> Guardrail:
    chained = members[0] if len(members) == 1 else Chain(members)
    if often := entry.get("warn_to_deny"):
        chained = WarnToDeny(chained, often, window=entry.get("window"))
    if not config.is_set(f"{key}.when"):
        return chained
    when = When(
        agents=config.strings(f"{key}.when.agent"),
        modes=_names(config, f"{key}.when.mode", MODES),
        tools=config.strings(f"{key}.when.tool"),
        sources=_names(config, f"{key}.when.source", SOURCES),
    )
    return Conditional(chained, when, agent=around.agent, mode=around.mode)


def _used(
    config: Config, key: str, known: Mapping[str, Guardrail], chains: Iterable[tuple[str, ...]]
) -> tuple[str, ...]:
    """The members of a chain; each is set up, and in this chain alone."""
    names = _names(config, f"{key}.use", GUARDRAILS)
    place = key.rpartition(".chain")[0]
    for name in names:
        if name not in known:
            raise ConfigError(NOT_ON.format(key=f"{key}.use", name=name, place=place), key=f"{key}.use")
        if any(name in chain for chain in chains):
            raise ConfigError(TWICE.format(key=f"{key}.use", name=name), key=f"{key}.use")
    if not names:
        raise ConfigError(MISSING.format(key=f"{key}.use"), key=f"{key}.use")
    return names


def _names(config: Config, key: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """A list in which only known names may stand."""
    names = config.strings(key)
    for name in names:
        if name not in known:
            source = config.source(key)
            told = NAMES_NOTHING.format(source=source, key=key, name=name, known=", ".join(known))
            raise ConfigError(told, key=key, source=source)
    return names


def _tables(config: Config, key: str) -> tuple[Mapping[str, Any], ...]:
    """An array of tables; empty where there is none."""
    value = config.value(key)
    return tuple(cast("list[Mapping[str, Any]]", value)) if isinstance(value, list) else ()
