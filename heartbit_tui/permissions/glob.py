"""Patterns in which `*` stands for any run of characters, `/` included, and `?` for one character."""

import re
from functools import lru_cache

WILD = frozenset("*?")


def matches(pattern: str, text: str) -> bool:
    """Whether the whole of `text` fits `pattern`; case counts, and every other character stands for itself.

    Each piece between stars is searched once from where the one before it ended, so the time grows with the
    length of the text times that of the pattern and never exponentially.
    """
    head, middle, tail = _pieces(pattern)
    if tail is None:
        return head.fullmatch(text) is not None
    found = head.match(text)
    if found is None:
        return False
    at = found.end()
    for piece in middle:
        found = piece.search(text, at)
        if found is None:
            return False
        at = found.end()
    return _ends_with(tail, text, at)


def is_wild(pattern: str) -> bool:
    """Whether the pattern fits more than one text."""
    return not WILD.isdisjoint(pattern)


def _ends_with(tail: tuple[re.Pattern[str], int], text: str, at: int) -> bool:
    piece, length = tail
    start = len(text) - length
    return start >= at and piece.fullmatch(text, start) is not None


@lru_cache(maxsize=512)
def _pieces(
    pattern: str,
) -> tuple[re.Pattern[str], tuple[re.Pattern[str], ...], tuple[re.Pattern[str], int] | None]:
    """The pattern as its first piece, the pieces between stars, and the last piece with its length."""
    first, *rest = pattern.split("*")
    if not rest:
        return _compile(first), (), None
    middle = tuple(_compile(piece) for piece in rest[:-1] if piece)
    return _compile(first), middle, (_compile(rest[-1]), len(rest[-1]))


def _compile(piece: str) -> re.Pattern[str]:
    return re.compile("".join("." if char == "?" else re.escape(char) for char in piece), re.DOTALL)
