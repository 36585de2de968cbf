"""Reads keys, and nothing else, from the text of a `.env` file."""

import re
from collections.abc import Collection, Iterator

_LINE = re.compile(
    r"""(?mx) ^[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*
    (?:"(?P<double>[^"\n]*)"|'(?P<single>[^'\n]*)'|(?P<bare>[^\n]*?)(?:[ \t]+\#[^\n]*)?)[ \t]*\r?$"""
)


def keys(text: str, names: Collection[str]) -> dict[str, str]:
    """The values of the variables in `names`; all others are left alone, and nothing is expanded.

    A later line wins, an empty value counts as none. Give the process's own variables precedence over these.
    """
    return {name: value for name, value in _pairs(text) if name in names and value}


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for match in _LINE.finditer(text.removeprefix("\ufeff")):
        value = match["double"] or match["single"] or match["bare"] or ""
        yield match["name"], value.strip()
