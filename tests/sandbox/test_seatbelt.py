"""What a profile for Seatbelt lets pass, judged by its rules: the program that puts it into force is macOS's alone."""

import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import pytest

from heartbit_tui.permissions import workspace
from heartbit_tui.permissions.sandbox import Absent, Grounds, find, grounds
from heartbit_tui.permissions.sandbox.confinement import Confinement, Profiled
from heartbit_tui.permissions.sandbox.plan import plan, seen
from heartbit_tui.permissions.sandbox.probe import profiled
from heartbit_tui.permissions.sandbox.seatbelt import PROGRAM, profile
from heartbit_tui.permissions.sandbox.types import Active, Seatbelt

Expression: TypeAlias = "str | list[Expression]"
_TOKEN = re.compile(r'[()]|"(?:[^"\\]|\\.)*"|[^\s()"]+')


def parsed(text: str) -> list[Expression]:
    """The rules of a profile as nested lists; strings keep their quotation mark in front."""
    stack: list[list[Expression]] = [[]]
    for token in _TOKEN.findall(text):
        if token == "(":
            stack.append([])
        elif token == ")":
            done = stack.pop()
            stack[-1].append(done)
        else:
            stack[-1].append('"' + re.sub(r"\\(.)", r"\1", token[1:-1]) if token[0] == '"' else token)
    assert len(stack) == 1
    return stack[0]


def allows(rules: list[Expression], operation: str, path: str = "") -> bool:
    """What the last rule says that fits, for an operation on a path."""
    allowed = False
    for rule in rules:
        assert isinstance(rule, list)
        what, *rest = rule
        operations = [each for each in rest if isinstance(each, str)]
        filters = [each for each in rest if isinstance(each, list)]
        about = any(_is_about(name, operation) for name in operations)
        if what in ("allow", "deny") and about and (not filters or any(fits(each, path) for each in filters)):
            allowed = what == "allow"
    return allowed


def _is_about(name: str, operation: str) -> bool:
    return name in ("default", operation) or (name.endswith("*") and operation.startswith(name[:-1]))


def fits(given: list[Expression], path: str) -> bool:
    kind, value = given[0], given[1]
    assert isinstance(value, str)
    text = value.removeprefix('"')
    match kind:
        case "literal":
            return path == text
        case "subpath":
            return path == text or path.startswith(f"{text}/")
        case "regex":
            return re.search(text, path) is not None
        case _:
            return f"{kind} {text}" == path


@pytest.fixture
def ground(tmp_path: Path) -> Grounds:
    home = tmp_path / "home"
    for folder in ('a "strange" (one)/.git/hooks', ".ssh", "own"):
        (home / folder).mkdir(parents=True)
    root = home / 'a "strange" (one)'
    (root / ".git/config").write_text("")
    held = workspace([str(root)], home=str(home), guarded=[str(home / "own")])
    return grounds(held, {"PATH": "/usr/bin"}, writable=(), network=False)


def rules(ground: Grounds, *, network: bool = False) -> list[Expression]:
    made = Grounds(
        roots=ground.roots, guarded=ground.guarded, hidden=ground.hidden, temporary="/private/t", network=network
    )
    return parsed(profile(plan(made, seen), made.guarded))


@pytest.mark.parametrize(
    ("path", "readable", "changeable"),
    [
        ("{root}/file", True, True),
        ("{root}/deep/er/file", True, True),
        ("{root}/.git/index", True, True),
        ("{root}/new/.git/config", True, True),
        ("/private/t/x", True, True),
        ("{root}/.git/config", True, False),
        ("{root}/.git/hooks/pre-commit", True, False),
        ("{root}/.mcp.json", True, False),
        ("{root}/deep/.mcp.json", True, False),
        ("{root}/.MCP.json", True, False),
        ("{root}/HEARTBEAT.md", True, False),
        ("{root}/deep/.vscode/tasks.json", True, False),
        ("{root}/.heartbit", True, False),
        ("{root}/not.mcp.json", True, True),
        ("{root}/xmcpyjson", True, True),
        ("{root}beside/file", True, False),
        ("{home}/file", True, False),
        ("{home}/own/config.toml", True, False),
        ("{home}/.ssh/id_rsa", False, False),
        ("/etc/hosts", True, False),
        ("/private/tmp/x", True, False),
    ],
)
def test_a_profile_lets_change_what_the_plan_says(path: str, readable: bool, changeable: bool, ground: Grounds) -> None:
    root = ground.roots[0]
    place = path.format(root=root, home=str(Path(root).parent))
    held = rules(ground)
    assert (allows(held, "file-read-data", place), allows(held, "file-write-create", place)) == (readable, changeable)


def test_the_workspace_and_its_repository_keep_their_places(ground: Grounds) -> None:
    held = rules(ground)
    for place in (ground.roots[0], f"{ground.roots[0]}/.git"):
        assert not allows(held, "file-write-unlink", place)
    assert allows(held, "file-write-unlink", f"{ground.roots[0]}/file")


@pytest.mark.parametrize("operation", ["network-outbound", "network-inbound", "network-bind"])
def test_nothing_connects_unless_the_network_is_allowed_and_then_to_no_service_of_the_system(
    operation: str, ground: Grounds
) -> None:
    assert not any(
        allows(rules(ground), operation, place) for place in ("remote ip", "local ip", "/var/run/docker.sock")
    )
    held = rules(ground, network=True)
    assert any(allows(held, operation, place) for place in ("remote ip", "local ip"))
    assert not allows(held, operation, "/var/run/docker.sock")


@pytest.mark.parametrize(
    "operation", ["mach-register", "iokit-open", "appleevent-send", "system-privilege", "job-creation"]
)
def test_what_no_rule_names_is_denied(operation: str, ground: Grounds) -> None:
    assert not allows(rules(ground, network=True), operation)
    assert not allows(rules(ground, network=True), "mach-lookup", "global-name com.apple.coreservices.launchservicesd")


def test_no_rule_without_a_place_lets_change_or_connect(ground: Grounds) -> None:
    for bare in (Grounds(roots=()), ground):
        wide = [rule for rule in rules(bare, network=True) if _is_wide(rule)]
        assert wide == []


def _is_wide(rule: Expression) -> bool:
    words = list(_words(rule))
    about = any(word.startswith(("file-write", "network", "mach")) for word in words)
    return words[0] == "allow" and about and all(isinstance(each, str) for each in rule)


def _words(rule: Expression) -> Iterator[str]:
    yield from (each for each in rule if isinstance(each, str))


def test_a_command_is_given_the_profile_and_its_temporary_folder(ground: Grounds, tmp_path: Path) -> None:
    active = Active(name="seatbelt", mechanism=Seatbelt())
    arranged = Confinement(active, ground, temporary=str(tmp_path)).arranged()
    assert isinstance(arranged, Profiled)
    assert arranged == Confinement(active, ground, temporary=str(tmp_path)).arranged()
    told: list[object] = []

    def launch(command: Sequence[str], more: Mapping[str, str]) -> subprocess.Popen[bytes]:
        told.extend((command, more))
        return subprocess.Popen(("true",))

    with arranged.start(("bash",), -1, launch):
        assert told == [(PROGRAM, "-p", profile(arranged.plan, arranged.kept), "bash"), {"TMPDIR": str(tmp_path)}]


def test_a_program_that_restricts_nothing_is_no_sandbox(tmp_path: Path) -> None:
    fake = tmp_path / "sandbox-exec"
    fake.write_text('#!/bin/sh\nshift 2\nexec "$@"\n')
    fake.chmod(0o755)
    assert profiled(str(fake)) == Absent(reason=f"{fake} does not hold here: it ended with 0")
    assert isinstance(profiled(str(tmp_path / "none")), Absent)


def test_linux_has_no_seatbelt() -> None:
    assert find({"PATH": "/usr/bin"}, (), "seatbelt") == Absent(reason="heartbit has no sandbox for linux by Seatbelt")
