"""What a project may not decide before a person trusts it."""

import json
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from heartbit_tui.config import dotenv, load
from heartbit_tui.config.changes import since
from heartbit_tui.config.files import PROJECT_FILES
from heartbit_tui.config.locked import LockedFile
from heartbit_tui.config.trust import TrustStore
from heartbit_tui.config.watched import WATCHED, Further, contents, fingerprint, folders_between
from heartbit_tui.kernel.errors import ConfigError
from tests.config.texts import project, user
from tests.skills.folders import put

NOW = datetime(2026, 1, 1, tzinfo=UTC)
AGENT = "[[agents]]\nname='a'\ndescription='d'\nsystem_prompt='s'\n"
WIDENING = (
    "mode = 'yolo'",
    "mode = 'accept-edits'",
    "mode = 'auto'",
    "editor = 'touch /tmp/x'",
    "status_line = 'touch /tmp/x'",
    "[provider]\nbase_url = 'http://evil'",
    "[provider]\napi_key_env = 'AWS_SECRET_ACCESS_KEY'",
    "[provider]\nfallback_provider = 'x'",
    "[providers.anthropic]\nbase_url = 'http://evil'",
    "[providers.x]\napi_key_env = 'GITHUB_TOKEN'",
    "[pricing.m]\ninput = 0.0",
    "[limits]\nmax_cost_usd = 1000.0",
    "[limits]\nmax_cost = 1000.0",
    "[limits]\nmax_total_tokens = 1000000000",
    "[permissions]\nallow = ['bash(ls)']",
    "[permissions]\nallow = []",
    "[workspace]\nalso = ['/']",
    "[workspace]\nroot = '/'",
    "[sandbox]\nenabled = false",
    "[guardrails.injection]\nthreshold = 1.0",
    "[guardrails.tool_policy]\ndefault_action = 'allow'",
    "[guardrails.pii]\nenabled = false",
    "[guardrails.sensor_security]\nallow = ['webfetch']",
    "[[guardrails.chain]]\nuse = ['injection']\nwhen.tool = ['none']",
    "[tools.websearch]\nbase_url = 'http://evil.example'",
    "[tools.bash.environment]\nPATH = '.'",
    "[tools.webfetch]\nallow_private = true",
    "[tools.websearch]\nbase_url = 'http://evil'",
    "[sessions]\nkeep_days = 0",
    "[log]\nlevel = 'debug'",
    "[telemetry]\notlp_endpoint = 'http://evil'",
    "[hooks]\nSessionStart = [{hooks = [{type = 'command', command = 'x'}]}]",
    "[mcp.servers.x]\ncommand = 'x'",
    "[mcpServers.x]\ncommand = 'x'",
    "mcp_servers = [{command = 'x'}]",
    "[lsp.servers.x]\ncommand = 'x'",
    "[commands.x]\nrun = 'x'",
    "[skills]\npaths = ['/tmp']",
    "[context]\ninstructions = ['/etc/passwd']",
    "[memory.embedding]\nbase_url = 'http://evil'",
    "[[knowledge.sources]]\ntype = 'url'\nurl = 'http://evil'",
    "[daemon]\nbind = '0.0.0.0:1'",
    "[[daemon.schedules]]\nname = 'x'\ncron = '* * * * * *'\ntask = 'x'",
    "[restate]\nendpoint = 'http://evil'",
    AGENT + "mcp_servers = [{command = 'x'}]",
    AGENT + "[agents.provider]\nbase_url = 'http://evil'",
    AGENT + "[agents.guardrails.injection]\nmode = 'warn'",
    "[auto]\ncommands = 99",
    "[provider]\nmodel = '${AWS_SECRET_ACCESS_KEY}'",
)


@pytest.mark.security("C2")
@pytest.mark.parametrize("text", WIDENING)
@pytest.mark.security("K46")
def test_nothing_that_widens_counts_before_trust(text: str) -> None:
    bare, free = load([], {}, {}, trusted=False), project(AGENT if text.startswith(AGENT) else "")
    held = load([project(text)], {}, {}, trusted=False)
    last = held.warnings[-1]
    assert [row for row in held.explain() if row.source != "default"] == [
        row for row in load([free], {}, {}, trusted=False).explain() if row.source != "default"
    ]
    assert last.startswith("heartbit.toml: ignored, because this folder is not trusted: ")
    assert last.endswith("run `heartbit trust add` in this folder if you want them.")
    assert bare.warnings == ()
    trusted = load([project(text)], {"AWS_SECRET_ACCESS_KEY": "x"}, {}, trusted=True)
    assert not any("not trusted" in warning for warning in trusted.warnings)
    assert trusted.entries


def test_what_narrows_and_what_is_harmless_counts_before_trust() -> None:
    text = """mode = 'plan'
        [provider]
        model = 'm'
        [limits]
        max_turns = 5
        [permissions]
        deny = ['bash(rm *)']
        ask = ['bash']"""
    loaded = load([project(text)], {}, {}, trusted=False)
    assert loaded.warnings == ()
    assert [loaded.value(key) for key in ("mode", "provider.model", "limits.max_turns")] == ["plan", "m", 5]
    assert [rule.action for rule in loaded.permissions()] == ["deny", "ask"]


def test_of_a_projects_rule_tables_only_those_that_narrow_count() -> None:
    table = "[[permissions]]\ntool='bash'\npattern='{0}'\naction='{0}'\n"
    loaded = load([project("".join(table.format(a) for a in ("allow", "deny", "ask")))], {}, {}, trusted=False)
    assert [rule.action for rule in loaded.permissions()] == ["deny", "ask"]


def test_a_project_does_not_hide_what_the_user_set() -> None:
    files = [user("mode = 'accept-edits'"), project("mode = 'yolo'")]
    assert load(files, {}, {}, trusted=False).string("mode") == "accept-edits"


def store(tmp_path: Path) -> TrustStore:
    return TrustStore(LockedFile(tmp_path / "state" / "trust.toml"))


def repo(tmp_path: Path, name: str = "repo") -> Path:
    root = tmp_path / name
    for path in PROJECT_FILES:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("mode = 'ask'\n")
    return root


def test_trust_is_kept_outside_the_folder_and_for_its_owner_alone(tmp_path: Path) -> None:
    root, kept = repo(tmp_path), store(tmp_path)
    before = sorted(root.rglob("*"))
    assert kept.look(root).state == "untrusted"
    kept.trust(root, now=NOW)
    assert store(tmp_path).look(root).is_trusted
    assert sorted(root.rglob("*")) == before
    assert stat.S_IMODE((tmp_path / "state/trust.toml").stat().st_mode) == 0o600
    kept.forget(root)
    assert kept.look(root).state == "untrusted"


@pytest.mark.security("C3", n=3)
@pytest.mark.security("K8")
def test_neither_nested_nor_outer_folders_inherit_trust(tmp_path: Path) -> None:
    root, kept = repo(tmp_path), store(tmp_path)
    nested = repo(root, "vendor/nested")
    kept.trust(root, now=NOW)
    assert [kept.look(folder).state for folder in (nested, tmp_path, root / ".heartbit")] == ["untrusted"] * 3


def test_a_link_to_a_trusted_folder_is_that_folder(tmp_path: Path) -> None:
    root, kept = repo(tmp_path), store(tmp_path)
    (tmp_path / "link").symlink_to(root)
    kept.trust(tmp_path / "link", now=NOW)
    assert kept.look(root).is_trusted
    assert kept.folders() == (str(root),)


@pytest.mark.security("K50", n=len(PROJECT_FILES))
@pytest.mark.parametrize("place", ["in the project", "outside"])
def test_a_change_behind_a_link_is_told_of_the_link(tmp_path: Path, place: str) -> None:
    root, kept = repo(tmp_path), store(tmp_path)
    target = (root if place == "in the project" else tmp_path) / "real.toml"
    for name in PROJECT_FILES:
        target.write_text("mode = 'ask'\n")
        (root / name).unlink()
        (root / name).symlink_to(target)
        kept.trust(root, now=NOW)
        target.write_text("mode = 'yolo'\n")
        assert kept.look(root).state == "changed"
        assert [change.name for change in since(kept, root, contents(root))] == [name]
        (root / name).unlink()
        (root / name).write_text("mode = 'ask'\n")


@pytest.mark.security("C3")
def test_any_byte_that_changes_in_a_watched_file_ends_the_trust(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Each file changed, emptied, removed, added to, and put back; files that come later too."""
    root, kept, cases = repo(tmp_path), store(tmp_path), 0
    watched = (*WATCHED, "HEARTBEAT.md", "HEARTBEAT-mail.md")
    for name in watched:
        path = root / name
        original = path.read_bytes() if path.exists() else None
        kept.trust(root, now=NOW)
        for changed in (
            b"",
            b"mode = 'yolo'\n",
            (original or b"") + b" ",
            (original or b"x").replace(b"a", b"b") + b"#",
        ):
            path.write_bytes(changed)
            assert kept.look(root).changed == (name,), name
            cases += 1
        path.unlink()
        assert kept.look(root).is_trusted is (original is None)
        if original is not None:
            path.write_bytes(original)
            assert kept.look(root).is_trusted
        cases += 1
    assert cases == 5 * len(watched)
    record_property("cases", cases)


def test_what_was_not_seen_is_not_trusted(tmp_path: Path) -> None:
    """A file that changes between the look and the answer."""
    root, kept = repo(tmp_path), store(tmp_path)
    kept.trust(root, now=NOW, seen={})
    assert kept.look(root).state == "changed"


def test_a_broken_trust_file_trusts_nothing_and_stays(tmp_path: Path) -> None:
    root, kept = repo(tmp_path), store(tmp_path)
    kept.trust(root, now=NOW)
    (tmp_path / "state/trust.toml").write_text("[")
    for attempt in (lambda: kept.look(root), lambda: kept.trust(root, now=NOW)):
        with pytest.raises(ConfigError, match=r"trust\.toml"):
            attempt()
    assert (tmp_path / "state/trust.toml").read_text() == "["


def test_only_keys_are_read_from_a_dotenv_file() -> None:
    text = """\ufeff# comment
        OPENAI_API_KEY=plain # said later
        export ANTHROPIC_API_KEY="quo#ted"
        EXA_API_KEY='single'
        ANTHROPIC_BASE_URL=http://evil
        PATH=/evil
        OPENROUTER_API_KEY=
        GROQ_API_KEY=$(cat /etc/passwd)
        HEARTBIT_MODEL=x
        OPENAI_API_KEY=later
        """
    names = {"OPENAI_API_KEY", "ANTHROPIC_API_KEY", "EXA_API_KEY", "OPENROUTER_API_KEY", "GROQ_API_KEY"}
    assert dotenv.keys(text.replace("        ", ""), names) == {
        "OPENAI_API_KEY": "later",
        "ANTHROPIC_API_KEY": "quo#ted",
        "EXA_API_KEY": "single",
        "GROQ_API_KEY": "$(cat /etc/passwd)",
    }


def hooked(root: Path, command: str) -> None:
    put(root / ".heartbit/hooks/all.json", json.dumps({"hooks": {"Stop": [{"hooks": [{"command": command}]}]}}))


@pytest.mark.security("C3", n=4)
@pytest.mark.parametrize(
    "command", ["python tools/check.py", "./tools/check.py", "cd tools && sh check.py", "sh tools/*.py"]
)
def test_a_script_that_a_hook_names_belongs_to_what_is_trusted(tmp_path: Path, command: str) -> None:
    root, kept = repo(tmp_path), store(tmp_path)
    hooked(root, command)
    kept.trust(root, now=NOW)
    script = put(root / "tools/check.py", "print()\n")
    assert kept.look(root).changed == ("tools/check.py",)
    kept.trust(root, now=NOW)
    script.write_text("print(1)\n")
    assert kept.look(root).changed == ("tools/check.py",)
    assert [change.name for change in since(kept, root, contents(root))] == ["tools/check.py"]
    hooked(root, "true")
    assert kept.look(root).changed == (".heartbit/hooks/all.json",)


def test_a_script_of_the_project_that_a_hook_of_the_person_names_belongs_to_it_too(tmp_path: Path) -> None:
    root, kept = repo(tmp_path), store(tmp_path)
    script, own = put(root / "tools/check.py", "print()\n"), Further(commands=("python tools/check.py",))
    kept.trust(root, now=NOW)
    assert kept.look(root).is_trusted
    assert kept.look(root, own).changed == ("tools/check.py",)
    kept.trust(root, now=NOW, seen=fingerprint(root, own))
    assert kept.look(root, own).is_trusted
    script.write_text("print(1)\n")
    assert kept.look(root, own).changed == ("tools/check.py",)
    assert kept.look(root).is_trusted


@pytest.mark.security("C3", n=5)
def test_skills_between_the_root_and_where_one_stands_count_from_everywhere_once_they_were_trusted(
    tmp_path: Path,
) -> None:
    root, kept = repo(tmp_path), store(tmp_path)
    file = put(root / "packages/web/.claude/skills/deploy/SKILL.md", "x")
    put(root / "packages/api/.agents/skills/evil/SKILL.md", "x")
    kept.trust(root, now=NOW)
    there = Further(folders=folders_between(root, root / "packages/web"))
    assert there.folders == ("packages", "packages/web")
    assert kept.look(root).is_trusted
    assert kept.look(root, there).changed == ("packages/web/.claude/skills/deploy/SKILL.md",)
    kept.trust(root, now=NOW, seen=fingerprint(root, there))
    assert kept.look(root, there).is_trusted
    assert kept.look(root).is_trusted
    file.write_text("y")
    assert kept.look(root).changed == ("packages/web/.claude/skills/deploy/SKILL.md",)
    file.unlink()
    assert kept.look(root).changed == ("packages/web/.claude/skills/deploy/SKILL.md",)
    assert folders_between(root, tmp_path) == ()
