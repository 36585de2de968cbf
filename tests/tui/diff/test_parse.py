import random
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from heartbit_tui.tools.diffs import unified
from heartbit_tui.tui.diff.parse import is_diff, parse
from heartbit_tui.tui.diff.types import File, Hunk, Row

CASES = 110
"""Files of one comparison; there is one for each number of lines around a change."""

LINES = (
    "one",
    "",
    "    return 1",
    "--- a/x",
    "+++ b/x",
    "-- sql",
    "++ i",
    "@@ -1,2 +3,4 @@ def f():",
    "diff --git a/x b/x",
    "\\ No newline at end of file",
    "naïve 漢字",
    "tab\there",
    "form\x0cfeed and \x1b[31mred",
    "windows\r",
    "rename from x",
    "… 3 more lines",
)


def text(random: random.Random, most: int = 40) -> str:
    lines = [random.choice(LINES) for _ in range(random.randrange(most))]
    whole = "\n".join(lines)
    return whole + "\n" if whole and random.random() < 0.7 else whole


def edited(random: random.Random, old: str) -> str:
    lines = old.split("\n")
    for _ in range(random.randrange(1, 6)):
        at = random.randrange(len(lines) + 1)
        match random.randrange(3):
            case 0:
                lines[at:at] = [random.choice(LINES) for _ in range(random.randrange(1, 4))]
            case 1:
                del lines[at : at + random.randrange(1, 4)]
            case _:
                lines[at : at + 1] = [random.choice(LINES) + "!"]
    return "\n".join(lines)


def lines_of(text: str) -> list[str]:
    lines = text.split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def wrongs(file: File, old: str, new: str) -> list[str]:
    """What of a parsed diff does not fit the two texts."""
    before, after = lines_of(old), lines_of(new)
    found: list[str] = []
    for row in file.rows:
        if row.old and before[row.old - 1] != row.text:
            found.append(f"old {row}")
        if row.new and after[row.new - 1] != row.text:
            found.append(f"new {row}")
        found += [f"ended {row}"] if row.ended != _is_ended(row, old, new, before, after) else []
        found += [f"numbers {row}"] if (bool(row.old), bool(row.new)) != NUMBERED[row.kind] else []
    gone, come = (
        {row.old for row in file.rows if row.kind == "removed"},
        {r.new for r in file.rows if r.kind == "added"},
    )
    left = [line for number, line in enumerate(before, 1) if number not in gone]
    right = [line for number, line in enumerate(after, 1) if number not in come]
    return found + ([] if left == right else ["what is left differs"])


NUMBERED: Mapping[str, tuple[bool, bool]] = {
    "same": (True, True),
    "removed": (True, False),
    "added": (False, True),
    "note": (False, False),
}


def _is_ended(row: Row, old: str, new: str, before: Sequence[str], after: Sequence[str]) -> bool:
    last_old = row.old == len(before) and not old.endswith("\n")
    last_new = row.new == len(after) and not new.endswith("\n")
    return not ((row.old and last_old) or (row.new and last_new))


def compared(folder: Path, texts: Mapping[str, tuple[str, str]], *options: str) -> str:
    for side, number in (("a", 0), ("b", 1)):
        (folder / side).mkdir()
        for name, pair in texts.items():
            (folder / side / name).write_bytes(pair[number].encode())
    command = ("git", "-c", "core.quotepath=on", "diff", "--no-index", "--no-color", "--text", *options, "a", "b")
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    assert done.returncode == 1, done.stderr
    return done.stdout.decode()


@pytest.mark.parametrize("around", [0, 3, 12])
def test_diffs_of_git_have_the_right_line_numbers(tmp_path: Path, around: int) -> None:
    chance = random.Random(around)
    names = [
        f"f{number:03}{chance.choice(('', ' b', 'é', chr(34), ' a b/c'.replace('/', '_')))}.py"
        for number in range(CASES)
    ]
    olds = [text(chance) for _ in names]
    texts = {name: (old, edited(chance, old)) for name, old in zip(names, olds, strict=True)}
    files = {file.path.removeprefix("b/"): file for file in parse(compared(tmp_path, texts, f"-U{around}"))}
    differing = {name for name, (old, new) in texts.items() if old != new}
    assert set(files) == differing
    assert len(differing) >= CASES - 10
    assert {name: found for name in differing if (found := wrongs(files[name], *texts[name]))} == {}


def test_diffs_of_the_tools_have_the_right_line_numbers() -> None:
    chance = random.Random(7)
    found: list[str] = []
    for number in range(300):
        old = text(chance, 60).replace("\r", "")
        new = edited(chance, old).replace("\r", "")
        diff = unified(old, new, f"src/{number}.py")
        if diff.text:
            (file,) = parse(diff.text)
            found += wrongs(file, old, new)
            assert (file.added, file.removed) == (diff.added, diff.removed)
    assert found == []


def test_new_deleted_renamed_and_binary_files_are_told() -> None:
    diff = (
        "diff --git a/old name.py b/new name.py\nsimilarity index 90%\nrename from old name.py\nrename to new name.py\n"
        "diff --git a/pic.png b/pic.png\nindex 12ab..34cd 100644\nBinary files a/pic.png and b/pic.png differ\n"
        "diff --git a/run.sh b/run.sh\nold mode 100644\nnew mode 100755\n"
        'diff --git "a/\\303\\251\\t.py" "b/\\303\\251\\t.py"\nnew file mode 100644\n--- /dev/null\n'
        '+++ "b/\\303\\251\\t.py"\n@@ -0,0 +1 @@\n+x\n'
        "diff --git a/gone.py b/gone.py\ndeleted file mode 100644\n--- a/gone.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"
    )
    assert parse(diff) == (
        File(old="old name.py", new="new name.py", notes=("renamed from old name.py",)),
        File(old="pic.png", new="pic.png", notes=("binary: a/pic.png and b/pic.png differ",)),
        File(old="run.sh", new="run.sh", notes=("mode was 100644", "mode is now 100755")),
        File(old=None, new="é\t.py", hunks=(Hunk(old=0, new=1, rows=(Row(kind="added", text="x", new=1),)),)),
        File(old="gone.py", new=None, hunks=(Hunk(old=1, new=0, rows=(Row(kind="removed", text="x", old=1),)),)),
    )


def test_a_diff_that_was_cut_off_is_read_as_far_as_it_goes() -> None:
    old, new = "\n".join(map(str, range(900))), "\n".join(f"{number}!" for number in range(900))
    (file,) = parse(unified(old, new, "a.py").bounded)
    assert (file.removed, file.added) == (397, 0)
    assert file.rows[-1] == Row(kind="note", text="… 1405 more lines")


@pytest.mark.parametrize(
    "text", ["", "words", "--- a", "@@ -1 +1 @@", "+x\n-y", "diff --git ", "@@ -9999999999 +1 @@\n+x"]
)
def test_text_that_is_no_diff_is_read_as_something(text: str) -> None:
    assert isinstance(parse(text), tuple)


def test_no_line_is_lost_whatever_stands_between_hunks() -> None:
    chance = random.Random(11)
    headers = (
        "--- a/x\n+++ b/x",
        "@@ -1,2 +1,2 @@",
        "diff --git a/x b/x",
        "index 12ab..34cd 100644",
        "GIT binary patch",
    )
    for _ in range(500):
        lines = [chance.choice((*headers, f"rm -rf {n}", f"+{n}", f"-{n}", f" {n}", "")) for n in range(12)]
        files = parse("\n".join(lines))
        kept = [row.text for file in files for row in file.rows] + [note for file in files for note in file.notes]
        words = " ".join(kept).split()
        for number, line in enumerate(lines):
            assert line in headers or not line or str(number) in words or line in words, lines


def test_what_begins_as_a_diff_is_known() -> None:
    assert [is_diff(text) for text in ("--- a\n+++ b\n", "diff --git a b", "@@ -1 +1 @@", "rm -rf", "")] == [
        True,
        True,
        True,
        False,
        False,
    ]
