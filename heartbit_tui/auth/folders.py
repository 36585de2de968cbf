"""Folders for tenants and users, whose ids come from elsewhere: none leads out, and no two share one."""

import base64
import hashlib
import os
import re
import stat
from pathlib import Path

from heartbit_tui.auth.users import Owner
from heartbit_tui.kernel.errors import ConfigError

PRIVATE = 0o700
READABLE = 24
"""Letters of an id that a folder's name begins with, for people who look."""

LETTERS = 32
"""Letters of the digest behind them: 160 bits of SHA-256, in small letters and digits, which every file system keeps apart."""

_OTHERS = re.compile(r"[^a-z0-9]+")
NOT_OURS = "{path} is not a folder of heartbit's own: {why}. Move it away; a new one is made."


def name_of(text: str) -> str:
    """The name of a folder for an id: what is plain of it, and the digest of all of it.

    Small letters and digits alone, so that it is one name on every file system, whatever that does with capitals, with
    composed letters, with dots, spaces and names such as `con`.
    """
    digest = base64.b32encode(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()).decode().lower()
    plain = _OTHERS.sub("-", text[: READABLE * 4].lower()).strip("-")[:READABLE].strip("-")
    return f"{plain}-{digest[:LETTERS]}" if plain else digest[:LETTERS]


def folder_of(base: Path, owner: Owner) -> Path:
    """Where things of this owner lie below a folder; it need not exist."""
    return base / name_of(owner.tenant) / name_of(owner.user)


def made(base: Path, owner: Owner) -> Path:
    """The folder of this owner, made for this process's user alone where it is missing.

    Raises `ConfigError` where something else is in its place, such as a link, or it cannot be made.
    """
    try:
        base.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        place = Path(os.path.realpath(base))
        for name in (name_of(owner.tenant), name_of(owner.user)):
            place = place / name
            place.mkdir(mode=PRIVATE, exist_ok=True)
            _own(place)
    except OSError as error:
        raise ConfigError(f"{base}: the folder of a user cannot be made ({error.strerror}).") from error
    return place


def _own(place: Path) -> None:
    found = place.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise ConfigError(NOT_OURS.format(path=place, why="it is a link or a file"))
    if found.st_uid != os.getuid():
        raise ConfigError(NOT_OURS.format(path=place, why="it belongs to somebody else"))
    if found.st_mode & 0o077:
        place.chmod(PRIVATE)
