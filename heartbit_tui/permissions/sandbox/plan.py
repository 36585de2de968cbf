"""What of the file system a sandbox may change, may read and does not see."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from heartbit_tui.permissions.paths import PROTECTED_FILES, PROTECTED_FOLDERS, SECRET_FOLDERS, Workspace
from heartbit_tui.permissions.sandbox.types import Access, Grounds, Place, Plan, Seen

OWN = ("/tmp", "/run", "/var/tmp")
"""Folders of which each sandbox has its own: sockets in them lead to programs that are not in the sandbox."""

DECIDING = (".git/hooks", ".git/config", ".git/config.worktree", ".git/modules", ".git/commondir")
"""What of a repository decides what git runs outside; all else of it changes with each commit."""

SECRETS = (
    *sorted(SECRET_FOLDERS),
    ".config/gcloud",
    ".config/gh",
    ".docker/config.json",
    ".docker/desktop",
    ".docker/run",
    ".colima",
    ".git-credentials",
    ".netrc",
    ".npmrc",
    ".pypirc",
)
"""What of a home folder holds keys, or leads to a service that runs programs for whoever asks."""

RESOLVER = "/etc/resolv.conf"
_LOCKED = tuple(sorted(name for name in PROTECTED_FOLDERS | PROTECTED_FILES if name != ".git"))
_STRENGTH: Mapping[Access, int] = MappingProxyType({"writable": 0, "readable": 1, "hidden": 2})

Look = Callable[[str], Seen | None]
"""What stands at a path, links followed; None where nothing does."""


def grounds(workspace: Workspace, environment: Mapping[str, str], *, writable: Iterable[str], network: bool) -> Grounds:
    """The grounds for the commands of a session in this workspace."""
    path = environment.get("PATH", "").split(os.pathsep)
    needed = (workspace.home, *path, *((RESOLVER,) if network else ()))
    return Grounds(
        roots=(*workspace.roots, *(os.path.join(workspace.home, os.path.expanduser(each)) for each in writable)),  # noqa: PTH111,PTH118
        guarded=workspace.guarded,
        hidden=tuple(f"{workspace.home}/{name}" for name in SECRETS),
        needed=tuple(each for each in needed if each.startswith("/")),
        network=network,
    )


def plan(grounds: Grounds, look: Look) -> Plan:
    """The sandbox for one command, from what exists now; what lies deeper counts more, then what is stricter."""
    chosen: dict[str, Place] = {}
    for place in _places(grounds, look):
        known = chosen.get(place.path)
        if known is None or _STRENGTH[known.access] < _STRENGTH[place.access]:
            chosen[place.path] = place
    ordered = sorted(chosen.values(), key=lambda place: (place.path.count("/") if place.path != "/" else 0, place.path))
    return Plan(places=tuple(ordered), temporary=grounds.temporary, network=grounds.network)


def seen(path: str) -> Seen | None:
    """What stands at a path of this machine."""
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return Seen(is_folder=Path(path).is_dir(), identity=(found.st_dev, found.st_ino))


def _places(grounds: Grounds, look: Look) -> Iterator[Place]:
    roots = tuple(dict.fromkeys(os.path.realpath(root) for root in grounds.roots))
    for path in grounds.needed:
        if os.path.realpath(path) not in roots:
            yield from _shown(os.path.normpath(path), look)
    for root in roots:
        yield from _place(root, "writable", look)
        yield from _repository(root, look)
        for name in _LOCKED:
            yield from _place(f"{root}/{name}", "readable", look)
    for path in grounds.guarded:
        yield from _place(path, "readable", look)
    for path in grounds.hidden:
        yield from _place(path, "hidden", look)


def _shown(path: str, look: Look) -> Iterator[Place]:
    """A path that has to stay where it is though it lies in a folder that the sandbox has its own of."""
    found = look(path)
    real = os.path.realpath(path)
    for shown in dict.fromkeys((path, real)):
        if found and any(shown.startswith(f"{own}/") for own in OWN):
            yield Place(path=shown, source=real, access="readable", seen=found)


def _place(path: str, access: Access, look: Look) -> Iterator[Place]:
    if found := look(path):
        real = os.path.realpath(path)
        yield Place(path=real, source=real, access=access, seen=found)


def _repository(root: str, look: Look) -> Iterator[Place]:
    """The repository in a root, which may be kept elsewhere where the root is one of several worktrees.

    A folder that stands for itself cannot be renamed, so that no other can take its place.
    """
    git = f"{root}/.git"
    found = look(git)
    if found is None or os.path.realpath(git) != git:
        return
    if found.is_folder:
        yield from _kept(git, look)
        return
    yield from _place(git, "readable", look)
    worktree = _said(git).removeprefix("gitdir: ")
    if worktree.startswith("/") and _said(f"{worktree}/gitdir") == git:  # both know each other, so neither was made up
        yield from _kept(os.path.normpath(f"{worktree}/{_said(f'{worktree}/commondir') or '.'}"), look)


def _kept(git: str, look: Look) -> Iterator[Place]:
    yield from _place(git, "writable", look)
    for name in DECIDING:
        yield from _place(f"{git}/{name.removeprefix('.git/')}", "readable", look)


def _said(path: str) -> str:
    """The one line that a small file holds."""
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
