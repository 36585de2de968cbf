"""Random trees of files, and random things done to them."""

import os
import random
import stat
from collections.abc import Callable
from pathlib import Path

Tree = dict[str, tuple[str, int, bytes]]
MODES = (0o644, 0o600, 0o755, 0o444, 0o640)
NAMES = ("a", "b", "c.py", "ä ö", "new\nline", "-rf", "\udcff\udcfe", "D", "d", ".hidden")


def seen(root: Path) -> Tree:
    """Every path below a root: what it is, its mode, what it holds."""
    found: Tree = {}
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            path = f"{folder}/{name}"
            status = os.lstat(path)
            mode = stat.S_IMODE(status.st_mode)
            inside = os.path.relpath(path, root)
            if stat.S_ISLNK(status.st_mode):
                found[inside] = ("link", 0, os.fsencode(Path(path).readlink()))
            elif stat.S_ISDIR(status.st_mode):
                found[inside] = ("folder", mode, b"")
            elif stat.S_ISFIFO(status.st_mode):
                found[inside] = ("pipe", mode, b"")
            else:
                found[inside] = ("file", mode, Path(path).read_bytes())
    return found


class Vandal:
    """Does random things to a tree, all by the numbers of one generator."""

    def __init__(self, root: Path, numbers: random.Random) -> None:
        self._root = root
        self._numbers = numbers
        self._acts: tuple[Callable[[], None], ...] = (
            self._write,
            self._write,
            self._write,
            self._folder,
            self._link,
            self._move,
            self._move,
            self._remove,
            self._remove,
            self._mode,
            self._pipe,
        )

    def act(self, times: int) -> None:
        """Do some things; what the file system refuses is left."""
        for _ in range(times):
            try:
                self._numbers.choice(self._acts)()
            except OSError:
                continue

    def _any(self) -> Path:
        paths = [self._root / each for each in sorted(seen(self._root))]
        return self._numbers.choice(paths) if paths else self._root / "a"

    def _free(self) -> Path:
        folders = [
            self._root,
            *(self._root / p for p, (kind, _, _) in sorted(seen(self._root).items()) if kind == "folder"),
        ]
        return self._numbers.choice(folders) / self._numbers.choice(NAMES)

    def _write(self) -> None:
        path = self._numbers.choice((self._any, self._free))()
        if path.is_symlink() or not (path.is_file() or not path.exists()):
            return
        path.write_bytes(self._numbers.randbytes(self._numbers.choice((0, 1, 40, 3_000))))
        path.chmod(self._numbers.choice(MODES))

    def _folder(self) -> None:
        self._free().mkdir(mode=self._numbers.choice((0o755, 0o700)))

    def _link(self) -> None:
        self._free().symlink_to(self._numbers.choice(("a", "../b", "/nowhere", "\udcff")))

    def _move(self) -> None:
        self._any().rename(self._free())

    def _remove(self) -> None:
        path = self._any()
        if path.is_dir() and not path.is_symlink():
            _emptied(path)
        else:
            path.unlink()

    def _mode(self) -> None:
        path = self._any()
        if not path.is_symlink():
            path.chmod(self._numbers.choice((*MODES, 0o555 if path.is_dir() else 0o500)))

    def _pipe(self) -> None:
        os.mkfifo(self._free())


def _emptied(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            _emptied(path)
        else:
            path.unlink()
    folder.rmdir()
