"""Texts as the words that they are found by."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

MOST: Final = 48
"""How many words of a query count."""

LONGEST: Final = 4_000
"""How many characters of a query are looked at; who quotes more means its beginning."""

_NO_SPACES = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_CJK = re.compile(f"[{_NO_SPACES}]")
_RUN = re.compile(f"[{_NO_SPACES}]+")

_ENGLISH = """
a about after again all also am an and any are as at be because been before being but by can could did do does
doing don for from further had has have having he her here hers him his how i if in into is it its just ll me more
most my no nor not now of off on once only or other our out over own re s same shall she should so some such t than
that the their them then there these they this those through to too under until up us ve very was we were what
when where which while who whom why will with would you your yours
"""

STOP: Final = frozenset(_ENGLISH.split())
"""English words that say nothing of what a text is about."""


def words(text: str) -> tuple[str, ...]:
    """The words of a text, folded: lower case, no accents, compatible forms made one.

    Scripts that write without spaces come as pairs of characters; a single one stands for itself.
    """
    return tuple(_words(text))


def asked(text: str) -> tuple[str, ...]:
    """The words that a query is about, each once, at most `MOST`; empty when it is made of stop words alone."""
    found = dict.fromkeys(word for word in _words(text[:LONGEST]) if word not in STOP)
    return tuple(found)[:MOST]


def spaced(text: str) -> str:
    """A text with each character of a script without spaces set apart, as `quoted` asks for them."""
    return _CJK.sub(lambda found: f" {found.group()} ", text)


def needs_space(text: str) -> bool:
    """Whether `spaced` would change a text."""
    return _CJK.search(text) is not None


def quoted(word: str) -> str:
    """A word as a string of FTS5, in which nothing has a meaning of its own."""
    text = spaced(word) if needs_space(word) else word
    return '"' + text.strip().replace('"', '""').replace("\0", " ") + '"'


def folded(text: str) -> str:
    """A text without what two spellings of a word may differ in: case, accents, compatible forms."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in apart if not unicodedata.combining(each))


def _words(text: str) -> Iterator[str]:
    for piece in _pieces(folded(text)):
        start = 0
        for run in _RUN.finditer(piece):
            yield from filter(None, (piece[start : run.start()],))
            yield from _pairs(run.group())
            start = run.end()
        yield from filter(None, (piece[start:],))


def _pieces(text: str) -> list[str]:
    if text.isascii():
        return re.findall(r"[a-z0-9]+", text)
    return "".join(each if _of_a_word(each) else " " for each in text).split()


def _of_a_word(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character)[0] == "M"


def _pairs(run: str) -> Iterator[str]:
    if len(run) == 1:
        yield run
    for place in range(len(run) - 1):
        yield run[place : place + 2]
