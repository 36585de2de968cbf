"""Files of other agents, read with care: they may be broken, huge, or somebody else's."""

import json
import os
import tomllib
from pathlib import Path
from typing import Any, cast

from heartbit_tui.kernel.errors import HeartbitError

MOST_BYTES = 1_048_576
"""Of settings and texts; the largest that people have are a tenth of it."""

LARGE = 64 * MOST_BYTES
"""Of files in which a peer keeps its whole state beside settings."""


class UnreadableError(HeartbitError):
    """A file that is there cannot be taken over; the message says why."""


def text_of(path: Path, *, inside: Path | None = None, most: int = MOST_BYTES) -> str | None:
    """The text of a file; None where there is none. Raises `UnreadableError`.

    A file that leads out of the folder `inside` is not read.
    """
    try:
        if not path.is_file():
            return None
        if inside is not None and not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(inside)):
            raise UnreadableError("it is a link that leads out of the project")
        with path.open("rb") as file:
            data = file.read(most + 1)
        if len(data) > most:
            raise UnreadableError(f"it has more than {most:,} bytes")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError("it is not UTF-8 text") from error
    except (OSError, ValueError) as error:
        raise UnreadableError(f"it cannot be read: {getattr(error, 'strerror', None) or error}") from error


def json_of(text: str) -> dict[str, Any]:
    """A JSON object, in which comments and commas at ends may stand. Raises `UnreadableError`."""
    try:
        found: object = json.loads(_plain(text) or "{}")
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"it is not valid JSON: {_short(error)}") from error
    if not isinstance(found, dict):
        raise UnreadableError("it is no JSON object")
    return cast("dict[str, Any]", found)


def toml_of(text: str) -> dict[str, Any]:
    """A TOML document. Raises `UnreadableError`."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"it is not valid TOML: {_short(error)}") from error


def _short(error: Exception) -> str:
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)[:120].rstrip(".")


def _plain(text: str) -> str:
    """JSON without comments and without commas before a closing bracket."""
    kept: list[str] = []
    at, length = 0, len(text)
    while at < length:
        if text[at] == '"':
            end = _end_of_string(text, at)
            kept.append(text[at:end])
        elif text.startswith("//", at):
            end = _or_end(text.find("\n", at), length)
        elif text.startswith("/*", at):
            close = text.find("*/", at + 2)
            end = length if close < 0 else close + 2
        else:
            end = at + 1
            if text[at] in "]}":
                _drop_comma(kept)
            kept.append(text[at])
        at = end
    return "".join(kept).strip()


def _end_of_string(text: str, at: int) -> int:
    at += 1
    while at < len(text) and text[at] != '"':
        at += 2 if text[at] == "\\" else 1
    return at + 1


def _or_end(found: int, length: int) -> int:
    return length if found < 0 else found


def _drop_comma(kept: list[str]) -> None:
    """Take the last sign away if it is a comma, blanks aside."""
    last = len(kept) - 1
    while last >= 0 and kept[last].isspace():
        last -= 1
    if last >= 0 and kept[last] == ",":
        del kept[last]
