"""Strings added to a list of a settings file, and everything else left as a person wrote it."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import tomli_w

from heartbit_tui.kernel.errors import ConfigError

BY_HAND = "{key} could not be added to without touching more than it; add by hand: {words}"
BROKEN = "The settings file is not valid TOML, so nothing was changed: {error}."
_ANY_HEADER = re.compile(r"^\s*\[")
_HEADER = re.compile(r"^\s*\[\s*([^\[\]]+?)\s*\]\s*(?:#.*)?$")


def document_of(text: str) -> dict[str, Any]:
    """What a settings file says. Raises `ConfigError`."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(BROKEN.format(error=error)) from error


def value_at(document: Mapping[str, Any], key: str) -> object:
    """What stands at a dotted key; None where nothing does."""
    value: object = document
    for part in key.split("."):
        value = cast("Mapping[str, object]", value).get(part) if isinstance(value, Mapping) else None
    return value


def with_strings(text: str, key: str, words: Sequence[str]) -> str:
    """The text of a TOML file whose list at `key` (with one dot) has these strings at its end, those that are there aside.

    Raises `ConfigError` where the text is no TOML, or is written in a way that cannot be added to safely.
    """
    before = document_of(text)
    there = value_at(before, key)
    missing = [each for each in dict.fromkeys(words) if not (isinstance(there, list) and each in there)]
    if not missing:
        return text
    table, _, name = key.rpartition(".")
    wanted = _wanted(before, table, name, [*(cast("list[object]", there) if isinstance(there, list) else []), *missing])
    tries = _longer(text, table, name, missing) if there is not None else _new(text, table, name, missing)
    for candidate in tries:
        if wanted is not None and _try(candidate) == wanted:
            return candidate
    raise ConfigError(BY_HAND.format(key=key, words=", ".join(missing)), key=key)


def with_rule_tables(text: str, tables: Sequence[Mapping[str, str]]) -> str:
    """The text with these tables at the end of `[[permissions]]`, those that are there aside. Raises `ConfigError`."""
    before = document_of(text)
    there = cast("list[object]", before.get("permissions", []))
    missing = [dict(table) for table in tables if dict(table) not in there]
    if not missing:
        return text
    added = "\n".join(f"[[permissions]]\n{tomli_w.dumps(table)}" for table in missing)
    after = f"{text.rstrip()}\n\n{added}"
    if _try(after) != {**before, "permissions": [*there, *missing]}:
        raise ConfigError(BY_HAND.format(key="permissions", words=added), key="permissions")
    return after


def _wanted(before: Mapping[str, Any], table: str, name: str, value: list[object]) -> dict[str, Any] | None:
    held = before.get(table, {})
    return {**before, table: {**cast("dict[str, Any]", held), name: value}} if isinstance(held, Mapping) else None


def _new(text: str, table: str, name: str, words: list[str]) -> Iterator[str]:
    """Ways to write the list where there is none: into its table, or into a new one at the end."""
    written = tomli_w.dumps({name: words}).strip()
    lines = text.splitlines()
    start = _start(lines, table)
    if start is not None:
        yield "\n".join([*lines[:start], written, *lines[start:]]) + "\n"
    gap = "\n\n" if text.strip() else ""
    yield f"{text.rstrip()}{gap}[{table}]\n{written}\n"


def _longer(text: str, table: str, name: str, words: list[str]) -> Iterator[str]:
    """Ways to write further strings before each closing bracket of the list, the last one first."""
    lines = text.splitlines(keepends=True)
    start = _start(lines, table)
    if start is None:
        return
    pattern = re.compile(rf"^\s*(?:{re.escape(name)}|\"{re.escape(name)}\")\s*=")
    at = next((n for n in range(start, len(lines)) if pattern.match(lines[n])), None)
    if at is None:
        return
    begin = sum(map(len, lines[:at]))
    end = begin + sum(map(len, _block(lines, at)))
    quoted = [tomli_w.dumps({"v": word}).partition("=")[2].strip() for word in words]
    for place in [n for n in range(end - 1, begin, -1) if text[n] == "]"][:20]:
        above, line = text[begin:place].rstrip(" \t"), "\n" in text[begin:place]
        joined = "".join(f"    {each},\n" for each in quoted) if line and above.endswith("\n") else ", ".join(quoted)
        yield f"{text[:begin]}{above}, {', '.join(quoted)}\n{text[place:]}" if line else ""
        for comma in ("", ", ", ","):
            bare = above.rstrip("\n")
            yield (
                text[:begin] + (bare + comma + "\n" if above.endswith("\n") else above + comma) + joined + text[place:]
            )


def _block(lines: list[str], at: int) -> list[str]:
    """The lines of a list: as many as make a value."""
    for end in range(at + 1, min(len(lines), at + 2_000) + 1):
        if _try("".join(lines[at:end]).strip()) is not None:
            return lines[at:end]
    return lines[at : at + 1]


def _start(lines: list[str], table: str) -> int | None:
    """The line after the header of a table; None where it has none of its own."""
    for at, line in enumerate(lines):
        match = _HEADER.match(line)
        if match and match[1].replace('"', "").replace(" ", "") == table:
            return at + 1
    return None


def _try(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return None
