"""What of git only reads."""

from collections.abc import Mapping
from types import MappingProxyType

from heartbit_tui.permissions.shell.options import Known, known, taken
from heartbit_tui.permissions.shell.seen import HERE, Word

GLOBAL = frozenset({"--no-pager", "-P", "--no-optional-locks", "--literal-pathspecs"})
_LOG = (
    "oneline graph decorate no-decorate all branches tags remotes no-merges merges first-parent reverse follow "
    "abbrev-commit no-abbrev-commit stat numstat shortstat dirstat name-only name-status patch no-patch raw summary "
    "cached staged color no-color word-diff exit-code quiet check minimal patience histogram ignore-all-space "
    "ignore-space-change ignore-blank-lines ignore-space-at-eol find-renames find-copies no-renames no-ext-diff "
    "no-textconv merge-base cc left-right cherry-pick topo-order date-order full-history relative-date pickaxe-regex "
    "pickaxe-all all-match invert-grep regexp-ignore-case extended-regexp fixed-strings root no-prefix full-index "
    "compact-summary simplify-merges boundary source abbrev unified format pretty function-context parents children "
    "walk-reflogs no-color-moved color-moved binary relative no-notes notes no-walk count left-only right-only"
)
_LOG_VALUED = (
    "date since until after before author committer grep max-count skip min-parents max-parents diff-filter "
    "format pretty unified abbrev color word-diff-regex inter-hunk-context stat ignore-submodules submodule "
    "diff-algorithm encoding decorate-refs exclude glob"
)
_COMMITS = known("psuqiEFMCwbBDzgmctRWar", "nUSGL", _LOG, _LOG_VALUED, counts=True)
_LISTING = frozenset({"--list", "-l", "--contains", "--no-contains", "--merged", "--no-merged", "--points-at", "-n"})
_REFS = "sort format column contains no-contains merged no-merged points-at color"

READS: Mapping[str, Known] = MappingProxyType(
    {
        "status": known(
            "sbuvz",
            long="short branch porcelain long show-stash ignored untracked-files verbose no-renames ahead-behind "
            "no-ahead-behind renames find-renames column no-column",
        ),
        "log": _COMMITS,
        "show": _COMMITS,
        "diff": _COMMITS,
        "whatchanged": _COMMITS,
        "diff-tree": _COMMITS,
        "rev-list": _COMMITS,
        "shortlog": known("snec", "w", "summary numbered email committer all no-merges", "since until group format"),
        "branch": known("arvl", "", "all remotes list show-current verbose no-color no-column ignore-case", _REFS),
        "tag": known("ln", "", "list ignore-case no-column", _REFS),
        "rev-parse": known(
            "q",
            "",
            "show-toplevel abbrev-ref short verify quiet is-inside-work-tree is-inside-git-dir git-dir show-prefix "
            "git-common-dir symbolic-full-name is-bare-repository show-cdup absolute-git-dir all branches tags symbolic",
        ),
        "ls-files": known(
            "cdmoisuzktv",
            "x",
            "others exclude-standard cached modified deleted stage full-name ignored unmerged killed deduplicate "
            "error-unmatch directory eol",
            "exclude",
        ),
        "ls-tree": known("drtlz", "", "long name-only name-status full-name full-tree"),
        "describe": known("", "", "tags always dirty long all contains exact-match first-parent", "abbrev match"),
        "blame": known("wsetlfncpMC", "L", "porcelain line-porcelain show-email show-name root", "date abbrev since"),
        "cat-file": known("tspe"),
        "grep": known(
            "niIlLcwvEFGPhHqpWorz",
            "eABCm",
            "line-number ignore-case files-with-matches count word-regexp cached untracked show-function heading break "
            "name-only fixed-strings extended-regexp perl-regexp and or not column only-matching color no-color",
            "max-depth context after-context before-context max-count",
            skip=1,
        ),
        "merge-base": known("a", "", "all is-ancestor octopus independent fork-point"),
        "name-rev": known("", "", "name-only tags all always"),
        "show-ref": known("qds", "", "heads tags hash verify head quiet dereference"),
        "for-each-ref": known("", "", "", "sort format count contains merged points-at"),
        "count-objects": known("vH", "", "verbose human-readable", most=0),
        "check-ignore": known("qvnz", "", "quiet verbose non-matching no-index"),
        "version": known(most=0),
        "var": known("l", most=0),
    }
)
_WITH_WORD: Mapping[tuple[str, str], Known] = MappingProxyType(
    {
        ("stash", "list"): _COMMITS,
        ("stash", "show"): _COMMITS,
        ("worktree", "list"): known("v", long="porcelain verbose", most=0),
        ("remote", "get-url"): known(long="all push", paths=False),
        ("reflog", "show"): _COMMITS,
        ("config", "--get"): known(paths=False, most=1),
        ("submodule", "status"): known(long="recursive cached"),
    }
)
_NO_CONFIG = "credential"


def reads(words: tuple[Word, ...], folders: tuple[str, ...]) -> tuple[Word, ...] | None:
    """The words that name files or commits, when this only reads; None otherwise.

    In another folder than that of the line the settings of some other repository would count.
    """
    while words and words[0].plain and words[0].text in GLOBAL:
        words = words[1:]
    if not words or folders != HERE or not all(word.plain for word in words):
        return None
    name, rest = words[0].text, words[1:]
    if name == "reflog" and not rest:
        return ()
    if name == "remote" and all(word.text in ("-v", "--verbose") for word in rest):
        return ()
    if name in ("stash", "worktree", "remote", "reflog", "config", "submodule"):
        return _second(name, rest)
    table = READS.get(name)
    return _taken(rest, table, name) if table else None


def _second(name: str, rest: tuple[Word, ...]) -> tuple[Word, ...] | None:
    table = _WITH_WORD.get((name, rest[0].text)) if rest else None
    if table is None or (name == "config" and any(_NO_CONFIG in word.text for word in rest)):
        return None
    found = _taken(rest[1:], table, name)
    return found if table.paths else (None if found is None else ())


def _taken(words: tuple[Word, ...], table: Known, name: str) -> tuple[Word, ...] | None:
    given = taken(words, table)
    if given is None or len(given.operands) > table.most:
        return None
    if name in ("branch", "tag") and given.operands and _LISTING.isdisjoint(given.options):
        return None
    if any("%G" in value or "signature" in value for value in given.values):
        return None
    skip = table.skip if not {"-e"} & set(given.options) else 0
    return tuple(_named(word) for word in given.operands[skip:] if word.text)


def _named(word: Word) -> Word:
    """The file in `commit:file`."""
    commit, colon, path = word.text.partition(":")
    return Word(path, word.plain, word.wild) if colon and commit and path else word
