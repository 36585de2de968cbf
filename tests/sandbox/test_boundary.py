"""S1: nothing that a command tries changes anything outside of the workspace, nor what decides what runs."""

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from heartbit_tui.permissions.sandbox import Wanted
from heartbit_tui.tools.bash import Bash
from tests.headless.machine import ROOT
from tests.sandbox.attempts import ALTERING, DECIDING, DEVIOUS, DIRECT
from tests.sandbox.ground import KINDS, ran, sandboxed

Record = Callable[[str, object], None]
GUARDED = (".git/hooks", ".git/config", ".mcp.json", ".heartbit", ".vscode")


@pytest.fixture
def outside() -> Iterator[Path]:
    """A folder that a sandbox can see, unlike one below /tmp."""
    cache = ROOT / ".pytest_cache"
    cache.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="outside-", dir=cache) as made:
        yield filled(Path(made))


def filled(folder: Path) -> Path:
    (folder / "sub").mkdir()
    (folder / "empty").mkdir()
    (folder / "victim").write_text("as it was\n")
    return folder


def as_it_was(outside: Path) -> dict[str, object]:
    """Its state, after the mode and the times of what can be altered were set anew."""
    (outside / "victim").chmod(0o600)
    os.utime(outside / "victim", (5, 5))
    return state(outside)


def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for folder in (".heartbit", ".vscode"):
        (root / folder).mkdir(parents=True)
    subprocess.run(("git", "init", "-q", root), check=True)
    for file in (".mcp.json", ".heartbit/config.toml", ".vscode/tasks.json"):
        (root / file).write_text("{}")
    return root


def worktree(tmp_path: Path) -> Path:
    """A second worktree of the repository of the project."""
    for words in (("commit", "-q", "--allow-empty", "-m", "zero"), ("worktree", "add", "-q", tmp_path / "tree")):
        subprocess.run(("git", "-C", tmp_path / "project", *words), check=True)
    return tmp_path / "tree"


def state(*folders: Path) -> dict[str, object]:
    """All that can be told from outside about what is in these folders."""
    found = [path for folder in folders for path in (folder, *sorted(folder.rglob("*")))]
    return {str(path): _told(path) for path in found}


def _told(path: Path) -> object:
    about = path.lstat()
    content = path.read_bytes() if path.is_file() else b""
    return (about.st_ino, about.st_mode, about.st_uid, about.st_nlink, about.st_mtime_ns, content)


@pytest.fixture
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    """A process outside of the sandbox."""
    process = subprocess.Popen(("sleep", f"1000.{os.getpid()}"), start_new_session=True)
    yield process
    process.kill()
    process.wait()


@pytest.mark.security("S1")
@pytest.mark.parametrize("kind", KINDS)
async def test_no_attempt_of_a_battery_leaves_a_marker_outside(
    kind: Wanted, tmp_path: Path, outside: Path, bystander: subprocess.Popen[bytes], record_property: Record
) -> None:
    root = project(tmp_path)
    before, came_through = state(outside), list[str]()
    inside = sandboxed(root, kind=kind)
    words = {"ws": root, "pid": bystander.pid, "word": f"1000.{os.getpid()}", "out": outside}
    async with Bash(root, tmp_path / "logs", os.environ, confinement=inside) as bash:
        for name, attempt in {**DIRECT, **DEVIOUS}.items():
            await ran(bash, written(attempt, words))
            after = state(outside)
            through = after != before or bystander.poll() is not None or (root / "through").exists()
            came_through += [name] if through else []
            before = as_it_was(outside) if name in ALTERING else after
    assert came_through == (list(ALTERING) if kind == "landlock" else [])
    assert (outside / "victim").read_text() == "as it was\n"
    record_property("cases", len({**DIRECT, **DEVIOUS}) - len(came_through))
    assert len({**DIRECT, **DEVIOUS}) >= 60


@pytest.mark.security("S4")
@pytest.mark.parametrize("kind", KINDS)
async def test_what_decides_what_runs_cannot_be_changed_in_the_workspace(kind: Wanted, tmp_path: Path) -> None:
    root, inside = project(tmp_path), sandboxed(tmp_path / "project", kind=kind)
    guarded = [root / name for name in GUARDED]
    before, came_through = content(guarded), list[str]()
    async with Bash(root, tmp_path / "logs", os.environ, confinement=inside, spare=True) as bash:
        for name, attempt in DECIDING.items():
            got = await ran(bash, written(attempt, {"ws": root}))
            came_through += [name] if content(guarded) != before or not got.is_error else []
    assert came_through == []


async def test_every_direct_attempt_comes_through_without_a_sandbox(tmp_path: Path) -> None:
    failed: list[str] = []
    async with Bash(tmp_path, tmp_path / "logs", os.environ) as bash:
        for count, (name, attempt) in enumerate(DIRECT.items()):
            place, root = tmp_path / f"out{count}", tmp_path / f"ws{count}"
            place.mkdir()
            root.mkdir()
            before = state(filled(place))
            await ran(bash, written(attempt, {"ws": root, "out": place}))
            failed += [name] if state(place) == before else []
    assert failed == []


@pytest.mark.parametrize("kind", KINDS)
async def test_the_workspace_its_repository_and_the_temporary_folder_can_be_changed(
    kind: Wanted, tmp_path: Path
) -> None:
    root, inside = project(tmp_path), sandboxed(tmp_path / "project", kind=kind)
    script = (
        "echo a > file && mkdir -p deep/er && git add -A && git commit -qm one && git checkout -q -b other && "
        "echo kept > ${TMPDIR:-/tmp}/between && echo x > /dev/null && mktemp >/dev/null && "
        "mkdir /dev/shm/$$ && rmdir /dev/shm/$$"
    )
    async with Bash(root, tmp_path / "logs", os.environ, confinement=inside) as bash:
        first, second = await ran(bash, script), await ran(bash, "cat ${TMPDIR:-/tmp}/between; git log --format=%s")
    assert (first.content, second.content) == (
        "(no output)\n\n(exit code: 0)",
        "kept\none\n\n(exit code: 0)",
    )


@pytest.mark.parametrize("kind", KINDS)
async def test_commits_work_in_a_worktree_whose_repository_lies_elsewhere(kind: Wanted, tmp_path: Path) -> None:
    main, root = project(tmp_path), worktree(tmp_path)
    hook, settings = main / ".git/hooks/pre-commit", main / ".git/config"
    before = settings.read_text()
    async with Bash(root, tmp_path / "logs", os.environ, confinement=sandboxed(root, kind=kind)) as bash:
        good = await ran(bash, "echo a > a && git add a && git commit -qm one && git log --format=%s")
        bad = await ran(bash, f"echo x > {hook}")
        worse = await ran(bash, "git config core.hooksPath /beyond")
    assert (good.content, bad.is_error, worse.is_error) == ("one\nzero\n\n(exit code: 0)", True, True)
    assert (hook.exists(), settings.read_text()) == (False, before)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_made_up_worktree_opens_nothing(kind: Wanted, tmp_path: Path, outside: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (root / ".git").write_text(f"gitdir: {outside}\n")
    async with Bash(root, tmp_path / "logs", os.environ, confinement=sandboxed(root, kind=kind)) as bash:
        got = await ran(bash, f"echo x > {outside}/new")
    assert (got.is_error, (outside / "new").exists()) == (True, False)


@pytest.mark.parametrize("kind", KINDS)
async def test_keys_in_the_home_folder_are_not_seen(kind: Wanted, tmp_path: Path) -> None:
    root, home = tmp_path / "project", tmp_path / "home"
    for folder in (root, home / ".ssh", home / ".aws"):
        folder.mkdir(parents=True)
    for secret in (".ssh/id_rsa", ".aws/credentials", ".netrc"):
        (home / secret).write_text("canary\n")
    (home / "open").write_text("to be read\n")
    environment = {**os.environ, "HOME": str(home)}
    inside = sandboxed(root, environment, kind=kind)
    async with Bash(root, tmp_path / "logs", environment, confinement=inside) as bash:
        got = await ran(bash, "cat ~/.ssh/* ~/.aws/* ~/.netrc; cat ~/open; touch ~/.ssh/new ~/open")
    assert ("canary" in got.content, "to be read" in got.content, got.is_error) == (False, True, True)


async def test_a_file_that_came_to_be_guarded_meanwhile_is_guarded_in_the_shell_that_was_started_ahead(
    tmp_path: Path,
) -> None:
    root = tmp_path / "project"
    root.mkdir()
    async with Bash(root, tmp_path / "logs", os.environ, confinement=sandboxed(root), spare=True) as bash:
        await ran(bash, "true")
        (root / ".mcp.json").write_text("{}")
        got = await ran(bash, "echo x > .mcp.json")
    assert (got.is_error, (root / ".mcp.json").read_text()) == (True, "{}")


@pytest.mark.parametrize("kind", KINDS)
async def test_what_was_refused_is_explained(kind: Wanted, tmp_path: Path, outside: Path) -> None:
    if outside.is_relative_to("/tmp"):
        pytest.skip("a sandbox does not see the folder that this checkout lies in")
    root = project(tmp_path)
    inside = sandboxed(root, kind=kind)
    async with Bash(root, tmp_path / "logs", os.environ, confinement=inside) as bash:
        refused = await ran(bash, f"echo x > {outside}/new")
        plain = await ran(bash, "echo no; exit 3")
    assert f"(This ran in a sandbox ({inside.name}): it may change files only in the workspace" in refused.content
    assert plain.content == "no\n\n(exit code: 3)"


def written(attempt: str, words: Mapping[str, object]) -> str:
    """The attempt with what its names in braces stand for; other braces stay."""
    for name, word in words.items():
        attempt = attempt.replace(f"{{{name}}}", str(word))
    return attempt


def content(places: list[Path]) -> dict[str, object]:
    """What the files hold, wherever they are now."""
    files = [path for place in places for path in (place, *sorted(place.rglob("*"))) if path.is_file()]
    return {str(path): path.read_bytes() for path in files}
