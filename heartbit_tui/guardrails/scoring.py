"""A model of a person's choice that says how much a text looks like an injected instruction, beside the patterns."""

import asyncio
from collections.abc import Callable, Iterator
from typing import TypeAlias

from heartbit_tui.guardrails.hidden import escaped
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.protocols import Clock

Scorer: TypeAlias = Callable[[str], float]
"""The score of at most `PIECE` characters, from 0 to 1. It may block and raise; it is called in a thread."""

PIECE, OVERLAP = 800, 160
"""Characters that are scored at once, about what small models read whole, and how many of them two pieces share."""

MOST = 24
"""Pieces of one text that are scored: the first and the last of them."""

QUOTED = 200
"""Characters of the worst piece that are quoted."""

THRESHOLD = 0.9
TIMEOUT = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """The highest score of a text's pieces, where that piece begins, and why there may be a higher one."""

    score: float = 0.0
    quote: str = ""
    trouble: str = ""


class Model:
    """Scores texts piece by piece, for at most `timeout` seconds and one piece more."""

    def __init__(self, scorer: Scorer, clock: Clock, *, threshold: float = THRESHOLD, timeout: float = TIMEOUT) -> None:
        self._scorer = scorer
        self._clock = clock
        self._timeout = timeout
        self.threshold = threshold

    async def look(self, text: str) -> Scored:
        """The worst of a text's pieces; a fault of the model or its slowness is told as `trouble`."""
        worst, begun = Scored(), self._clock.monotonic()
        for piece in pieces(text):
            if self._clock.monotonic() - begun > self._timeout:
                return Scored(score=worst.score, quote=worst.quote, trouble=f"the model took over {self._timeout:g} s")
            try:
                score = float(await asyncio.to_thread(self._scorer, piece))
            except Exception as error:  # noqa: BLE001 - whatever a model raises, the patterns still decide
                return Scored(score=worst.score, quote=worst.quote, trouble=f"the model failed: {type(error).__name__}")
            if score > worst.score:
                worst = Scored(score=score, quote=escaped(" ".join(piece.split())[:QUOTED]))
        return worst


def pieces(text: str) -> Iterator[str]:
    """A text in pieces that overlap; of a long one those of its beginning and its end."""
    starts = range(0, max(len(text) - OVERLAP, 1), PIECE - OVERLAP)
    chosen = [*starts[: MOST // 2], *starts[-(MOST // 2) :]] if len(starts) > MOST else starts
    yield from (piece for start in chosen if (piece := text[start : start + PIECE]).strip())
