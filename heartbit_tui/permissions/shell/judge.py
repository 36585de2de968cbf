"""Whether a simple command is known to do nothing but read, and what it reads."""

import re
from dataclasses import replace

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.permissions.shell import git
from heartbit_tui.permissions.shell.folders import is_cd
from heartbit_tui.permissions.shell.options import Given, Known, taken
from heartbit_tui.permissions.shell.readers import READERS, VERSIONED
from heartbit_tui.permissions.shell.seen import File, Simple, Word
from heartbit_tui.permissions.shell.special import SPECIAL
from heartbit_tui.permissions.shell.wrappers import SHELLS, inner, trusted_name

SAFE_VARIABLES = re.compile(
    r"LANG|LANGUAGE|LC_[A-Z]+|TZ|NO_COLOR|CI|FORCE_COLOR|CLICOLOR|CLICOLOR_FORCE|NODE_ENV|PYTHONDONTWRITEBYTECODE|"
    r"PYTHONUNBUFFERED|RUST_BACKTRACE|COLUMNS|LINES|TERM|DEBIAN_FRONTEND"
)
"""Variables that change nothing but how things look."""

_JQ_BEYOND = re.compile(r"\b(?:env|ENV|import|include|input_filename|modulemeta|get_search_list|input_line_number)\b")
_DEEP = frozenset({"rg", "find", "tree", "du", "diff", "grep", "egrep", "fgrep"})
_SEARCHING = frozenset({"rg", "diff", "grep", "egrep", "fgrep"})
"""The deep ones that show what is in files; the others show names."""

_UNHIDING = frozenset({"--hidden", "--no-ignore", "-g", "--glob", "--iglob", "-t", "--type"})
_PATTERNED = frozenset({"-e", "--regexp", "--files", "--type-list"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a command reads; `deep` says that it may read more files than it names.

    `searched` are the folders of which it shows what is in their files, those with a dot in front too where it says
    `hidden`.
    """

    files: tuple[File, ...] = ()
    deep: bool = False
    searched: tuple[File, ...] = ()
    hidden: bool = True


def safely_assigned(simple: Simple) -> bool:
    """Whether all variables that are set are known to do no harm."""
    return all(SAFE_VARIABLES.fullmatch(name) for name in simple.assigned)


def reading(simple: Simple) -> Reading | None:
    """What the command reads, when it is known to do nothing else; None when a person has to be asked."""
    if not safely_assigned(simple):
        return None
    words = inner(simple.words)
    if not words:
        return Reading()
    name = trusted_name(words[0])
    if is_cd(words):
        return _files(words[1:], simple)
    if _asks_version(name, words):
        return Reading()
    if name == "git":
        paths = git.reads(words[1:], simple.folders)
        found = None if paths is None else _files(paths, simple, deep=True)
        return _searching(found, simple) if found and Word("--untracked") in words else found
    if name in SHELLS and _runs_script(words):
        return Reading()
    return _read_by(name, words[1:], simple)


def _read_by(name: str, words: tuple[Word, ...], simple: Simple) -> Reading | None:
    if special := SPECIAL.get(name):
        paths = special(words)
        return None if paths is None else _files(paths, simple, deep=name in _DEEP)
    table = READERS.get(name)
    given = taken(words, table) if table else None
    if table is None or given is None or len(given.operands) > table.most:
        return None
    if name == "jq" and _reaches_beyond(given):
        return None
    deep = name in _DEEP and (not table.deep or not table.deep.isdisjoint(given.options))
    found = _files(_paths(given, table), simple, deep=deep)
    hidden = name != "rg" or not _UNHIDING.isdisjoint(given.options)
    return _searching(found, simple, hidden=hidden) if deep and name in _SEARCHING else found


def _paths(given: Given, table: Known) -> tuple[Word, ...]:
    if not table.paths:
        return ()
    skip = 0 if not _PATTERNED.isdisjoint(given.options) else table.skip
    return tuple(word for word in given.operands[skip:] if word.text != "-")


def _files(words: tuple[Word, ...], simple: Simple, *, deep: bool = False) -> Reading:
    files = tuple(File(word.text, word.wild, word.home, simple.folders) for word in words)
    return Reading(files=files, deep=deep)


def _searching(found: Reading, simple: Simple, *, hidden: bool = True) -> Reading:
    """The same of a command that searches the folders which it names, or the one in which it runs."""
    return replace(found, searched=found.files or (File(".", folders=simple.folders),), hidden=hidden)


def _runs_script(words: tuple[Word, ...]) -> bool:
    """Whether this is a shell with `-c` and one text, which was looked at on its own."""
    return len(words) == 3 and words[1] == Word("-c") and words[2].plain and trusted_name(words[0]) in ("sh", "bash")


def _asks_version(name: str, words: tuple[Word, ...]) -> bool:
    if len(words) != 2 or name not in VERSIONED or not words[1].plain:
        return False
    return words[1].text == "--version" or (
        name in ("go", "java", "node", "npm", "python", "python3") and _short_version(name, words)
    )


def _short_version(name: str, words: tuple[Word, ...]) -> bool:
    wanted = {"go": "version", "java": "-version", "node": "-v", "npm": "-v", "python": "-V", "python3": "-V"}[name]
    return words[1].text == wanted


def _reaches_beyond(given: Given) -> bool:
    return not given.operands or given.operands[0].wild or bool(_JQ_BEYOND.search(given.operands[0].text))
