"""Where a path really leads, and whether that is inside the workspace, protected or secret."""

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from urllib.parse import unquote

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.permissions import glob

PROTECTED_FOLDERS = frozenset(
    {".git", ".heartbit", ".claude", ".agents", ".vscode", ".idea", ".husky", ".ssh", ".gnupg", ".direnv"}
)
"""Folders whose files decide what runs or what is allowed; at any depth, existing or not."""

PROTECTED_FILES = frozenset(
    {
        "heartbit.toml",
        ".mcp.json",
        "heartbeat.md",
        "heartbit.md",
        ".bashrc",
        ".bash_profile",
        ".bash_login",
        ".bash_logout",
        ".bash_aliases",
        ".profile",
        ".zshrc",
        ".zshenv",
        ".zprofile",
        ".zlogin",
        ".zlogout",
        "config.fish",
        ".envrc",
        ".gitconfig",
        ".gitmodules",
        ".netrc",
        ".npmrc",
        ".pypirc",
        ".pre-commit-config.yaml",
    }
)
SECRET_NAMES = (
    ".env",
    ".env.*",
    "*.env",
    "id_rsa*",
    "id_dsa*",
    "id_ecdsa*",
    "id_ed25519*",
    "*.pem",
    "*.key",
    "*.p12",
    "*.pfx",
    "*.jks",
    "*.keystore",
    "*.kdbx",
    "*.ppk",
    ".netrc",
    ".npmrc",
    ".pypirc",
    ".pgpass",
    ".git-credentials",
    ".htpasswd",
    "credentials",
    "credentials.json",
    "credentials.toml",
    "service-account*.json",
    "secrets.toml",
    "secrets.yaml",
    "secrets.yml",
    "secrets.json",
)
NOT_SECRET = (".env.example", ".env.sample", ".env.template", ".env.dist", "*.pub")
SECRET_FOLDERS = frozenset({".ssh", ".aws", ".gnupg", ".kube", ".azure", ".password-store"})
_TRIES = 32
PROCESS_FILES = frozenset({"environ", "mem", "cmdline", "auxv", "maps"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One path in the two forms that rules look at: as it was given, and as links resolve."""

    given: str
    real: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """The folders in which the agent works; build it with `workspace()`.

    `roots` are absolute, each as given and resolved. `guarded` are further folders that are protected as
    `.git` is, such as heartbit's own settings.
    """

    roots: tuple[str, ...]
    home: str
    guarded: tuple[str, ...] = ()

    @property
    def project(self) -> str:
        """The real path of the first root."""
        return followed(self.roots[0]) if self.roots else ""

    def is_inside(self, path: str, real: str = "") -> bool:
        """Whether the path, in every way in which somebody might read it, leads into a root.

        `real` is where it leads, here as in the other methods; it is looked up where it is empty. The roots are where
        they were when the workspace was built, whatever became of their names.
        """
        if not _within(real or followed(path), self.roots):
            return False
        others = (form for form in self.readings(path) if form != path)
        return all(_within(followed(form), self.roots) for form in others)

    def readings(self, path: str) -> Iterator[str]:
        """The path as it is, percent-decoded, with backslashes as separators, and with `~` as the home folder.

        Where decoding makes a NUL, the path ends, as it would for a program that decodes it.
        """
        decoded = (form.partition("\0")[0] for form in (unquote(path), unquote(unquote(path))))
        forms = dict.fromkeys((path, *decoded))
        forms.update(dict.fromkeys(form.replace("\\", "/") for form in tuple(forms)))
        for form in forms:
            yield form
            _, tilde, rest = form.partition("/~/")
            if tilde:
                yield f"{self.home}/{rest}"

    def protected(self, path: str, real: str = "") -> str:
        """The protected name that writing to this path would change, or empty."""
        place = self.place(path, real)
        for form in (place.given, place.real):
            if _within(form, self.guarded):
                return form
            for part in PurePosixPath(self.below(form)).parts:
                if part.casefold() in PROTECTED_FOLDERS or part.casefold() in PROTECTED_FILES:
                    return part
        return ""

    def secret(self, path: str, real: str = "") -> str:
        """The name because of which this file may hold a secret, or empty."""
        place = self.place(path, real)
        return next((name for form in (place.given, place.real) if (name := _secret_name(form))), "")

    def place(self, path: str, real: str = "") -> Place:
        """Both forms of a path."""
        return Place(given=os.path.normpath(path), real=real or followed(path))

    def relative(self, path: str) -> str:
        """The path below the first root that holds it, below the home folder as `~/…`, or as it is."""
        below = self.below(path)
        if below != path:
            return below
        return f"~{path[len(self.home) :]}" if path.startswith(f"{self.home}/") else path

    def below(self, path: str) -> str:
        """What follows the root (`.` for a root itself), or the path as it is when no root holds it."""
        for root in self.roots:
            if path == root:
                return "."
            if path.startswith(f"{root.rstrip('/')}/"):
                return path[len(root.rstrip("/")) + 1 :]
        return path


def workspace(roots: Iterable[str], *, home: str, guarded: Iterable[str] = ()) -> Workspace:
    """The workspace of these folders; each is kept as given and as links resolve."""
    return Workspace(roots=_both(roots), home=os.path.normpath(home), guarded=_both(guarded))


def followed(path: str) -> str:
    """Where a path leads, links resolved; links to what is not there count too.

    A link that changes while it is read is read again. After some tries the path itself is the answer, which is safe
    for what is opened without following a link.
    """
    for _ in range(_TRIES):
        with contextlib.suppress(OSError):
            return os.path.realpath(path)
    return path


def is_readable_text(path: str) -> bool:
    """Whether the path can be handed to the system at all."""
    return "\0" not in path


def _both(folders: Iterable[str]) -> tuple[str, ...]:
    forms = ((os.path.normpath(folder), followed(folder)) for folder in folders)
    return tuple(dict.fromkeys(form for pair in forms for form in pair))


def _within(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(f"{folder.rstrip('/')}/") for folder in folders)


def _secret_name(path: str) -> str:
    parts = PurePosixPath(path).parts
    last = PurePosixPath(path).name
    name = last.casefold()
    for part in parts:
        if part.casefold() in SECRET_FOLDERS:
            return part
    if len(parts) > 1 and parts[1] == "proc" and name in PROCESS_FILES:
        return path
    if any(glob.matches(pattern, name) for pattern in NOT_SECRET):
        return ""
    return last if any(glob.matches(pattern, name) for pattern in SECRET_NAMES) else ""
