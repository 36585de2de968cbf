"""What another agent was set up with is taken over whole, without a secret, and without touching what is there."""

import json
from pathlib import Path

import pytest

from heartbit_tui.client import file_copies
from heartbit_tui.kernel.errors import ConfigError
from tests.peers.machine import NAMES, counted, machine
from tests.peers.samples import CLAUDE, CLAUDE_PROJECT, HOMES, SECRETS, written

ADDED = {"claude": 21, "codex": 20, "gemini": 14, "opencode": 16, "vibe": 16}


@pytest.mark.security("E4")
@pytest.mark.parametrize("name", NAMES)
def test_the_plan_writes_nothing_and_doing_it_twice_adds_nothing(name: str, tmp_path: Path) -> None:
    here = machine(written(tmp_path, HOMES[name], tmp_path / "project"))
    plan = here.plan(name)
    assert here.texts() == {}
    assert counted(plan) == counted(here.take(name))
    assert (counted(plan)["new"], counted(plan)["conflict"]) == (ADDED[name], 0)
    after = here.texts()
    again = counted(here.take(name))
    assert (again["new"], again["there"], here.texts()) == (0, ADDED[name], after)
    assert list(here.loaded().warnings) == []


@pytest.mark.security("E4")
def test_no_value_of_a_secret_is_written_or_told(tmp_path: Path) -> None:
    for name in NAMES:
        here = machine(written(tmp_path / name, HOMES[name], tmp_path / name / "project"))
        told = repr([(step.item, step.told) for step in here.take(name)])
        found = [secret for secret in SECRETS if secret in told or secret in repr(here.texts())]
        assert found == []
        assert any(secret in "".join(HOMES[name].values()) for secret in SECRETS)


def test_each_piece_of_claude_code_is_what_it_means_here(tmp_path: Path) -> None:
    here = machine(written(tmp_path, CLAUDE, tmp_path / "project"))
    here.take("claude")
    config = here.loaded()
    settings = ("provider.name", "provider.model", "provider.effort", "mode", "sessions.keep_days")
    assert [config.value(key) for key in settings] == ["anthropic", "claude-opus-5-5", "high", "accept-edits", 20]
    assert config.value("tools.bash.environment") == {"CI": "1"}
    assert config.boolean("ui.vim")
    assert config.strings("permissions.deny") == ("read(./.env)", "bash(curl:*)")
    assert config.value("mcp.servers.github") == {
        "url": "https://api.githubcopilot.com/mcp/",
        "headers": {"Authorization": "Bearer ${GITHUB_TOKEN}", "X-Team": "docs"},
    }
    assert config.value("mcp.servers.db") == {
        "command": "uvx",
        "args": ["mcp-db"],
        "env": {"DB_PASSWORD": "${DB_PASSWORD}", "DB_HOST": "localhost"},
    }
    (hooks,) = (text for path, text in here.texts().items() if "/hooks/" in path and path.endswith(".json"))
    assert json.loads(hooks)["hooks"]["PostToolUse"][0]["hooks"][0]["command"] == "make fmt"
    assert (here.config / "AGENTS.md").read_text() == "# How I work\n\nSmall commits.\n"


def test_each_piece_of_codex_is_what_it_means_here(tmp_path: Path) -> None:
    here = machine(written(tmp_path, HOMES["codex"]))
    here.take("codex")
    config = here.loaded()
    assert config.value("providers.proxy.kind") == "openai-responses"
    assert config.value("providers.proxy.api_key_env") == "PROXY_API_KEY"
    assert config.strings("permissions.allow") == ("bash(git status:*)", "bash(git log:*)")
    assert config.strings("permissions.deny") == ("bash(rm -rf:*)",)
    assert config.strings("sandbox.writable") == ("/var/cache/build",)
    linear = {"X-Region": "eu", "Authorization": "Bearer ${LINEAR_TOKEN}"}
    assert config.value("mcp.servers.linear") == {"url": "https://mcp.linear.app/mcp", "headers": linear}
    assert (here.config / "skills/changelog/scripts/run.sh").read_text() == "echo hi\n"
    assert not (here.config / "skills/leaky").exists()


def test_what_is_set_here_stays_with_its_comments(tmp_path: Path) -> None:
    here = machine(written(tmp_path, CLAUDE, tmp_path / "project"))
    here.config.mkdir(parents=True)
    own = """# mine
[provider]
name = "openai"  # at work

[permissions]
deny = [
    "bash(curl:*)",  # never
    "read(private/**)"  # nor that
]
allow = ["bash(make test)"]

[mcp.servers.files]  # an own one
command = "other"
"""
    here.settings.write_text(own)
    (here.config / "AGENTS.md").write_text("Mine.\n")
    steps = {(step.item.kind, step.item.name): step for step in here.take("claude")}
    conflicts = {name for (_, name), step in steps.items() if step.state == "conflict"}
    assert conflicts == {"provider.name", "provider.model", "files", "AGENTS.md"}
    assert "'openai'" in steps["setting", "provider.name"].told
    text = here.settings.read_text()
    lost = [line for line in own.splitlines() if line.partition("#")[2] and f"#{line.partition('#')[2]}" not in text]
    assert lost == []
    config = here.loaded()
    assert config.strings("permissions.deny") == ("bash(curl:*)", "read(private/**)", "read(./.env)")
    assert config.strings("permissions.allow")[:2] == ("bash(make test)", "bash(npm run test:*)")
    assert config.value("provider.model") is None or config.source("provider.model") == "default"
    assert (here.config / "AGENTS.md").read_text() == "Mine.\n"


def test_rules_join_a_file_that_has_them_as_tables(tmp_path: Path) -> None:
    here = machine(written(tmp_path, HOMES["codex"]))
    here.config.mkdir(parents=True)
    here.settings.write_text('[[permissions]]\ntool = "bash"\npattern = "rm -rf:*"\naction = "deny"\n')
    states = [step.state for step in here.take("codex") if step.item.kind == "rule" and not step.item.why]
    assert states == ["new", "new", "there", "new"]
    assert [str(each.value["pattern"]) for each in here.loaded().permissions()] == [  # pyright: ignore[reportArgumentType] - a table
        "rm -rf:*",
        "git status:*",
        "git log:*",
        "gh pr:*",
    ]


def test_what_a_project_shares_and_what_is_ones_own_go_to_different_files(tmp_path: Path) -> None:
    here = machine(written(tmp_path, CLAUDE, tmp_path / "project"))
    written(here.project, CLAUDE_PROJECT)
    told = {step.item.name: step for step in here.take("claude", project=True)}
    shared = (here.project / ".heartbit/config.toml").read_text()
    private = (here.project / ".heartbit/config.local.toml").read_text()
    assert ("bash(make:*)" in shared, "mine" in shared) == (True, False)
    assert ("bash(./mine.sh)" in private, "[mcp.servers.mine]" in private) == (True, True)
    assert (here.project / ".heartbit/.gitignore").read_text() == "config.local.toml\n"
    assert "yolo" in told["defaultMode bypassPermissions"].told
    assert "where it is" in told["CLAUDE.md"].told
    assert json.loads((here.project / ".mcp.json").read_text()) == json.loads(CLAUDE_PROJECT[".mcp.json"])
    here.loaded()


def test_servers_of_another_agents_project_join_those_that_are_shared(tmp_path: Path) -> None:
    here = machine(tmp_path)
    before = {"mcpServers": {"shared": {"command": "uvx"}, "context7": {"command": "mine"}}, "other": 1}
    (here.project / ".mcp.json").write_text(json.dumps(before))
    written(here.project, {".codex/config.toml": HOMES["codex"][".codex/config.toml"]})
    told = {step.item.name: step.state for step in here.take("codex", project=True) if step.item.kind == "server"}
    assert told == {"context7": "conflict", "linear": "new"}
    after = json.loads((here.project / ".mcp.json").read_text())
    assert (after["mcpServers"]["context7"], after["other"]) == ({"command": "mine"}, 1)
    assert after["mcpServers"]["linear"]["type"] == "http"


def test_what_was_written_since_the_plan_stays_too(tmp_path: Path) -> None:
    here = machine(written(tmp_path, CLAUDE, tmp_path / "project"))
    taking, items = here.taking(), here.items("claude")
    taking.plan(items)
    here.config.mkdir(parents=True)
    here.settings.write_text('mode = "plan"  # since then\n')
    assert counted(taking.carry_out(items))["conflict"] == 1
    assert here.settings.read_text().startswith('mode = "plan"  # since then\n')


@pytest.mark.security("E4")
def test_what_is_written_in_the_same_moment_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("# somebody else's\n")
    for project in (None, tmp_path):
        with pytest.raises(ConfigError, match="changed meanwhile"):
            file_copies.replace(file, "", "# ours\n", project)
    assert file.read_text() == "# somebody else's\n"


def test_settings_that_are_no_toml_stop_what_would_go_there_and_nothing_else(tmp_path: Path) -> None:
    here = machine(written(tmp_path, HOMES["vibe"]))
    here.config.mkdir(parents=True)
    here.settings.write_text("[provider\n")
    steps = here.take("vibe")
    assert {step.state for step in steps if step.item.kind in ("setting", "server", "rule", "list")} == {"conflict"}
    assert all("not" in step.told for step in steps if step.state == "conflict")
    assert here.settings.read_text() == "[provider\n"
    assert (here.config / "AGENTS.md").read_text() == "Use poetry.\n"


@pytest.mark.security("E4")
def test_a_file_of_the_project_that_leads_outside_is_neither_read_nor_written(tmp_path: Path) -> None:
    here = machine(tmp_path)
    outside = tmp_path / "outside.md"
    outside.write_text("a secret text")
    (here.project / "GEMINI.md").symlink_to(outside)
    (here.project / ".heartbit").symlink_to(tmp_path / "elsewhere")
    written(here.project, {".gemini/settings.json": json.dumps({"general": {"vimMode": True}})})
    steps = here.take("gemini", project=True)
    assert {step.item.name: step.state for step in steps} == {"ui.vim": "conflict", "GEMINI.md": "left out"}
    assert "leads out of the project" in steps[0].told
    assert not (tmp_path / "elsewhere").exists()
