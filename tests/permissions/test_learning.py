"""What a person's answers teach: narrow rules, kept in a file that several processes share."""

import tomllib
from pathlib import Path

import pytest

from heartbit_tui.config.locked import LockedFile
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.kernel.ops import Decide, Mode, Scope
from heartbit_tui.kernel.protocols import Action, Allow, Ask, Deny, Effects
from heartbit_tui.permissions import Rule, RuleGate, UnlearnableError, parse
from heartbit_tui.permissions.learned import Memory, rules_of, with_rule
from tests.permissions.calls import action, bash, fetch, gate, read, write
from tests.writers import together

SEED = '[[rules]]\ntool = "bash"\npattern = "*"\naction = "allow"\n'


def memory(tmp_path: Path) -> Memory:
    return Memory(LockedFile(tmp_path / "deep" / "er" / "permissions.toml"))


def yes(scope: Scope, pattern: str = "", *, allow: bool = True) -> Decide:
    return Decide(id="a1", allow=allow, scope=scope, pattern=pattern)


def proposal(checked: RuleGate, call: Action) -> str:
    verdict = checked.decide(call, Mode.ASK)
    return verdict.proposal if isinstance(verdict, Ask) else "-"


def test_the_proposal_is_the_narrowest_rule(tmp_path: Path) -> None:
    root = tmp_path / "w"
    checked = gate(root)
    (root / "src").mkdir()
    (root / "away").symlink_to(tmp_path)
    several = action("patch", Effects.WRITE, ("write", f"{root}/src/a.py"), ("write", f"{root}/src/b/c.py"))
    apart = action("patch", Effects.WRITE, ("write", f"{root}/src/a.py"), ("write", f"{root}/x.py"))
    found = {
        "command": proposal(checked, bash("pytest -q  x")),
        "file": proposal(checked, write(root / "src/a.py")),
        "files": proposal(checked, several),
        "files apart": proposal(checked, apart),
        "outside": proposal(checked, read(tmp_path / "home/notes.md")),
        "link out": proposal(checked, read(root / "away/x")),
        "host": proposal(checked, fetch("https://Example.com/a?b")),
        "protected": proposal(checked, write(root / ".git/config")),
        "unknown tool": proposal(checked, action("remote", Effects.WRITE, a="b")),
    }
    assert found == {
        "command": "bash(pytest -q  x)",
        "file": "write(src/a.py)",
        "files": "patch(src/**)",
        "files apart": "patch(**)",
        "outside": "read(~/notes.md)",
        "link out": "",
        "host": "webfetch(domain:example.com)",
        "protected": "",
        "unknown tool": "remote",
    }


@pytest.mark.security("P11", n=4)
@pytest.mark.parametrize("scope", ["session", "project", "user"])
async def test_always_means_this_and_nothing_else(tmp_path: Path, scope: Scope) -> None:
    """Even where a rule of the configuration asks, and even for a command with stars in it."""
    root = tmp_path / "w"
    checked = gate(root, parse("*", "ask"), memory=memory(tmp_path))
    calls = (bash("ls *.py"), write(root / "a*.py"), fetch("https://example.com/x"), read(tmp_path / "o"))
    for call in calls:
        await checked.learn(call, yes(scope))
    assert [type(checked.decide(call, Mode.ASK)) for call in calls] == [Allow] * 4
    others = (bash("ls a.py"), write(root / "ab.py"), fetch("https://example.org/x"), read(tmp_path / "p"))
    assert [type(checked.decide(call, Mode.ASK)) for call in others] == [Ask] * 4


async def test_approving_a_status_does_not_allow_a_removal(tmp_path: Path) -> None:
    checked = gate(tmp_path / "w", memory=memory(tmp_path))
    await checked.learn(bash("git status"), yes("user"))
    assert isinstance(checked.decide(bash("git status; rm -rf y"), Mode.ASK), Ask)


async def test_a_learned_denial_holds(tmp_path: Path) -> None:
    checked = gate(tmp_path / "w", parse("bash(ls)", "allow"), memory=memory(tmp_path))
    await checked.learn(bash("ls"), yes("user", allow=False))
    assert isinstance(checked.decide(bash("ls"), Mode.YOLO), Deny)


async def test_no_learned_rule_lifts_a_deny(tmp_path: Path) -> None:
    checked = gate(tmp_path / "w", parse("bash(rm *)", "deny"), memory=memory(tmp_path))
    await checked.learn(bash("rm x"), yes("user"))
    assert isinstance(checked.decide(bash("rm x"), Mode.ASK), Deny)


async def test_an_edited_pattern_is_what_is_learned(tmp_path: Path) -> None:
    root = tmp_path / "w"
    checked = gate(root, memory=memory(tmp_path))
    await checked.learn(write(root / "src/a.py"), yes("user", "edit(src/**)"))
    assert isinstance(checked.decide(write(root / "src/b.py"), Mode.ASK), Allow)


@pytest.mark.parametrize("pattern", ["bash(git *)", "bash", "*", "read(src)", "bash("])
async def test_an_edit_that_would_not_do_what_it_says_is_refused(tmp_path: Path, pattern: str) -> None:
    checked = gate(tmp_path / "w", memory=memory(tmp_path))
    with pytest.raises((UnlearnableError, ConfigError)):
        await checked.learn(bash("git status"), yes("user", pattern))
    assert memory(tmp_path).load() == ()


async def test_nothing_is_learned_about_protected_files(tmp_path: Path) -> None:
    checked = gate(tmp_path / "w", memory=memory(tmp_path))
    with pytest.raises(UnlearnableError):
        await checked.learn(write(tmp_path / "w/.git/config"), yes("session"))


async def test_once_leaves_nothing_behind(tmp_path: Path) -> None:
    checked = gate(tmp_path / "w", memory=memory(tmp_path))
    await checked.learn(bash("make"), yes("once"))
    assert isinstance(checked.decide(bash("make"), Mode.ASK), Ask)


async def test_scopes_reach_as_far_as_they_say(tmp_path: Path) -> None:
    """A later gate in the same project, and one in another."""
    for scope in ("session", "project", "user"):
        await gate(tmp_path / "w", memory=memory(tmp_path)).learn(bash(scope), yes(scope))
    here, there = (gate(tmp_path / name, memory=memory(tmp_path)) for name in ("w", "other"))
    reach = {
        scope: [type(checked.decide(bash(scope), Mode.ASK)) for checked in (here, there)]
        for scope in ("session", "project", "user")
    }
    assert reach == {"session": [Ask, Ask], "project": [Allow, Ask], "user": [Allow, Allow]}


def test_the_file_is_the_seeds_file(tmp_path: Path) -> None:
    kept = memory(tmp_path)
    assert kept.load() == ()
    kept.add(Rule(tool="bash", pattern="*", action="allow"))
    path = tmp_path / "deep/er/permissions.toml"
    assert path.read_text() == SEED
    assert path.stat().st_mode & 0o777 == 0o600
    assert [(rule.tool, rule.pattern, rule.action) for rule in memory(tmp_path).load()] == [("bash", "*", "allow")]


def test_a_rule_is_added_once_but_another_action_is_another_rule(tmp_path: Path) -> None:
    kept = memory(tmp_path)
    for ruling in ("allow", "allow", "deny", "allow"):
        kept.add(Rule(tool="bash", pattern="ls", action=ruling))
    assert [rule.action for rule in kept.load()] == ["allow", "deny"]


def test_what_a_person_wrote_into_the_file_stays(tmp_path: Path) -> None:
    text = '# mine\n[[rules]]\ntool = "read" # all\naction = "allow"'
    longer = with_rule(text, Rule(tool="bash", pattern='echo "\\" \n', action="allow"), source="p")
    assert longer.startswith(text)
    assert [rule.pattern for rule in rules_of(longer, source="p")] == ["*", 'echo "\\" \n']


def test_rules_in_an_inline_array_are_kept(tmp_path: Path) -> None:
    text = 'rules = [{tool = "read", action = "allow"}]'
    longer = with_rule(text, Rule(tool="bash", pattern="ls", action="deny"), source="p")
    assert [str(rule) for rule in rules_of(longer, source="p")] == ["read", "bash(ls)"]


@pytest.mark.parametrize(
    "broken", ["rules = [", '[[rules]]\ntool = "x"', "rules = 3", '[[rules]]\ntool="x"\naction="maybe"']
)
def test_a_file_that_cannot_be_understood_is_never_overwritten(tmp_path: Path, broken: str) -> None:
    path = tmp_path / "permissions.toml"
    path.write_text(broken)
    kept = Memory(LockedFile(path))
    with pytest.raises(ConfigError, match=r"permissions\.toml"):
        kept.load()
    with pytest.raises(ConfigError, match=r"permissions\.toml"):
        kept.add(Rule(tool="bash", pattern="ls", action="allow"))
    assert path.read_text() == broken


WRITER = """
import sys
from pathlib import Path
from heartbit_tui.config.locked import LockedFile
from heartbit_tui.permissions import Rule
from heartbit_tui.permissions.learned import Memory
folder, name = Path(sys.argv[1]), sys.argv[2]
files = [Memory(LockedFile(folder / f"{number}.toml")) for number in range(10)]
print("ready", flush=True)
sys.stdin.readline()
for number in range(500):
    files[number % 10].add(Rule(tool="bash", pattern=f"{name} {number}", action="allow"))
"""


@pytest.mark.slow
@pytest.mark.security("K31")
def test_no_rule_is_lost_between_two_writers(tmp_path: Path) -> None:
    """1,000 writes of two processes that start together; ten files, because every write reads its whole file."""
    assert together(WRITER, (str(tmp_path), "a"), (str(tmp_path), "b")) == [(0, ""), (0, "")]
    kept = [tomllib.loads((tmp_path / f"{number}.toml").read_text())["rules"] for number in range(10)]
    found = sorted(rule["pattern"] for rules in kept for rule in rules)
    assert found == sorted(f"{name} {number}" for name in ("a", "b") for number in range(500))
    orders = {"".join(rule["pattern"][0] for rule in rules) for rules in kept}
    assert any("ab" in order and "ba" in order for order in orders)
    print(f"two writers: 0 of {len(found)} writes lost")
