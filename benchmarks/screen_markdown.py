"""Markdown on the screen: what it costs to cut answers into pieces and to set them in lines."""

import time
from collections.abc import Callable, Iterator
from functools import partial

from benchmarks.table import Row, bound
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.markdown.piece import Piece
from heartbit_tui.tui.markdown.set import lines
from heartbit_tui.tui.markdown.split import Pieces, pieces_of
from heartbit_tui.tui.theme.ink import ink
from heartbit_tui.tui.theme.load import load

SHORT = "I looked at the file. The test fails because of a rounding error.\n\nI will fix it now."
SECTION = """## What was wrong

The sum in `src/cart.py:41` compares a **float** with an *integer*, so `round(total, 2)` gave `12.3`; see
[the documentation](https://docs.python.org/3/tutorial/floatingpoint.html) for the whole story of it.

1. Prices are **decimal** from the moment they are read.
2. The sum is rounded *once*:

   ```python
   def total(items: Iterable[Item], *, vat: Decimal = Decimal("0.19")) -> Decimal:
       net = sum((item.price * item.count for item in items), Decimal())
       return (net * (1 + vat)).quantize(Decimal("0.01"))  # half even
   ```
3. Tests:
   - an empty cart
   - rounding `0.005`

> The old files hold floats.

| Case | before | after |
|:-----|-------:|------:|
| empty | 1.2 ms | 0.9 ms |
| 1,000 items | 48 ms | 12 ms |

"""
ANSWER = SECTION * (20_000 // len(SECTION) + 1)


def rows() -> Iterator[Row]:
    """The rows of this benchmark."""
    look = Look(100, ink(load("heartbit")))
    _set(pieces_of(SECTION), look)
    pieces = pieces_of(ANSWER)
    yield bound("split a short answer", _milliseconds(lambda: _often(SHORT)), 20, unit="us")
    yield bound("split 20 kB", _milliseconds(lambda: pieces_of(ANSWER)), 20, unit="ms")
    yield bound("set 20 kB with colours", _milliseconds(lambda: _set(pieces, look)), 150, unit="ms")
    yield bound(
        "set the slowest piece", max(_milliseconds(partial(_set, [each], look)) for each in pieces), 4, unit="ms"
    )
    yield bound("stream 20 kB in tokens, 30 frames a second", _milliseconds(lambda: _stream(look)), 150, unit="ms")


def _often(text: str) -> None:
    for _ in range(1_000):
        pieces_of(text)


def _set(pieces: list[Piece], look: Look) -> list[Line]:
    return [line for piece in pieces for line in lines(piece, look, open=False)]


def _stream(look: Look) -> None:
    """5,000 tokens at 500 a second: about 17 come between two frames, and each frame sets what is open."""
    pieces = Pieces()
    for at in range(0, len(ANSWER), 17 * 4):
        pieces.feed(ANSWER[at : at + 17 * 4])
        for piece in pieces.open:
            lines(piece, look, open=True)


def _milliseconds(work: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(5):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best * 1_000
