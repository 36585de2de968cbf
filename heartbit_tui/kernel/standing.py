"""Which events of a log still count, after a person went back in it and perhaps forward again."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

ENDLESS = 1 << 62


class Standing:
    """Folds the `Rewound` events of a log.

    Going back to before an event leaves what stood right before it. So going back to before a `Rewound` brings back
    what that had taken away.
    """

    def __init__(self) -> None:
        self._rewinds: list[tuple[int, int]] = []
        self._ranges: tuple[tuple[int, int], ...] = ((0, ENDLESS),)

    def went_back(self, seq: int, to: int) -> None:
        """The event `seq` is a `Rewound` to right before the event `to`."""
        self._rewinds.append((seq, min(to, seq)))
        self._ranges = tuple(self._standing())[::-1]

    def counts(self, seq: int) -> bool:
        """Whether the event with this seq still counts."""
        return any(first <= seq < end for first, end in self._ranges)

    def keep(self, items: Iterable[tuple[int, T]]) -> list[tuple[int, T]]:
        """Those of some items, each with the seq of its event, that count."""
        return [item for item in items if self.counts(item[0])]

    def _standing(self) -> Iterator[tuple[int, int]]:
        end = ENDLESS
        for seq, to in reversed(self._rewinds):
            if seq < end:
                yield seq, end
                end = to
        yield 0, end
