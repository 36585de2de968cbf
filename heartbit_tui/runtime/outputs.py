"""The whole outputs of commands, kept for a while and not without bound."""

import os
import time
from pathlib import Path

KEEP_DAYS = 7
KEEP_BYTES = 256 * 2**20


def prune(folder: Path, *, days: float = KEEP_DAYS, most: int = KEEP_BYTES, now: float | None = None) -> int:
    """Remove outputs older than `days`, then the oldest until the rest holds `most` bytes; how many went.

    Those of all users count together.
    """
    oldest = (time.time() if now is None else now) - days * 86_400
    files = sorted(((stat.st_mtime, stat.st_size, path) for path, stat in _files(folder)), reverse=True)
    kept, removed = 0, 0
    for written, size, path in files:
        kept += size
        if written < oldest or kept > most:
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def _files(folder: Path) -> list[tuple[Path, os.stat_result]]:
    try:
        return [(path, path.stat()) for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    except OSError:
        return []
