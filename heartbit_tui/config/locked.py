"""A small private file that several processes read and change."""

import fcntl
import os
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from heartbit_tui.kernel.errors import ConfigError

PRIVATE = 0o600
PRIVATE_FOLDER = 0o700
_OTHERS = 0o077


class LockedFile:
    """A text that is replaced whole, by one writer at a time, and readable for its owner alone.

    Fits the `Document` protocols of the capabilities that keep something.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def name(self) -> str:
        """Its path, for messages."""
        return str(self._path)

    @property
    def is_open_to_others(self) -> bool:
        """Whether its permissions let other users of the machine read or write it."""
        try:
            return bool(self._path.stat().st_mode & _OTHERS)
        except OSError:
            return False

    def narrow(self) -> None:
        """Take other users' permissions away. Raises `ConfigError`."""
        with _as_config_error(self.name):
            self._path.chmod(PRIVATE)

    def read(self) -> str:
        """The text; empty when there is no file. Raises `ConfigError`."""
        with _as_config_error(self.name):
            try:
                return self._path.read_text(encoding="utf-8")
            except (FileNotFoundError, NotADirectoryError):
                return ""

    def update(self, change: Callable[[str], str]) -> str:
        """Replace the text by `change` of it, alone among all writers; readers see the old text or the new.

        When `change` raises, the file stays as it was. A link stays a link. Blocks while another process writes.
        """
        with _as_config_error(self.name), self._alone():
            before = self.read()
            after = change(before)
            if after != before:
                replaced(Path(os.path.realpath(self._path)), after)
            return after

    def remove(self) -> None:
        """Remove the file, if it is there, alone among all writers."""
        if self._path.exists():
            with _as_config_error(self.name), self._alone():
                self._path.unlink(missing_ok=True)

    @contextmanager
    def _alone(self) -> Generator[None]:
        self._path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        lock = self._path.with_name(f".{self._path.name}.lock")
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        handle = os.open(lock, flags, PRIVATE)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def replaced(path: Path, text: str, mode: int = PRIVATE) -> None:
    """Put a text in the place of a file in one step, which a power cut leaves whole. Raises `OSError`."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _as_config_error(name: str) -> Generator[None]:
    try:
        yield
    except UnicodeDecodeError as error:
        raise ConfigError(f"{name}: this is not UTF-8 text.", source=name) from error
    except OSError as error:
        raise ConfigError(f"{name}: {error.strerror or error}.", source=name) from error
