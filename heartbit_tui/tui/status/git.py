"""Which branch a folder is on, and whether something in it is not committed. Blocks: call it in a thread."""

from pathlib import Path

from heartbit_tui.client import git
from heartbit_tui.kernel.dataclass import dataclass

SECONDS = 2.0
"""How long git may take to tell what has changed; a folder where it takes longer counts as clean."""

_REFERENCE = "ref: refs/heads/"
_BYTES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """`name` is the branch, or the first letters of a commit where none is checked out."""

    name: str
    dirty: bool = False


def read(folder: Path, seconds: float = SECONDS) -> Branch | None:
    """The branch of the repository that `folder` is in, None where it is in none."""
    head = _head(folder)
    if head is None:
        return None
    name = head[len(_REFERENCE) :] if head.startswith(_REFERENCE) else head[:8]
    return Branch(name=name, dirty=_dirty(folder, seconds)) if name else None


def _head(folder: Path) -> str | None:
    for place in (folder, *folder.parents):
        inner = place / ".git"
        try:
            if inner.is_dir():
                return _text(inner / "HEAD")
            if inner.is_file():
                return _text(place / _text(inner).removeprefix("gitdir:").strip() / "HEAD")
        except (OSError, UnicodeDecodeError):
            return None
    return None


def _text(file: Path) -> str:
    with file.open("rb") as opened:
        return opened.read(_BYTES).decode("utf-8").strip()


def _dirty(folder: Path, seconds: float) -> bool:
    return bool(git.ask(folder, "status", "--porcelain", "--ignore-submodules", "-z", seconds=seconds))
