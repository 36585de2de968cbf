"""The keys for the daemon, its schedules, channels and sensors; defaults are the seed's."""

from heartbit_tui.config.keys import (
    Key,
    boolean,
    entries,
    group,
    integer,
    number,
    required,
    string,
    strings,
    table,
)

SENSORS = ("jmap_email", "rss", "image", "audio", "weather", "webhook", "mcp")


def _sensors() -> tuple[Key, ...]:
    return (
        boolean("enabled", True),
        string("routing.triage_model", "cloud_light", choices=("local", "cloud_light", "cloud_frontier")),
        string("routing.local_model_path"),
        number("routing.confidence_threshold", 0.85, most=1),
        number("salience.urgency_weight", 0.3),
        number("salience.novelty_weight", 0.3),
        number("salience.relevance_weight", 0.4),
        number("salience.threshold", 0.3),
        integer("token_budget.hourly_limit", 100_000),
        integer("token_budget.queue_size", 200),
        integer("stories.correlation_window_hours", 4),
        integer("stories.max_events_per_story", 50),
        integer("stories.stale_after_hours", 24),
        *_sources(),
    )


def _sources() -> tuple[Key, ...]:
    """All keys that a source may have; which go together is for the sensors to say."""
    return (
        string("sources[].type", choices=SENSORS, required=True),
        required("sources[].name"),
        *(string(f"sources[].{name}") for name in ("server", "username", "password_env", "watch_directory", "path")),
        *(
            string(f"sources[].{name}")
            for name in ("api_key_env", "secret_env", "tool_name", "kafka_topic", "modality")
        ),
        *(string(f"sources[].{name}") for name in ("content_field", "items_field", "enrich_tool", "enrich_id_param")),
        *(strings(f"sources[].{name}") for name in ("priority_senders", "blocked_senders", "feeds")),
        *(strings(f"sources[].{name}") for name in ("interest_keywords", "known_contacts", "locations")),
        string("sources[].whisper_model", "base"),
        string("sources[].id_field", "id"),
        integer("sources[].poll_interval_seconds"),
        integer("sources[].dedup_ttl_seconds", 604_800),
        boolean("sources[].alert_only", False),
        table("sources[].tool_args"),
    )


ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""What tokens of an issuer may be signed with: never a secret that both sides have, and never nothing."""

TOKEN_FIELDS = ("token", "name", "user", "tenant", "roles", "expires")
"""What an entry of `bearer_tokens` says that is more than the token, or its digest."""


def _auth() -> tuple[Key, ...]:
    """Who may speak to the daemon: tokens of one's own, those of an issuer, or both."""
    return (
        entries("bearer_tokens", secret=True),
        *(string(name) for name in ("jwks_url", "issuer", "audience")),
        strings("algorithms", ("RS256", "PS256", "ES256", "EdDSA")),
        integer("leeway_seconds", 60, least=0)._replace(most=60),
        integer("jwks_seconds", 300),
        integer("jwks_stale_seconds", 3_600, least=0),
        string("user_id_claim", "sub"),
        string("tenant_id_claim", "tid"),
        string("roles_claim", "roles"),
        string("default_role", "user", choices=("user", "operator", "admin", "none")),
        *(strings(f"role_names.{name}", (name,)) for name in ("user", "operator", "admin")),
    )


def _exchange() -> tuple[Key, ...]:
    """How tokens of users are exchanged for those that servers and agents of others get."""
    return (
        string("token_exchange.exchange_url"),
        string("token_exchange.client_id"),
        string("token_exchange.client_secret", secret=True),
        string("token_exchange.agent_token", secret=True),
        strings("token_exchange.scopes"),
        string("token_exchange.audience"),
    )


def _telegram() -> tuple[Key, ...]:
    return (
        boolean("enabled", True),
        string("token", secret=True),
        string("dm_policy", choices=("allowlist", "open", "disabled")),
        entries("allowed_users"),
        integer("inactivity_timeout_seconds", 1_800),
        integer("session_expiry_seconds", 86_400),
        integer("interaction_timeout_seconds", 120),
        integer("max_concurrent", 50),
        integer("stream_debounce_ms", 500),
        string("database_url", secret=True),
        integer("memory_recall_limit", 5, least=0),
        integer("institutional_recall_limit", 3, least=0),
        boolean("memory_skip_trivial", False),
        entries("notify_chat_ids"),
    )


def _serving() -> tuple[Key, ...]:
    """Where the daemon listens, and how it does tasks."""
    return (
        string("bind", "127.0.0.1:3000"),
        strings("allowed_hosts"),
        strings("allowed_origins"),
        integer("max_concurrent_tasks", 4),
        integer("drain_timeout_seconds", 30, least=0),
        number("interaction_timeout_seconds", 120),
        integer("keep_days", 30, least=0),
        string("on_restart", "resume", choices=("resume", "interrupt")),
        string("unknown_outcome", "ask", choices=("ask", "continue")),
        boolean("metrics.enabled", True),
        boolean("metrics.public", False),
        boolean("a2a", True),
        boolean("ws.enabled", True),
        integer("ws.max_connections", 100),
        number("ws.interaction_timeout_seconds", 120),
        boolean("institutional_memory.enabled", False),
        integer("institutional_memory.recall_limit", 3, least=0),
    )


def _schedules() -> tuple[Key, ...]:
    return (
        required("schedules[].name"),
        required("schedules[].cron"),
        required("schedules[].task"),
        boolean("schedules[].enabled", True),
        string("schedules[].dialect", "standard", choices=("standard", "seed")),
        string("schedules[].timezone", "UTC"),
        string("schedules[].overlap", "skip", choices=("skip", "queue", "allow")),
        string("schedules[].jitter"),
        boolean("schedules[].catch_up", True),
        string("schedules[].folder"),
    )


def _pulse() -> tuple[Key, ...]:
    return (
        boolean("heartbit_pulse.enabled", False),
        integer("heartbit_pulse.interval_seconds", 1_800),
        string("heartbit_pulse.prompt"),
        integer("heartbit_pulse.idle_backoff_threshold", 6, least=0),
        string("heartbit_pulse.active_hours.start"),
        string("heartbit_pulse.active_hours.end"),
        string("heartbit_pulse.active_hours.timezone", "local"),
        number("heartbit_pulse.max_cost_per_day"),
    )


def _notify() -> tuple[Key, ...]:
    """Who is told at once what came of a task."""
    return (
        strings("notify.states", ("completed", "failed", "interrupted")),
        string("notify.webhook.url"),
        string("notify.webhook.secret_env"),
        integer("notify.webhook.tries", 4),
        boolean("notify.webhook.allow_private", False),
        strings("notify.command"),
        number("notify.command_seconds", 30),
        boolean("notify.desktop", False),
        string("notify.quiet_hours.start"),
        string("notify.quiet_hours.end"),
        string("notify.quiet_hours.timezone", "local"),
    )


def _distributed() -> tuple[Key, ...]:
    """What this release knows and does not act on."""
    return (
        *(string(name, secret=True) for name in ("database_url", "ws.database_url")),
        strings("owner_emails"),
        string("kafka.brokers"),
        string("kafka.consumer_group", "heartbit-daemon"),
        string("kafka.commands_topic", "heartbit.commands"),
        string("kafka.events_topic", "heartbit.events"),
        string("kafka.dead_letter_topic", "heartbit.dead-letter"),
    )


def daemon() -> tuple[Key, ...]:
    """The daemon and all that wakes it."""
    return (
        *group("daemon", *_serving(), *_schedules(), *_pulse(), *_notify(), below="daemon", guarded=True),
        *group("distributed", *_distributed(), below="daemon", guarded=True),
        *group("daemon", *_auth(), below="daemon.auth", guarded=True),
        *group("exchange", *_exchange(), below="daemon.auth", guarded=True),
        *group("telegram", *_telegram(), below="daemon.telegram", guarded=True),
        *group("sensors", *_sensors(), below="daemon.sensors", guarded=True),
        *group("client", string("url"), string("token", secret=True), below="client", guarded=True),
        *group("restate", string("endpoint"), below="restate", guarded=True),
    )
