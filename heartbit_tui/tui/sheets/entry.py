"""One line of text under a cursor, and what each key makes of it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from heartbit_tui.kernel.dataclass import dataclass

_WORD_BEFORE = re.compile(r"\w+\W*$|\W+$")
_WORD_AFTER = re.compile(r"^\W*\w+|^\W+")


@dataclass(frozen=True, slots=True)
class Entry:
    """Text with a cursor before the character at index `at`."""

    text: str = ""
    at: int = 0

    @classmethod
    def of(cls, text: str) -> "Entry":
        """The text with the cursor at its end."""
        return cls(text, len(text))

    def put(self, words: str) -> "Entry":
        """The words written at the cursor."""
        return Entry(self.text[: self.at] + words + self.text[self.at :], self.at + len(words))

    def press(self, key: str, character: str | None = None) -> "Entry | None":
        """What a key makes of it, None for a key that means nothing here."""
        if key in KEYS:
            return KEYS[key](self)
        return self.put(character) if character and character.isprintable() else None


def _moved(entry: Entry, at: int) -> Entry:
    return replace(entry, at=min(max(at, 0), len(entry.text)))


def _without(entry: Entry, start: int, end: int) -> Entry:
    start, end = max(start, 0), min(end, len(entry.text))
    return Entry(entry.text[:start] + entry.text[end:], start)


def _word_before(entry: Entry) -> int:
    found = _WORD_BEFORE.search(entry.text[: entry.at])
    return found.start() if found else 0


def _word_after(entry: Entry) -> int:
    found = _WORD_AFTER.search(entry.text[entry.at :])
    return entry.at + found.end() if found else len(entry.text)


def _named(keys: str, act: Callable[[Entry], Entry]) -> dict[str, Callable[[Entry], Entry]]:
    return dict.fromkeys(keys.split(), act)


KEYS: Mapping[str, Callable[[Entry], Entry]] = MappingProxyType(
    {
        **_named("left ctrl+b", lambda entry: _moved(entry, entry.at - 1)),
        **_named("right ctrl+f", lambda entry: _moved(entry, entry.at + 1)),
        **_named("home ctrl+a", lambda entry: _moved(entry, 0)),
        **_named("end ctrl+e", lambda entry: _moved(entry, len(entry.text))),
        **_named("ctrl+left alt+left alt+b", lambda entry: _moved(entry, _word_before(entry))),
        **_named("ctrl+right alt+right alt+f", lambda entry: _moved(entry, _word_after(entry))),
        **_named("backspace ctrl+h", lambda entry: _without(entry, entry.at - 1, entry.at)),
        **_named("delete ctrl+d", lambda entry: _without(entry, entry.at, entry.at + 1)),
        **_named("ctrl+w alt+backspace ctrl+backspace", lambda entry: _without(entry, _word_before(entry), entry.at)),
        **_named("alt+d ctrl+delete", lambda entry: _moved(_without(entry, entry.at, _word_after(entry)), entry.at)),
        **_named("ctrl+u", lambda entry: _without(entry, 0, entry.at)),
        **_named("ctrl+k", lambda entry: _without(entry, entry.at, len(entry.text))),
    }
)
"""The keys of a line editor that move and delete, as Textual names them."""
