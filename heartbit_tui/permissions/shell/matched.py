"""Whether a rule is about a command line, all of it or any part."""

from functools import lru_cache

from heartbit_tui.permissions import glob
from heartbit_tui.permissions.rules import Rule
from heartbit_tui.permissions.shell import pieces
from heartbit_tui.permissions.shell.seen import Word
from heartbit_tui.permissions.shell.walk import look
from heartbit_tui.permissions.shell.wrappers import base, readings


def allows(rule: Rule, command: str) -> bool:
    """Whether an allow rule spells out this whole command line.

    A pattern with wildcards spells out nothing; rules that end in `:*` are looked at command by command.
    """
    return command == rule.pattern and (rule.exact or not glob.is_wild(rule.pattern))


def hits(rule: Rule, command: str) -> bool:
    """Whether a deny or ask rule is about this line, about a command found in it, or about any piece of its text."""
    if rule.exact:
        return command == rule.pattern
    return any(pieces.fits(rule.pattern, text) for text in _texts(command))


@lru_cache(maxsize=16)
def _texts(command: str) -> tuple[str, ...]:
    """All that a deny rule is held against; all rules look at the same."""
    parsed = (_written(words) for simple in look(command).commands for words in readings(simple.words))
    return tuple(dict.fromkeys((*pieces.pieces(command), *parsed)))


def _written(words: tuple[Word, ...]) -> str:
    name, *rest = (word.text for word in words)
    return " ".join((base(name), *rest))
