"""Command lines that pass: those whose every command only reads, or is allowed by the first words of a rule."""

import itertools
import posixpath
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.kernel.protocols import Action, Touch
from heartbit_tui.permissions import matching, repository, shell
from heartbit_tui.permissions.paths import Workspace
from heartbit_tui.permissions.rules import Rule
from heartbit_tui.permissions.secrets import meets_secret

HARMLESS = "harmless commands"
_MOST_FILES = 2_000
_MOST_WILD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Use:
    """What a command line does with files, and the rules without which it would not pass."""

    reads: tuple[shell.File, ...]
    writes: tuple[shell.File, ...]
    deep: bool
    rules: tuple[Rule, ...]
    searches: tuple[shell.Reading, ...] = ()


def only_reads(action: Action, mode: Mode, rules: Sequence[Rule], workspace: Workspace) -> bool:
    """Whether a line may pass without any rule: it reads inside the workspace, and nothing that may be secret.

    In the mode in which edits pass, it may also write there. Rules that deny or ask about reading or changing a
    file that it names keep it from passing.
    """
    return action.call.name == "bash" and _passes(action, (), mode, rules, workspace) is not None


def covers(
    allows: Sequence[Rule], action: Action, mode: Mode, rules: Sequence[Rule], workspace: Workspace
) -> Rule | None:
    """The first of the `:*` rules that together let a line pass, its known harmless commands aside."""
    about = tuple(rule for rule in allows if rule.is_about(action.call.name) and not rule.exact)
    prefixed = tuple(rule for rule in about if shell.prefix_of(rule.pattern))
    use = _passes(action, prefixed, mode, rules, workspace) if prefixed else None
    return use.rules[0] if use and use.rules else None


def _passes(
    action: Action, prefixed: tuple[Rule, ...], mode: Mode, rules: Sequence[Rule], workspace: Workspace
) -> _Use | None:
    found = matching.touches(action)
    if len(found) != 1 or found[0].kind != "command" or "\0" in found[0].what:
        return None
    touch = found[0]
    seen = shell.look(touch.what)
    if seen.unclear or not seen.commands or (seen.writes and mode is not Mode.ACCEPT_EDITS):
        return None
    git = any(_is_git(simple) for simple in seen.commands)
    use = _use(seen, prefixed, strange=git and repository.runs_programs(_start(touch, workspace)))
    if use is None or (touch.folder and git):
        return None
    strict = tuple(rule for rule in rules if rule.action != "allow")
    return use if _may_use(use, touch, strict, workspace) else None


def _use(seen: shell.Seen, prefixed: tuple[Rule, ...], *, strange: bool) -> _Use | None:
    """What all commands read and write, when each is known to be harmless or allowed by a rule.

    In a `strange` repository git is not harmless: it runs what that names.
    """
    reads, deep, needed, searches = list(seen.reads), False, list[Rule](), list[shell.Reading]()
    for simple in seen.commands:
        reading = None if strange and _is_git(simple) else shell.reading(simple)
        if reading:
            reads.extend(reading.files)
            deep = deep or reading.deep
            searches += [reading] if reading.searched else []
            continue
        rule = next((rule for rule in prefixed if shell.fits(shell.prefix_of(rule.pattern), simple)), None)
        if rule is None:
            return None
        needed.append(rule)
        reads.extend(shell.named_by(simple))
    return _Use(reads=tuple(reads), writes=seen.writes, deep=deep, rules=tuple(needed), searches=tuple(searches))


def _is_git(simple: shell.Simple) -> bool:
    """Whether git runs, whose settings are those of the folder in which the line starts."""
    return any(words[0].text.endswith("git") for words in shell.readings(simple.words))


def _start(touch: Touch, workspace: Workspace) -> str:
    return touch.folder or (workspace.roots[0] if workspace.roots else "")


def _may_use(use: _Use, touch: Touch, strict: tuple[Rule, ...], workspace: Workspace) -> bool:
    about_reading = tuple(rule for rule in strict if rule.is_about("read") or rule.is_about("grep"))
    if use.deep and any(not rule.is_about("bash") for rule in about_reading):
        return False
    about_writing = tuple(rule for rule in strict if rule.is_about("write") or rule.is_about("edit"))
    if any(_meets_secret(search, touch, workspace) for search in use.searches):
        return False
    checks = ((use.reads, about_reading, False), (use.writes, about_writing, True))
    return all(
        _is_open(path, about, workspace, written=written)
        for files_used, about, written in checks
        for file in files_used
        for path in _paths(file, touch, workspace)
    )


def obstacle(
    files: Iterable[shell.File], touch: Touch, rules: Sequence[Rule], workspace: Workspace, *, written: bool
) -> str:
    """Why one of these files may not be used unasked, or empty."""
    families = ("write", "edit") if written else ("read", "grep")
    strict = (rule for rule in rules if rule.action != "allow")
    about = tuple(rule for rule in strict if any(rule.is_about(name) for name in families))
    for file in files:
        for path in _paths(file, touch, workspace):
            if not _is_open(path, about, workspace, written=written):
                return _closed(path, file, workspace, written=written)
    return ""


def _closed(path: str, file: shell.File, workspace: Workspace, *, written: bool) -> str:
    if not path:
        return f"it cannot be known where {file.path} leads"
    if not workspace.is_inside(path):
        return f"{file.path} lies outside the workspace"
    if name := workspace.secret(path):
        return f"{name} may hold a secret"
    if name := workspace.protected(path) if written else "":
        return f"{name} decides what runs or what is allowed"
    return f"a rule keeps {file.path} from being {'written' if written else 'read'}"


def _meets_secret(search: shell.Reading, touch: Touch, workspace: Workspace) -> bool:
    paths = (path for file in search.searched for path in _paths(file, touch, workspace) if path)
    return any(meets_secret(path, workspace, hidden=search.hidden) for path in paths)


def _is_open(path: str, about: tuple[Rule, ...], workspace: Workspace, *, written: bool) -> bool:
    """Whether this path may be used unasked; an empty one stands for what could not be found out."""
    if not path or not workspace.is_inside(path) or workspace.secret(path):
        return False
    if written and workspace.protected(path):
        return False
    return not any(matching.hits_path(rule, path, workspace) for rule in about if not rule.is_about("bash"))


def _paths(file: shell.File, touch: Touch, workspace: Workspace) -> Iterator[str]:
    """Every absolute path that the file may be; one is empty where that is not known."""
    start, path = _start(touch, workspace), file.path
    if file.home:
        if path != "~" and not path.startswith("~/"):
            yield ""
            return
        path = workspace.home + path[1:]
    if "\0" in path or not start:
        yield ""
        return
    for folder in file.folders:
        whole = posixpath.join(start, folder, path)
        yield whole
        if file.wild:
            yield from _expanded(whole)


def _expanded(pattern: str) -> Iterator[str]:
    """The files that a glob stands for now; an empty one where they are too many, or one looks like an option."""
    parts = PurePosixPath(pattern).parts
    wild = sum("*" in part or "?" in part for part in parts)
    if "[" in pattern or "**" in pattern or wild > _MOST_WILD or not pattern.startswith("/"):
        yield ""
        return
    found = tuple(itertools.islice(Path("/").glob("/".join(parts[1:])), _MOST_FILES))
    yield "" if len(found) == _MOST_FILES else pattern
    for path in found:
        if not _is_hidden(path, parts):
            yield "" if path.name.startswith("-") else str(path)


def _is_hidden(path: Path, parts: tuple[str, ...]) -> bool:
    """Whether the shell leaves this one out, since a star stands for no dot at the beginning of a name."""
    pairs = zip(path.parts, parts, strict=False)
    return any(name.startswith(".") and not part.startswith(".") for name, part in pairs)
