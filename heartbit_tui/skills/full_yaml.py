"""YAML of strangers, read by PyYAML's safe loader into words and lists of words; what stands for something else is refused."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, cast

import yaml

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.skills.types import Value

ALIAS = "an alias (*) stands in it; a table that is read from strangers has to say everything itself"
BRACKETS = 500
"""How many a table may open: the time that the library takes for nested ones grows with their square."""

DEEP = "The table at its head cannot be read: it is nested too deeply."
NO_TABLE = "it is no table of names and values"
_COLON = re.compile(r"([A-Za-z][\w-]*):[ \t]+([^\s'\"|>&*!%@`\[{#].*: .*|[^\s'\"|>&*!%@`\[{#].*:)[ \t]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A table, and what in it could not be kept as it stands."""

    table: Mapping[str, Value]
    warnings: tuple[str, ...] = ()


class _Loader(yaml.SafeLoader):
    """The safe loader without aliases: a few lines of them stand for more than any memory holds."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):  # pyright: ignore[reportUnknownMemberType] # PyYAML tells no types here
            raise yaml.YAMLError(ALIAS)
        return super().compose_node(parent, index)


def load(text: str) -> Loaded | str:
    """The table in a text, or why there is none."""
    if text.count("[") + text.count("{") > BRACKETS:
        return DEEP
    try:
        found = yaml.load(text, Loader=_Loader)  # noqa: S506 - it is the safe loader, made narrower
    except RecursionError:
        return DEEP
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        return f"The table at its head cannot be read: {_told(error)}."
    except Exception as error:  # noqa: BLE001 - whatever a stranger's file makes the library raise, the others still count
        return f"The table at its head cannot be read: {type(error).__name__}."
    if found is None:
        return Loaded(table=MappingProxyType({}))
    if not isinstance(found, dict):
        return f"The table at its head cannot be read: {NO_TABLE}."
    return _table(cast("dict[object, object]", found))


def load_mended(text: str) -> Loaded | str:
    """The same with quotes around words that hold a bare colon; empty where there are none."""
    mended = "\n".join(_quoted(line) for line in text.split("\n"))
    return load(mended) if mended != text else ""


def _table(found: dict[object, object]) -> Loaded:
    table: dict[str, Value] = {}
    warnings: list[str] = []
    for key, held in found.items():
        name, value = _words(key), _value(held)
        if name is None:
            warnings.append("A name in its table is no text; it is passed over.")
            continue
        table[name] = value
        if not isinstance(held, str | list | dict) and held is not None and not isinstance(held, bool):
            warnings.append(f"`{name}` should be text; {value} was read as text.")
    return Loaded(table=MappingProxyType(table), warnings=tuple(warnings))


def _value(held: object) -> Value:
    if isinstance(held, list):
        words = tuple(_words(each) for each in cast("list[object]", held))
        return tuple(each for each in words if each)
    if isinstance(held, dict):
        pairs = cast("dict[object, object]", held).items()
        told = ((_words(name), _words(value)) for name, value in pairs)
        return tuple(f"{name}: {value}" for name, value in told if name and value is not None)
    return _words(held)


def _words(held: object) -> str | None:
    """What is no list and no table, as text; a truth value as YAML writes it."""
    if isinstance(held, bool):
        return "true" if held else "false"
    if held is None or isinstance(held, list | dict | set | tuple | bytes):
        return None
    return str(held).strip()


def _told(error: Exception) -> str:
    """What is wrong and in which line, in one line."""
    problem = getattr(error, "problem", None) or str(error)
    mark = getattr(error, "problem_mark", None)
    where = f" in line {mark.line + 2}" if mark is not None else ""
    return " ".join(f"{problem}{where}".split())[:200]


def _quoted(line: str) -> str:
    """A line whose words hold a bare colon, with quotes around them."""
    match = _COLON.fullmatch(line)
    if match is None:
        return line
    words = match[2].replace("\\", "\\\\").replace('"', '\\"')
    return f'{match[1]}: "{words}"'
