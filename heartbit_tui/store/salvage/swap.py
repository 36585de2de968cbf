"""Puts a saved file into the place of a damaged one, so that a kill at any moment costs neither."""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import cast

BESIDE = ("-wal", "-shm")
"""What SQLite keeps beside a file: the log of one file must never be read into another."""


def target_of(path: Path) -> Path:
    """Where the saved file is made; what an earlier attempt has left there is removed."""
    target = path.with_name(f"{path.name}.saved")
    for each in (target, *_beside(target)):
        each.unlink(missing_ok=True)
    return target


def swap(path: Path, new: Path, kept: Path) -> None:
    """Keep the file at `path` with its log as `kept`, and put `new` into its place. Raises `OSError`."""
    for old in path.parent.glob(f"{path.name}.damaged-*"):
        if old.samefile(path):  # an earlier attempt was killed before it had done anything else
            old.unlink()
    for source, name in zip((path, *_beside(path)), (kept, *_beside(kept)), strict=True):
        if source.exists() and not source.name.endswith("-shm"):
            _keep(source, name)
    _sync_folder(path)
    _mark(path).with_suffix(".tmp").write_text(json.dumps({"new": new.name}), "utf-8")
    _mark(path).with_suffix(".tmp").replace(_mark(path))
    _sync_folder(path)
    finish(path)


def finish(path: Path) -> None:
    """Do what is left to do of a swap that was begun, if one was. Raises `OSError`."""
    mark = _mark(path)
    if not mark.exists():
        return
    new = path.with_name(_named(mark))
    if new.name != path.name and new.exists():
        for each in _beside(path):
            each.unlink(missing_ok=True)
        new.replace(path)
        _sync_folder(path)
    mark.unlink(missing_ok=True)


def _named(mark: Path) -> str:
    try:
        told = cast("dict[str, object]", json.loads(mark.read_text("utf-8")))
        return Path(str(told["new"])).name
    except (ValueError, KeyError, TypeError):  # whatever stands there, it is no swap that was begun
        return mark.name


def _mark(path: Path) -> Path:
    return path.with_name(f"{path.name}.swap")


def _beside(path: Path) -> tuple[Path, ...]:
    return tuple(path.with_name(f"{path.name}{suffix}") for suffix in BESIDE)


def _keep(source: Path, name: Path) -> None:
    """The same file under another name, or a copy where there can be no second name."""
    try:
        os.link(source, name)
    except OSError:
        with source.open("rb") as old, name.open("xb") as new:
            while piece := old.read(1 << 20):
                new.write(piece)
            os.fsync(new.fileno())
        name.chmod(0o600)


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with suppress(OSError):  # some file systems cannot, and keep the order themselves
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
