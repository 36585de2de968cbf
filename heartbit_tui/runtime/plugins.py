"""Names become objects: the built-in ones from a table, others from entry points."""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any

from heartbit_tui.kernel.errors import ConfigError

BUILT_IN: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "heartbit.tools": MappingProxyType({"__respond__": "heartbit_tui.tools.respond:Respond"}),
        "heartbit.embeddings": MappingProxyType(
            {
                "openai": "heartbit_tui.memory.embed.openai:OpenAIEmbedder",
                "local": "heartbit_tui.memory.embed.choose:local",
            }
        ),
    }
)
"""Group, name, and `module:object`. Entry points are looked for only where a name is not here."""

EXTRAS: Mapping[str, str] = MappingProxyType(
    {"keyring": "keyring", "fastembed": "local-embedding", "jailguard": "injection-model"}
)
"""Which extra brings a library that may be missing."""


def load(group: str, name: str) -> Any:
    """The object behind a name. Raises `ConfigError` when there is none, or its library is not installed."""
    target = BUILT_IN.get(group, {}).get(name)
    if target is None:
        return _entry_point(group, name)
    return resolve(target)


def resolve(target: str) -> Any:
    """The object at `module:object`. Raises `ConfigError` when a library that it needs is not installed."""
    module, _, attribute = target.partition(":")
    try:
        return getattr(import_module(module), attribute)
    except ModuleNotFoundError as error:
        raise _missing(module.rpartition(".")[2], error) from error


def _entry_point(group: str, name: str) -> Any:
    from importlib.metadata import entry_points  # 30 ms, and only for names that are not built in

    found = entry_points(group=group, name=name)
    if not found:
        kind = group.removeprefix("heartbit.").removesuffix("s")
        raise ConfigError(f"There is no {kind} “{name}”, neither built in nor installed.", key=name)
    try:
        return next(iter(found)).load()
    except ModuleNotFoundError as error:
        raise _missing(name, error) from error


def _missing(name: str, error: ModuleNotFoundError) -> ConfigError:
    library = (error.name or "").partition(".")[0]
    extra = EXTRAS.get(library)
    how = f"pip install 'heartbit-tui[{extra}]'" if extra else f"pip install {library}"
    return ConfigError(f"“{name}” needs the library {library}, which is not installed: {how}", key=name)
