"""Whether git, asked only to read, would run something that the repository itself names."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

MOST_BYTES = 64 * 1024 * 1024
"""The largest index that is looked at."""

_SECTION = re.compile(r'\[\s*([\w.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\]')
_ENTRY = re.compile(r"([A-Za-z][\w-]*)\s*(?:=\s*(.*))?")
_GITLINK = b"\x00\x00\xe0\x00"
"""The mode of a submodule in an index: git would look into it, by that one's own settings."""

_HOOK = "post-index-change"
"""The one hook that reading may call, when it writes an index with fresher times."""

_SWITCH = frozenset({"", "true", "false", "yes", "no", "on", "off", "1", "0"})
_LFS = frozenset({"git-lfs clean -- %f", "git-lfs smudge -- %f", "git-lfs filter-process", "true"})
_FREE = (
    "user author committer branch color init gc fetch rerere http credential lfs commit tag status advice push pull "
    "rebase gui feature pack maintenance column i18n index checkout clone stash blame log format merge alias"
)
"""Sections of which no setting runs anything when git reads."""

_CORE = (
    "repositoryformatversion filemode bare logallrefupdates ignorecase precomposeunicode symlinks autocrlf eol safecrlf "
    "quotepath untrackedcache abbrev preloadindex trustctime checkstat fscache longpaths commitgraph multipackindex "
    "compression bigfilethreshold protecthfs protectntfs whitespace"
)
_REMOTE = "url fetch push pushurl tagopt prune prunetags mirror gh-resolved followremotehead"
_DIFF = (
    "algorithm renames renamelimit colormoved colormovedws mnemonicprefix noprefix context interhunkcontext submodule "
    "ignoresubmodules wserrorhighlight indentheuristic relative xfuncname funcname wordregex binary cachetextconv"
)
_KEYS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "core": frozenset(_CORE.split()),
        "remote": frozenset(_REMOTE.split()),
        "submodule": frozenset({"url", "active", "branch", "ignore", "shallow"}),
        "extensions": frozenset({"objectformat", "refstorage", "worktreeconfig", "relativeworktrees"}),
        "diff": frozenset(_DIFF.split()),
    }
)
"""Such settings of the other sections."""


def runs_programs(folder: str) -> bool:
    """Whether a reading git in this folder may run what the repository names; where nobody can tell, yes.

    Reads the repository's own settings; those of the person and of the system are the person's.
    """
    try:
        git = _repository(Path(folder))
        if git is None:
            return False
        common = _common(git)
        configs = (common / "config", git / "config.worktree")
        return any(_names_programs(each, git) for each in configs) or _has_hook(common) or _has_submodules(git)
    except (OSError, ValueError):
        return True


def _repository(folder: Path) -> Path | None:
    """The folder of the repository that git would find. Raises `ValueError` for one without a work tree."""
    for candidate in (folder, *folder.parents):
        if (candidate / "HEAD").exists() and (candidate / "objects").is_dir() and (candidate / "refs").is_dir():
            raise ValueError(str(candidate))
        found = candidate / ".git"
        if found.is_dir():
            return found
        if found.exists():
            told = found.read_text("utf-8").strip()
            return candidate / told.removeprefix("gitdir: ")
    return None


def _common(git: Path) -> Path:
    """What several work trees of one repository share."""
    told = git / "commondir"
    return git / told.read_text("utf-8").strip() if told.exists() else git


def _has_hook(common: Path) -> bool:
    return (common / "hooks" / _HOOK).exists()


def _has_submodules(git: Path) -> bool:
    index = git / "index"
    if not index.exists():
        return False
    return index.stat().st_size > MOST_BYTES or _GITLINK in index.read_bytes()


def _names_programs(config: Path, git: Path) -> bool:
    return config.exists() and not all(_is_known(*entry, git) for entry in _entries(config.read_text("utf-8")))


def _is_known(section: str, key: str, value: str, git: Path) -> bool:
    """Whether this setting is known to run nothing when git reads."""
    name = section.partition(".")[0]
    if name in _FREE.split() or key in _KEYS.get(name, ()):
        return True
    if (section, key) == ("core", "hookspath"):
        return not (git.parent / Path(value).expanduser() / _HOOK).exists()
    if (section, key) == ("core", "fsmonitor") or name == "pager":
        return value.casefold() in _SWITCH
    return section == "filter.lfs" and value in _LFS


def _entries(text: str) -> Iterator[tuple[str, str, str]]:
    """Section, key and value of each setting of a file of git's. Raises `ValueError` for what git may read otherwise."""
    section = ""
    for raw in text.replace("\\\n", "").splitlines():
        line = raw.strip()
        if line.startswith("["):
            found = _SECTION.match(line)
            if found is None:
                raise ValueError(line)
            section = found[1].casefold() + (f".{found[2]}" if found[2] is not None else "")
            line = line[found.end() :].strip()
        if not line or line[0] in "#;":
            continue
        entry = _ENTRY.fullmatch(line)
        if entry is None or not section:
            raise ValueError(line)
        yield section, entry[1].casefold(), (entry[2] or "").strip().strip('"')
