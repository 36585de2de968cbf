"""A theme read from its file and checked: every fault becomes a sentence."""

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from heartbit_tui.tui.theme import files
from heartbit_tui.tui.theme.types import ANSI, DEFAULT, SECTIONS, WORDS, Paint, Theme, ThemeError

_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_HEAD: Final[Mapping[str, type]] = MappingProxyType(
    {"title": str, "about": str, "dark": bool, "ansi": bool, "base": str}
)
_PARENTS = 4
_BYTES = 64 * 1024


def names(config: Path | None = None) -> tuple[str, ...]:
    """The names of all themes: the standard one first, the person's own in `config`/themes among the shipped."""
    return files.names(files.places(config))


def load(name: str, config: Path | None = None) -> Theme:
    """Read the theme `name`. Raises `ThemeError` with a sentence for each thing that is wrong."""
    return parsed(name, _merged(name, files.places(config), _PARENTS))


def parsed(name: str, table: Mapping[str, Any]) -> Theme:
    """The theme that a table of TOML describes. Raises `ThemeError`."""
    faults = (*_strange(table), *_missing(table), *_wrong(table))
    if faults:
        raise ThemeError(name, faults)
    return Theme(
        name=name,
        title=table.get("title", name),
        about=table.get("about", ""),
        dark=table.get("dark", True),
        ansi=table.get("ansi", False),
        screen=MappingProxyType({key: table["screen"][key].lower() for key in SECTIONS["screen"]}),
        text=_paints(table, "text"),
        syntax=_paints(table, "syntax"),
        modes=_paints(table, "modes"),
    )


def paint(style: str) -> Paint | str:
    """A style such as `bold #ffcc00 on #222222`, or the sentence that says what is wrong with it."""
    before, on, after = f" {style.strip().lower()} ".partition(" on ")
    ground = after.strip()
    if on and not _colour(ground):
        return f"{ground or 'nothing'!r} is no colour for a background; write #rrggbb, an ANSI name such as red, or default."
    colours = [word for word in before.split() if word not in WORDS]
    for word in colours:
        if not _colour(word):
            return (
                f"{word!r} is no colour and no style; write #rrggbb, an ANSI name such as bright-red, or {_or(WORDS)}."
            )
    if len(colours) > 1:
        return f"It names two colours, {_or(colours)}; keep one and put the background after 'on'."
    words = frozenset(before.split()) & frozenset(WORDS)
    return Paint(colour=colours[0] if colours else "", ground=ground, words=words)


def _merged(name: str, where: tuple[Path, ...], parents: int) -> dict[str, Any]:
    table = _read(name, where)
    base = table.get("base")
    if not isinstance(base, str) or not base:
        return table
    if base == name or not parents:
        raise ThemeError(name, (f"It is based on {base!r}, which leads back to itself; name another base.",))
    below = _merged(base, where, parents - 1)
    sections = {key: {**below.get(key, {}), **table.get(key, {})} for key in SECTIONS if _is_table(table.get(key, {}))}
    return {**below, **table, **sections}


def _read(name: str, where: tuple[Path, ...]) -> dict[str, Any]:
    file = files.found(name, where)
    if file is None:
        near = difflib.get_close_matches(name, files.names(where), 1)
        there = f" Did you mean {near[0]!r}?" if near else f" There are: {', '.join(files.names(where))}."
        raise ThemeError(name, (f"There is no theme with this name.{there}",))
    try:
        with file.open("rb") as opened:
            data = opened.read(_BYTES + 1)
        if len(data) > _BYTES:
            raise ThemeError(name, (f"{file} is larger than a theme can be ({_BYTES // 1024} KiB).",))
        return tomllib.loads(data.decode("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise ThemeError(name, (f"{file} could not be read: {error}.",)) from error


def _strange(table: Mapping[str, Any]) -> Iterator[str]:
    known: list[str] = [*_HEAD, *SECTIONS]
    yield from (_unknown(key, known) for key in table if key not in known)
    for section, keys in SECTIONS.items():
        inner = table.get(section, {})
        if _is_table(inner):
            yield from (
                _unknown(f"{section}.{key}", [f"{section}.{each}" for each in keys]) for key in inner if key not in keys
            )


def _unknown(key: str, known: list[str]) -> str:
    near = difflib.get_close_matches(key, known, 1)
    return f"{key!r} is no part of a theme" + (f"; did you mean {near[0]!r}?" if near else ".")


def _missing(table: Mapping[str, Any]) -> Iterator[str]:
    for section, keys in SECTIONS.items():
        inner = table.get(section, {})
        lacking = [key for key in keys if key not in inner] if _is_table(inner) else []
        if lacking:
            yield f'[{section}] lacks {", ".join(lacking)}; add them, or take them from another theme with base = "NAME".'


def _wrong(table: Mapping[str, Any]) -> Iterator[str]:
    for key, kind in _HEAD.items():
        if key in table and not isinstance(table[key], kind):
            yield f"{key} must be {'true or false' if kind is bool else 'text'}."
    ansi = table.get("ansi") is True
    for section, keys in SECTIONS.items():
        inner = table.get(section, {})
        if not _is_table(inner):
            yield f"{section} must be a table: write [{section}] above its entries."
            continue
        for key in (key for key in keys if key in inner):
            if fault := _fault(section, inner[key], ansi):
                yield f"{section}.{key}: {fault}"


def _fault(section: str, value: object, ansi: bool) -> str:
    if not isinstance(value, str):
        return 'it must be text in quotes, such as "#ffcc00".'
    if section == "screen":
        colours, fault = [value.lower()], "" if _colour(value.lower()) else f"{value!r} is no colour; write #rrggbb."
    else:
        style = paint(value)
        if isinstance(style, str):
            return style
        colours, fault = [style.colour, style.ground], ""
    if not fault and ansi and any(colour.startswith("#") for colour in colours):
        return "a theme with ansi = true has no colours but the terminal's own: an ANSI name or default."
    if not fault and not ansi and any(colour in ANSI or colour == DEFAULT for colour in colours):
        return "the terminal's own colours need ansi = true; write #rrggbb."
    return fault


def _paints(table: Mapping[str, Any], section: str) -> Mapping[str, Paint]:
    styles = {key: paint(table[section][key]) for key in SECTIONS[section]}
    return MappingProxyType({key: style for key, style in styles.items() if isinstance(style, Paint)})


def _colour(text: str) -> bool:
    return bool(_HEX.fullmatch(text)) or text in ANSI or text == DEFAULT


def _is_table(value: object) -> bool:
    return isinstance(value, Mapping)


def _or(words: tuple[str, ...] | list[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else "".join(words)
