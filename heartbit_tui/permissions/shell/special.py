"""Commands that only read under conditions of their own."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from heartbit_tui.permissions.shell.seen import Word

Paths: TypeAlias = tuple[Word, ...] | None
"""The words that name files, or None where this may do more than read."""

_FIND_TESTS = frozenset(
    (
        *("-print", "-print0", "-prune", "-o", "-or", "-a", "-and", "-not", "!", "(", ")", ",", "-empty", "-ls"),
        *(
            "-depth",
            "-xdev",
            "-mount",
            "-executable",
            "-readable",
            "-writable",
            "-true",
            "-false",
            "-quit",
            "-daystart",
        ),
        *("-nouser", "-nogroup", "-noleaf"),
    )
)
_FIND_VALUED = frozenset(
    (
        *("-name", "-iname", "-path", "-ipath", "-wholename", "-iwholename", "-regex", "-iregex", "-type", "-size"),
        *("-mtime", "-mmin", "-ctime", "-cmin", "-atime", "-amin", "-maxdepth", "-mindepth", "-perm", "-user"),
        *("-group", "-links", "-regextype", "-printf", "-inum", "-uid", "-gid", "-newermt", "-used"),
    )
)
_SED_PRINT = re.compile(
    r"(?:(?:\d+|\$)(?:,(?:\d+|\$|\+\d+))?[p=]|\d+q)(?:;(?:(?:\d+|\$)(?:,(?:\d+|\$|\+\d+))?[p=]|\d+q))*"
)
_TEST_SIGNS = frozenset(
    (
        *("-e", "-f", "-d", "-r", "-w", "-x", "-s", "-L", "-h", "-n", "-z", "-b", "-c", "-p", "-S", "=", "==", "!="),
        *("!", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-a", "-nt", "-ot", "-ef", "]"),
    )
)
_DATE_PLAIN = frozenset({"-u", "--utc", "--universal", "-R", "--rfc-email", "-I", "--iso-8601", "-Iseconds", "-Idate"})


def _echo(words: tuple[Word, ...]) -> Paths:
    return () if not any(word.wild for word in words) else tuple(word for word in words if word.wild and word.plain)


def _printf(words: tuple[Word, ...]) -> Paths:
    rest = words[1:] if words and words[0].text == "--" else words
    if not rest or not rest[0].plain or rest[0].wild or rest[0].text.startswith("-"):
        return None
    return _echo(rest)


def _date(words: tuple[Word, ...]) -> Paths:
    at = 0
    while at < len(words):
        word = words[at]
        if not word.plain or word.wild:
            return None
        if word.text in ("-d", "--date"):
            at += 1
        elif not (word.text in _DATE_PLAIN or word.text.startswith(("+", "--date=", "--iso-8601="))):
            return None
        at += 1
    return () if at == len(words) and all(word.plain and not word.wild for word in words) else None


def _find(words: tuple[Word, ...]) -> Paths:
    paths: list[Word] = []
    waiting = list(reversed(words))
    while waiting and (waiting[-1].text == "-P" or not _starts_expression(waiting[-1])):
        paths.append(waiting.pop())
    if not all(word.plain and not (word.wild and word.text[:1] in ("*", "?", "[")) for word in paths):
        return None
    while waiting:
        word = waiting.pop()
        if not word.plain or word.wild:
            return None
        if word.text in ("-newer", "-samefile") and waiting:
            paths.append(waiting.pop())
        elif word.text in _FIND_VALUED and waiting:
            if not waiting[-1].plain or waiting.pop().wild:
                return None
        elif word.text not in _FIND_TESTS:
            return None
    return tuple(word for word in paths if word.text != "-P")


def _starts_expression(word: Word) -> bool:
    return word.text.startswith(("-", "(", ")", "!", ","))


def _sed(words: tuple[Word, ...]) -> Paths:
    quiet, script, paths = False, "", list[Word]()
    waiting = list(reversed(words))
    while waiting:
        word = waiting.pop()
        if not word.plain:
            return None
        if word.text in ("-n", "--quiet", "--silent"):
            quiet = True
        elif word.text.startswith("-") or (word.wild and word.text[:1] in ("*", "?", "[")):
            return None
        elif not script:
            script = word.text
        else:
            paths.append(word)
    return tuple(paths) if quiet and _SED_PRINT.fullmatch(script) else None


def _test(words: tuple[Word, ...]) -> Paths:
    for word in words:
        if not word.plain or word.wild or "[" in word.text or (word.text[:1] == "-" and word.text not in _TEST_SIGNS):
            return None
    return tuple(word for word in words if "/" in word.text)


def _command(words: tuple[Word, ...]) -> Paths:
    if len(words) < 2 or words[0].text not in ("-v", "-V") or not all(word.plain for word in words):
        return None
    return ()


SPECIAL: Mapping[str, Callable[[tuple[Word, ...]], Paths]] = MappingProxyType(
    {
        "echo": _echo,
        "printf": _printf,
        "date": _date,
        "find": _find,
        "sed": _sed,
        "test": _test,
        "[": _test,
        "command": _command,
    }
)
"""By name: what the words after it name, when they only read."""
