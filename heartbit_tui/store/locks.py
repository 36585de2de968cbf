"""One writer a session, across processes: a lock file that the kernel lets go of when its process dies."""

import fcntl
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from heartbit_tui.kernel.errors import StoreError

DAEMON = "daemon-"
"""How the names begin under which daemons keep a lock, which lives as long as they do."""

_TRIES = 4
_PAUSE = 0.005


class Lease:
    """The right to write one session; `release` gives it back."""

    def __init__(self, descriptor: int, path: Path) -> None:
        self._descriptor = descriptor
        self._path = path

    def release(self) -> None:
        """Give the session back; doing it twice is harmless."""
        if self._descriptor >= 0:
            self._path.unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = -1


class Leases:
    """The lock files of all sessions, in a folder beside the session file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take(self, session_id: str) -> Lease:
        """The right to write a session. Raises `StoreError` when another process, or this one, has it."""
        path = self._path(session_id)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        while True:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            if not _locked_soon(descriptor):
                holder = _holder(descriptor)
                os.close(descriptor)
                raise StoreError(_refusal(session_id, holder, daemon=holder in self._daemons()))
            if _same_file(descriptor, path):
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
                return Lease(descriptor, path)
            # The one before us released it, and removed the file, between our two steps.
            os.close(descriptor)

    def held(self, session_id: str) -> bool:
        """Whether some process writes this session now."""
        try:
            descriptor = os.open(self._path(session_id), os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            return not _locked(descriptor, shared=True)
        finally:
            os.close(descriptor)

    def sweep(self) -> int:
        """Remove the lock files that nobody holds, as processes leave them that are killed; how many these were."""
        return sum(_removed(path) for path in self._folder.glob("*.lock"))

    def holder(self, session_id: str) -> int:
        """The number of the process that writes this session now; 0 where none does."""
        told = _read_holder(self._path(session_id)) if self.held(session_id) else ""
        return int(told) if told.isascii() and told.isdecimal() else 0

    def by_daemon(self, session_id: str) -> bool:
        """Whether a daemon writes this session now."""
        return self.held(session_id) and _read_holder(self._path(session_id)) in self._daemons()

    def daemon(self) -> bool:
        """Whether any daemon is at work on the data file."""
        return bool(self._daemons())

    def _daemons(self) -> frozenset[str]:
        """The numbers of the processes that are daemons."""
        names = (path.stem for path in self._folder.glob(f"{DAEMON}*.lock"))
        return frozenset(_read_holder(self._path(name)) for name in names if self.held(name))

    def _path(self, session_id: str) -> Path:
        return self._folder / f"{session_id.replace(os.sep, '_')}.lock"


def folder_of(file: Path) -> Path:
    """Where the lock files of a data file lie."""
    return file.with_name(f"{file.name}.locks")


def leases(file: Path) -> Leases:
    """The lock files of the sessions in a data file."""
    return Leases(folder_of(file))


def by_daemon(file: Path, session_id: str) -> bool:
    """Whether a daemon writes a session of a data file now. Looks at lock files alone."""
    return leases(file).by_daemon(session_id)


def daemon_lives(file: Path) -> bool:
    """Whether a daemon is at work on a data file."""
    return leases(file).daemon()


@contextmanager
def exclusive(path: Path) -> Generator[None]:
    """Let one process at a time through, waiting for the others."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def alone(path: Path) -> Generator[None]:
    """Keep everybody out who uses the session file. Raises `StoreError` where somebody does."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if not _locked(descriptor):
            raise StoreError("Another heartbit has the session file open. Close it, then repair the file.")
        yield
    finally:
        os.close(descriptor)


def in_use(path: Path) -> tuple[int, bool]:
    """Tell everybody that the session file is in use, until the descriptor that this gives is closed.

    Also says whether nobody else uses it. Only for who keeps others from asking the same meanwhile.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    alone = _locked(descriptor)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor, alone


def _removed(path: Path) -> bool:
    """Remove a lock file that nobody holds; whoever takes it at the same moment sees that it is another file then."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        if not _locked(descriptor) or not _same_file(descriptor, path):
            return False
        path.unlink(missing_ok=True)
        return True
    finally:
        os.close(descriptor)


def _locked_soon(descriptor: int) -> bool:
    """Lock it, trying again for a moment: whoever only looks (`held`) is in the way for some microseconds."""
    for _ in range(_TRIES):
        if _locked(descriptor):
            return True
        time.sleep(_PAUSE)
    return False


def _locked(descriptor: int, *, shared: bool = False) -> bool:
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _same_file(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _holder(descriptor: int) -> str:
    return os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()


def _read_holder(path: Path) -> str:
    """Who wrote a lock file; empty where that is not known."""
    try:
        return path.read_text("ascii", "replace").strip()
    except OSError:
        return ""


def _refusal(session_id: str, holder: str, *, daemon: bool) -> str:
    if daemon:
        return (
            f"Session {session_id} is open in the heartbit daemon (process {holder}). "
            f"Take part in it with `heartbit attach {session_id}`, or fork it here with --fork."
        )
    who = f"process {holder}" if holder.isdigit() else "another process"
    return f"Session {session_id} is in use by {who}. Close it there, or fork it here with --fork."
