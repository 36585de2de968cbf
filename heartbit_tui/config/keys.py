"""What may stand at one place of the configuration."""

import re
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""A place in the configuration: names of tables and keys, and positions in arrays."""

Kind: TypeAlias = Literal["string", "integer", "number", "boolean", "strings", "table", "list"]
Value: TypeAlias = object
"""A value as TOML has it: string, integer, float, boolean, time, list or table."""

ELEMENT = "[]"
ANY = "*"
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_PART = re.compile(r'\[(\d*)\]|"((?:[^"\\]|\\.)*)"|([^.\[\]"]+)')


class Key(NamedTuple):
    """One key; `pattern` is its dotted name, with `[]` for any element of an array and `*` for any name.

    `least` and `most` bound numbers. A string that is `required` stands in every table of its array and is not
    empty. `guarded` keys do not count in a project that is not trusted, except for the values in `harmless`.
    `plain` keys take `${VAR}` as it stands. Lists that `add_up` are joined over all layers. `same_as` names the
    key that this one is another spelling of. A named tuple, because there are three hundred, and whole
    tables of them are made at a start.
    """

    pattern: str
    kind: Kind = "string"
    default: Value = None
    capability: str = ""
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    flag: str = ""
    same_as: str = ""
    required: bool = False
    secret: bool = False
    guarded: bool = False
    harmless: tuple[str | bool, ...] = ()
    plain: bool = False
    add_up: bool = False

    @property
    def parts(self) -> tuple[str, ...]:
        """The pattern, one part for each step."""
        return tuple(self.pattern.replace(ELEMENT, f".{ELEMENT}").split("."))

    @property
    def single(self) -> bool:
        """Whether the key stands at one place only."""
        return not {ELEMENT, ANY} & set(self.parts)


def string(pattern: str, default: str | None = None, *, choices: tuple[str, ...] = (), **traits: str | bool) -> Key:
    """A key for a string, one of `choices` where there are some."""
    return _with(Key(pattern=pattern, kind="string", default=default, choices=choices), traits)


def required(pattern: str, **traits: str | bool) -> Key:
    """A key for a string that has to be there and not empty."""
    return _with(Key(pattern=pattern, kind="string", required=True), traits)


def integer(pattern: str, default: int | None = None, *, least: int | None = 1, **traits: str | bool) -> Key:
    """A key for a whole number, at least 1 unless it says otherwise."""
    return _with(Key(pattern=pattern, kind="integer", default=default, least=least), traits)


def number(
    pattern: str, default: float | None = None, *, least: float | None = 0, most: float | None = None, flag: str = ""
) -> Key:
    """A key for a number, not negative unless it says otherwise."""
    return Key(pattern=pattern, kind="number", default=default, least=least, most=most, flag=flag)


def boolean(pattern: str, default: bool | None = None, **traits: str | bool) -> Key:
    """A key for true or false."""
    return _with(Key(pattern=pattern, kind="boolean", default=default), traits)


def strings(pattern: str, default: tuple[str, ...] | None = (), **traits: str | bool) -> Key:
    """A key for a list of strings."""
    return _with(Key(pattern=pattern, kind="strings", default=default), traits)


def table(pattern: str, **traits: str | bool) -> Key:
    """A key for a table whose inside is not heartbit's to know."""
    return _with(Key(pattern=pattern, kind="table"), traits)


def entries(pattern: str, **traits: str | bool) -> Key:
    """A key for a list whose elements take several forms."""
    return _with(Key(pattern=pattern, kind="list"), traits)


def group(capability: str, *keys: Key, below: str = "", guarded: bool = False) -> tuple[Key, ...]:
    """Keys of one capability, below one table."""
    prefix = f"{below}." if below else ""
    return tuple(
        key._replace(
            pattern=f"{prefix}{key.pattern}".replace(f".{ELEMENT}", ELEMENT),
            capability=capability,
            guarded=guarded or key.guarded,
        )
        for key in keys
    )


def guarded(key: Key, *, harmless: tuple[str | bool, ...] = ()) -> Key:
    """The key, guarded against projects that are not trusted."""
    return key._replace(guarded=True, harmless=harmless)


def dotted(path: Path) -> str:
    """A place in words: `agents[0].name`, `pricing."gpt-4.1".input`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            name = part if _BARE.fullmatch(part) else '"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"'
            text += f".{name}" if text else name
    return text


@lru_cache(maxsize=1_024)
def undotted(name: str) -> Path:
    """The place that a dotted name means."""
    return tuple(_part(match) for match in _PART.finditer(name))


def _part(match: re.Match[str]) -> str | int:
    index, quoted, bare = match.groups()
    if index is not None:
        return int(index or 0)
    return bare if quoted is None else re.sub(r"\\(.)", r"\1", quoted)


def _with(key: Key, traits: dict[str, str | bool]) -> Key:
    return key._replace(**traits)
