"""Which events of a log still count, after a person went back in it and perhaps forward again."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Generic, TypeVar

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


class Counted(Generic[T]):
    """Items of a log in their order, those that count and those that do not, each with the seq of its event."""

    def __init__(self) -> None:
        self._seqs: list[int] = []
        self._items: list[T] = []
        self._gone: list[tuple[int, T]] = []

    def add(self, seq: int, item: T) -> None:
        """Take in what the event `seq` brought, the latest so far."""
        self._seqs.append(seq)
        self._items.append(item)

    def sift(self, standing: Standing) -> None:
        """Let count what stands, and keep the rest for a way forward again."""
        every = sorted((*self.live, *self._gone), key=_seq_of)
        live = standing.keep(every)
        self._seqs, self._items = [seq for seq, _ in live], [item for _, item in live]
        self._gone = [item for item in every if not standing.counts(item[0])]

    @property
    def live(self) -> Sequence[tuple[int, T]]:
        """All that count with the seqs of their events, oldest first."""
        return tuple(zip(self._seqs, self._items, strict=True))

    def items(self) -> tuple[T, ...]:
        """All that count, oldest first."""
        return tuple(self._items)

    @property
    def latest(self) -> int:
        """The seq of the event of the latest that counts, 0 without one."""
        return self._seqs[-1] if self._seqs else 0

    def last(self, otherwise: T) -> T:
        """The latest that counts."""
        return self._items[-1] if self._items else otherwise


def _seq_of(item: tuple[int, object]) -> int:
    return item[0]
