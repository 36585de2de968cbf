"""Which layer wins, and what each value remembers of where it came from."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field

from heartbit_tui.config import CHAT_DEFAULTS, Directories, Explained, Listed, directories, load
from heartbit_tui.config.entry import Layer
from heartbit_tui.config.files import find, project_root
from heartbit_tui.kernel.errors import ConfigError
from tests.config.texts import chosen, config, project, user

LAYERS = (
    user('[provider]\nmodel = "user"'),
    project('[provider]\nmodel = "first"'),
    project('\n[provider]\nmodel = "second"', ".heartbit/config.toml"),
    chosen('provider.model = "chosen"'),
)


def test_the_higher_layer_wins_and_is_named() -> None:
    env, flags = {"HEARTBIT_MODEL": "environment"}, {"provider.model": "flag"}
    found = [
        (loaded.string("provider.model"), loaded.source("provider.model"))
        for loaded in (
            load([], {}, {}, trusted=False),
            load(LAYERS[:1], {}, {}, trusted=False),
            load(LAYERS[:2], {}, {}, trusted=False),
            load(LAYERS[:3], {}, {}, trusted=False),
            load(LAYERS[:3], env, {}, trusted=False),
            load(LAYERS, env, {}, trusted=False),
            load(LAYERS, env, flags, trusted=False),
        )
    ]
    assert found == [
        ("", "default"),
        ("user", "config.toml:2"),
        ("first", "heartbit.toml:2"),
        ("second", ".heartbit/config.toml:3"),
        ("environment", "environment HEARTBIT_MODEL"),
        ("chosen", "chosen.toml:1"),
        ("flag", "flag --model"),
    ]


def test_flags_that_were_not_given_set_nothing() -> None:
    assert config("", provider__model=None).source("provider.model") == "default"


def test_a_seed_spelling_sets_the_key_that_it_stands_for() -> None:
    loaded = config("[orchestrator]\nmax_turns = 7\ntool_timeout_seconds = 9\nreasoning_effort = 'low'")
    assert (loaded.integer("limits.max_turns"), loaded.number("limits.tool_timeout")) == (7, 9.0)
    assert loaded.string("provider.effort") == "low"
    assert loaded.source("limits.max_turns") == "config.toml:2"


def test_a_chat_may_take_more_turns_than_a_run() -> None:
    run, chat = load([], {}, {}, trusted=False), load([], {}, {}, trusted=False, defaults=CHAT_DEFAULTS)
    assert (run.integer("limits.max_turns"), chat.integer("limits.max_turns")) == (50, 200)
    both = load([], {"HEARTBIT_MAX_TURNS": "9"}, {}, trusted=False, defaults=CHAT_DEFAULTS)
    assert both.integer("limits.max_turns") == 9


def test_permission_rules_of_all_layers_add_up() -> None:
    loaded = load(
        [
            user('[permissions]\nallow = ["bash(ls)"]\ndeny = ["read(.env)"]'),
            project('[[permissions]]\ntool = "bash"\npattern = "rm *"\naction = "deny"'),
            project('[[permissions]]\ntool = "read"\naction = "ask"', ".heartbit/config.toml"),
        ],
        {},
        {"permissions.allow": ["bash(pwd)"]},
        trusted=False,
    )
    assert loaded.permissions() == (
        Listed(value="bash(ls)", action="allow", source="config.toml:2"),
        Listed(value="read(.env)", action="deny", source="config.toml:3"),
        Listed(value="bash(pwd)", action="allow", source="flag --allow"),
        Listed(value={"tool": "bash", "pattern": "rm *", "action": "deny"}, action="deny", source="heartbit.toml:2"),
        Listed(value={"tool": "read", "action": "ask"}, action="ask", source=".heartbit/config.toml:2"),
    )
    assert loaded.strings("permissions.allow") == ("bash(ls)", "bash(pwd)")


def test_a_higher_layer_replaces_a_whole_array_of_tables() -> None:
    two = "[[agents]]\nname='a'\ndescription='d'\nsystem_prompt='s'\n" * 1
    lower = user(two + two.replace("'a'", "'b'"))
    higher = chosen(two.replace("'a'", "'c'"))
    loaded = load([lower, higher], {}, {}, trusted=False)
    assert loaded.value("agents") == [{"name": "c", "description": "d", "system_prompt": "s"}]


class Retry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    max_retries: int = Field(default=1, le=5)
    max_delay_ms: int = 1


class Provider(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    model: str = ""
    retry: Retry = Retry()


def test_a_section_gets_the_keys_that_it_has_fields_for() -> None:
    section = config("[provider]\nname = 'anthropic'\nmodel = 'm'").section("provider", Provider)
    retry = config("[provider.retry]\nmax_retries = 4").section("provider.retry", Retry)
    assert (section.model, retry) == ("m", Retry(max_retries=4, max_delay_ms=30_000))


def test_a_sections_own_fault_names_key_file_and_line() -> None:
    with pytest.raises(ConfigError) as caught:
        config("\n[provider.retry]\nmax_retries = 9").section("provider.retry", Retry)
    assert (caught.value.key, caught.value.source) == ("provider.retry.max_retries", "config.toml:3")


def test_an_explanation_shows_value_and_source_and_masks_secrets() -> None:
    loaded = config("[tools.websearch]\napi_key = 'abcdefghijklmnopqrstuv1234'", {"HEARTBIT_MAX_TURNS": "7"})
    rows = {row.key: row for row in loaded.explain()}
    assert rows["tools.websearch.api_key"] == Explained(
        key="tools.websearch.api_key", value="…1234", source="config.toml:2"
    )
    assert rows["limits.max_turns"].source == "environment HEARTBIT_MAX_TURNS"
    assert rows["limits.max_parallel_calls"] == Explained(key="limits.max_parallel_calls", value="16", source="default")
    assert loaded.explain("limits.max_turns") == (rows["limits.max_turns"],)
    assert {row.key.partition(".")[0] for row in loaded.explain("limits")} == {"limits"}
    with pytest.raises(ConfigError):
        loaded.explain("limits.max_turn")


def test_variables_fill_strings_of_files() -> None:
    env = {"WHO": "me", "EMPTY": ""}
    text = "[provider]\nmodel='${WHO}-${NOT:-default}-${EMPTY:-x}-$${WHO}'\n[permissions]\ndeny=['bash(echo ${WHO})']"
    loaded = config(text, env)
    assert loaded.string("provider.model") == "me-default-x-${WHO}"
    assert loaded.strings("permissions.deny") == ("bash(echo ${WHO})",)
    with pytest.raises(ConfigError, match=r"config\.toml:2: provider\.model: the environment has no NOBODY"):
        config("[provider]\nmodel='${NOBODY}'")


def test_a_bare_start_loads_neither_parser_nor_validator() -> None:
    probe = (
        "import sys; from heartbit_tui.config import load; load([], {'HEARTBIT_MODEL': 'x'}, {}, trusted=False);"
        "print(sorted({'pydantic', 'tomllib', 'tomli_w', 'platformdirs', 'httpx'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_files_are_found_in_their_order(tmp_path: Path) -> None:
    places = directories({"HEARTBIT_HOME": str(tmp_path / "home")}, tmp_path)
    root = tmp_path / "repo"
    inner = root / "a" / "b"
    inner.mkdir(parents=True)
    (root / ".git").mkdir()
    (root / ".heartbit").mkdir()
    texts = {
        places.settings_file: "mode='ask'",
        root / "heartbit.toml": "\ufeffmode='plan'",
        root / ".heartbit/config.toml": "",
        root / ".heartbit/config.local.toml": "",
        tmp_path / "mine.toml": "",
    }
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert project_root(inner) == root
    found = find(places, project_root(inner), chosen=tmp_path / "mine.toml")
    assert [file.name for file in found] == [str(path) for path in texts]
    assert [file.layer for file in found] == [Layer.USER, *[Layer.PROJECT] * 3, Layer.FILE]
    assert load(found, {}, {}, trusted=True).string("mode") == "plan"
    assert find(places, root, bare=True)[0].layer is Layer.PROJECT


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    places = directories({"XDG_CONFIG_HOME": str(tmp_path)}, tmp_path)
    with pytest.raises(ConfigError, match="no such file"):
        find(places, tmp_path, chosen=tmp_path / "missing.toml")
    (tmp_path / "heartbit.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match=r"heartbit\.toml: this is not UTF-8"):
        find(places, tmp_path)


def test_one_variable_moves_all_folders_and_xdg_moves_each(tmp_path: Path) -> None:
    home = Path("/home/someone")
    assert directories({}, home) == Directories(
        config=home / ".config/heartbit",
        data=home / ".local/share/heartbit",
        state=home / ".local/state/heartbit",
        cache=home / ".cache/heartbit",
    )
    assert directories({"XDG_STATE_HOME": "/s", "XDG_DATA_HOME": "relative"}, home).state == Path("/s/heartbit")
    assert directories({"XDG_DATA_HOME": "relative"}, home).data == home / ".local/share/heartbit"
    moved = directories({"HEARTBIT_HOME": str(tmp_path), "XDG_STATE_HOME": "/s"}, home)
    assert {moved.config, moved.data.parent, moved.state.parent, moved.cache.parent} == {tmp_path}


def test_a_start_without_any_file_loads_in_three_milliseconds() -> None:
    env = {"HEARTBIT_MODEL": "m", "HEARTBIT_MAX_TURNS": "9"}

    def once() -> float:
        started = time.thread_time()
        loaded = load([], env, {"provider.name": "openai"}, trusted=False)
        assert loaded.integer("limits.max_turns") == 9
        return time.thread_time() - started

    fastest = min(once() for _ in range(20))
    print(f"load without a file: {fastest * 1_000:.2f} ms")
    assert fastest < 0.003
