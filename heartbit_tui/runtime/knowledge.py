"""The knowledge base put together: its sources and settings, the disk, the web, the file, and what makes vectors."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

from heartbit_tui.config import Config
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.knowledge import schema
from heartbit_tui.knowledge.embedding import Vectors
from heartbit_tui.knowledge.index import Index
from heartbit_tui.knowledge.load import Loader
from heartbit_tui.knowledge.search import Search
from heartbit_tui.knowledge.types import Embedder, Kind, Settings as Cutting, Source
from heartbit_tui.runtime.documents import Web, files
from heartbit_tui.runtime.settings import Settings
from heartbit_tui.store import driver
from heartbit_tui.store.database import Database
from heartbit_tui.tools.webpages import WebPages

NAMES: tuple[tuple[Kind, str], ...] = (("file", "path"), ("glob", "pattern"), ("url", "url"))
"""The key of `[[knowledge.sources]]` that each kind of source is named by."""

NAMELESS = "{source}: knowledge.sources[{number}] names nothing: give it a path, a pattern or a url."


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """The knowledge base of one project; `sources` are those of the configuration."""

    index: Index
    search: Search
    vectors: Vectors
    loader: Loader
    sources: tuple[Source, ...]


@asynccontextmanager
async def knowledge(settings: Settings, root: Path, clock: Clock, embedder: Embedder) -> AsyncGenerator[Knowledge]:
    """The knowledge base of the project at `root`, in the data file. Raises `ConfigError`, `StoreError`."""
    home = Path(settings.environment.get("HOME") or "/")
    project, listed, gate = str(root), sources(settings.config), settings.gate

    def withheld(path: str) -> bool:
        return gate.hides(path) or gate.conceals(path)

    private = settings.config.boolean("tools.webfetch.allow_private")
    web = Web(WebPages(settings.environment, allow_private=private))
    async with Database.open(settings.store, schema.NAME, schema.STEPS, driver.with_vectors) as database:
        yield Knowledge(
            index=Index(database, project, cutting(settings.config), clock),
            search=Search(database, project, embedder, withheld=withheld),
            vectors=Vectors(database, project),
            loader=Loader(root, home, find=files, fetch=web.page, withheld=withheld),
            sources=listed,
        )


def cutting(config: Config) -> Cutting:
    """How texts are cut, by `[knowledge]`."""
    usual = Cutting()
    overlap = config.integer("knowledge.chunk_overlap")
    return Cutting(
        chunk_size=config.integer("knowledge.chunk_size") or usual.chunk_size,
        chunk_overlap=usual.chunk_overlap if overlap is None else overlap,
    )


def sources(config: Config) -> tuple[Source, ...]:
    """The sources of `[[knowledge.sources]]`; one without a type is what it names. Raises `ConfigError`."""
    value = cast("list[Mapping[str, Any]]", config.value("knowledge.sources") or [])
    return tuple(_source(config, number, entry) for number, entry in enumerate(value))


def _source(config: Config, number: int, entry: Mapping[str, Any]) -> Source:
    for kind, name in NAMES:
        if entry.get(name) and entry.get("type", kind) == kind:
            return Source(kind=kind, what=entry[name])
    where = config.source(f"knowledge.sources[{number}]")
    raise ConfigError(NAMELESS.format(source=where, number=number), key="knowledge.sources", source=where)
