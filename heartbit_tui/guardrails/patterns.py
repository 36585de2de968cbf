"""Patterns that people write: names with `*` and `?`, and regular expressions that cannot take for ever."""

import re

from heartbit_tui.kernel.errors import ConfigError

SLOW = "{label}: the pattern {text!r} repeats a group that itself repeats or branches, which can take for ever."
WRONG = "{label}: {text!r} is no regular expression: {error}."
_REPEAT = re.compile(r"[*+]|\{\d*,?\d*\}")


def compiled(text: str, label: str = "pattern") -> re.Pattern[str]:
    """The regular expression. Raises `ConfigError` for a wrong one, and for a repeated group with choices inside."""
    try:
        pattern = re.compile(text)
    except re.error as error:
        raise ConfigError(WRONG.format(label=label, text=text, error=error), key=label) from error
    if is_slow(text):
        raise ConfigError(SLOW.format(label=label, text=text), key=label)
    return pattern


def is_slow(text: str) -> bool:
    """Whether a group that repeats or branches is itself repeated; groups in a class or escaped are none."""
    open_groups, loose = [False], False
    for part in re.finditer(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[()|*+?]|\{\d*,?\d*\}", text, re.DOTALL):
        token = part.group()
        if token == "(":
            open_groups.append(False)
        elif token == ")" and len(open_groups) > 1:
            loose = open_groups.pop()
            repeated = _REPEAT.match(text, part.end()) is not None
            if loose and repeated:
                return True
            open_groups[-1] = open_groups[-1] or loose or repeated
        elif token == "|" or _REPEAT.fullmatch(token):
            open_groups[-1] = True
    return False


def fits(name: str, glob: str) -> bool:
    """Whether a name fits a glob in which `*` stands for any characters and `?` for one; in linear time a star."""
    at = place = 0
    star, resume = -1, 0
    while at < len(name):
        if place < len(glob) and glob[place] == "*":
            star, resume, place = place, at, place + 1
        elif place < len(glob) and glob[place] in ("?", name[at]):
            at, place = at + 1, place + 1
        elif star >= 0:
            resume += 1
            at, place = resume, star + 1
        else:
            return False
    return not glob[place:].strip("*")
