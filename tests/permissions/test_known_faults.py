"""Faults that others have had in their permissions, each with the number that docs/security.md gives it."""

import itertools
from pathlib import Path

import pytest

from heartbit_tui.kernel.ops import Mode
from heartbit_tui.kernel.protocols import Allow, Ask, Deny
from heartbit_tui.permissions import parse
from tests.permissions.calls import bash, gate, read, write

CAREFUL = (Mode.ASK, Mode.ACCEPT_EDITS, Mode.PLAN)


@pytest.mark.security("K1", n=8)
@pytest.mark.parametrize("written", ["private/", "private", "./private/", "private/**", "private//", "/private/"])
def test_a_slash_at_the_end_of_a_denied_folder_opens_nothing(tmp_path: Path, written: str) -> None:
    root = tmp_path / "w"
    (root / "private" / "deep").mkdir(parents=True)
    pattern = written if not written.startswith("/") else f"{root}{written}"
    checked = gate(root, parse(f"read({pattern})", "deny"), parse(f"write({pattern})", "deny"))
    for inside, mode in itertools.product(("private/a.txt", "private/deep/b.txt"), (Mode.ASK, Mode.YOLO)):
        assert isinstance(checked.decide(read(root / inside), mode), Deny), (inside, mode)
        assert isinstance(checked.decide(write(root / inside), mode), Deny), (inside, mode)
    assert isinstance(checked.decide(read(root / "private.txt"), Mode.ASK), Allow)


@pytest.mark.security("K2", n=3)
@pytest.mark.parametrize(
    "line",
    [
        *("mv plan.txt a.txt", "cp plan.txt a.txt", "ln plan.txt a.txt", "ln -s plan.txt a.txt", "cat plan.txt"),
        *("cat < plan.txt", "cat pl*.txt", "cat ./plan.txt", "cat x/../plan.txt", "git mv plan.txt a.txt"),
        *("install plan.txt a.txt", "dd if=plan.txt of=a.txt"),
    ],
)
def test_a_denied_file_is_not_had_by_another_name(tmp_path: Path, line: str) -> None:
    root = tmp_path / "w"
    root.mkdir()
    (root / "plan.txt").write_text("mine")
    (root / "x").mkdir()
    checked = gate(root, parse("read(plan.txt)", "deny"))
    assert isinstance(checked.decide(bash("cat other.txt"), Mode.ASK), Allow)
    for mode in CAREFUL:
        assert not isinstance(checked.decide(bash(line), mode), Allow), mode


@pytest.mark.security("K2", n=3)
def test_a_link_to_a_denied_file_is_that_file(tmp_path: Path) -> None:
    root = tmp_path / "w"
    root.mkdir()
    (root / "plan.txt").write_text("mine")
    (root / "other.txt").symlink_to("plan.txt")
    for mode in (Mode.ASK, Mode.AUTO, Mode.YOLO):
        assert isinstance(gate(root, parse("read(plan.txt)", "deny")).decide(read(root / "other.txt"), mode), Deny)


@pytest.mark.security("K14")
@pytest.mark.parametrize("new", ["link/new.txt", "link/deep/new.txt", "a/link/new.txt"])
@pytest.mark.parametrize("there", [True, False])
def test_a_new_file_below_a_link_is_where_the_link_leads(tmp_path: Path, new: str, *, there: bool) -> None:
    root, outside = tmp_path / "w", tmp_path / "outside"
    (root / "a").mkdir(parents=True)
    if there:
        outside.mkdir()
    for link in (root / "link", root / "a" / "link"):
        link.symlink_to(outside)
    assert isinstance(gate(root).decide(write(root / new), Mode.ACCEPT_EDITS), Ask)
    assert isinstance(gate(root).decide(write(root / "a" / "new.txt"), Mode.ACCEPT_EDITS), Allow)


SWEEPING = (
    *(
        "rm -rf .",
        "rm -rf ./",
        "rm -r *",
        "rm -fr ./*",
        "rm --recursive --force .",
        "rm --recurs .",
        "rm -Rf ~",
        "rm -rf /",
    ),
    *("rm -rf ..", "rm -rf src/..", "rm -rf $HOME", "rm -rf $(pwd)", "rm -rf {root}", "rm -rf {root}/*", "rm -rf .git"),
    *(
        "rm -rf -- .* ",
        "find . -delete",
        "find -delete",
        "find {root} -type f -delete",
        "cd src && rm -rf ..",
        "/bin/rm -r .",
    ),
    *(
        "git clean -fdx",
        "git clean --force",
        "git reset --hard",
        "git reset --hard HEAD~3",
        "git checkout -- .",
        "git checkout .",
    ),
    *("git restore .", "git checkout -f main", "git stash drop", "git -C . reset --hard", "git -c a.b=c clean -f"),
)
ORDINARY = (
    *(
        "rm -r build",
        "rm -rf src/generated dist",
        "rm *.pyc",
        "rm -rf build/*",
        "rm a.txt",
        "find . -name '*.pyc' -delete",
    ),
    *("find . -name __pycache__ -exec rm -rf {{}} +", "git checkout main", "git checkout -b new", "git restore a.py"),
    *(
        "git reset a.py",
        "git stash",
        "git clean -n",
        "echo rm -rf build",
        "make clean",
        "find build -delete",
        "git commit -am x",
    ),
)
PLACES = (
    "{line}",
    "ls && {line}",
    "true; {line}",
    "sh -c '{line}'",
    "env A=1 {line}",
    "if true; then {line}; fi",
    "( {line} )",
)


@pytest.mark.security("K20", n=len(SWEEPING))
@pytest.mark.parametrize("place", PLACES)
def test_what_takes_away_much_at_once_is_asked_about_in_the_sandbox_too(tmp_path: Path, place: str) -> None:
    root = tmp_path / "w"
    checked = gate(root, sandboxed=True)
    lines = [place.format(line=line.format(root=root)) for line in SWEEPING]
    assert [line for line in lines if not isinstance(checked.decide(bash(line), Mode.AUTO), Ask)] == []
    harmless = [place.format(line=line.format()) for line in ORDINARY if "'" not in line or "'" not in place]
    assert [line for line in harmless if not isinstance(checked.decide(bash(line), Mode.AUTO), Allow)] == []


@pytest.mark.security("K23", n=3)
@pytest.mark.parametrize(
    "line",
    [
        *("cd / && cat etc/passwd", "cd /; cat etc/passwd", "pushd / && cat etc/passwd", "pushd /etc; cat passwd"),
        *(
            "cd .. && cat outside/a",
            "cd ../outside; cat a",
            "(cd /etc && cat passwd)",
            "cd src; cd ../..; cat outside/a",
        ),
        *("pushd src; popd; cd ..; cat outside/a", "cd /etc; cd -; cd -; cat passwd", "CDPATH=/ cd etc && cat passwd"),
        *("OLDPWD=/etc; cd - && cat passwd", "PWD=/etc; cat $PWD/passwd", "cat $OLDPWD/passwd", "cd ~; cat a"),
        *(
            "cd && cat a",
            "cd $HOME; cat a",
            "cd -P /; cat etc/passwd",
            "builtin cd /; cat etc/passwd",
            "cd -- /; cat etc/passwd",
        ),
    ],
)
def test_where_a_line_has_gone_is_never_forgotten(tmp_path: Path, line: str) -> None:
    root = tmp_path / "w"
    (root / "src").mkdir(parents=True)
    assert isinstance(gate(root).decide(bash("cd src && cat a.txt"), Mode.ASK), Allow)
    for mode in CAREFUL:
        assert not isinstance(gate(root).decide(bash(line), mode), Allow), mode


@pytest.mark.security("K25", n=3)
@pytest.mark.parametrize("after", ["rm -rf x", "sh", "touch /tmp/x", "git push --force"])
@pytest.mark.parametrize("joined", ["git lo\\\ng; {}", "git log \\\n; {}", "git log\\\n\n{}", "git \\\nlog && \\\n{}"])
def test_a_line_that_goes_on_hides_no_command(tmp_path: Path, joined: str, after: str) -> None:
    checked = gate(tmp_path / "w", parse("bash(git log:*)", "allow"))
    assert isinstance(checked.decide(bash("git log --oneline"), Mode.ASK), Allow)
    for mode in CAREFUL:
        assert not isinstance(checked.decide(bash(joined.format(after)), mode), Allow), mode


@pytest.mark.security("K26", n=3)
@pytest.mark.parametrize("after", ["rm -rf x", "sh", "touch /tmp/x", "git push --force"])
@pytest.mark.parametrize(
    "joined", ["git log\n{}", "git log\r\n{}", "git log <<E\n$({})\nE", "git log <<E\ntext\nE\n{}"]
)
def test_another_line_is_another_command(tmp_path: Path, joined: str, after: str) -> None:
    checked = gate(tmp_path / "w", parse("bash(git log:*)", "allow"))
    assert isinstance(checked.decide(bash("git log --oneline"), Mode.ASK), Allow)
    for mode in CAREFUL:
        assert not isinstance(checked.decide(bash(joined.format(after)), mode), Allow), mode
