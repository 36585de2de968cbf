from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from heartbit_tui.memory.semantic import Keeper
from heartbit_tui.memory.volatile import VolatileMemory
from heartbit_tui.testing.clock import FakeClock
from heartbit_tui.testing.conformance_memory import MemoryConformance
from tests.memory.places import opened


class TestVolatile(MemoryConformance):
    @asynccontextmanager
    async def memory(self, clock: FakeClock) -> AsyncGenerator[Keeper]:
        yield VolatileMemory(clock)


class InAFile(MemoryConformance):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.path = tmp_path / "heartbit.db"


class TestSqlite(InAFile):
    def memory(self, clock: FakeClock) -> AbstractAsyncContextManager[Keeper]:
        return opened(self.path, clock)


class TestSqliteWithNumpy(InAFile):
    def memory(self, clock: FakeClock) -> AbstractAsyncContextManager[Keeper]:
        return opened(self.path, clock, "numpy")


class TestSqliteWithPythonAlone(InAFile):
    def memory(self, clock: FakeClock) -> AbstractAsyncContextManager[Keeper]:
        return opened(self.path, clock, "python")
