"""Which files are found agrees with git, and is the same with and without ripgrep."""

import random
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path

from heartbit_tui.tools.glob import GlobFiles
from heartbit_tui.tools.grep import Grep
from heartbit_tui.tools.ignore import scope_of
from heartbit_tui.tools.walker import walk
from tests.samples import samples
from tests.tools.alone import call
from tests.tools.searchers import RIPGREP, with_ripgrep

FOLDERS = ("src", "build", "docs", "a", "b", "lib")
FILES = ("a.py", "b.py", "x.log", "debug.log", "notes.txt", "a", "Makefile", "foo bar", "é.txt", "trail ", "#x", "!y")
RULES = (
    "*.log", "!debug.log", "build/", "/build", "src/*.py", "**/a.py", "a/**", "docs/**/x.log", "/a", "b", "!b/a.py",
    "*", "!*/", "!*.py", "# comment", "\\#x", "\\!y", "foo\\ bar", "trail\\ ", "notes.txt   ", "[ab].py", "[!a].py",
    "lib/", "!lib/a.py", "**/build/", "src/**", "!src/a.py", "?.py", "*.t?t", "/*/x.log", "doc*/", "a/b", "/src/b/",
    "**", "***.log", "x.log/", "a//b", "/", "!", "[", "[a-", "é.txt", "a/*/b.py", "b/**/a.py", "\\a.py", "[[:alpha:]].py", "*[[:digit:]b]*", "[]a].py", "*o*e*",
)  # fmt: skip
NOT_RIPGREP = frozenset(rule for rule in RULES if "[:" in rule or rule == "!")
"""Rules that ripgrep reads otherwise than git does: it knows no named classes, and takes a lone `!` for all."""

TREES = samples(60, 20)


def make_tree(folder: Path, source: random.Random, rules: Sequence[str] = RULES) -> None:
    """A few folders with files, and ignore files in some of them."""
    places = [folder]
    for _ in range(source.randrange(3, 9)):
        places.append(source.choice(places) / source.choice(FOLDERS))
    for place in places:
        if place.is_file() or any(above.is_file() for above in place.parents):
            continue
        place.mkdir(parents=True, exist_ok=True)
        for name in source.sample(FILES, 4):
            if not (place / name).exists():
                (place / name).write_text(f"{name} needle {source.randrange(9)}\nother\nneedle (again)\n")
        if place == folder or source.random() < 0.3:
            chosen = source.sample(rules, source.randrange(1, 6))
            (place / ".gitignore").write_text("".join(f"{rule}\n" for rule in chosen))


def git_files(folder: Path) -> list[str]:
    done = subprocess.run(
        ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"),
        cwd=folder, capture_output=True, check=True,
    )  # fmt: skip
    names = done.stdout.decode().split("\0")[:-1]
    return sorted(name for name in names if not any(part.startswith(".") for part in name.split("/")))


def rules_of(tree: Path) -> dict[str, list[str]]:
    return {str(path.relative_to(tree)): path.read_text().split("\n") for path in tree.rglob(".gitignore")}


def walked(folder: Path) -> list[str]:
    return sorted(str(Path(path).relative_to(folder)) for path in walk(scope_of(folder, folder), threading.Event()))


def test_the_walker_sees_the_files_that_git_sees(tmp_path: Path) -> None:
    source = random.Random(7)
    wrong: list[str] = []
    checked = 0
    for number in range(TREES):
        tree = tmp_path / f"{number}"
        tree.mkdir()
        make_tree(tree, source)
        subprocess.run(("git", "init", "-q"), cwd=tree, check=True)
        ours, theirs = walked(tree), git_files(tree)
        checked += sum(1 for path in tree.rglob("*") if path.is_file() and ".git" not in path.parts)
        if ours != theirs:
            wrong.append(
                f"{number} {rules_of(tree)} ours only {set(ours) - set(theirs)}, git only {set(theirs) - set(ours)}"
            )
    print(f"{TREES - len(wrong)} of {TREES} trees with {checked} files as git sees them")
    print("\n".join(wrong))
    assert checked >= 200
    assert not wrong


@with_ripgrep
async def test_glob_and_grep_find_the_same_with_and_without_ripgrep(tmp_path: Path) -> None:
    source = random.Random(8)
    rules = [rule for rule in RULES if rule not in NOT_RIPGREP]
    compared = 0
    for number in range(24):
        tree = tmp_path / f"{number}"
        tree.mkdir()
        make_tree(tree, source, rules)
        if number % 2:
            (tree / ".git").mkdir()
        folders = [".", *(str(path.relative_to(tree)) for path in sorted(tree.rglob("*")) if path.is_dir())]
        with_rg, without = GlobFiles(tree, ripgrep=RIPGREP), GlobFiles(tree)
        for path in source.sample([name for name in folders if ".git" not in name], 2):
            for pattern in ("**", "**/*.py", "*", "{src,a}/**/*.{log,py}"):
                one = await call(with_rg, pattern=pattern, path=path)
                assert await call(without, pattern=pattern, path=path) == one, (number, path, pattern, rules_of(tree))
                compared += 1
    for number in range(10):
        tree = tmp_path / f"{number}"
        for pattern, include in (("needle", ""), ("needle [0-4]$", "*.py"), ("^other|again", "src/**")):
            one = await call(Grep(tree, ripgrep=RIPGREP), pattern=pattern, include=include)
            assert await call(Grep(tree), pattern=pattern, include=include) == one, (number, pattern, rules_of(tree))
            compared += 1
    print(f"{compared} searches the same")
