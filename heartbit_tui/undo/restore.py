"""Makes files what they were, step by step, so that it can be killed at any moment and gone on with."""

import os
import stat
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.undo.blobs import Blobs, Gone
from heartbit_tui.undo.index import parent
from heartbit_tui.undo.looking import Looker, names_in, reached
from heartbit_tui.undo.plan import Conflict, Plan, Step
from heartbit_tui.undo.types import State, alike

OWN = stat.S_IRWXU
MOVED = "was changed by somebody else meanwhile"
FAILED = "could not be changed: {error}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What was done of a plan, and what was left as it is."""

    steps: tuple[Step, ...]
    left: tuple[Conflict, ...]


def shut_folders(steps: Iterable[Step]) -> dict[str, int]:
    """The folders that have to be opened for a while, with their modes."""
    found: dict[str, int] = {}
    for folder in {parent(step.path) for step in steps}:
        with suppress(OSError), reached(folder) as handle:
            mode = stat.S_IMODE(os.fstat(handle.number).st_mode)
            if mode & OWN != OWN:
                found[folder] = mode
    return found


class Restorer:
    """Carries out the steps of one plan.

    Removals come first, from the inside out, then what is made, from the outside in, then the modes of folders. Each
    step looks first whether the path is what it should be; with `again` it may also be what an earlier, killed attempt
    left. `tag` names the files that are written aside.
    """

    def __init__(self, looker: Looker, blobs: Blobs, *, tag: str, again: bool = False) -> None:
        self._looker = looker
        self._blobs = blobs
        self._tag = tag
        self._again = again
        self._left: dict[str, Conflict] = {}

    def carry_out(self, steps: Sequence[Step], shut: dict[str, int]) -> Done:
        """Do it; what cannot be done is left, and told. Blocks."""
        for folder, mode in shut.items():
            self._chmod(folder, mode | OWN)
        sources = {step.source for step in steps if step.source}
        for step in sorted(steps, key=_depth, reverse=True):
            if step.path not in sources and _is_removed(step):
                self._tried(step, self._remove)
        for step in sorted(steps, key=_depth):
            if step.then is not None:
                self._tried(step, self._make)
        for step in sorted(steps, key=_depth, reverse=True):
            if step.then is not None and step.then.kind == "folder" and step.path not in self._left:
                shut.pop(step.path, None)
                self._chmod(step.path, step.then.mode)
        for folder, mode in sorted(shut.items(), reverse=True):
            self._chmod(folder, mode)
        done = tuple(step for step in steps if step.path not in self._left)
        return Done(steps=done, left=tuple(self._left.values()))

    def _tried(self, step: Step, act: Callable[[Step], None]) -> None:
        if step.path in self._left:
            return
        try:
            act(step)
        except (OSError, Gone) as error:
            said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            self._leave(step, FAILED.format(error=said))

    def _leave(self, step: Step, why: str) -> None:
        self._left[step.path] = Conflict(path=step.path, why=why)

    def _remove(self, step: Step) -> None:
        actual = self._looker.at(step.path)
        if actual is None or (self._again and alike(actual, step.then)):
            return
        if not self._as_it_was(actual, step):
            self._leave(step, MOVED)
            return
        with _within(step.path) as (folder, name):
            if actual.kind == "folder":
                os.rmdir(name, dir_fd=folder)
            else:
                os.unlink(name, dir_fd=folder)

    def _as_it_was(self, actual: State, step: Step) -> bool:
        """Whether a path is what the plan saw; a folder may have been opened meanwhile."""
        if actual.kind == "folder" and step.now is not None:
            return step.now.kind == "folder"
        return alike(actual, step.now)

    def _make(self, step: Step) -> None:
        then, actual = step.then, self._looker.at(step.path)
        if then is None or alike(actual, then):
            return
        if not self._may_make(actual, step):
            self._leave(step, MOVED)
            return
        with _within(step.path) as (folder, name):
            match then.kind:
                case "folder":
                    if actual is None:
                        os.mkdir(name, OWN, dir_fd=folder)
                case "link":
                    self._renamed(folder, name, lambda aside: os.symlink(then.content, aside, dir_fd=folder))
                case "pipe":
                    if actual is None:
                        os.mkfifo(name, dir_fd=folder)
                    os.chmod(name, then.mode, dir_fd=folder)
                case _:
                    self._file(folder, name, step, then, actual)

    def _may_make(self, actual: State | None, step: Step) -> bool:
        if actual is None:
            return step.now is None or _is_removed(step)
        if actual.kind == "folder" and step.then is not None and step.then.kind == "folder":
            return step.now is not None or self._again
        return alike(actual, step.now) and not _is_removed(step)

    def _file(self, folder: int, name: str, step: Step, then: State, actual: State | None) -> None:
        if actual is not None and actual.content == then.content:
            os.chmod(name, then.mode, dir_fd=folder)
            return
        if step.source:
            with _within(step.source) as (other, before):
                os.rename(before, name, src_dir_fd=other, dst_dir_fd=folder)
            os.chmod(name, then.mode, dir_fd=folder)
            return
        data = self._blobs.read(then.content)
        self._renamed(folder, name, lambda aside: _write(folder, aside, data, then.mode))

    def _renamed(self, folder: int, name: str, write: Callable[[str], None]) -> None:
        """Write aside, then take the name: whoever looks sees the old file or the new one."""
        aside = f".heartbit-undo-{self._tag}"
        with suppress(FileNotFoundError):
            os.unlink(aside, dir_fd=folder)
        try:
            write(aside)
            os.rename(aside, name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            with suppress(OSError):
                os.unlink(aside, dir_fd=folder)
            raise

    def _chmod(self, path: str, mode: int) -> None:
        with suppress(OSError), reached(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW) as handle:
            os.fchmod(handle.number, mode)
            return
        with suppress(OSError), _within(path) as (folder, name):  # one that may not be read
            if stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
                os.chmod(name, mode, dir_fd=folder)


def in_use(plan: Plan) -> Iterator[str]:
    """The folders that the plan would remove and that hold something else; those above them stay, too."""
    removed = {step.path for step in plan.steps if _is_removed(step)}
    kept = set[str]()
    folders = (step for step in plan.steps if step.now is not None and step.now.kind == "folder" and _is_removed(step))
    for step in sorted(folders, key=_depth, reverse=True):
        names = _names(step.path)
        inside = (f"{step.path}/{name}" for name in names)
        if any(path not in removed or path in kept for path in inside):
            kept.add(step.path)
            yield step.path


def _names(folder: str) -> list[str]:
    try:
        with reached(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW) as handle:
            return names_in(handle.number)
    except OSError:
        return []


def _is_removed(step: Step) -> bool:
    """Whether what is there has to go before something else can come, if anything does."""
    return step.now is not None and (step.then is None or step.now.kind != step.then.kind)


def _depth(step: Step) -> tuple[int, str]:
    return step.path.count("/"), step.path


@contextmanager
def _within(path: str) -> Generator[tuple[int, str]]:
    """The folder of a path, open, and the name in it."""
    folder, name = os.path.split(path)
    with reached(folder) as handle:
        yield handle.number, name


def _write(folder: int, name: str, data: bytes, mode: int) -> None:
    handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=folder)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fchmod(handle, mode)
