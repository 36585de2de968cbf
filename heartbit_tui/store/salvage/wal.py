"""The log of writes beside a file, of which each page can be checked alone."""

import struct
from collections.abc import Iterator

_HEAD, _FRAME = 32, 24
_MOST = 1 << 30


def is_torn(wal: bytes) -> bool:
    """Whether whole commits stand behind a damaged page, so that SQLite would give them up without a word."""
    size = int.from_bytes(wal[8:12], "big")
    if len(wal) <= _HEAD:
        return False
    if size not in (512, 1024, 2048, 4096, 8192, 16384, 32768, 65536):
        return True
    begun = _begun(wal, _FRAME + size)
    if begun is None:
        return False
    broken = begun[2] is None
    for number, _, commit in _checked(wal, size):
        broken = broken or not number
        if broken and number and commit:
            return True
    return False


def frames(wal: bytes, size: int) -> Iterator[tuple[int, bytes]]:
    """The pages of all commits that the log holds whole, the newest last.

    SQLite stops at the first frame whose checksum does not hold. What stands behind it was acknowledged too, and each
    frame can be checked alone: its checksum goes on from the one that the frame before it tells.
    """
    waiting: list[tuple[int, bytes]] = []
    for number, page, commit in _checked(wal, size):
        if number:
            waiting.append((number, page))
        if number and commit:
            yield from waiting
            waiting.clear()


def _checked(wal: bytes, size: int) -> Iterator[tuple[int, bytes, bool]]:
    """The number of each page, 0 for a damaged one, with the page, and whether a commit ends there."""
    step = _FRAME + size
    begun = _begun(wal, step)
    if begun is None:
        return
    order, salt, before = begun
    was_whole = before is not None
    for at in range(_HEAD, len(wal) - step + 1, step):
        head, page = wal[at : at + _FRAME], wal[at + _FRAME : at + step]
        told = struct.unpack(">6I", head)
        if head[8:16] != salt and wal[at + step + 8 : at + step + 16] != salt:
            return  # an older log, which was longer, goes on here
        checked = before is not None and _checksum(order, head[:8] + page, before) == told[4:]
        # Behind a damaged frame there is nothing to check the next one with; its rows are looked at one by one.
        whole = head[8:16] == salt and 0 < told[0] <= _MOST and (checked or not was_whole)
        yield told[0] if whole else 0, page, bool(told[1])
        before, was_whole = told[4:], whole


def _begun(wal: bytes, step: int) -> tuple[str, bytes, tuple[int, ...] | None] | None:
    """The order of bytes, the salt, and the checksum that the first frame goes on from, where the head tells it.

    A head that is whole is believed: behind it may stand what is left of an older log. Else most frames are.
    """
    if len(wal) < _HEAD + step:
        return None
    head = struct.unpack(">2I", wal[24:32])
    for order in "<>":
        if _checksum(order, wal[:24], (0, 0)) == head:
            return order, wal[16:24], head
    salts = [wal[at + 8 : at + 16] for at in range(_HEAD, min(len(wal), _HEAD + 4 * step), step)]
    salt = max(salts, key=salts.count)
    return next((order for order in "<>" if _goes_on(wal, step, order)), "<"), salt, None


def _goes_on(wal: bytes, step: int, order: str) -> bool:
    """Whether one of the first frames has the checksum that follows from the one before it, in this order of bytes."""
    for at in range(_HEAD, min(len(wal) - 2 * step, _HEAD + 4 * step) + 1, step):
        one, other = wal[at : at + step], wal[at + step : at + 2 * step]
        before = struct.unpack(">2I", one[16:24])
        if len(other) == step and _checksum(order, other[:8] + other[_FRAME:], before) == struct.unpack(
            ">2I", other[16:24]
        ):
            return True
    return False


def _checksum(order: str, data: bytes, before: tuple[int, ...]) -> tuple[int, int]:
    one, other = before
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for first, second in zip(words[::2], words[1::2], strict=True):
        one = (one + first + other) & 0xFFFFFFFF
        other = (other + second + one) & 0xFFFFFFFF
    return one, other
