"""What can be said about a command line without understanding the shell."""

import re
from collections.abc import Iterator

from heartbit_tui.permissions import glob
from heartbit_tui.permissions.rules import Rule

_SEPARATORS = re.compile(r"[;&|\n\r(){}`]+")
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\+?=\S*\s*")
_WRAPPERS = frozenset(
    (
        *("sudo", "doas", "env", "nohup", "nice", "ionice", "time", "timeout", "stdbuf", "setsid", "flock", "strace"),
        *("exec", "eval", "command", "builtin", "xargs", "watch", "chroot", "unshare"),
        *("!", "if", "then", "else", "do", "while", "until"),
    )
)
_WRAPPER_DEPTH = 8


def allows(rule: Rule, command: str) -> bool:
    """Whether an allow rule lets this command line pass: only when it spells out the whole line.

    A pattern with wildcards allows no command line, because what a shell makes of the rest is unknown.
    """
    return command == rule.pattern and (rule.exact or not glob.is_wild(rule.pattern))


def hits(rule: Rule, command: str) -> bool:
    """Whether a deny or ask rule is about this command line, or about any piece of it.

    The line is cut at every shell separator, also inside quotes: that can find too much, never too little.
    """
    if rule.exact:
        return command == rule.pattern
    return any(_fits(rule.pattern, piece) for piece in pieces(command))


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
    """The command behind quotes, assignments, the folder of its program, and wrappers such as sudo."""
    for _ in range(_WRAPPER_DEPTH):
        words = _ASSIGNMENT.sub("", words, count=1) if _ASSIGNMENT.match(words) else words
        name, _, rest = words.partition(" ")
        name = re.sub(r"[\\'\"$<>]", "", name).rpartition("/")[2]
        yield f"{name} {rest}".strip()
        if name not in _WRAPPERS and not name.startswith("-") and not name.isdigit():
            return
        words = rest


def _fits(pattern: str, text: str) -> bool:
    """`npm run:*` is the form of Claude Code for a command that begins with these words."""
    if pattern.endswith(":*"):
        start = pattern[:-2]
        return text == start or text.startswith(f"{start} ")
    return glob.matches(pattern, text) or (pattern.endswith(" *") and text == pattern[:-2])
