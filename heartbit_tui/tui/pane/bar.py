"""The scroll bar of a pane: how much is in view, and where."""

from heartbit_tui.tui.pane.source import Key, Source

THUMB = "┃"


def thumb(source: Source, first: Key, last: Key, height: int) -> tuple[int, int]:
    """The rows of the thumb, from and to before; (0, 0) where everything is in view."""
    top = source.share(first)
    following = source.after(last)
    bottom = source.share(following) if following is not None else 1.0
    size = max(round((bottom - top) * height), 1)
    if size >= height:
        return 0, 0
    start = min(round(top * height), height - size)
    return start, start + size


def at(source: Source, share: float) -> Key | None:
    """The piece that has about this share of everything before it."""
    first, last = source.first(), source.last()
    if first is None or last is None:
        return None
    low, high = first[0], last[0]
    while low < high:
        middle = (low + high + 1) // 2
        if source.share((middle, 0)) <= share:
            low = middle
        else:
            high = middle - 1
    return (low, 0)
