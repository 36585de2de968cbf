"""grep finds lines, takes no pattern for an option, and ends whatever the pattern."""

import asyncio
import os
from pathlib import Path

import pytest

from heartbit_tui.tools.glob import GlobFiles
from heartbit_tui.tools.grep import Grep
from heartbit_tui.tools.list import ListFolder
from tests.tools.alone import call
from tests.tools.searchers import RIPGREP, either_way

SLOW = (
    "(a+)+$", "(a*)*$", "([a-zA-Z]+)*$", "(a|aa)+$", "(a|a?)+$", "(.*a){25}$", "(a|a)*$", "^(a+)+$", "(x+x+)+y",
    "^(([a-z])+.)+[A-Z]([a-z])+$", "(\\w+\\s?)+$", "^(\\d+)*$", "(.*)*=", "(a+){10}y", "((a+)+)+$", "(?:a+a+)+b",
    "(.+)+\\1$",
)  # fmt: skip


@either_way
async def test_17_patterns_that_never_end_elsewhere_end_here(tmp_path: Path, ripgrep: str) -> None:
    (tmp_path / "f").write_text(("a" * 60 + "!\n") + ("1" * 60 + "!\n") + ("x" * 60 + "!\n") + ("word " * 14 + "!\n"))
    grep = Grep(tmp_path, ripgrep=ripgrep, scan_seconds=0.2)
    loop = asyncio.get_running_loop()
    slowest = longest_stall = 0.0
    for pattern in SLOW:
        start = loop.time()
        search = asyncio.ensure_future(call(grep, pattern=pattern))
        while not search.done():
            before = loop.time()
            await asyncio.wait([search], timeout=0.01)
            longest_stall = max(longest_stall, loop.time() - before - 0.01)
        slowest = max(slowest, loop.time() - start)
        output = search.result()
        assert not output.is_error or "time limit" in output.content, (pattern, output.content)
    print(f"{len(SLOW)} patterns, slowest {slowest:.2f} s, longest stall {longest_stall * 1000:.0f} ms")
    assert len(SLOW) == 17
    assert slowest < 5


OPTIONS = ("--pre=/bin/sh", "-f/etc/passwd", "--files", "-e", "--", "-", "--help", "--hostname-bin=/bin/sh", "-z")


@either_way
async def test_a_pattern_is_never_an_option(tmp_path: Path, ripgrep: str) -> None:
    (tmp_path / "f").write_text("".join(f"see {option} here\n" for option in OPTIONS))
    for literal in (True, False):
        for number, option in enumerate(OPTIONS, 1):
            output = await call(Grep(tmp_path, ripgrep=ripgrep), pattern=option, literal=literal)
            assert f"f:{number}: see {option} here" in output.content, option


@either_way
async def test_what_is_found(tmp_path: Path, ripgrep: str) -> None:
    (tmp_path / "src/in").mkdir(parents=True)
    (tmp_path / ".hidden").mkdir()
    for name in ("a.py", "src/b.py", "src/in/c.ts", ".hidden/d.py", ".e.py", "src/long.py"):
        (tmp_path / name).write_text("costs $5.00 (now)\nnothing\nCosts\r\n")
    (tmp_path / "src/long.py").write_text("x" * 3000 + "$5.00 (now)\n" + "$5.00" + "y" * 3000)
    (tmp_path / "bin.py").write_bytes(b"\0$5.00\n")
    (tmp_path / "wide.txt").write_bytes("\ufeff$5.00 wïde\r\n".encode("utf-16-le"))
    grep = Grep(tmp_path, ripgrep=ripgrep)

    async def found(**arguments: object) -> list[str]:
        return (await call(grep, **arguments)).content.splitlines()

    assert await found(pattern="$5.00 (", literal=True) == [
        "Found 4 matches.",
        "a.py:1: costs $5.00 (now)",
        "src/b.py:1: costs $5.00 (now)",
        "src/in/c.ts:1: costs $5.00 (now)",
        f"src/long.py:1: {'x' * 500}...",
    ]
    assert await found(pattern="^Costs$", include="*.py") == ["Found 2 matches.", "a.py:3: Costs", "src/b.py:3: Costs"]
    assert await found(pattern="^Costs$", include="src/**/*.{py,ts}") == [
        "Found 2 matches.", "src/b.py:3: Costs", "src/in/c.ts:3: Costs",
    ]  # fmt: skip
    assert await found(pattern="^Costs$", path="src/b.py") == ["Found 1 match.", "src/b.py:3: Costs"]
    assert await found(pattern="^Costs$", path=".hidden") == ["Found 1 match.", ".hidden/d.py:3: Costs"]
    assert await found(pattern="wïde") == ["Found 1 match.", "wide.txt:1: $5.00 wïde"]
    assert await found(pattern="absent") == ["No lines match absent."]
    assert "binary file" in (await found(pattern="5", path="bin.py"))[0]
    assert "does not exist" in (await found(pattern="5", path="gone"))[0]
    assert "no regular expression" in (await found(pattern="(a"))[0]
    assert await found(pattern="(?<=now)\\)$", path="a.py") == ["Found 1 match.", "a.py:1: costs $5.00 (now)"]


@either_way
async def test_of_many_matches_the_first_hundred_in_order_are_shown(tmp_path: Path, ripgrep: str) -> None:
    for number in range(5):
        (tmp_path / f"{number}.txt").write_text("needle\n" * 60)
    output = await call(Grep(tmp_path, ripgrep=ripgrep), pattern="needle")
    rows = output.content.splitlines()
    assert rows[1:101] == [f"0.txt:{n}: needle" for n in range(1, 61)] + [f"1.txt:{n}: needle" for n in range(1, 41)]
    assert (rows[0], len(rows)) == ("Found 100 matches.", 102)
    assert output.details == {"count": 100, "truncated": True}


@pytest.mark.security("F10", n=4)
@either_way
async def test_circles_pipes_and_huge_folders_do_no_harm(tmp_path: Path, ripgrep: str) -> None:
    (tmp_path / "many").mkdir()
    (tmp_path / "circle").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to("self")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "zero").symlink_to("/dev/zero")
    (tmp_path / "f.txt").write_text("needle\n")
    for number in range(20_000):
        (tmp_path / "many" / f"{number}").touch()
    async with asyncio.timeout(20):
        one = await call(Grep(tmp_path, ripgrep=ripgrep), pattern="needle")
        two = await call(GlobFiles(tmp_path, ripgrep=ripgrep), pattern="**/*.txt")
        three = await call(ListFolder(tmp_path))
        pipe = await call(Grep(tmp_path, ripgrep=ripgrep), pattern="needle", path="pipe")
    assert one.content == "Found 1 match.\nf.txt:1: needle"
    assert two.content == "f.txt"
    assert three.details == {"count": 1000, "truncated": True}
    assert "neither a file nor a folder" in pipe.content


async def test_rules_above_the_root_do_not_count_and_named_folders_are_searched(tmp_path: Path) -> None:
    root = tmp_path / "home/project"
    (root / "node_modules/x").mkdir(parents=True)
    (tmp_path / "home/.gitignore").write_text("*\n")
    (root / ".gitignore").write_text("node_modules/\n")
    (root / "a.py").write_text("needle\n")
    (root / "node_modules/x/i.js").write_text("needle\n")
    (root / "src").mkdir()
    (root / "src/b.py").write_text("needle\n")
    for ripgrep in {RIPGREP, ""}:
        grep = Grep(root, ripgrep=ripgrep)
        everything = await call(grep, pattern="needle")
        assert everything.content == "Found 2 matches.\na.py:1: needle\nsrc/b.py:1: needle"
        assert (await call(grep, pattern="needle", path="src")).details["count"] == 1
        assert (await call(grep, pattern="needle", path="node_modules")).details["count"] == 1
        files = GlobFiles(root, ripgrep=ripgrep)
        assert (await call(files, pattern="node_modules/**/*.js")).content == "node_modules/x/i.js"
        assert (await call(files, pattern=f"{root}/src/*")).content == "src/b.py"


async def test_a_cancelled_search_leaves_no_process(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("a" * 60 + "!\n")
    search = asyncio.ensure_future(call(Grep(tmp_path, scan_seconds=60), pattern="(a+)+$"))
    async with asyncio.timeout(10):
        while not searching(tmp_path):
            await asyncio.wait([search], timeout=0.01)
        search.cancel()
        await asyncio.wait([search])
    assert search.cancelled()
    assert not searching(tmp_path)


def searching(folder: Path) -> bool:
    """Whether a process has a file of the folder open."""
    return any(str(folder) in target_of(link) for link in Path("/proc").glob("[0-9]*/fd/*"))


def target_of(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""


@either_way
async def test_what_is_withheld_is_not_searched(tmp_path: Path, ripgrep: str) -> None:
    for name in ("open.txt", "secret.txt"):
        (tmp_path / name).write_text("needle\n")
    tool = Grep(tmp_path, ripgrep=ripgrep, withheld=lambda path: path.endswith("secret.txt"))
    output = await call(tool, pattern="needle")
    assert "open.txt:1: needle" in output.content
    assert "secret" not in output.content
