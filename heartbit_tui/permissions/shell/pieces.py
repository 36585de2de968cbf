"""What can be said about a command line without understanding the shell: a second net under deny and ask rules.

The line is cut at every shell separator, also inside quotes, so it finds rather too much. It does not see through
variables or programs that run other programs from a file.
"""

import re
from collections.abc import Iterator

from heartbit_tui.permissions import glob

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


def pieces(command: str) -> Iterator[str]:
    """The line, and each command in it: as written, with single spaces, and without what stands before its name."""
    yield command
    yield (joined := command.replace("\\\n", ""))
    for part in _SEPARATORS.split(joined):
        words = " ".join(part.split())
        if words:
            yield words
            yield from _unwrapped(words)


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


def fits(pattern: str, text: str) -> bool:
    """Whether a pattern is about a command; `npm run:*` is the form of Claude Code for a command that begins with these words."""
    if pattern.endswith(":*"):
        start = pattern[:-2]
        return text == start or text.startswith(f"{start} ")
    return glob.matches(pattern, text) or (pattern.endswith(" *") and text == pattern[:-2])
