"""Which paths .gitignore files leave out, folder by folder."""

import os
from dataclasses import dataclass
from pathlib import Path

from pathspec import GitIgnoreSpec

from heartbit_tui.tools.arguments import Unable
from heartbit_tui.tools.textfile import open_regular

IGNORE_FILE = ".gitignore"
_LARGEST = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules of one ignore file and those above it; `folder` ends with a slash."""

    folder: str
    spec: GitIgnoreSpec
    above: "Rules | None" = None

    def ignores(self, path: str, *, is_folder: bool) -> bool:
        """Whether an absolute path below the folder is left out; the nearest rule decides."""
        rules: Rules | None = self
        while rules is not None:
            verdict = rules.spec.check_file(path[len(rules.folder) :] + ("/" if is_folder else "")).include
            if verdict is not None:
                return verdict
            rules = rules.above
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The rules that hold in `base`, and with which arguments ripgrep takes the same ones.

    `parents` says whether rules from above `base` count; `foreign` whether there are rules further above that
    do not count, but that ripgrep would take.
    """

    base: Path
    rules: Rules | None
    parents: bool
    foreign: bool


def scope_of(base: Path, root: Path) -> Scope:
    """The rules from the repository that `base` is in, or else from `root` where `base` is below that.

    A base that is itself left out was asked for by name, so then only the rules inside it count.
    """
    repository = next((folder for folder in (base, *base.parents) if is_repository(folder)), None)
    top = repository or (root if base.is_relative_to(root) else base)
    rules = below(None, top)
    folder = top
    for part in base.relative_to(top).parts:
        folder = folder / part
        if rules is not None and rules.ignores(str(folder), is_folder=True):
            return Scope(base=base, rules=below(None, base), parents=False, foreign=False)
        rules = below(rules, folder)
    parents = base != top
    foreign = parents and repository is None and any((above / IGNORE_FILE).exists() for above in top.parents)
    return Scope(base=base, rules=rules, parents=parents, foreign=foreign)


def below(above: Rules | None, folder: Path) -> Rules | None:
    """The rules in a folder, given those of the folder that it is in; a repository of its own starts anew."""
    inherited = _rules(folder, folder / ".git" / "info" / "exclude", None) if is_repository(folder) else above
    return _rules(folder, folder / IGNORE_FILE, inherited)


def is_repository(folder: Path) -> bool:
    """Whether the folder has a `.git`, be it a folder or a file."""
    return (folder / ".git").exists()


def _rules(folder: Path, file: Path, above: Rules | None) -> Rules | None:
    spec = parse_rules(_content(file))
    return above if spec is None else Rules(folder=f"{str(folder).rstrip('/')}/", spec=spec, above=above)


def parse_rules(content: str) -> GitIgnoreSpec | None:
    """The rules in an ignore file, None for no rules; lines that are no pattern count for nothing."""
    lines = [line for line in content.removeprefix("\ufeff").split("\n") if line.strip() and not line.startswith("#")]
    usable = [line for line in lines if _compiles(line)]
    return GitIgnoreSpec.from_lines(usable) if usable else None


def _compiles(line: str) -> bool:
    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True


def _content(file: Path) -> str:
    try:
        descriptor = open_regular(file)
    except (OSError, Unable):
        return ""
    with os.fdopen(descriptor, "rb") as opened:
        return opened.read(_LARGEST).decode("utf-8", "surrogateescape").replace("\r\n", "\n")
