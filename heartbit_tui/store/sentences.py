"""The sentence of a text in which something was found, in one line, with the matches marked."""

import re
from collections.abc import Iterator, Sequence

from heartbit_tui.store.passages import CLOSING, OPENING

BEFORE, AFTER = 80, 160
"""Characters of a sentence that are shown around what was found."""

_END = re.compile(r"[.!?…](?=\s)|\n")


def sentence_of(text: str, words: Sequence[str]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The sentence around the first match, in one line, and where in it the matches are."""
    marked = text if OPENING in text else _marked(text, words)
    at = max(marked.find(OPENING), 0)
    ends = [end.end() for end in _END.finditer(marked, max(at - 4 * BEFORE, 0), at)]
    start = max(ends[-1] if ends else 0, at - BEFORE)
    end = next((found.end() for found in _END.finditer(marked, marked.find(CLOSING, at) + 1)), len(marked))
    end = min(end, at + AFTER)
    shown = " ".join(marked[start:end].split())
    cut_off = start > (ends[-1] if ends else 0)
    return _unmarked(f"…{shown}" if cut_off else shown, more=end == at + AFTER and end < len(marked))


def _marked(text: str, words: Sequence[str]) -> str:
    """A text with the first place of each word marked, whatever its capitals."""
    spans = sorted((at, at + len(word)) for word in words if (at := text.lower().find(word.lower())) >= 0)
    for begin, end in reversed(spans[:1]):
        text = f"{text[:begin]}{OPENING}{text[begin:end]}{CLOSING}{text[end:]}"
    return text


def _unmarked(shown: str, *, more: bool) -> tuple[str, tuple[tuple[int, int], ...]]:
    plain, marks = list[str](), list[tuple[int, int]]()
    begin, length = -1, 0
    for piece in _pieces(shown):
        if piece == OPENING:
            begin = length
        elif piece == CLOSING:
            if begin >= 0:
                marks.append((begin, length))
            begin = -1
        else:
            plain.append(piece)
            length += len(piece)
    if begin >= 0:
        marks.append((begin, length))
    return "".join(plain) + ("…" if more else ""), tuple(marks)


def _pieces(shown: str) -> Iterator[str]:
    return (piece for piece in re.split(f"([{OPENING}{CLOSING}])", shown) if piece)
