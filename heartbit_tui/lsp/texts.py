"""Texts of files as they stand on the disk, and places in them as servers count."""

import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote, unquote, urlsplit

from heartbit_tui.kernel.dataclass import dataclass

LARGEST = 1 << 20
"""Bytes of a file that is shown to a server."""

_WIDTH: Mapping[str, int] = MappingProxyType({"utf-8": 1, "utf-16": 2, "utf-32": 4})
_CODEC: Mapping[str, str] = MappingProxyType({"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What a file's status says of its content: two that are alike are taken to be the same."""

    changed: int
    size: int
    number: int


def stamp_of(path: str) -> Stamp | None:
    """The stamp of a regular file; None where there is none."""
    with suppress(OSError, ValueError):
        found = Path(path).stat()
        if stat.S_ISREG(found.st_mode):
            return Stamp(changed=found.st_mtime_ns, size=found.st_size, number=found.st_ino)
    return None


def read(path: str) -> str | None:
    """The text of a file as it is written, line endings too; None where it is too large, not UTF-8, or no file."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError):
        return None
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_size > LARGEST:
            return None
        with suppress(OSError, UnicodeDecodeError):
            return file.read(LARGEST + 1).decode("utf-8")
    return None


def uri_of(path: str) -> str:
    """The address of a file."""
    return "file://" + quote(os.fsencode(path), safe="/~")


def path_of(uri: str) -> str:
    """The file at an address; empty where it is no file's."""
    parts = urlsplit(uri)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
        return ""
    return os.path.normpath(unquote(parts.path, errors="surrogateescape")) if parts.path else ""


def lines_of(text: str) -> list[str]:
    """Its lines as servers count them, without their endings."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def to_characters(line: str, units: int, encoding: str) -> int:
    """How many characters of a line stand before so many units of an encoding."""
    if line.isascii():
        return min(units, len(line))
    width = _WIDTH[encoding]
    return len(line.encode(_CODEC[encoding], "replace")[: units * width].decode(_CODEC[encoding], "ignore"))


def to_units(line: str, characters: int, encoding: str) -> int:
    """How many units of an encoding the first characters of a line take."""
    if line.isascii():
        return min(characters, len(line))
    return len(line[:characters].encode(_CODEC[encoding], "replace")) // _WIDTH[encoding]
