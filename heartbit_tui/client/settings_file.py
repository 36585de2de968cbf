"""One key of a settings file changed, and everything else left as a person wrote it."""

import re
import tomllib
from collections.abc import Mapping
from typing import Any, TypeAlias, cast

import tomli_w

from heartbit_tui.kernel.errors import ConfigError

Simple: TypeAlias = str | bool | int | float

_HEADER = re.compile(r"^\s*\[\s*([^\[\]]+?)\s*\]\s*(?:#.*)?$")
_ANY_HEADER = re.compile(r"^\s*\[")

BY_HAND = "{name} could not be set without touching more than it; change the file by hand: {key} = {value}"


def with_key(text: str, key: str, value: Simple) -> str:
    """The text of a TOML file with `key` (dotted) set to `value`; comments and order stay.

    Raises `ConfigError` where the text is no TOML, or is written in a way that cannot be changed safely.
    """
    before = _read(text)
    table, _, name = key.rpartition(".")
    written = tomli_w.dumps({name: value}).strip()
    changed = _changed(text.splitlines(), table, name, key, written)
    if _try(changed) != _set(before, key.split("."), value):
        shown = written.partition("=")[2].strip()
        raise ConfigError(BY_HAND.format(name=key, key=key, value=shown), key=key)
    return changed


def _changed(lines: list[str], table: str, name: str, key: str, written: str) -> str:
    start, end = _section(lines, table)
    if start is None:
        gap = [""] if lines and lines[-1].strip() else []
        return _joined([*lines, *gap, f"[{table}]", written]) if table else _joined([written, *gap, *lines])
    at = _line_of(lines, start, end, name)
    dotted = _line_of(lines, 0, _first_header(lines), key) if at is None and table else None
    if at is None and dotted is None:
        return _joined([*lines[:start], written, *lines[start:]])
    where = at if at is not None else dotted
    assert where is not None
    comment = _comment(lines[where])
    new = written if at is not None else f"{key} ={written.partition('=')[2]}"
    return _joined([*lines[:where], new + comment, *lines[where + 1 :]])


def _section(lines: list[str], table: str) -> tuple[int | None, int]:
    """Where the lines of a table begin and end; None where it has no header of its own."""
    if not table:
        return 0, _first_header(lines)
    for at, line in enumerate(lines):
        match = _HEADER.match(line)
        if match and match[1].replace('"', "").replace(" ", "") == table:
            rest = (n for n in range(at + 1, len(lines)) if _ANY_HEADER.match(lines[n]))
            return at + 1, next(rest, len(lines))
    dotted = any(line.lstrip().startswith(f"{table}.") for line in lines[: _first_header(lines)])
    return (0, 0) if dotted else (None, 0)


def _first_header(lines: list[str]) -> int:
    return next((at for at, line in enumerate(lines) if _ANY_HEADER.match(line)), len(lines))


def _line_of(lines: list[str], start: int, end: int, name: str) -> int | None:
    pattern = re.compile(rf"^\s*{re.escape(name)}\s*=")
    return next((at for at in range(start, end) if pattern.match(lines[at])), None)


def _comment(line: str) -> str:
    """A comment at a line's end, as far as it is surely one."""
    before, mark, after = line.partition("#")
    return f"  #{after}" if mark and before.count('"') % 2 == 0 and before.count("'") % 2 == 0 else ""


def _joined(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


def _read(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"The settings file is not valid TOML, so nothing was changed: {error}.") from error


def _try(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _set(document: Mapping[str, Any], path: list[str], value: Simple) -> dict[str, Any]:
    """The document with one value set, tables made on the way."""
    if len(path) == 1:
        return {**document, path[0]: value}
    inner: object = document.get(path[0], {})
    below: Mapping[str, Any] = cast("Mapping[str, Any]", inner) if isinstance(inner, Mapping) else {}
    return {**document, path[0]: _set(below, path[1:], value)}
