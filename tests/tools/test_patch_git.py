"""patch agrees with git on real diffs, and where a file has moved on it is right or refuses."""

import random
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from heartbit_tui.tools.arguments import Unable
from heartbit_tui.tools.hunks import apply
from heartbit_tui.tools.textfile import decode
from heartbit_tui.tools.unified import FilePatch, parse
from tests.samples import samples
from tests.tools.random_text import changed, joined, line, text

CASES = samples(400, 120)


def git(*arguments: str, cwd: Path, fine: tuple[int, ...] = (0,)) -> bytes:
    done = subprocess.run(("git", *arguments), cwd=cwd, capture_output=True, check=False)
    assert done.returncode in fine, done.stderr.decode()
    return done.stdout


def diffs(folder: Path, seed: int) -> str:
    """The diff of CASES pairs of files `a/N` and `b/N`; every fifth has CRLF."""
    source = random.Random(seed)
    for side in ("a", "b"):
        (folder / side).mkdir()
    for number in range(CASES):
        newline = "\r\n" if number % 5 == 4 else "\n"
        old = text(source)
        (folder / "a" / f"{number}").write_bytes(joined(source, old, newline).encode())
        (folder / "b" / f"{number}").write_bytes(joined(source, changed(source, old), newline).encode())
    return git("diff", "--no-prefix", "--no-index", "a", "b", cwd=folder, fine=(0, 1)).decode()


@pytest.mark.security("F8")
def test_400_real_diffs_give_what_git_apply_gives(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    patch = diffs(tmp_path, seed=1)
    exact = 0
    parts = parse(patch)
    for part in parts:
        old = (tmp_path / "a" / part.name).read_bytes()
        new, placed = apply(decode(old).words, part.hunks, part.name)
        exact += new.encode() == (tmp_path / "b" / part.name).read_bytes()
        assert not any(place.moved for place in placed)
    (tmp_path / "all.patch").write_bytes(patch.encode())
    git("apply", "--directory=a", "all.patch", cwd=tmp_path)
    same = [(tmp_path / "a" / f"{n}").read_bytes() == (tmp_path / "b" / f"{n}").read_bytes() for n in range(CASES)]
    record_property("cases", len(parts))
    assert all(same)
    assert exact == len(parts) >= CASES * 3 // 4


class Judge:
    """Knows what a diff should make of a file that has moved on, by means of git alone."""

    def __init__(self, folder: Path, patch: str) -> None:
        self.folder = folder
        pieces = patch.split("diff --git ")[1:]
        self.patches = {part.name: "diff --git " + piece for part, piece in zip(parse(patch), pieces, strict=True)}
        (folder / "work").mkdir()

    def applied(self, name: str, moved: str, *options: str) -> str | None:
        """What `git apply` makes of it, None where it refuses."""
        (self.folder / "work" / name).write_bytes(moved.encode())
        (self.folder / "one.patch").write_bytes(self.patches[name].encode())
        done = subprocess.run(
            ("git", "apply", "--directory=work", *options, "one.patch"),
            cwd=self.folder,
            capture_output=True,
            check=False,
        )
        return None if done.returncode else (self.folder / "work" / name).read_bytes().decode()

    def merged(self, name: str, moved: str) -> str | None:
        """The merge of both changes, None where they touch each other."""
        (self.folder / "moved").write_bytes(moved.encode())
        done = subprocess.run(
            ("git", "merge-file", "-p", "moved", f"a/{name}", f"b/{name}"),
            cwd=self.folder,
            capture_output=True,
            check=False,
        )
        return done.stdout.decode() if done.returncode == 0 else None

    def right(self, name: str, moved: str, ours: str) -> bool:
        """Whether ours is the merge; where neighbours changed, whether git agrees once ends of file do not count."""
        merged = self.merged(name, moved)
        if merged is not None:
            return ours == merged
        newline = "\r\n" if "\r\n" in moved else "\n"
        ended = moved if moved.endswith("\n") else moved + newline
        by_line = self.applied(name, ended, "--unidiff-zero")
        return by_line is not None and by_line.removesuffix(newline) == ours.removesuffix(newline)

    def outcome(self, part: FilePatch, moved: str) -> str:
        """How ours compares with git's on a file that has moved on."""
        theirs = self.applied(part.name, moved)
        try:
            ours, placed = apply(moved, part.hunks, part.name)
        except Unable:
            if theirs is None:
                return "both refuse"
            return "only git is right" if theirs == self.merged(part.name, moved) else "only git is wrong"
        if ours == theirs and not any(place.moved for place in placed):
            return "right, by line"
        return "right" if self.right(part.name, moved, ours) else f"wrong: {part.name}"


def moved_on(source: random.Random, base: str, newline: str) -> str:
    return newline.join(changed(source, base.split(newline), most=3))


def grown(source: random.Random, base: str, newline: str) -> str:
    return "".join(line(source) + newline for _ in range(source.randrange(1, 30))) + base


def repeated(source: random.Random, base: str, newline: str) -> str:
    """The file with a few of its lines changed, and then a copy of what it was."""
    return moved_on(source, base, newline).removesuffix(newline) + newline + base


@pytest.mark.security("F8")
@pytest.mark.parametrize(
    ("change", "seed", "least"),
    [(moved_on, 10, 0.375), (grown, 20, 0.75), (repeated, 30, 0.1)],
)
def test_in_400_files_that_moved_on_no_hunk_is_misplaced(
    tmp_path: Path,
    change: Callable[[random.Random, str, str], str],
    seed: int,
    least: float,
    record_property: Callable[[str, object], None],
) -> None:
    patch = diffs(tmp_path, seed)
    judge = Judge(tmp_path, patch)
    source = random.Random(seed + 1)
    outcomes: Counter[str] = Counter()
    for part in parse(patch):
        base = (tmp_path / "a" / part.name).read_bytes().decode()
        moved = change(source, base, "\r\n" if "\r\n" in base else "\n")
        outcomes[judge.outcome(part, moved)] += 1
    record_property("cases", sum(outcomes.values()))
    assert not [outcome for outcome in outcomes if outcome.startswith("wrong")]
    assert outcomes["right"] + outcomes["right, by line"] >= least * CASES
