"""The embedder that the configuration names, loaded when it is named, and ended with whoever opened it."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random
from typing import cast

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.memory.embed.none import NoEmbedder
from heartbit_tui.memory.embed.timely import Timely
from heartbit_tui.memory.embed.types import Provider, Settings as Wanted, Tell
from heartbit_tui.memory.errors import EmbeddingError
from heartbit_tui.memory.protocols import Embedder
from heartbit_tui.runtime import plugins
from heartbit_tui.runtime.settings import Settings

KEY = "memory.embedding"
OPENAI_VARIABLE = "OPENAI_API_KEY"
MODELS = "models"
"""The folder in the cache where local models are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedding:
    """One embedder as two: `asking` for questions, which wait for nothing long, and `reading` for all that is kept."""

    asking: Embedder
    reading: Embedder

    @property
    def is_on(self) -> bool:
        """Whether anything is embedded at all."""
        return bool(self.reading.dimension)


NONE = Embedding(asking=NoEmbedder(), reading=NoEmbedder())


@asynccontextmanager
async def embedding(settings: Settings, clock: Clock, tell: Tell) -> AsyncGenerator[Embedding]:
    """What `[memory.embedding]` names; `tell` hears of downloads. Raises `ConfigError` for what cannot be meant.

    Nothing is loaded, started or asked before the first text is embedded.
    """
    wanted = wanted_of(settings)
    async with AsyncExitStack() as stack:
        match wanted.provider:
            case "none":
                yield NONE
            case "openai":
                client = await stack.enter_async_context(plugins.resolve("heartbit_tui.providers.http:open_client")())
                make = plugins.load("heartbit.embeddings", "openai")
                made = cast("Embedder", make(wanted, client, clock, Random()))
                yield Embedding(asking=Timely(made, clock), reading=made)
            case "local":
                local = await stack.enter_async_context(_local(wanted, settings, tell))
                yield Embedding(asking=Timely(local, clock, loads=True), reading=local)


@asynccontextmanager
async def _local(wanted: Wanted, settings: Settings, tell: Tell) -> AsyncGenerator[Embedder]:
    try:
        made = plugins.load("heartbit.embeddings", "local")(wanted, tell)
    except EmbeddingError as error:
        source = settings.config.source(f"{KEY}.model")
        raise ConfigError(f"{source}: {KEY}.model: {error}", key=f"{KEY}.model", source=source) from error
    async with made:
        yield made


def wanted_of(settings: Settings) -> Wanted:
    """`[memory.embedding]` with its key, and where models are kept."""
    config, environment = settings.config, settings.environment
    home = Path(environment.get("HOME") or "/")
    variable = config.string(f"{KEY}.api_key_env")
    folder = config.string(f"{KEY}.cache_dir")
    return Wanted(
        provider=cast("Provider", config.string(f"{KEY}.provider") or "none"),
        model=config.string(f"{KEY}.model"),
        key=environment.get(variable, "") or _kept(settings, variable),
        key_variable=variable,
        base_url=config.string(f"{KEY}.base_url"),
        dimension=config.integer(f"{KEY}.dimension"),
        cache_dir=_folder(folder, home) if folder else settings.places.cache / MODELS,
        home=home,
        environment=environment,
    )


def _kept(settings: Settings, variable: str) -> str:
    """The key of OpenAI that a person logged in with; it goes to OpenAI alone."""
    if variable != OPENAI_VARIABLE or settings.config.string(f"{KEY}.base_url"):
        return ""
    found = settings.credentials.find("openai")
    return found.value if found else ""


def _folder(text: str, home: Path) -> Path:
    return home / text[2:] if text.startswith("~/") else Path(text).absolute()
