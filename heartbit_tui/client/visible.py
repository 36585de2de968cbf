"""Text from models, tools and files made harmless for a terminal: what could act on it is shown instead."""

import re
import textwrap

_COLOURS = re.compile(r"\x1b\[[0-9;:]*m")
_OVERRIDES = "\u202a-\u202e\u2066-\u2069"
_ACTING = re.compile(rf"[\x00-\x08\x0b-\x1f\x7f-\x9f{_OVERRIDES}\u2028\u2029\ud800-\udfff]")
_HIDDEN = re.compile(
    "[\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180e\u2000-\u200f\u202f\u205f-\u2065\u206a-\u206f"
    "\u3000\u3164\ufe00-\ufe0f\ufeff\uff00-\uff5e\uffa0\ufff9-\ufffc\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_WORD = re.compile(r"\w+")
_LATIN = re.compile(r"[A-Za-z]")
_FOREIGN = re.compile(
    "[\u0370-\u03ff\u0400-\u052f\u0530-\u058f\u13a0-\u13fe\u2c80-\u2cff\ua4d0-\ua4ff\U0001d400-\U0001d7ff]"
)
"""Greek, Cyrillic, Armenian, Cherokee, Coptic, Lisu and mathematical letters: scripts with look-alikes of Latin ones."""


def harmless(text: str) -> str:
    """`text` with colours left out and everything else that a terminal would obey written out; keeps tab, newline."""
    return _ACTING.sub(_written, _COLOURS.sub("", text.replace("\r\n", "\n")))


def revealed(text: str) -> str:
    """`harmless`, and what hides or imitates is written out too: for what a person is about to approve."""
    kept = _ACTING.sub(_written, text.replace("\r\n", "\n"))
    return _WORD.sub(_mixed, _HIDDEN.sub(_written, kept))


def one_line(text: str, width: int) -> str:
    """`harmless` text on one line of at most `width` characters."""
    line = " ".join(harmless(text).split())
    return line if len(line) <= width else line[: max(width - 1, 0)] + "…"


def wrapped(line: str, room: int) -> list[str]:
    """A line in pieces of at most `room` characters, broken between words; spaces at its beginning stay."""
    if len(line) <= room:
        return [line]
    return textwrap.wrap(line, room, break_on_hyphens=False, replace_whitespace=False) or [line]


def _written(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"<U+{code:04X}>"


def _mixed(match: re.Match[str]) -> str:
    word = match.group()
    if not _LATIN.search(word):
        return word
    return _FOREIGN.sub(lambda letter: f"{letter.group()}<U+{ord(letter.group()):04X}>", word)
