"""What is known of a call while its arguments are still being written."""

import json
import re
from collections.abc import Iterator

READ = 4096
"""Characters of the arguments that are looked at; what tells most stands at their beginning."""

_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)("?)|([{\[])|([}\]])|([:,])|([^\s"{}\[\]:,]+)', re.DOTALL)
_UNFINISHED = re.compile(r"\\(?:u[0-9a-fA-F]{0,3})?$")
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)


def known(arguments: str) -> dict[str, str]:
    """The top-level arguments that are texts or numbers, as far as they are written; the last one may be cut."""
    found: dict[str, str] = {}
    key = ""
    for value, is_value in _top_level(arguments[:READ]):
        if is_value and key:
            found[key] = value
        key = "" if is_value else value
    return found


def end(arguments: str) -> str:
    """The end of the argument that is being written, as text."""
    if len(arguments) <= READ:
        values = [value for value, is_value in _top_level(arguments) if is_value]
        return values[-1] if values else ""
    return _ESCAPE.sub(_character, _UNFINISHED.sub("", arguments[-READ:]))


def _top_level(text: str) -> Iterator[tuple[str, bool]]:
    """Keys and values of the outermost object, in order."""
    depth = 0
    after_colon = False
    for match in _TOKEN.finditer(text):
        string, _, opens, closes, mark, scalar = match.groups()
        if opens or closes:
            depth += 1 if opens else -1
        elif depth == 1 and mark:
            after_colon = mark == ":"
        elif depth == 1 and string is not None:
            yield _decoded(string), after_colon
        elif depth == 1 and scalar and after_colon:
            yield scalar, True


def _decoded(string: str) -> str:
    whole = _UNFINISHED.sub("", string) if not string.endswith("\\\\") else string
    try:
        return str(json.loads(f'"{whole}"', strict=False))
    except ValueError:
        return whole


def _character(match: re.Match[str]) -> str:
    return _decoded(match.group())
