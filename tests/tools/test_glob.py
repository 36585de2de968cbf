"""glob patterns fit the paths that they should, at once."""

import time
from pathlib import Path

import pytest
from hypothesis import given, strategies

from heartbit_tui.tools.arguments import Unable
from heartbit_tui.tools.glob import GlobFiles
from heartbit_tui.tools.globs import compile_glob, split_static
from heartbit_tui.tools.ignore import parse_rules
from tests.tools.alone import call
from tests.tools.searchers import either_way

FIT = (
    ("*.py", "a.py"), ("**/*.py", "a.py"), ("**/*.py", "x/y/a.py"), ("src/**", "src/a/b"), ("a/**/b", "a/b"),
    ("a/**/b", "a/x/y/b"), ("a?c", "abc"), ("[a-c].x", "b.x"), ("[!a-c].x", "d.x"), ("[]a]", "]"), ("{a,b{c,d}}", "bd"),
    ("*.{ts,tsx}", "x.tsx"), ("a{b", "a{b"), ("{a}", "{a}"), ("\\*", "*"), ("a*b*c", "a1b2b3c"), ("**", "a/b"),
    ("./a", "a"), ("**/**/a", "a"), ("**/a/**/b/*", "x/a/b/a/b/c"), ("[[:digit:]]", "7"), ("a[b", "a[b"), ("*", "ä\n"),
)  # fmt: skip
UNFIT = (
    ("*.py", "x/a.py"), ("src/**", "src"), ("a?c", "a/c"), ("*", "a/b"), ("a/*/b", "a/b"), ("[!a]", "a"), ("a*b", "ab/b"),
    ("**/b", "ab"), ("a*b*c", "acb"), ("[z-a]", "z"), ("A", "a"),
)  # fmt: skip


@pytest.mark.parametrize(("pattern", "path"), FIT)
def test_these_fit(pattern: str, path: str) -> None:
    assert compile_glob(pattern).matches(path)


@pytest.mark.parametrize(("pattern", "path"), UNFIT)
def test_these_do_not_fit(pattern: str, path: str) -> None:
    assert not compile_glob(pattern).matches(path)


def test_patterns_that_are_slow_elsewhere_are_not() -> None:
    start = time.thread_time()
    for pattern in ("*a" * 30 + "b", "**/a/" * 30 + "b", "?*" * 30 + "b", "[a]*" * 30 + "b"):
        assert not compile_glob(pattern).matches("a/" * 200 + "a" * 200)
        (rule,) = parse_rules(pattern)
        assert not rule.fits(["a"] * 200 + ["a" * 200], is_folder=False)
    assert time.thread_time() - start < 2
    with pytest.raises(Unable):
        compile_glob("{a,b}" * 20)


@given(strategies.text(alphabet="a*?[]!{},\\/^-.:", max_size=12), strategies.text(alphabet="a/.b]", max_size=8))
def test_any_pattern_compiles_and_answers(pattern: str, path: str) -> None:
    compile_glob(pattern).matches(path)
    parse_rules(pattern)
    folders, rest = split_static(pattern)
    assert rest or not pattern.rpartition("/")[2]
    assert pattern.startswith(folders)


async def test_short_paths_come_first_and_the_rest_is_counted(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for number in range(105):
        (tmp_path / "deep" / f"{number:03}.py").touch()
    (tmp_path / "z.py").touch()
    output = await call(GlobFiles(tmp_path), pattern="**/*.py")
    rows = output.content.splitlines()
    assert rows[0] == "z.py"
    assert rows[1:100] == [f"deep/{number:03}.py" for number in range(99)]
    assert rows[100:] == ["(6 more files match; use a narrower pattern.)"]
    assert output.details == {"count": 106, "truncated": True}


async def test_nothing_found_is_no_error_and_hints_at_the_folders_below(tmp_path: Path) -> None:
    output = await call(GlobFiles(tmp_path), pattern="*.py")
    assert (output.is_error, output.content) == (
        False,
        "No files match *.py in .. `**/*.py` looks in all folders below.",
    )
    assert (await call(GlobFiles(tmp_path), pattern="*", path="gone")).is_error


@either_way
@pytest.mark.parametrize("pattern", ["*.txt", "secret.txt"])
async def test_what_is_withheld_is_not_named(tmp_path: Path, ripgrep: str, pattern: str) -> None:
    for name in ("open.txt", "secret.txt"):
        (tmp_path / name).write_text("")
    tool = GlobFiles(tmp_path, ripgrep=ripgrep, withheld=lambda path: path.endswith("secret.txt"))
    assert "secret.txt" not in (await call(tool, pattern=pattern)).content.splitlines()
