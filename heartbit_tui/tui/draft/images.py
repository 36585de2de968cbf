"""Pictures for a draft, read from files that were dragged into the terminal."""

import re
import shlex
from pathlib import Path
from urllib.parse import unquote, urlsplit

from heartbit_tui.client.pictures import MOST, Unfit, image_of
from heartbit_tui.kernel.messages import Image

LONGEST = 8192
"""Characters of a paste that may be paths."""

_NAME = re.compile(r"\.(?:png|jpe?g|gif|webp)['\"]?\s*$", re.IGNORECASE)


def may_be_paths(text: str) -> bool:
    """Whether a paste looks like the path of a picture, or several."""
    return len(text) <= LONGEST and _NAME.search(text) is not None


def paths(text: str) -> tuple[Path, ...]:
    """The paths that a terminal writes for dragged files: quoted, with backslashes, or as file addresses."""
    try:
        words = shlex.split(text)
    except ValueError:
        return ()
    return tuple(_path(word) for word in words)


def read(text: str) -> tuple[Image, ...]:
    """The pictures whose paths a paste consists of; empty when it is anything else. Raises Unfit. Blocks."""
    whole = Path(text.strip()).expanduser()
    found = (whole,) if _is_file(whole) else paths(text)
    if not found or not all(_NAME.search(path.name) and _is_file(path) for path in found):
        return ()
    return tuple(_read(path) for path in found)


def _path(word: str) -> Path:
    if word.startswith("file://"):
        return Path(unquote(urlsplit(word).path))
    return Path(word).expanduser()


def _is_file(path: Path) -> bool:
    try:
        return path.is_absolute() and path.is_file()
    except (OSError, ValueError):
        return False


def _read(path: Path) -> Image:
    try:
        with path.open("rb") as file:
            data = file.read(MOST + 1)
    except OSError as error:
        raise Unfit(f"{path.name} cannot be read: {error.strerror}.") from error
    if len(data) > MOST:
        raise Unfit(f"{path.name} is larger than {MOST} bytes. Shrink it first.")
    return image_of(data, path.name)
