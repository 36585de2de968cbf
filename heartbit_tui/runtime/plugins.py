"""Names become objects: the built-in ones from a table, others from entry points."""

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any, TypeVar

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
    {
        "keyring": "keyring",
        "fastembed": "local-embedding",
        "jailguard": "injection-model",
        "a2a": "a2a",
        "opentelemetry": "telemetry",
        "requests": "telemetry",
        "joserfc": "daemon",
        "cryptography": "daemon",
    }
)
"""Which extra brings a library that may be missing."""

GROUPS = (
    *("heartbit.tools", "heartbit.providers", "heartbit.guardrails", "heartbit.memory", "heartbit.embeddings"),
    *("heartbit.routing", "heartbit.scorers"),
)
"""The groups of entry points in which packages can offer something."""

FAILED = "“{name}” does not work ({error}). The package that offers it is at fault, or does not fit this release."
T = TypeVar("T")


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
    return guarded(name, next(iter(found)).load)


def guarded(name: str, work: Callable[[], T]) -> T:
    """What the code of a plugin gives. Raises `ConfigError`, whatever goes wrong in there."""
    try:
        return work()
    except ConfigError:
        raise
    except ModuleNotFoundError as error:
        raise _missing(name, error) from error
    # Somebody else's code: none of its faults may end heartbit.
    except (Exception, SystemExit) as error:
        shown = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        raise ConfigError(FAILED.format(name=name, error=shown), key=name) from error


def _missing(name: str, error: ModuleNotFoundError) -> ConfigError:
    library = (error.name or "").partition(".")[0]
    extra = EXTRAS.get(library)
    how = f"pip install 'heartbit-tui[{extra}]'" if extra else f"pip install {library}"
    return ConfigError(f"“{name}” needs the library {library}, which is not installed: {how}", key=name)
