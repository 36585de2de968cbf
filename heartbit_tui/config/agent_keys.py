"""The keys for one agent at work: its model, its limits, its tools, what it may do, what it remembers.

Defaults are those of the seed where it has the key (its cheat sheet of constants), and otherwise those of the
type that the key fills, such as the kernel's `Limits`.
"""

from heartbit_tui.config.keys import (
    Key,
    boolean,
    entries,
    group,
    guarded,
    integer,
    number,
    required,
    string,
    strings,
    table,
)

EFFORTS = ("none", "low", "medium", "high")
PROFILES = ("conversational", "standard", "full")
MODES = ("ask", "accept-edits", "plan", "auto", "yolo")
CAREFUL_MODES = ("ask", "plan")
MECHANISMS = ("any", "bubblewrap", "landlock", "seatbelt")
RULINGS = ("allow", "deny", "ask")
GUARDRAILS = ("sensor_security", "injection", "pii", "secrets", "tool_policy", "llm_judge", "fence")
"""The guardrails in the order in which they are asked."""

OUTSIDE = ("file", "web", "mcp", "memory", "mail", "command", "tool")
"""Where text comes from that nobody here wrote."""

WIRES = ("anthropic", "openai", "openai-responses", "openrouter", "ollama", "llama.cpp", "scripted")


def cascade(below: str) -> tuple[Key, ...]:
    """The keys of a cascade of models; the gate decides which answers of a cheaper one stand."""
    return (
        boolean(f"{below}.enabled", False),
        required(f"{below}.tiers[].model"),
        string(f"{below}.gate.type", choices=("heuristic", "judge")),
        integer(f"{below}.gate.min_output_tokens", 5, least=0),
        boolean(f"{below}.gate.accept_tool_calls", True),
        boolean(f"{below}.gate.escalate_on_max_tokens", True),
        string(f"{below}.gate.model"),
        strings(f"{below}.gate.criteria"),
        number(f"{below}.gate.timeout_seconds", 10),
    )


def guardrails(below: str = "") -> tuple[Key, ...]:
    """The keys of all guardrails; one is on where anything of it is set and `enabled` is not false."""
    return (
        *(boolean(f"{below}{name}.enabled") for name in GUARDRAILS),
        number(f"{below}injection.threshold", 0.65, most=1),
        number(f"{below}injection.warn_threshold", 0.35, most=1),
        string(f"{below}injection.mode", "warn", choices=("deny", "warn")),
        strings(f"{below}injection.sources", OUTSIDE),
        string(f"{below}injection.model", plain=True),
        number(f"{below}injection.model_threshold", 0.9, most=1),
        string(f"{below}pii.action", "redact", choices=("redact", "warn", "deny")),
        strings(f"{below}pii.detectors", ("email", "phone", "ssn", "credit_card")),
        string(f"{below}pii.custom[].name", required=True),
        string(f"{below}pii.custom[].pattern", required=True, plain=True),
        string(f"{below}secrets.action", "redact", choices=("redact", "warn", "deny")),
        strings(f"{below}fence.sources", ("file", "web", "mcp", "memory", "mail")),
        *_tool_policy(f"{below}tool_policy"),
        *_judge(f"{below}llm_judge"),
        string(f"{below}sensor_security.source", "a sensor"),
        string(
            f"{below}sensor_security.trust",
            "unknown",
            choices=("quarantined", "unknown", "known", "verified", "owner"),
        ),
        strings(f"{below}sensor_security.allow"),
        *_chain(f"{below}chain[]"),
    )


def _tool_policy(below: str) -> tuple[Key, ...]:
    constraint = f"{below}.rules[].input_constraints[]"
    return (
        string(f"{below}.default_action", "allow", choices=("allow", "warn", "deny")),
        required(f"{below}.rules[].tool"),
        string(f"{below}.rules[].action", choices=("allow", "warn", "deny")),
        required(f"{constraint}.path"),
        string(f"{constraint}.deny_pattern", plain=True),
        string(f"{constraint}.allow_pattern", plain=True),
        integer(f"{constraint}.max_length"),
        boolean(f"{constraint}.deny_if_missing"),
    )


def _judge(below: str) -> tuple[Key, ...]:
    return (
        strings(f"{below}.criteria"),
        string(f"{below}.provider"),
        string(f"{below}.model"),
        boolean(f"{below}.evaluate_tool_inputs", False),
        number(f"{below}.timeout_seconds", 2),
        integer(f"{below}.max_judge_tokens", 256),
        string(f"{below}.fail_mode", "open", choices=("open", "closed")),
    )


def _chain(below: str) -> tuple[Key, ...]:
    return (
        strings(f"{below}.use", None, required=True),
        *(strings(f"{below}.when.{what}") for what in ("tool", "source", "agent", "mode")),
        integer(f"{below}.warn_to_deny"),
        integer(f"{below}.window"),
    )


def strategy(below: str = "") -> tuple[Key, ...]:
    """How a conversation is kept within its window."""
    return (
        string(f"{below}context_strategy.type", choices=("unlimited", "sliding_window", "summarize")),
        integer(f"{below}context_strategy.max_tokens"),
        integer(f"{below}context_strategy.threshold"),
        integer(f"{below}summarize_threshold"),
    )


def provider() -> tuple[Key, ...]:
    """Which model answers, and how it is reached."""
    return (
        *group(
            "providers",
            string("name", flag="--provider"),
            string("model", flag="--model"),
            guarded(string("base_url")),
            guarded(string("api_key_env")),
            string("effort", choices=EFFORTS, flag="--effort"),
            boolean("prompt_caching", True),
            string("cache_ttl", "5m", choices=("5m", "1h")),
            string("fallback_model"),
            guarded(string("fallback_provider")),
            guarded(string("script")),
            string("api", choices=("messages", "chat", "responses")),
            integer("retry.max_retries", 3, least=0),
            integer("retry.base_delay_ms", 500, least=0),
            integer("retry.max_delay_ms", 30_000, least=0),
            number("timeouts.connect", 10),
            number("timeouts.first_byte", 120),
            number("timeouts.idle", 60),
            number("timeouts.total", 1_800),
            below="provider",
        ),
        *group("cascade", *cascade("cascade"), below="provider"),
        *group(
            "providers",
            string("*.kind", choices=WIRES),
            string("*.base_url"),
            string("*.api_key_env"),
            string("*.model"),
            below="providers",
            guarded=True,
        ),
        *group(
            "providers",
            *(number(f"*.{kind}") for kind in ("input", "output", "cache_read", "cache_write")),
            below="pricing",
            guarded=True,
        ),
    )


def limits() -> tuple[Key, ...]:
    """How far one run may go."""
    return (
        *group(
            "limits",
            integer("max_turns", 50, flag="--max-turns"),
            integer("max_output_tokens", 8_192),
            guarded(integer("max_total_tokens", flag="--max-tokens")),
            guarded(number("max_cost_usd", flag="--max-cost")),
            guarded(number("max_session_cost_usd", flag="--max-session-cost")),
            guarded(number("max_day_cost_usd", flag="--max-day-cost")),
            number("run_timeout", flag="--timeout"),
            number("tool_timeout", 120),
            integer("max_tool_output_bytes", 32_768),
            integer("max_identical_tool_calls", 3),
            integer("max_parallel_calls", 16),
            Key(pattern="max_cost", kind="number", least=0, guarded=True, same_as="limits.max_cost_usd"),
            below="limits",
        ),
    )


def tools() -> tuple[Key, ...]:
    """What the tools may use."""
    return (
        *group(
            "tools",
            string("profile", "full", choices=("auto", *PROFILES)),
            integer("max_per_turn"),
            strings("disabled"),
            guarded(table("bash.environment")),
            guarded(strings("bash.keep_environment")),
            guarded(boolean("webfetch.allow_private", False)),
            guarded(string("websearch.api_key", secret=True)),
            guarded(string("websearch.base_url")),
            below="tools",
        ),
    )


def permissions() -> tuple[Key, ...]:
    """What the agent may do."""
    return (
        *group(
            "permissions",
            guarded(string("mode", "ask", choices=MODES, flag="--permission-mode"), harmless=CAREFUL_MODES),
        ),
        *group(
            "permissions",
            required("[].tool", plain=True),
            string("[].pattern", "*", plain=True),
            guarded(Key(pattern="[].action", choices=RULINGS, required=True), harmless=("deny", "ask")),
            string("[].why"),
            guarded(strings("allow", add_up=True, plain=True, flag="--allow")),
            strings("deny", add_up=True, plain=True, flag="--deny"),
            strings("ask", add_up=True, plain=True),
            below="permissions",
        ),
        *group("workspace", guarded(string("root")), below="workspace"),
        *group("permissions", guarded(strings("also", flag="--add-dir")), below="workspace"),
        *group(
            "sandbox",
            boolean("enabled"),
            boolean("required", False),
            strings("writable"),
            boolean("network", False),
            string("mechanism", "any", choices=MECHANISMS),
            below="sandbox",
            guarded=True,
        ),
        *group(
            "trust_budget",
            integer("commands", 200),
            integer("files", 20),
            number("cost_usd", 5.0),
            number("minutes", 60),
            below="auto",
            guarded=True,
        ),
        *group("guardrails", *guardrails(), below="guardrails", guarded=True),
    )


def judging() -> tuple[Key, ...]:
    """Who holds a change against the criteria of a goal, and how often a run is sent back for it."""
    return group(
        "goals",
        string("provider"),
        string("model"),
        strings("commands"),
        integer("tries", 3, least=0),
        number("timeout_seconds", 120),
        integer("max_tokens", 4_096),
        below="judge",
        guarded=True,
    )


def context() -> tuple[Key, ...]:
    """What the model gets to see, and what is kept of a session."""
    return (
        *group(
            "context",
            integer("summarize_threshold"),
            number("compact_at", 0.85, most=1),
            boolean("recursive_summarization", False),
            integer("tool_output_compression_threshold"),
            boolean("session_prune", False),
            integer("session_prune_keep_recent_n", 2, least=0),
            integer("session_prune_max_bytes", 200, least=0),
            boolean("session_prune_preserve_task", True),
            boolean("reflection", False),
            below="context",
        ),
        *group(
            "instructions",
            integer("instructions_bytes", 32_768, least=0),
            strings("instructions", ("AGENTS.override.md", "AGENTS.md", "HEARTBIT.md", "CLAUDE.md"), guarded=True),
            below="context",
        ),
        *group(
            "sessions",
            integer("keep_days", 30, least=0),
            integer("max_bytes", 2_147_483_648, least=0),
            boolean("ephemeral", False, flag="--ephemeral"),
            below="sessions",
            guarded=True,
        ),
    )


def memory() -> tuple[Key, ...]:
    """What is remembered and known beyond a session."""
    return (
        *group(
            "memory",
            string("type", "sqlite", choices=("sqlite", "in_memory", "none", "postgres")),
            string("database_url", secret=True),
            integer("recall_limit", 5, least=0),
            integer("recall_characters", 4_000),
            string("max_confidentiality", "confidential", choices=("public", "internal", "confidential")),
            boolean("prune_on_exit", True),
            number("reflection_threshold"),
            boolean("consolidate_on_exit", False),
            below="memory",
            guarded=True,
        ),
        *group(
            "embedding",
            string("embedding.provider", "none", choices=("none", "openai", "local")),
            string("embedding.model", "text-embedding-3-small"),
            string("embedding.api_key_env", "OPENAI_API_KEY"),
            string("embedding.base_url"),
            integer("embedding.dimension"),
            string("embedding.cache_dir"),
            below="memory",
            guarded=True,
        ),
        *group(
            "knowledge",
            integer("chunk_size", 1_000),
            integer("chunk_overlap", 200, least=0),
            guarded(string("sources[].type", choices=("file", "glob", "url"))),
            guarded(string("sources[].path")),
            guarded(string("sources[].pattern")),
            guarded(string("sources[].url")),
            below="knowledge",
        ),
    )


def reach() -> tuple[Key, ...]:
    """What the agent can be given from outside."""
    return (
        *group("lsp", guarded(boolean("enabled", True), harmless=(False,)), below="lsp"),
        *group("lsp", table("*"), below="lsp.servers", guarded=True),
        *group("mcp", table("*", plain=True), below="mcp.servers", guarded=True),
        *group("mcp", number("first_wait"), below="mcp", guarded=True),
        *group("mcp", entries("mcp_servers", plain=True, guarded=True)),
        *group("mcp", table("mcpServers", plain=True, guarded=True)),
        *group("a2a", entries("a2a_agents", guarded=True)),
        *group("hooks", entries("hooks.*", plain=True, guarded=True)),
        *group("skills", boolean("enabled", True), strings("paths", guarded=True), strings("disabled"), below="skills"),
        *group("undo", boolean("enabled", True), integer("max_bytes", 1_073_741_824), below="undo", guarded=True),
    )


def plugins() -> tuple[Key, ...]:
    """What installed packages offer and the agent is given."""
    return group(
        "plugins",
        strings("tools", add_up=True),
        strings("guardrails", add_up=True),
        string("memory"),
        string("routing"),
        table("settings.*"),
        below="plugins",
        guarded=True,
    )
