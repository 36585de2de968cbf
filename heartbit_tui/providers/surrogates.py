"""Text that services cut in the middle of a surrogate pair, put together again."""

import re

_ANY = re.compile("[\ud800-\udfff]")


class Joiner:
    """Takes the pieces of a text; what it gives can always be encoded."""

    def __init__(self) -> None:
        self._held = ""

    def add(self, piece: str) -> str:
        """The text up to this piece; half of a pair at its end waits for the next one."""
        if piece.isascii() and not self._held:
            return piece
        text = self._held + piece
        self._held = text[-1] if "\ud800" <= text[-1:] <= "\udbff" else ""
        return mended(text[: len(text) - len(self._held)])

    def rest(self) -> str:
        """What still waits, at the end."""
        held, self._held = self._held, ""
        return mended(held)


def mended(text: str) -> str:
    """The text with surrogate pairs joined, and a replacement character for each half that stands alone."""
    if not _ANY.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
