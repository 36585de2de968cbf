"""A knowledge base in a real file, over a folder of real files and a small web."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from heartbit_tui.knowledge import schema
from heartbit_tui.knowledge.embedding import Vectors
from heartbit_tui.knowledge.index import Index, quiet
from heartbit_tui.knowledge.load import Loader, source_of
from heartbit_tui.knowledge.search import Search
from heartbit_tui.knowledge.types import Embedder, Found, KnowledgeError, Page, Progress, Report, Settings, Wanted
from heartbit_tui.memory.embed.following import follow
from heartbit_tui.runtime.documents import files
from heartbit_tui.store import driver
from heartbit_tui.store.database import Database
from heartbit_tui.testing import FakeClock


@dataclass
class Web:
    """Pages by their URL; what is not there fails."""

    pages: dict[str, str] = field(default_factory=dict[str, str])

    async def fetch(self, url: str) -> Page:
        if url not in self.pages:
            raise KnowledgeError(f"{url} answered with HTTP 503.")
        return Page(url=url, title=f"Page {url[-1]}", text=self.pages[url])


@dataclass
class Base:
    """The knowledge base of the folder `root`."""

    database: Database
    root: Path
    settings: Settings = field(default_factory=Settings)
    web: Web = field(default_factory=Web)
    embedder: Embedder | None = None
    hidden: set[str] = field(default_factory=set[str])

    @property
    def index(self) -> Index:
        return Index(self.database, str(self.root), self.settings, FakeClock())

    @property
    def search(self) -> Search:
        return Search(self.database, str(self.root), self.embedder, withheld=self._withheld)

    def write(self, texts: Mapping[str, str]) -> None:
        for name, text in texts.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    async def refresh(self, *sources: str, progress: Progress = quiet) -> Report:
        loader = Loader(self.root, self.root.parent, find=files, fetch=self.web.fetch, withheld=self._withheld)
        return await self.index.refresh([source_of(each) for each in sources], loader, progress)

    async def embed(self) -> None:
        assert self.embedder is not None
        await follow(Vectors(self.database, str(self.root)), self.embedder)

    async def find(self, text: str, *, source: str = "", limit: int = 5) -> Found:
        return await self.search.find(Wanted(text=text, source=source, limit=limit))

    async def places(self, text: str, *, source: str = "", limit: int = 5) -> list[str]:
        """Where hits stand, as `path:line`, the best first."""
        found = await self.find(text, source=source, limit=limit)
        return [f"{hit.uri.removeprefix(f'{self.root}/')}:{hit.first_line}" for hit in found.hits]

    def _withheld(self, path: str) -> bool:
        return path.removeprefix(f"{self.root}/") in self.hidden


@asynccontextmanager
async def base(folder: Path, name: str = "project") -> AsyncGenerator[Base]:
    """A base over an empty folder, in a file beside it."""
    root = folder / name
    root.mkdir(exist_ok=True)
    async with Database.open(folder / "data.db", schema.NAME, schema.STEPS, driver.with_vectors) as database:
        yield Base(database, root)
