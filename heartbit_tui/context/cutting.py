"""Where a conversation can be cut so that calls and results stay together and the newest of it stays whole."""

from collections.abc import Iterator, Sequence

from heartbit_tui.kernel.messages import Assistant
from heartbit_tui.kernel.past import Past, Placed

KEEP = 4
"""Messages at the end that a summary leaves as they are; the seed's figure."""


def through(past: Past, *, keep: int = KEEP) -> int:
    """The seq before which a summary may stand for everything, or 0 where there is too little to be worth it.

    What stays are at least `keep` messages, of which the first is a model's; what goes is more than one message.
    """
    entries = tuple(past.told())
    starts = tuple(_beginnings(entries))
    for number in range(len(starts) - keep, 1, -1):
        placed = entries[starts[number]]
        if isinstance(placed.entry, Assistant):
            fold = past.fold
            return placed.seq if fold is None or placed.seq > fold.event.through else 0
    return 0


def _beginnings(entries: Sequence[Placed]) -> Iterator[int]:
    """The positions of the entries that begin a message: a model's each, others where they follow a model's."""
    before = True
    for position, placed in enumerate(entries):
        model = isinstance(placed.entry, Assistant)
        if model or before:
            yield position
        before = model
