"""Which paths .gitignore files leave out, folder by folder."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tools.arguments import Unable
from heartbit_tui.tools.globs import Row, compile_part, compile_row, row_fits
from heartbit_tui.tools.textfile import open_regular

IGNORE_FILE = ".gitignore"
_LARGEST = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One line of an ignore file: a pattern of the name alone, or of the path from the file's folder."""

    name: re.Pattern[str] | None
    row: Row
    brings_back: bool
    folders_only: bool

    def fits(self, parts: Sequence[str], *, is_folder: bool) -> bool:
        """Whether the rule is about this path, itself and not a folder above it."""
        if self.folders_only and not is_folder:
            return False
        return row_fits(self.row, parts) if self.name is None else self.name.fullmatch(parts[-1]) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules of one ignore file, the last first, and those above it; `folder` ends with a slash."""

    folder: str
    rules: tuple[Rule, ...]
    above: "Rules | None" = None

    def ignores(self, path: str, *, is_folder: bool) -> bool:
        """Whether an absolute path below the folder is left out; the nearest file and its last rule decide."""
        level: Rules | None = self
        while level is not None:
            parts = path[len(level.folder) :].split("/")
            for rule in level.rules:
                if rule.fits(parts, is_folder=is_folder):
                    return not rule.brings_back
            level = level.above
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The rules that hold in `base`, a folder or one file, and with which arguments ripgrep takes the same ones.

    `parents` says whether rules from above `base` count; `foreign` whether there are rules further above that
    do not count, but that ripgrep would take.
    """

    base: Path
    rules: Rules | None
    parents: bool
    foreign: bool
    is_folder: bool = True


def scope_of(base: Path, root: Path) -> Scope:
    """The rules from the repository that `base` is in, or else from `root` where `base` is below that.

    Both are paths whose links were resolved.
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
    rules = parse_rules(_content(file))
    return Rules(folder=f"{str(folder).rstrip('/')}/", rules=rules, above=above) if rules else above


def parse_rules(content: str) -> tuple[Rule, ...]:
    """The rules in an ignore file, the last first; lines that no path can fit count for nothing.

    The format is gitignore(5). Patterns are our own, because those of a library can take minutes for a name.
    """
    found = (_rule(line) for line in content.removeprefix("\ufeff").split("\n") if not line.startswith("#"))
    return tuple(rule for rule in found if rule is not None)[::-1]


def _rule(line: str) -> Rule | None:
    pattern = _trimmed(line)
    brings_back = pattern.startswith("!")
    pattern = pattern[brings_back:]
    folders_only = pattern.endswith("/")
    pattern = pattern.removesuffix("/")
    anchored = "/" in pattern
    pattern = pattern.removeprefix("/")
    if "" in pattern.split("/"):
        return None
    return Rule(
        name=None if anchored else compile_part(pattern),
        row=compile_row(pattern) if anchored else (),
        brings_back=brings_back,
        folders_only=folders_only,
    )


def _trimmed(line: str) -> str:
    """The line without the spaces at its end that no backslash protects."""
    bare = line.rstrip(" ")
    slashes = len(bare) - len(bare.rstrip("\\"))
    return line[: len(bare) + 1] if slashes % 2 and len(bare) < len(line) else bare


def _content(file: Path) -> str:
    """The text of an ignore file whose folder was resolved; one that is a link itself counts for nothing, as in git."""
    try:
        descriptor = open_regular(file, str(file))
    except (OSError, Unable):
        return ""
    with os.fdopen(descriptor, "rb") as opened:
        return opened.read(_LARGEST).decode("utf-8", "surrogateescape").replace("\r\n", "\n")
