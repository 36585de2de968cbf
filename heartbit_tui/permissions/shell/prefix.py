"""Rules that allow commands by their first words."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from heartbit_tui.permissions import glob
from heartbit_tui.permissions.shell.judge import safely_assigned
from heartbit_tui.permissions.shell.seen import File, Simple, Word
from heartbit_tui.permissions.shell.wrappers import INTERPRETERS, RUNNERS, SHELLS, WRAPPERS, base, inner, trusted_name

END = ":*"
_REFUSED_LONG = (
    *("output", "exec", "ext-diff", "textconv", "upload-pack", "receive-pack", "config", "pager", "editor", "eval"),
    *("open-files-in-pager", "pre", "compress-prog", "checkpoint", "to-command", "use-compress-program", "require"),
    *("script-shell", "node-options", "import", "command", "shell", "hook", "plugin", "toolexec", "template"),
    *("rsh", "ssh-command", "git-dir", "work-tree", "prefix", "loader", "init", "hostname-bin", "no-index"),
    *("manifest-path", "node-arg", "directory", "file", "makefile", "rcfile", "vettool", "filters", "contents"),
)
_REFUSED_SHORT = ("-O", "-o", "-C", "-x", "-toolexec", "-exec", "-vettool", "-overlay", "-modfile", "-S")
_ASSIGNS = re.compile(r"[A-Z_][A-Z0-9_]*[:+?]?=")
_PARENT = re.compile(r"(?:^|/)\.\.(?:/|$)")

PREFIXES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "git": frozenset(("add", "commit", "log", "status", "diff", "show", "stash", "branch", "tag", "blame")),
        "npm": frozenset(("test", "ls", "outdated", "audit")),
        "cargo": frozenset(("build", "check", "test", "clippy", "fmt", "doc", "tree")),
        "go": frozenset(("build", "vet", "fmt", "list")),
        "ruff": frozenset(("check", "format")),
        "gh": frozenset(("issue", "pr")),
    }
)
"""Programs with subcommands, and those of them that an approval may allow as a whole."""


def prefix_of(pattern: str) -> tuple[str, ...]:
    """The words before `:*`, or none where the pattern is none of these."""
    start = pattern.removesuffix(END)
    if start == pattern or glob.is_wild(start):
        return ()
    return tuple(start.split())


def fits(prefix: tuple[str, ...], simple: Simple) -> bool:
    """Whether the command begins with these words, and nothing in it could turn it into something else.

    What runs other commands is never covered, nor is an option by which some programs run or write something.
    """
    words = inner(simple.words)
    if not prefix or len(words) < len(prefix) or not safely_assigned(simple):
        return False
    name = trusted_name(words[0])
    if not name or name in WRAPPERS or name in SHELLS:
        return False
    named = (Word(name), *words[1:])
    first, rest = named[: len(prefix)], named[len(prefix) :]
    if not all(word.plain and not word.wild and word.text == one for word, one in zip(first, prefix, strict=True)):
        return False
    return all(_is_tame(word) for word in rest) and (name != "git" or simple.folders == ("",))


def named_by(simple: Simple) -> tuple[File, ...]:
    """All that may be a path among the words of a command; each has to lie where reading is allowed."""
    words = inner(simple.words)[1:]
    texts = ((text, word) for word in words for text in _possible(word.text))
    return tuple(File(text, word.wild, word.home, simple.folders) for text, word in texts)


def proposed(simple: Simple) -> str:
    """The pattern of the narrowest prefix worth allowing; empty where only the whole line may be."""
    words = simple.words
    if simple.assigned or len(words) < 2 or not all(word.plain for word in words[:2]):
        return ""
    name, second = words[0].text, words[1].text
    if name == "npm" and second == "run" and len(words) > 2 and re.fullmatch(r"\w[\w:-]*", words[2].text):
        return f"npm run {words[2].text}{END}"
    return f"{name} {second}{END}" if second in PREFIXES.get(name, ()) else ""


def learnable(pattern: str) -> bool:
    """Whether a person's answer may become this prefix rule."""
    prefix = prefix_of(pattern)
    if not prefix:
        return False
    name = base(prefix[0])
    closed = (
        name in WRAPPERS or name in RUNNERS or name in INTERPRETERS or re.match(r"(?:python|ruby|perl|node)\d", name)
    )
    return not closed and (name not in ("git", "npm", "yarn", "pnpm", "go", "cargo", "uv", "gh") or _narrow(prefix))


def _narrow(prefix: tuple[str, ...]) -> bool:
    if len(prefix) < 2 or prefix[1].startswith("-"):
        return False
    return prefix[1] not in ("run", "exec", "x", "dlx", "tool", "config", "alias") or len(prefix) > 2


def _is_tame(word: Word) -> bool:
    text = word.text
    if not word.plain or (word.wild and text[:1] in ("*", "?", "[")) or _ASSIGNS.match(text):
        return False
    if text.startswith("--"):
        name = text[2:].partition("=")[0]
        return not name or not any(one.startswith(name) or name.startswith(one) for one in _REFUSED_LONG)
    return not text.startswith(_REFUSED_SHORT)


def _possible(text: str) -> tuple[str, ...]:
    value = text.partition("=")[2]
    attached = text[2:] if text.startswith("-") and not text.startswith("--") else ""
    odd = tuple(one for one in (value, attached) if one.startswith(("/", "~")) or _PARENT.search(one))
    return odd if text.startswith("-") else (text, *odd)
