"""A session's log as JSON lines, and back: the form that loses nothing."""

from collections.abc import Iterable, Iterator

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.kernel.events import Envelope
from heartbit_tui.wire.errors import WireError
from heartbit_tui.wire.read import loads
from heartbit_tui.wire.write import dumps

_SHOWN = 10
_TOO_FAR = 2**53


@dataclass(frozen=True, slots=True, kw_only=True)
class BadLine:
    """A line that is no event, by its number from 1."""

    number: int
    reason: str


class ImportFailed(StoreError):
    """A file is not a session's log; `lines` holds what is wrong with it."""

    def __init__(self, lines: tuple[BadLine, ...]) -> None:
        told = [f"line {line.number}: {line.reason}" for line in lines[:_SHOWN]]
        rest = [f"and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
        super().__init__("Nothing was imported.\n" + "\n".join(told + rest))
        self.lines = lines


def export_jsonl(log: Iterable[Envelope]) -> Iterator[str]:
    """One envelope a line, without line ends."""
    return (dumps(envelope) for envelope in log)


def import_jsonl(lines: Iterable[str]) -> tuple[Envelope, ...]:
    """The log that lines hold; empty lines are passed over.

    Raises `ImportFailed` when a line is no envelope, or the `seq` do not grow.
    """
    log: list[Envelope] = []
    bad: list[BadLine] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            envelope = loads(line)
        except WireError as error:
            bad.append(BadLine(number=number, reason=str(error)))
            continue
        if not (log[-1].seq if log else 0) < envelope.seq < _TOO_FAR:
            bad.append(BadLine(number=number, reason=f"`seq` {envelope.seq} does not follow the one before it."))
        log.append(envelope)
    if bad or not log:
        raise ImportFailed(tuple(bad) or (BadLine(number=1, reason="The file holds no event."),))
    return tuple(log)
