"""What can be said about a command line without understanding the shell."""

import re
from collections.abc import Iterator
from functools import lru_cache

from heartbit_tui.permissions import glob
from heartbit_tui.permissions.rules import Rule

_SEPARATORS = re.compile(r"[;&|\n\r(){}`]+")
_ASSIGNMENTS = re.compile(r"(?:[A-Za-z_][A-Za-z0-9_]*\+?=\S*\s+)*")
_WRAPPERS = frozenset(
    (
        *("sudo", "doas", "env", "nohup", "nice", "ionice", "time", "timeout", "stdbuf", "setsid", "flock", "strace"),
        *("exec", "eval", "command", "builtin", "xargs", "watch", "chroot", "unshare"),
        *("!", "if", "then", "else", "do", "while", "until"),
    )
)
_QUOTING = re.compile(r"[\\'\"$<>]")
_REDIRECTS = frozenset("<>")
_MOST_WORDS = 32


def allows(rule: Rule, command: str) -> bool:
    """Whether an allow rule lets this command line pass: only when it spells out the whole line.

    A pattern with wildcards allows no command line, because what a shell makes of the rest is unknown.
    """
    return command == rule.pattern and (rule.exact or not glob.is_wild(rule.pattern))


def hits(rule: Rule, command: str) -> bool:
    """Whether a deny or ask rule is about this command line, or about any piece of it.

    The line is cut at every shell separator, also inside quotes, so it finds rather too much. It does not see
    through variables or programs that run other programs from a file.
    """
    if rule.exact:
        return command == rule.pattern
    return any(_fits(rule.pattern, piece) for piece in _distinct(command))


def pieces(command: str) -> Iterator[str]:
    """The line, and each command in it: as written, with single spaces, and without what stands before its name."""
    yield command
    yield (joined := command.replace("\\\n", ""))
    for part in _SEPARATORS.split(joined):
        words = " ".join(part.split())
        if words:
            yield words
            yield from _unwrapped(words)


@lru_cache(maxsize=8)
def _distinct(command: str) -> tuple[str, ...]:
    """The pieces, each once; all rules look at the same ones."""
    return tuple(dict.fromkeys(pieces(command)))


def _unwrapped(words: str) -> Iterator[str]:
    """The command without assignments, quotes and its program's folder; behind a wrapper, from each word on."""
    wrapped = False
    for _ in range(_MOST_WORDS):
        words = _ASSIGNMENTS.sub("", words, count=1)
        first, _, rest = words.partition(" ")
        name = _QUOTING.sub("", first).rpartition("/")[2]
        yield f"{name} {rest}".strip()
        wrapped = wrapped or name in _WRAPPERS or not _REDIRECTS.isdisjoint(first)
        if not (wrapped and rest):
            return
        words = rest


def _fits(pattern: str, text: str) -> bool:
    """`npm run:*` is the form of Claude Code for a command that begins with these words."""
    if pattern.endswith(":*"):
        start = pattern[:-2]
        return text == start or text.startswith(f"{start} ")
    return glob.matches(pattern, text) or (pattern.endswith(" *") and text == pattern[:-2])
