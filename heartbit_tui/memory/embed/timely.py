"""Keeps a question from waiting for its vector: within a time limit, and not at all right after a failure."""

import asyncio
from collections.abc import Sequence

from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.memory.errors import EmbeddingError
from heartbit_tui.memory.protocols import Embedder
from heartbit_tui.memory.types import Floats

SECONDS = 4.0
"""How long a question waits for its vector."""

PAUSE = 60.0
"""Seconds after a failure in which the service is not asked again."""

REMEMBERED = 64
"""Questions whose vectors are kept."""

LATE = "{model} gave no vector within {seconds:g} s; it may still be loading."


class Timely:
    """An `Embedder` that fails soon rather than waiting long; the vectors of the last questions are remembered.

    With `loads` a late answer is no failure: the model is still being loaded, and the next question asks again.
    """

    def __init__(self, inner: Embedder, clock: Clock, *, seconds: float = SECONDS, loads: bool = False) -> None:
        self._inner = inner
        self._clock = clock
        self._seconds = seconds
        self._loads = loads
        self._failed: EmbeddingError | None = None
        self._until = float("-inf")
        self._known: dict[tuple[str, str], Floats] = {}

    @property
    def model(self) -> str:
        """The name of the model inside."""
        return self._inner.model

    @property
    def dimension(self) -> int:
        """The length of its vectors."""
        return self._inner.dimension

    async def embed(self, texts: Sequence[str]) -> Sequence[Floats]:
        """A vector for each text. Raises `EmbeddingError` at the time limit, and at once soon after a failure."""
        missing = [text for text in dict.fromkeys(texts) if (self.model, text) not in self._known]
        found = dict(zip(missing, await self._asked(missing), strict=True)) if missing else {}
        vectors = [found[text] if text in found else self._known[self.model, text] for text in texts]
        for text, vector in found.items():
            self._known[self.model, text] = vector
        for old in list(self._known)[: max(len(self._known) - REMEMBERED, 0)]:
            del self._known[old]
        return vectors

    async def _asked(self, texts: Sequence[str]) -> Sequence[Floats]:
        if self._failed is not None and self._clock.monotonic() < self._until:
            raise self._failed
        try:
            async with asyncio.timeout(self._seconds):
                found = await self._inner.embed(texts)
        except TimeoutError as error:
            late = EmbeddingError(LATE.format(model=self.model, seconds=self._seconds))
            raise (late if self._loads else self._pause(late)) from error
        except EmbeddingError as error:
            raise self._pause(error) from error
        self._failed = None
        return found

    def _pause(self, error: EmbeddingError) -> EmbeddingError:
        self._failed = EmbeddingError(str(error))
        self._until = self._clock.monotonic() + PAUSE
        return self._failed
