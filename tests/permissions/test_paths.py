"""Where paths really lead: no spelling of a path outside the workspace counts as inside."""

import itertools
import os
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from heartbit_tui.kernel.ops import Mode
from heartbit_tui.kernel.protocols import Action, Allow, Ask, Deny, Effects
from heartbit_tui.permissions import parse, workspace
from tests.permissions.calls import action, gate, place, read, write

TARGETS = ("etc/passwd", "etc/shadow", "root/.profile", "proc/self/environ", "windows/win.ini")
DOTS = ("..", "%2e%2e", "%2E.", ".%2e", "%252e%252e", "./..", "..//", "x/../..")
SLASHES = ("/", "//", "%2f", "%252f", "\\", "%5c", "/./")
SIBLINGS = ("-evil", "2", ".bak", "_", " ", "~", "s", "%2e", "\u200b", "..", "-old/x", "A")


def traversals(root: str) -> list[str]:
    """Absolute paths below the root as a tool would hand them over, all leading out of it."""
    climbs = [
        f"{root}/{slash.join([dots] * depth)}{slash}{target}"
        for dots, slash, depth, target in itertools.product(DOTS, SLASHES, (3, 12), TARGETS)
    ]
    straight = [f"/{target}" for target in TARGETS] + [f"//{target}" for target in TARGETS]
    magic = [f"/proc/self/root/{target}" for target in TARGETS] + [f"/proc/self/cwd/../{target}" for target in TARGETS]
    home = [f"{root}/~/.ssh/id_rsa", f"{root}/~/x", f"{root}/{quote('~')}/x"]
    return climbs + straight + magic + home


@pytest.mark.security("F1")
def test_no_traversal_counts_as_inside(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    root = tmp_path / "deep" / "w"
    space = place(root)
    cases = traversals(str(root))
    assert [path for path in cases if space.is_inside(path)] == []
    assert len(cases) >= 583
    record_property("cases", len(cases))


def test_no_traversal_passes_in_a_mode_that_keeps_to_the_workspace(tmp_path: Path) -> None:
    root = tmp_path / "deep" / "w"
    checked = gate(root)
    modes = (Mode.ASK, Mode.ACCEPT_EDITS, Mode.PLAN, Mode.AUTO)
    passed = [
        (path, mode)
        for path in traversals(str(root))
        for mode in modes
        for call in (read(path), write(path))
        if isinstance(checked.decide(call, mode), Allow)
    ]
    assert passed == []


@pytest.mark.security("F2")
def test_a_folder_beside_the_root_is_not_in_it(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    roots = [tmp_path / name for name in ("app", "a b", "x.y", "deep/er/app", "α")]
    cases = 0
    for root in roots:
        space = place(root)
        for sibling, rest in itertools.product(SIBLINGS, ("", "/secret", "/a/b", "/../app-evil/x")):
            path = f"{root}{sibling}{rest}"
            inside = os.path.realpath(path) == str(root) or os.path.realpath(path).startswith(f"{root}/")
            assert space.is_inside(path) is False or inside, path
            cases += 1
    assert cases >= 200
    record_property("cases", cases)


def test_the_root_of_the_file_system_can_be_a_workspace() -> None:
    assert workspace(["/"], home="/root").is_inside("/etc/hosts")


@pytest.mark.security("F3")
def test_links_count_as_what_they_lead_to(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    root, outside = tmp_path / "w", tmp_path / "outside"
    outside.mkdir()
    checked = gate(root)
    (root / "link").symlink_to(outside)
    (root / "missing").symlink_to(tmp_path / "not-there")
    (root / "loop").symlink_to(root / "loop")
    (root / "fine").symlink_to(root)
    (root / "up").symlink_to("..")
    outwards = ("link/new.txt", "link/a/b/new.txt", "missing", "missing/x", "up/outside/x", "fine/link/x")
    record_property("cases", len(outwards))
    assert {name: type(checked.decide(write(root / name), Mode.ACCEPT_EDITS)) for name in outwards} == dict.fromkeys(
        outwards, Ask
    )
    assert isinstance(checked.decide(write(root / "fine/new.txt"), Mode.ACCEPT_EDITS), Allow)


def test_a_workspace_that_is_a_link_itself_works_under_both_names(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    checked = gate(tmp_path / "link", parse("edit(src/**)", "allow"))
    both = [write(tmp_path / name / "src/a.py") for name in ("link", "real")]
    assert [type(checked.decide(call, Mode.ASK)) for call in both] == [Allow, Allow]


def test_an_allow_does_not_follow_a_link_out(tmp_path: Path) -> None:
    """Both the name and where it leads have to fit."""
    root = tmp_path / "w"
    checked = gate(root, parse("edit(src/**)", "allow"))
    (tmp_path / "outside").mkdir()
    (root / "src").symlink_to(tmp_path / "outside")
    assert isinstance(checked.decide(write(root / "src/a.py"), Mode.ASK), Ask)


def test_a_deny_follows_links_in_both_directions(tmp_path: Path) -> None:
    root, vault = tmp_path / "w", tmp_path / "vault"
    vault.mkdir()
    checked = gate(root, parse("read(secrets/**)", "deny"), parse(f"read({tmp_path}/vault2/**)", "deny"))
    (root / "secrets").symlink_to(vault)
    (tmp_path / "vault2").mkdir()
    (root / "alias").symlink_to(tmp_path / "vault2")
    denied = (root / "secrets/a", vault / "a", root / "alias/a", root / "secrets", vault)
    assert [type(checked.decide(read(path), Mode.YOLO)) for path in denied] == [Deny] * 5


DENY_SPELLINGS = ("secrets", "secrets/", "./secrets", "secrets/**", "secrets/*", "**/secrets/**", "{root}/secrets/")
PATH_SPELLINGS = (
    "secrets/key",
    "secrets/key/",
    "secrets//key",
    "./secrets/./key",
    "x/../secrets/key",
    "secrets/deep/er/key",
    "secrets/%2e/key",
    "secr%65ts/key",
)


def test_no_spelling_slips_past_a_denied_folder(tmp_path: Path) -> None:
    """A trailing slash in the rule or in the path changes nothing."""
    root = tmp_path / "w"
    cases = 0
    for rule, path, tool in itertools.product(DENY_SPELLINGS, PATH_SPELLINGS, ("read", "grep", "glob", "list")):
        checked = gate(root, parse(f"read({rule.format(root=root)})", "deny"))
        call = action(tool, Effects.READ, ("read", f"{root}/{path}"))
        assert isinstance(checked.decide(call, Mode.YOLO), Deny), (rule, path, tool)
        cases += 1
    assert cases >= 200
    print(f"denied folder: {cases} of {cases} denied")


def test_denying_an_edit_denies_every_tool_that_writes(tmp_path: Path) -> None:
    """So does moving the denied file: both its names are touched."""
    root = tmp_path / "w"
    checked = gate(root, parse("Edit(keep.txt)", "deny"))
    move = action("patch", Effects.WRITE, ("write", f"{root}/keep.txt"), ("write", f"{root}/free.txt"))
    calls: tuple[Action, ...] = (move, *(write(root / "keep.txt", tool=tool) for tool in ("edit", "write", "patch")))
    assert [type(checked.decide(call, Mode.YOLO)) for call in calls] == [Deny] * 4
    assert isinstance(checked.decide(read(root / "keep.txt"), Mode.ASK), Allow)


def test_home_is_understood_in_rules(tmp_path: Path) -> None:
    checked = gate(tmp_path / "w", parse("read(~/.config/**)", "deny"), parse("read($HOME/notes/*)", "allow"))
    home = tmp_path / "home"
    assert isinstance(checked.decide(read(home / ".config/a"), Mode.YOLO), Deny)
    assert isinstance(checked.decide(read(home / "notes/a"), Mode.ASK), Allow)


def test_every_path_of_a_call_has_to_be_allowed(tmp_path: Path) -> None:
    root = tmp_path / "w"
    checked = gate(root, parse("edit(src/**)", "allow"), parse("edit(docs/**)", "allow"))
    both = action("patch", Effects.WRITE, ("write", f"{root}/src/a"), ("write", f"{root}/docs/b"))
    more = action("patch", Effects.WRITE, ("write", f"{root}/src/a"), ("write", f"{root}/setup.py"))
    assert [type(checked.decide(call, Mode.ASK)) for call in (both, more)] == [Allow, Ask]


def test_what_a_file_contains_is_not_taken_for_a_path(tmp_path: Path) -> None:
    root = tmp_path / "w"
    checked = gate(root, parse("write(src/*)", "allow"), parse("write(*.env*)", "deny"))
    call = action("write", Effects.WRITE, ("write", f"{root}/setup.py"), path="setup.py", content="src/x and .env")
    assert isinstance(checked.decide(call, Mode.ASK), Ask)


PROTECTED = (
    ".git/config",
    ".git/hooks/pre-commit",
    ".git",
    ".heartbit/config.toml",
    ".heartbit/skills/x/SKILL.md",
    "heartbit.toml",
    ".mcp.json",
    "HEARTBEAT.md",
    "HEARTBIT.md",
    ".claude/skills/x/SKILL.md",
    ".agents/skills/x/SKILL.md",
    ".bashrc",
    ".zshrc",
    ".profile",
    ".envrc",
    ".gitmodules",
    ".vscode/tasks.json",
    ".husky/pre-commit",
)


@pytest.mark.security("F4")
@pytest.mark.parametrize("exists", [True, False])
def test_protected_files_are_asked_about_in_every_mode_that_writes(
    tmp_path: Path, exists: bool, record_property: Callable[[str, object], None]
) -> None:
    root, cases = tmp_path / "w", 0
    allows = (parse("edit", "allow"), parse("*", "allow"), parse("edit(**)", "allow"))
    checked = gate(root, *allows)
    for name, below, form in itertools.product(PROTECTED, ("", "sub/", "a/b/"), (str, str.upper)):
        path = root / below / form(name)
        if exists and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        for mode in (Mode.ASK, Mode.ACCEPT_EDITS, Mode.AUTO, Mode.YOLO):
            verdict = checked.decide(write(path), mode)
            assert isinstance(verdict, Ask), (path, mode)
            assert verdict.proposal == ""
            cases += 1
    assert cases >= 400
    record_property("cases", cases)


def test_a_link_to_a_protected_file_is_protected(tmp_path: Path) -> None:
    root = tmp_path / "w"
    checked = gate(root)
    (root / ".git").mkdir()
    (root / "plain").symlink_to(root / ".git")
    assert isinstance(checked.decide(write(root / "plain/config"), Mode.ACCEPT_EDITS), Ask)


def test_a_workspace_below_a_protected_name_stays_usable(tmp_path: Path) -> None:
    root = tmp_path / ".claude" / "w"
    assert isinstance(gate(root).decide(write(root / "a.py"), Mode.ACCEPT_EDITS), Allow)


def test_the_folders_of_heartbit_itself_are_protected(tmp_path: Path) -> None:
    """Even when the whole home folder is the workspace."""
    space = workspace([str(tmp_path)], home=str(tmp_path), guarded=[str(tmp_path / "settings")])
    assert space.protected(str(tmp_path / "settings/permissions.toml"))
    assert not space.protected(str(tmp_path / "settings-of-mine/x"))


def test_a_walking_tool_can_ask_what_is_hidden_from_it(tmp_path: Path) -> None:
    root = tmp_path / "w"
    checked = gate(root, parse("read(.env*)", "deny"), parse("read(secrets/**)", "deny"))
    names = (".env", "a/.env.local", "secrets/x", "src/a.py", "environment.py")
    assert {name: checked.hides(str(root / name), "grep") for name in names} == {
        ".env": True,
        "a/.env.local": True,
        "secrets/x": True,
        "src/a.py": False,
        "environment.py": False,
    }
