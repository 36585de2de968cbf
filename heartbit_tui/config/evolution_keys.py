"""The keys for what goes on while nobody looks: heartbeats, and the memory that is put in order; defaults are rsclaw's."""

from heartbit_tui.config.keys import Key, boolean, group, integer, number, string, strings

PRESETS = ("usual", "test")


def evolution() -> tuple[Key, ...]:
    """Which files beat, how memories are merged, and how they become skills."""
    return (
        *group("heartbeats", boolean("enabled", True), strings("workspaces"), below="heartbeat", guarded=True),
        *group(
            "evolution",
            boolean("enabled", True),
            string("preset", "usual", choices=PRESETS),
            string("model"),
            integer("cluster.min_size", 3, least=2),
            number("cluster.similarity_threshold", 0.75, most=1),
            integer("promotion.access_only", 15),
            number("promotion.importance_only", 0.9, most=1),
            integer("promotion.both_access", 5),
            number("promotion.both_importance", 0.8, most=1),
            integer("meditation.max_per_cycle", 5),
            number("meditation.dedup_threshold", 0.92, most=1),
            number("meditation.crystallized_ttl_days", 7),
            below="evolution",
            guarded=True,
        ),
        *group(
            "distillation",
            boolean("enabled", False),
            number("score_threshold", 0.5, most=1),  # rsclaw's 0.7 is out of reach: see `Distilling`
            integer("min_tool_calls", 5),
            integer("min_errors", 1, least=0),
            integer("max_per_hour", 3),
            below="evolution.workflow",
            guarded=True,
        ),
    )
