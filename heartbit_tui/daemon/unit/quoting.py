"""Values as systemd reads them back: systemd.syntax(7), systemd.service(5) and systemd.exec(5) say how."""

import os
import re
from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

from heartbit_tui.kernel.errors import ConfigError

_PLAIN: Final = re.compile(r"[A-Za-z0-9_./:@,+=-]+")
_GLOB: Final = re.compile(r"([*?\[\\])")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_NAMED: Final = MappingProxyType({"\n": r"\n", "\t": r"\t", "\r": r"\r", '"': r"\"", "\\": r"\\"})

NO_PROGRAM: Final = (
    "systemd starts no program whose path has quotes, backslashes or signs that are not seen, and {path!r} has. "
    "Install heartbit into another folder."
)
NO_VALUE: Final = "{name} has signs that a unit cannot say: {value!r}."
NO_PATH: Final = "A unit cannot name {path!r}: it begins or ends with a space, or has signs that are not seen."


def word(text: str) -> str:
    """A word of a command line, behind the program: neither a specifier, a variable nor a sign of systemd's is left.

    Bytes of a path that are no UTF-8 are written as `\\xNN`.
    """
    return _quoted(text.replace("$", "$$"))


def program(path: str) -> tuple[str, ...]:
    """The first words of a command line: the program, which variables are not put into, though into its own name.

    Raises `ConfigError` for what systemd takes for no path of a program.
    """
    if _CONTROL.search(path) or set("'\"\\") & set(path) or not _is_text(path):
        raise ConfigError(NO_PROGRAM.format(path=path))
    return (_quoted(f"@{path}"), word(path)) if "$" in path else (_quoted(path),)


def command(words: tuple[str, ...]) -> str:
    """A whole command line, for `ExecStart=`. Raises `ConfigError`."""
    return " ".join((*program(words[0]), *map(word, words[1:])))


def assignment(name: str, value: str) -> str:
    """A variable and its value, for `Environment=`. Raises `ConfigError` for what no unit can say."""
    if _CONTROL.search(value.replace("\n", "").replace("\t", "")) or not _is_text(value):
        raise ConfigError(NO_VALUE.format(name=name, value=value))
    return _quoted(f"{name}={value}")


def bare_path(path: str) -> str:
    """A path where systemd takes no quotes but patterns, as for `EnvironmentFile=`. Raises `ConfigError`."""
    if _CONTROL.search(path) or path != path.strip() or path.endswith("\\") or not _is_text(path):
        raise ConfigError(NO_PATH.format(path=path))
    return _GLOB.sub(r"\\\1", path).replace("%", "%%")


def _quoted(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else f'"{"".join(_signs(text))}"'


def _signs(text: str) -> Iterator[str]:
    for sign in text:
        if sign == "%":
            yield "%%"
        elif sign in _NAMED:
            yield _NAMED[sign]
        elif _CONTROL.match(sign) or not _is_text(sign):
            yield "".join(rf"\x{byte:02x}" for byte in os.fsencode(sign))
        else:
            yield sign


def _is_text(text: str) -> bool:
    """Whether it is UTF-8, which a path need not be."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
