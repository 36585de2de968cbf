"""No embedder: everything is found by words alone, as it was meant."""

from collections.abc import Sequence

from heartbit_tui.memory.types import Floats


class NoEmbedder:
    """Gives each text a vector without numbers."""

    model = ""
    dimension = 0

    async def embed(self, texts: Sequence[str]) -> Sequence[Floats]:
        """An empty vector for each text."""
        return [()] * len(texts)
