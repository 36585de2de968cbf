"""What the tests of language servers share: a project, servers that are really there, and a look at what is left of them."""

import asyncio
import sys
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from heartbit_tui.lsp.delta import Delta
from heartbit_tui.lsp.find import Ground, Inventory, inventory
from heartbit_tui.lsp.servers import Findings, Servers
from heartbit_tui.lsp.types import Around
from heartbit_tui.runtime.serving import MARK, Launcher
from tests.servers.installed import PATH

FAKE = str(Path(__file__).with_name("fake_server.py"))
WAITING = 20.0

TYPESCRIPT_5 = str(
    Path(sys.prefix, "servers/node_modules/@vtsls/language-service/node_modules/typescript/lib/tsserver.js")
)
JUST_TYPESCRIPT_5: Mapping[str, object] = MappingProxyType(
    {"typescript-language-server": {"initialization_options": {"tsserver": {"path": TYPESCRIPT_5}}}}
)
"""The settings of a server that cannot use the TypeScript 7 that is installed beside it."""


@dataclass
class Said:
    """Takes what the person is told."""

    texts: list[str] = field(default_factory=list[str])

    def __call__(self, text: str, warning: bool) -> None:
        self.texts.append(text)


@dataclass
class Project:
    """A folder with files, and the servers that hear of them."""

    folder: Path
    servers: Servers
    said: Said

    def path(self, name: str) -> str:
        return str(self.folder / name)

    async def edit(self, name: str, text: str) -> Findings:
        """Write a file as a tool does, and take what its result would tell."""
        await self.servers.before([self.path(name)])
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_bytes(text.encode())
        return await self.servers.after([self.path(name)])

    async def warmed(self, name: str) -> None:
        """Return once the servers of a file run, and have said what they think of it."""
        async with asyncio.timeout(WAITING):
            await self.servers.known(self.path(name))

    async def heard(self, name: str) -> None:
        """Return once the servers have said what they think of a file as it is, without taking it."""
        async with asyncio.timeout(WAITING):
            await self.servers.looked(self.path(name))


def messages(found: Findings) -> list[str]:
    return [each.message for delta in found.deltas for each in delta.came]


def one(found: Findings) -> Delta:
    assert len(found.deltas) == 1, found
    return found.deltas[0]


def only(*names: str, servers: Mapping[str, object] | None = None, folder: Path, trusted: bool = True) -> Inventory:
    """What can be started of these alone."""
    ground = Ground(roots=(str(folder),), path=PATH, trusted=trusted, servers=servers or {})
    found = inventory(ground)
    return Inventory(found=tuple(each for each in found.found if each.program.name in names), missing=found.missing)


def fake(*words: str) -> dict[str, object]:
    """The settings of a server that does what these words say."""
    return {"fake": {"command": [sys.executable, FAKE, *words], "extensions": ["fk"], "languages": []}}


@asynccontextmanager
async def project(
    folder: Path,
    *names: str,
    files: Mapping[str, str] | None = None,
    settings: Mapping[str, object] | None = None,
    monotonic: Callable[[], float] = time.monotonic,
) -> AsyncGenerator[Project]:
    """A project with these files and these servers, all of which are ended."""
    for name, text in (files or {}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode())
    said = Said()
    launch = Launcher({"PATH": PATH, "HOME": str(folder)}, ())
    around = Around(launch=launch, say=said, monotonic=monotonic, trusted=True)
    servers = Servers(only(*names, servers=settings, folder=folder), (str(folder),), around)
    try:
        yield Project(folder=folder, servers=servers, said=said)
    finally:
        await servers.close()


def left_over(folder: Path) -> list[int]:
    """The living processes that a launcher started for somebody whose home is this folder."""
    wanted = (f"HOME={folder}".encode(), f"{MARK}=".encode())
    return [pid for pid in _pids() if _has(pid, wanted)]


def _pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]


def _has(pid: int, wanted: tuple[bytes, bytes]) -> bool:
    try:
        words = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False
    return wanted[0] in words and any(word.startswith(wanted[1]) for word in words)
