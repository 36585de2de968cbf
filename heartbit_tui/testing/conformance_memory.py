"""What every memory has to hold to; a suite to inherit from.

    class TestMine(MemoryConformance):
        @asynccontextmanager
        async def memory(self, clock):
            async with MyMemory.open(clock) as memory:
                yield memory

Each test opens a memory of its own, which is empty. The tests are plain coroutines, run by pytest with pytest-asyncio
in its automatic mode. Each part of the suite can be inherited alone, as long as a memory has only that.
"""

from heartbit_tui.testing.conformance_changes import ChangesConformance
from heartbit_tui.testing.conformance_keeping import KeepingConformance
from heartbit_tui.testing.conformance_recall import RecallConformance
from heartbit_tui.testing.conformance_vectors import VectorsConformance


class MemoryConformance(KeepingConformance, ChangesConformance, RecallConformance, VectorsConformance):
    """The whole suite; `memory` is to be overridden."""
