"""What decides what runs, seen when a command made or changed it where the sandbox could not keep it from doing so."""

import os
import re
import stat
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.permissions.paths import PROTECTED_FILES, PROTECTED_FOLDERS

MOST_FOLDERS = 2_000
"""Of a workspace so many folders are looked at, those near its top first."""

MOST_BYTES = 1_000_000
"""A larger file is told of, and not put back."""

PASSED_OVER = frozenset({"node_modules", ".venv", "venv", "site-packages", "__pycache__", ".tox", ".mypy_cache"})
"""Folders full of what others wrote, in which nobody works."""

_MOST_FILES = 500
_NAME = 200
"""Bytes of a file's name that its copy has."""

_SURE_NANOSECONDS = 50_000_000
"""A folder that was changed so shortly before it was read may have been changed again within one tick of its time."""

_OF_GIT = ("config", "config.worktree", "commondir")
_SECTION = re.compile(r"\[\s*([\w.-]+)(?:\s+\"(?:[^\"\\]|\\.)*\")?\s*\]\s*$")
_HARMLESS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "core": frozenset(
            {
                "repositoryformatversion",
                "filemode",
                "bare",
                "logallrefupdates",
                "ignorecase",
                "precomposeunicode",
                "symlinks",
            }
        ),
        "remote": frozenset({"url", "fetch", "tagopt"}),
        "branch": frozenset({"remote", "merge", "rebase"}),
        "submodule": frozenset({"url", "active"}),
        "user": frozenset({"name", "email"}),
        "extensions": frozenset({"objectformat", "refstorage"}),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What stands at a path: the target of a link or the content of a file, None where it is too large to keep."""

    is_link: bool
    mode: int
    content: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What decided what runs before a command, by path.

    `locked` are the paths that no command could change, `repositories` what git keeps outside of the folders.
    """

    kept: Mapping[str, Kept]
    locked: frozenset[str] = frozenset()
    repositories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Folder:
    changed: int
    looked: int
    below: tuple[str, ...]
    protected: tuple[str, ...]


class Watch:
    """Looks at some folders before and after each command; what did not change since is not read again."""

    def __init__(self, roots: tuple[str, ...]) -> None:
        self._roots = tuple(dict.fromkeys(os.path.realpath(root) for root in roots))
        self._folders: dict[str, _Folder] = {}
        self._contents: dict[str, tuple[tuple[int, ...], Kept]] = {}

    def look(self, locked: frozenset[str] = frozenset(), repositories: tuple[str, ...] = ()) -> Held:
        """All that decides what runs in these folders now; reads the file system."""
        return Held(kept=self._look(repositories), locked=locked, repositories=repositories)

    def accepted(self, held: Held, paths: Collection[str]) -> Held:
        """The same with these paths as they are now: what was done to them was allowed."""
        kept = {path: each for path, each in held.kept.items() if path not in paths}
        for path in paths:
            with suppress(OSError):
                kept[path] = self._kept(path)
        return replace(held, kept=kept)

    def undo(self, held: Held) -> Mapping[str, Kept | None]:
        """Put back what was changed since; gives what stood there instead, by path, None where nothing did.

        Nothing is said of locked paths and what is below them: there somebody else was at work. What git writes by itself
        into a new repository stays, as long as it names no program.
        """
        before, now, changed = held.kept, self._look(held.repositories), dict[str, Kept | None]()
        for path in sorted(before.keys() | now.keys()):
            if now.get(path) != before.get(path) and not (_within(path, held.locked) or _harmless(path, before, now)):
                changed[path] = now.get(path)
                put(path, before.get(path))
                if path not in before:
                    _remove_emptied(path)
        return changed

    def _look(self, repositories: tuple[str, ...]) -> Mapping[str, Kept]:
        found = dict[str, Kept]()
        for path in self._protected():
            with suppress(OSError):
                found.update((each, self._kept(each)) for each in _files(path))
        for path in repositories:
            with suppress(OSError):
                found.update((each, self._kept(each)) for each in _of_git(path))
        return found

    def _protected(self) -> Iterator[str]:
        """The protected names in the folders, nearest to the top first."""
        level, seen = list(self._roots), 0
        known, self._folders = self._folders, {}
        while level:
            deeper = list[str]()
            for path in level:
                seen += 1
                if seen > MOST_FOLDERS:
                    return
                folder = _folder(path, known.get(path))
                if folder is not None:
                    self._folders[path] = folder
                    deeper.extend(folder.below)
                    yield from folder.protected
            level = deeper

    def _kept(self, path: str) -> Kept:
        about = os.lstat(path)
        signature = (about.st_ino, about.st_mode, about.st_size, about.st_ctime_ns, about.st_mtime_ns)
        known = self._contents.get(path)
        if known is not None and known[0] == signature and time.time_ns() - about.st_ctime_ns > _SURE_NANOSECONDS:
            return known[1]
        kept = _read(path, about)
        self._contents[path] = (signature, kept)
        return kept


def put(path: str, kept: Kept | None) -> None:
    """Have this stand at a path, nothing for None; what is too large to be kept is left as it is.

    A folder on the way that is a link by now is not followed: it may lead anywhere.
    """
    folder = os.path.dirname(path)  # noqa: PTH120
    if (kept is not None and kept.content is None) or os.path.realpath(folder) != folder:
        return
    with suppress(OSError):
        with suppress(FileNotFoundError):
            os.unlink(path)  # noqa: PTH108
        if kept is None or kept.content is None:
            return
        os.makedirs(folder, exist_ok=True)  # noqa: PTH103
        if kept.is_link:
            os.symlink(kept.content, path)  # noqa: PTH211
            return
        target = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with open(target, "wb") as file:  # noqa: PTH123
            file.write(kept.content)
            os.fchmod(file.fileno(), kept.mode)


def copied(made: Mapping[str, Kept | None], folder: Path) -> Mapping[str, str]:
    """Copy what stood at these paths into a new folder in this one; the copies by path, empty where there is none."""
    found = dict.fromkeys(made, "")
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        own = tempfile.mkdtemp(prefix="taken-back-", dir=folder)
        for number, (path, kept) in enumerate(made.items(), 1):
            if kept is not None and kept.content is not None:
                found[path] = _copied(kept.content, f"{own}/{number}-{_end(path)}")
    return found


def _copied(content: bytes, path: str) -> str:
    with suppress(OSError):
        Path(path).write_bytes(content)
        return path
    return ""


def _end(path: str) -> str:
    """The end of a file's name, so short that a number fits in front of it."""
    return os.fsdecode(os.fsencode(path.rpartition("/")[2])[-_NAME:])


def _remove_emptied(path: str) -> None:
    """Remove the folders above a file that was taken away, as far as they are empty and decide something."""
    parts = path.split("/")
    for count in range(len(parts) - 1, 0, -1):
        if not any(part.casefold() in PROTECTED_FOLDERS for part in parts[:count]):
            return
        with suppress(OSError):
            os.rmdir("/".join(parts[:count]))  # noqa: PTH106


def _folder(path: str, known: _Folder | None) -> _Folder | None:
    with suppress(OSError):
        changed = os.stat(path).st_ctime_ns  # noqa: PTH116
        if known is not None and known.changed == changed and known.looked - changed > _SURE_NANOSECONDS:
            return known
        return _looked_through(path, changed)
    return None


def _looked_through(path: str, changed: int) -> _Folder:
    below, protected, now = list[str](), list[str](), time.time_ns()
    with os.scandir(path) as entries:
        for entry in entries:
            name = entry.name.casefold()
            if name in PROTECTED_FOLDERS or name in PROTECTED_FILES:
                protected.append(entry.path)
            elif entry.is_dir(follow_symlinks=False) and name not in PASSED_OVER:
                below.append(entry.path)
    return _Folder(changed=changed, looked=now, below=tuple(below), protected=tuple(protected))


def _files(path: str) -> Iterator[str]:
    """The files at and below a protected name; of a repository those that decide what git runs."""
    if not _is_folder(path):
        yield path
    elif os.path.basename(path).casefold() == ".git":  # noqa: PTH119
        yield from _of_git(path)
    else:
        yield from _below(path)


def _of_git(path: str) -> Iterator[str]:
    yield from (file for name in _OF_GIT if os.path.lexists(file := f"{path}/{name}"))
    yield from _below(f"{path}/hooks")
    yield from (file for file in _below(f"{path}/modules") if _decides(file))


def _decides(file: str) -> bool:
    return "/hooks/" in file or os.path.basename(file) in _OF_GIT  # noqa: PTH119


def _below(path: str) -> Iterator[str]:
    """The files in a folder and deeper, or a link that stands for it."""
    if os.path.islink(path):  # noqa: PTH114
        yield path
        return
    count = 0
    for folder, folders, files in os.walk(path):
        for name in (*files, *(each for each in folders if os.path.islink(f"{folder}/{each}"))):  # noqa: PTH114
            count += 1
            if count > _MOST_FILES:
                return
            yield f"{folder}/{name}"


def _is_folder(path: str) -> bool:
    return os.path.isdir(path) and not os.path.islink(path)  # noqa: PTH112,PTH114


def _read(path: str, about: os.stat_result) -> Kept:
    if stat.S_ISLNK(about.st_mode):
        return Kept(is_link=True, mode=0, content=os.fsencode(os.readlink(path)))  # noqa: PTH115
    mode = stat.S_IMODE(about.st_mode)
    if not stat.S_ISREG(about.st_mode) or about.st_size > MOST_BYTES:
        return Kept(is_link=False, mode=mode, content=None)
    with open(path, "rb") as file:  # noqa: PTH123
        return Kept(is_link=False, mode=mode, content=file.read(MOST_BYTES))


def _within(path: str, folders: frozenset[str]) -> bool:
    return any(path == each or path.startswith(f"{each}/") for each in folders)


def _harmless(path: str, before: Mapping[str, Kept], now: Mapping[str, Kept]) -> bool:
    """Whether this is what git itself writes: the samples of hooks, and settings that name no program."""
    made = now.get(path)
    if made is None or made.is_link or made.content is None:
        return False
    folder, _, name = path.rpartition("/")
    if folder.endswith("/hooks") and name.endswith(".sample"):
        return path not in before
    if name != "config" or not (folder.endswith("/.git") or "/.git/modules/" in folder):
        return False
    return _names_no_program(made.content.decode("utf-8", "replace"))


def _names_no_program(settings: str) -> bool:
    allowed = frozenset[str]()
    for line in map(str.strip, settings.splitlines()):
        if not line or line[0] in "#;":
            continue
        if section := _SECTION.match(line):
            allowed = frozenset(_HARMLESS.get(section[1].casefold(), ()))
        elif line.endswith("\\") or line.partition("=")[0].strip().casefold() not in allowed:
            return False
    return True
