"""The file that gets the answer: it holds the old text or the new one, never a part."""

import os
from contextlib import suppress
from pathlib import Path

from heartbit_tui.headless import endings
from heartbit_tui.headless.endings import SUCCESS, Ending, UsageError


def check(file: Path, flag: str = "-o") -> Path:
    """The file that a flag names, where it could be written. Raises `UsageError`, so that nobody waits for an answer that is lost."""
    target = file.resolve()
    if target.is_dir():
        raise UsageError(f"{flag} {file}: this is a directory.")
    if not target.parent.is_dir():
        raise UsageError(f"{flag} {file}: there is no directory {target.parent}.")
    if not os.access(target.parent if _is_ordinary(target) else target, os.W_OK):
        raise UsageError(f"{flag} {file}: it may not be written.")
    return target


def keep(file: Path, text: str) -> Ending:
    """Write the answer, with a line end; a device or a pipe is written as it is."""
    data = text if text.endswith("\n") or not text else f"{text}\n"
    new = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        if not _is_ordinary(file):
            file.write_text(data, "utf-8", errors="replace")
            return SUCCESS
        new.write_text(data, "utf-8", errors="replace")
        if file.exists():
            new.chmod(file.stat().st_mode & 0o777)
        new.replace(file)
    except OSError as error:
        with suppress(OSError):
            new.unlink(missing_ok=True)
        return endings.failed("output", f"The answer could not be written to {file}: {error.strerror}.")
    return SUCCESS


def _is_ordinary(file: Path) -> bool:
    """Whether it is a file, or nothing yet, which may be replaced as a whole."""
    return file.is_file() or not file.exists()
