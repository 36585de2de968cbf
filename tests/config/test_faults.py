"""Every wrong setting is found, and told with its key, its file and its line."""

from collections.abc import Mapping

import pytest

from heartbit_tui.config import tree
from heartbit_tui.config.environment import FALSE, TRUE, VARIABLES
from heartbit_tui.kernel.errors import ConfigError
from tests.config.texts import config

AGENT = "[[agents]]\nname='{}'\ndescription='d'\nsystem_prompt='s'\n"
SCHEDULE = "[[daemon.schedules]]\nname='{}'\ncron='0 0 9 * * *'\ntask='t'\n"
SENSOR = "[[daemon.sensors.sources]]\ntype='rss'\nname='{}'\n"
WRONG: Mapping[str, str] = {
    "modl = 'x'": "modl",
    "[provider]\nmodl = 'x'": "provider.modl",
    "[provider]\nname = 3": "provider.name",
    "provider = 3": "provider",
    "[provider.retry]\nbase_delay_ms = 9\nmax_delay_ms = 8": "provider.retry.base_delay_ms",
    "[provider.cascade]\nenabled = true": "provider.cascade.enabled",
    "[[provider.cascade.tiers]]\nmodel = ''": "provider.cascade.tiers[0].model",
    "[provider.cascade.gate]\nmin_output_tokens = 3": "provider.cascade.gate.type",
    "[provider.cascade.gate]\ntype = 'judge'": "provider.cascade.gate.model",
    "[orchestrator]\nmax_turns = 0": "orchestrator.max_turns",
    "[orchestrator]\nmax_tokens = 0": "orchestrator.max_tokens",
    "[orchestrator]\nsummarize_threshold = 0": "orchestrator.summarize_threshold",
    "[orchestrator]\ntool_timeout_seconds = 0": "orchestrator.tool_timeout_seconds",
    "[orchestrator]\nmax_tool_output_bytes = 0": "orchestrator.max_tool_output_bytes",
    "[orchestrator]\nrun_timeout_seconds = 0": "orchestrator.run_timeout_seconds",
    "[orchestrator]\nmax_tools_per_turn = 0": "orchestrator.max_tools_per_turn",
    "[orchestrator]\nmax_identical_tool_calls = 0": "orchestrator.max_identical_tool_calls",
    "[orchestrator]\ntool_output_compression_threshold = 0": "orchestrator.tool_output_compression_threshold",
    "[orchestrator]\nreasoning_effort = 'huge'": "orchestrator.reasoning_effort",
    "[orchestrator]\ndispatch_mode = 'both'": "orchestrator.dispatch_mode",
    "[orchestrator.context_strategy]\nmax_tokens = 3": "orchestrator.context_strategy.type",
    "[orchestrator.context_strategy]\ntype = 'sliding_window'": "orchestrator.context_strategy.max_tokens",
    "[orchestrator.context_strategy]\ntype = 'sliding_window'\nmax_tokens = 0": "orchestrator.context_strategy.max_tokens",
    "[orchestrator]\nsummarize_threshold = 5\ncontext_strategy = {type = 'sliding_window', max_tokens = 4}": (
        "orchestrator.summarize_threshold"
    ),
    AGENT.format("a") + AGENT.format("a"): "agents[1].name",
    AGENT.format(""): "agents[0].name",
    "[[agents]]\nname = 'a'\ndescription = 'd'": "agents[0].system_prompt",
    "agents = 3": "agents",
    "[agents]\nname = 'a'": "agents",
    AGENT.format("a") + "max_total_tokens = 0": "agents[0].max_total_tokens",
    AGENT.format("a") + "mcp_servers = ['']": "agents[0].mcp_servers",
    AGENT.format("a") + "mcp_servers = [{command = ' '}]": "agents[0].mcp_servers",
    AGENT.format("a") + "[agents.provider.cascade]\nenabled = true": "agents[0].provider.cascade.enabled",
    "[knowledge]\nchunk_size = 0": "knowledge.chunk_size",
    "[knowledge]\nchunk_size = 9\nchunk_overlap = 9": "knowledge.chunk_overlap",
    "[[knowledge.sources]]\ntype = 'glob'\npath = 'x'": "knowledge.sources[0].pattern",
    "[memory]\ntype = 'postgres'": "memory.database_url",
    SENSOR.format("a") + SENSOR.format("a"): "daemon.sensors.sources[1].name",
    "[[daemon.sensors.sources]]\ntype = 'fax'\nname = 'x'": "daemon.sensors.sources[0].type",
    "[daemon.sensors.salience]\nurgency_weight = 0.9": "daemon.sensors.salience",
    SCHEDULE.format("a") + SCHEDULE.format("a"): "daemon.schedules[1].name",
    SCHEDULE.format("a").replace("0 0 9", "9"): "daemon.schedules[0].cron",
    "[daemon]\nmax_concurrent_tasks = 0": "daemon.max_concurrent_tasks",
    "[daemon.kafka]\nconsumer_group = 'x'": "daemon.kafka.brokers",
    "[daemon.heartbit_pulse]\ninterval_seconds = 0": "daemon.heartbit_pulse.interval_seconds",
    "[daemon.heartbit_pulse.active_hours]\nstart = '24:00'": "daemon.heartbit_pulse.active_hours.start",
    "[daemon.auth]\nbearer_tokens = ['']": "daemon.auth.bearer_tokens",
    "[daemon.auth]\nbearer_tokens = [{user = 'anna'}]": "daemon.auth.bearer_tokens",
    "[daemon.auth]\nbearer_tokens = [{token = 'x', admin = true}]": "daemon.auth.bearer_tokens",
    "[daemon.auth]\nalgorithms = ['HS256']\njwks_url = 'https://x'": "daemon.auth.algorithms",
    "[daemon.auth]\nalgorithms = ['none']\njwks_url = 'https://x'": "daemon.auth.algorithms",
    "[daemon.auth]\nalgorithms = []\njwks_url = 'https://x'": "daemon.auth.algorithms",
    "[daemon.auth]\nissuer = 'https://x'": "daemon.auth.jwks_url",
    "[daemon.auth]\nleeway_seconds = 61": "daemon.auth.leeway_seconds",
    "[daemon.auth]\ndefault_role = 'root'": "daemon.auth.default_role",
    "[daemon.auth.token_exchange]\nclient_id = 'x'": "daemon.auth.token_exchange.exchange_url",
    "[guardrails.injection]\nmode = 'maybe'": "guardrails.injection.mode",
    "[guardrails.injection]\nthreshold = 1.5": "guardrails.injection.threshold",
    "[guardrails.injection]\nthreshold = nan": "guardrails.injection.threshold",
    "[guardrails.pii]\naction = 'sell'": "guardrails.pii.action",
    "[limits]\nmax_turns = true": "limits.max_turns",
    "[limits]\nmax_turns = '5'": "limits.max_turns",
    "[limits]\nmax_cost_usd = -1": "limits.max_cost_usd",
    "[limits]\nmax_cost_usd = inf": "limits.max_cost_usd",
    "[[permissions]]\ntool = 'bash'": "permissions[0].action",
    "[[permissions]]\ntool = 'bash'\naction = 'perhaps'": "permissions[0].action",
    "[permissions]\nallow = ['ok', 3]": "permissions.allow",
    "mode = 'reckless'": "mode",
    "[pricing.'a.b']\ninput = 'cheap'": 'pricing."a.b".input',
    "= broken": "",
}


@pytest.mark.parametrize(("text", "key"), WRONG.items())
def test_each_wrong_setting_is_named_with_its_place(text: str, key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config(text)
    assert caught.value.key == key
    assert caught.value.source.startswith("config.toml")
    assert str(caught.value).startswith("config.toml")


RIGHT = (
    "",
    "[provider.retry]\nbase_delay_ms = 8\nmax_delay_ms = 8",
    "[[provider.cascade.tiers]]\nmodel = 'x'",
    "[provider.cascade]\nenabled = true\n[[provider.cascade.tiers]]\nmodel = 'x'\n[provider.cascade.gate]\ntype='heuristic'",
    "[orchestrator]\nsummarize_threshold = 5\ncontext_strategy = {type = 'unlimited'}",
    AGENT.format("a") + AGENT.format("b"),
    AGENT.format("a") + "mcp_servers = ['http://x', {url = 'http://y'}, {command = 'npx', args = ['z']}]",
    "[daemon.sensors.salience]\nurgency_weight = 0.305",
    "[daemon.heartbit_pulse.active_hours]\nstart = '08:30'\nend = '23:59'",
    SCHEDULE.format("a"),
    "[[knowledge.sources]]\ntype = 'url'\nurl = 'https://x'",
    "[limits]\nmax_cost_usd = 0\nrun_timeout = 5",
    "[daemon.auth]\nbearer_tokens = ['x', {token = 'sha256:00', user = 'anna', expires = 2027-01-31}]",
    "[daemon.auth]\njwks_url = 'https://x'\nissuer = 'y'\nalgorithms = ['ES256']\nrole_names.admin = ['ops']",
    "[hooks]\nPreToolUse = [{matcher = 'bash', hooks = [{type = 'command', command = 'echo ${X}'}]}]",
)


@pytest.mark.parametrize("text", RIGHT)
def test_right_settings_load(text: str) -> None:
    assert config(text) is not None


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("[limits]\nmax_turn = 3", "Did you mean max_turns?"),
        ("[provder]\nname = 'x'", "Did you mean provider?"),
        ("[provider]\nprompt-caching = true", "Did you mean prompt_caching?"),
        ("max_turns = 3", "Did you mean limits.max_turns?"),
        ("[[agents]]\nname='a'\nsystemprompt='x'", "Did you mean system_prompt?"),
        ("[lsp]\nzzz = 1", "Known here: enabled, servers."),
    ],
)
def test_an_unknown_key_suggests_the_nearest(text: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config(text)
    assert hint in str(caught.value)


def test_problems_come_in_the_order_of_the_sections() -> None:
    parts = (
        "[provider]\nname = 3",
        "[provider.cascade]\nenabled = 1",
        "[provider.retry]\nmax_retries = -1",
        "[orchestrator]\nmax_turns = 0",
        AGENT.format("a") + "max_turns = 0",
        "[knowledge]\nchunk_size = 0",
        "[daemon.sensors]\nenabled = 1",
        "[daemon]\nmax_concurrent_tasks = 0",
    )
    keys: list[str] = []
    for start in range(len(parts)):
        with pytest.raises(ConfigError) as caught:
            config("\n".join(reversed(parts[start:])))
        keys.append(caught.value.key)
    assert keys == [
        "provider.name",
        "provider.cascade.enabled",
        "provider.retry.max_retries",
        "orchestrator.max_turns",
        "agents[0].max_turns",
        "knowledge.chunk_size",
        "daemon.sensors.enabled",
        "daemon.max_concurrent_tasks",
    ]


def test_a_key_of_a_later_release_warns_with_its_line() -> None:
    later = (
        "[daemon]\nbind = 'x'\nowner_emails = ['a@b.c']\n[daemon.kafka]\nbrokers = 'k:9092'\n[restate]\nendpoint = 'r'"
    )
    loaded = config(f"[workspace]\nroot = '/w'\n{later}", {"HEARTBIT_A2A_AGENTS": "a,b"})
    told = {5: "daemon.owner_emails", 7: "daemon.kafka.brokers", 9: "restate.endpoint"}
    assert loaded.warnings == tuple(
        f"config.toml:{line}: {key} is known but not in this release; it has no effect yet."
        for line, key in told.items()
    )


def test_what_has_no_effect_on_the_memory_is_told_with_its_line() -> None:
    postgres = (
        "config.toml:2: memory.type postgres is not in this release; what is remembered is kept in heartbit's own "
    )
    idle = {
        "[memory]\ntype = 'postgres'\ndatabase_url = 'postgres://u:secret-word@h/d'": postgres,
        "[memory]\ndatabase_url = 'postgres://u:secret-word@h/d'": (
            "config.toml:2: memory.database_url has no effect, because memory.type is sqlite."
        ),
        "[memory.embedding]\nmodel = 'm'": (
            "config.toml:2: memory.embedding.model has no effect, because memory.embedding.provider is none."
        ),
    }
    for text, told in idle.items():
        (warning,) = config(text).warnings
        assert warning.startswith(told)
        assert "secret-word" not in warning
    assert config("[memory.embedding]\nprovider = 'none'\nmodel = 'm'").warnings == ()
    assert config("[memory]\ntype = 'in_memory'\nrecall_limit = 3\nconsolidate_on_exit = true").warnings == ()


def test_switches_in_the_environment_are_on_or_off_and_nothing_else() -> None:
    words = {**dict.fromkeys(TRUE, True), **dict.fromkeys(FALSE, False), "TRUE": True, " No ": False}
    found = {word: config("", {"HEARTBIT_PROMPT_CACHING": word}).boolean("provider.prompt_caching") for word in words}
    assert found == words
    for word in ("2", "maybe", "t", "nein"):
        with pytest.raises(ConfigError, match="environment HEARTBIT_PROMPT_CACHING"):
            config("", {"HEARTBIT_PROMPT_CACHING": word})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("HEARTBIT_MAX_TURNS", "many"),
        ("HEARTBIT_MAX_TURNS", "0"),
        ("HEARTBIT_MAX_TURNS", "1.5"),
        ("HEARTBIT_TOOL_TIMEOUT", "soon"),
        ("HEARTBIT_TOOL_TIMEOUT", "nan"),
        ("HEARTBIT_REASONING_EFFORT", "extreme"),
        ("HEARTBIT_LOG", "loud"),
        ("HEARTBIT_MEMORY", "redis://x"),
    ],
)
def test_a_wrong_variable_is_named(name: str, text: str) -> None:
    with pytest.raises(ConfigError, match=f"environment {name}"):
        config("", {name: text})


def test_variables_set_the_keys_that_the_seed_gave_them() -> None:
    env = {
        "HEARTBIT_PROVIDER": "openai",
        "HEARTBIT_TOOL_TIMEOUT": "7.5",
        "HEARTBIT_MAX_TOOL_OUTPUT_BYTES": "100",
        "HEARTBIT_OBSERVABILITY": "DBG",
        "HEARTBIT_LOG": "WARN",
        "HEARTBIT_TOOL_PROFILE": "Standard",
        "HEARTBIT_MAX_TURNS": "",
        "OPENAI_BASE_URL": "http://localhost:1",
        "HEARTBIT_MEMORY": "postgres://u:secret-password@h/d",
    }
    loaded = config("", env)
    assert [loaded.value(VARIABLES[name]) for name in env] == [
        "openai",
        7.5,
        100,
        "debug",
        "warning",
        "standard",
        50,
        "http://localhost:1",
        "postgres",
    ]
    assert "secret-password" not in str(loaded.explain())


def test_a_likely_typo_of_a_variable_warns() -> None:
    warnings = config("", {"HEARTBIT_MAX_TURN": "3", "HEARTBIT_HOME": "/x", "HEARTBIT_ZZZ": "1"}).warnings
    assert warnings == ("environment HEARTBIT_MAX_TURN: no such variable is read. Did you mean HEARTBIT_MAX_TURNS?",)


def test_every_variable_and_every_spelling_leads_to_a_key() -> None:
    targets = {*VARIABLES.values(), *(key.same_as for key in tree.every() if key.same_as)}
    known = {key.pattern for key in tree.every()}
    assert {name for name in targets if name not in known and "providers." not in name} == set()


def test_no_key_is_described_twice_and_every_default_is_right() -> None:
    patterns = [key.pattern for key in tree.every()]
    assert sorted(set(patterns)) == sorted(patterns)
    assert len(patterns) >= 300
    assert all(key.capability for key in tree.every())
    for key in tree.every():
        assert key.default is None or not key.choices or key.default in key.choices, key


@pytest.mark.parametrize(
    ("asked", "near"),
    [("provider.modle", "provider.model"), ("limit.max_turns", "limits.max_turns"), ("vim", "ui.vim")],
)
def test_a_key_that_is_asked_for_and_unknown_has_its_nearest_named(asked: str, near: str) -> None:
    with pytest.raises(ConfigError, match=f"{asked} is no configuration key. Did you mean {near}\\?"):
        config("").explain(asked)
    with pytest.raises(ConfigError, match=r"^zzz is no configuration key\.$"):
        config("").explain("zzz")


def test_a_routing_that_is_unknown_is_told_and_ignored() -> None:
    loaded = config("[orchestrator]\nrouting = 'single_agent'", {"HEARTBIT_ROUTING": "both"})
    assert loaded.value("orchestrator.routing") == "single_agent"
    (told,) = [warning for warning in loaded.warnings if "HEARTBIT_ROUTING" in warning]
    assert told.endswith("'both' is not one of auto, always_orchestrate, single_agent; it is ignored.")
