from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from heartbit_tui.store.store import Store
from heartbit_tui.testing.clock import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "heartbit.db"


@pytest.fixture
async def store(path: Path, clock: FakeClock) -> AsyncGenerator[Store]:
    async with Store.open(path, clock) as opened:
        yield opened
