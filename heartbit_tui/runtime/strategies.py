"""The strategy that chooses an agent for a prompt: the program's own, a plugin's, or one of heartbit's."""

import asyncio
from collections.abc import Mapping
from typing import Any, cast

from heartbit_tui.agents.classifying import TIMEOUT, Classifier
from heartbit_tui.agents.routing import Keywords, Strategy
from heartbit_tui.kernel.errors import ConfigError, HeartbitError
from heartbit_tui.runtime import plugins
from heartbit_tui.runtime.plugged import OF_A_STRATEGY, ROUTING, SECTION, PluginContext, made
from heartbit_tui.runtime.roles import Ground

CLASSIFIER = "classifier"
"""The name of the strategy that asks a small model; `[plugins.settings.classifier]` says which, and how long it has."""

MISSING = "The strategy that chooses an agent is missing, so the words of each prompt decide. {why}"
NO_SECONDS = "plugins.settings.classifier.timeout has to be a number of seconds above 0, and it is {value!r}."


async def strategy_of(ground: Ground, own: str) -> tuple[Strategy, str]:
    """The strategy, and what went wrong where it is not the one that is wanted; `own` is the session's own agent."""
    brought, name = ground.options.brought.routing, ground.settings.config.string(f"{SECTION}.routing")
    if brought is not None:
        return brought, ""
    try:
        if name == CLASSIFIER:
            return _classifier(ground, own), ""
        if name:
            return await asyncio.to_thread(_plugged, ground, name), ""
    except HeartbitError as error:
        return Keywords(own), MISSING.format(why=error)
    return Keywords(own), ""


def _classifier(ground: Ground, own: str) -> Classifier:
    table = _settings(ground, CLASSIFIER)
    seconds = table.get("timeout", TIMEOUT)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not seconds > 0:
        raise ConfigError(NO_SECONDS.format(value=seconds), key=f"{SECTION}.settings.{CLASSIFIER}.timeout")
    model = str(table.get("model") or "")
    provider = ground.models.beside("", model) if model else ground.session.settings.provider
    return Classifier(provider, timeout=float(seconds), own=own)


def _plugged(ground: Ground, name: str) -> Strategy:
    options = ground.options
    context = PluginContext(name=name, settings=_settings(ground, name), cwd=options.cwd, clock=ground.clock)
    (strategy, *_) = made(plugins.load(ROUTING, name), context, "routing", OF_A_STRATEGY)
    return cast("Strategy", strategy)


def _settings(ground: Ground, name: str) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", ground.settings.config.value(f"{SECTION}.settings.{name}") or {})
