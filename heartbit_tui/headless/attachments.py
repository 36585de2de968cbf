"""Files that the command line names: images to show, and the shape of the answer."""

import base64
import json
from collections.abc import Iterable
from pathlib import Path
from types import MappingProxyType
from typing import cast

from heartbit_tui.headless.endings import UsageError
from heartbit_tui.kernel.messages import Image, JsonObject

MOST_IMAGE_BYTES = 20_000_000
"""Larger than what any service takes."""

_BEGINNINGS = MappingProxyType(
    {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif", b"RIFF": "image/webp"}
)


def images(files: Iterable[Path]) -> tuple[Image, ...]:
    """The pictures in these files. Raises `UsageError` for what cannot be read or is no picture that models see."""
    return tuple(_image(file) for file in files)


def schema_from(text: str, source: str) -> JsonObject:
    """A JSON Schema out of its text. Raises `UsageError` where it is not a JSON object."""
    try:
        value: object = json.loads(text)
    except ValueError as error:
        raise UsageError(f"{source} is not JSON: {error}.") from error
    if not isinstance(value, dict):
        raise UsageError(f"{source} must be a JSON object, a schema of the wanted answer.")
    return cast("JsonObject", value)


def text_of(file: Path, flag: str) -> str:
    """The text of a file that a flag names. Raises `UsageError`."""
    return _bytes(file, flag).decode("utf-8", "replace")


def _image(file: Path) -> Image:
    data = _bytes(file, "--image")
    media_type = next((kind for start, kind in _BEGINNINGS.items() if data.startswith(start)), "")
    if not media_type or (media_type == "image/webp" and data[8:12] != b"WEBP"):
        raise UsageError(f"--image {file}: this is no PNG, JPEG, GIF or WebP picture.")
    return Image(media_type=media_type, data=base64.b64encode(data).decode("ascii"))


def _bytes(file: Path, flag: str) -> bytes:
    try:
        if not file.is_file():
            raise UsageError(f"{flag} {file}: there is no such file.")
        if file.stat().st_size > MOST_IMAGE_BYTES:
            raise UsageError(f"{flag} {file}: the file is larger than 20 MB.")
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"{flag} {file}: {error.strerror}.") from error
