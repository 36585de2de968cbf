"""S4: what decides what runs cannot be made by a command unnoticed, at the top of the workspace or below."""

import os
from pathlib import Path

import pytest

from heartbit_tui.kernel.ops import Decide
from heartbit_tui.permissions.sandbox import Wanted
from heartbit_tui.permissions.sandbox.watch import MOST_BYTES, MOST_FOLDERS, Kept, Watch, copied
from heartbit_tui.testing import FakeCallContext
from heartbit_tui.tools.bash import Bash
from tests.sandbox.ground import KINDS, ran, sandboxed
from tests.sandbox.test_boundary import content

MADE = (
    ".mcp.json",
    ".heartbit/config.toml",
    ".heartbit/skills/one/SKILL.md",
    "heartbit.toml",
    "HEARTBEAT.md",
    ".claude/settings.json",
    ".agents/skills/one/SKILL.md",
    ".vscode/tasks.json",
    ".husky/pre-commit",
    ".bashrc",
    ".envrc",
    ".npmrc",
    ".git/hooks/pre-commit",
    ".git/config.worktree",
    ".git/modules/one/hooks/post-checkout",
)
PLACES = ("", "deep/er/", "new/folder/")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root/deep/er").mkdir(parents=True)
    return tmp_path / "root"


@pytest.mark.security("S4")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", PLACES)
async def test_what_is_made_of_it_is_undone_and_told(kind: Wanted, place: str, root: Path) -> None:
    inside, left = sandboxed(root, kind=kind), list[str]()
    async with Bash(root, root.with_name("logs"), os.environ, confinement=inside, spare=True) as bash:
        for name in MADE:
            file = root / place / name
            context = FakeCallContext()
            got = await bash.run({"command": f"mkdir -p {file.parent}; echo x > {file}; touch {place}other"}, context)
            told = name.rpartition("/")[2] in got.content and "That was undone" in got.content and got.is_error
            left += [] if told and len(context.wanted) == 1 and not file.exists() else [name]
    assert (left, (root / place / "other").exists()) == ([], True)


@pytest.mark.security("S4")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "way", ["ln -s /etc/hostname {0}", "echo x > a; mv a {0}", "echo x > a; ln a {0}", "(echo x > {0}) & wait"]
)
async def test_no_way_of_making_it_goes_unnoticed(kind: Wanted, way: str, root: Path) -> None:
    inside = sandboxed(root, kind=kind)
    async with Bash(root, root.with_name("logs"), os.environ, confinement=inside) as bash:
        got = await ran(bash, way.format("deep/.mcp.json"))
    assert (got.is_error, names(root / "deep")) == (True, ["er"])


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


@pytest.mark.parametrize("kind", KINDS)
async def test_what_a_person_lets_stand_stands(kind: Wanted, root: Path) -> None:
    inside, context = sandboxed(root, kind=kind), FakeCallContext(decisions=[Decide(id="1", allow=True)])
    async with Bash(root, root.with_name("logs"), os.environ, confinement=inside) as bash:
        got = await bash.run({"command": "mkdir deep/.vscode; echo '{}' > deep/.vscode/tasks.json"}, context)
    assert (got.is_error, (root / "deep/.vscode/tasks.json").read_text()) == (False, "{}\n")
    assert "the person let that stand" in got.content


@pytest.mark.parametrize("kind", KINDS)
async def test_what_was_there_is_put_back_with_its_mode_also_after_a_timeout(kind: Wanted, root: Path) -> None:
    hook = root / "deep/.husky/pre-commit"
    hook.parent.mkdir()
    hook.write_text("as it was")
    hook.chmod(0o750)
    inside = sandboxed(root, kind=kind)
    async with Bash(root, root.with_name("logs"), os.environ, confinement=inside) as bash:
        for command in ("echo x > deep/.husky/pre-commit", "rm -r deep/.husky", "chmod 777 deep/.husky/pre-commit"):
            await ran(bash, f"{command}; sleep 60", timeout=400)
            assert (hook.read_text(), hook.stat().st_mode & 0o777) == ("as it was", 0o750)


@pytest.mark.parametrize("kind", KINDS)
async def test_repositories_can_be_made_and_cloned(kind: Wanted, root: Path) -> None:
    inside, context = sandboxed(root, kind=kind), FakeCallContext()
    async with Bash(root, root.with_name("logs"), os.environ, confinement=inside) as bash:
        line = "git init -q one && git -C one commit -q --allow-empty -m zero && git clone -q one deep/two"
        made = await bash.run({"command": line}, context)
        bad = await bash.run({"command": "git -C one config core.fsmonitor /bin/true"}, context)
    assert (made.is_error, bad.is_error, len(context.wanted)) == (False, True, 1)
    assert "fsmonitor" not in (root / "one/.git/config").read_text()


async def test_nothing_is_put_back_through_a_link(tmp_path: Path, root: Path) -> None:
    beyond = tmp_path / "beyond"
    (beyond / ".vscode").mkdir(parents=True)
    (root / "deep/.vscode").mkdir()
    (root / "deep/.vscode/tasks.json").write_text("mine")
    async with Bash(root, tmp_path / "logs", os.environ, confinement=sandboxed(root)) as bash:
        got = await ran(bash, f"mv deep away; ln -s {beyond} deep")
    assert (got.is_error, content([beyond])) == (True, {})


def test_what_is_too_large_to_keep_is_told_and_left(root: Path) -> None:
    large = root / ".mcp.json"
    large.write_bytes(b"x" * (MOST_BYTES + 1))
    watch = Watch((str(root),))
    held = watch.look()
    large.chmod(0o600)
    assert (list(watch.undo(held)), large.stat().st_size) == ([str(large)], MOST_BYTES + 1)


def test_only_so_many_folders_are_looked_at_and_the_nearest_first(root: Path) -> None:
    for number in range(MOST_FOLDERS + 10):
        (root / "many" / str(number) / "below").mkdir(parents=True)
    watch = Watch((str(root),))
    held = watch.look()
    for place in (root, root / "many", root / "many/5/below"):
        (place / ".mcp.json").write_text("{}")
    assert sorted(watch.undo(held)) == [str(root / ".mcp.json"), str(root / "many/.mcp.json")]


def test_what_stands_in_folders_of_others_is_passed_over(root: Path) -> None:
    (root / "node_modules/one").mkdir(parents=True)
    watch = Watch((str(root),))
    held = watch.look()
    (root / "node_modules/one/.npmrc").write_text("x")
    assert watch.undo(held) == {}


def test_what_was_taken_back_is_copied_whatever_its_name_and_told_where_it_cannot_be(tmp_path: Path) -> None:
    names = ("n" * 255, "\u00e9" * 127, "short")
    made = {f"/w/.vscode/{name}": Kept(is_link=False, mode=0o600, content=name.encode()) for name in names}
    copies = dict(copied({**made, "/w/.envrc": None}, tmp_path / "kept"))
    assert copies.pop("/w/.envrc") == ""
    assert [Path(copy).read_text() for copy in copies.values()] == list(names)
    (tmp_path / "file").write_text("no folder")
    assert copied(made, tmp_path / "file") == dict.fromkeys(made, "")
