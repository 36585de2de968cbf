"""The keys for several agents, for what heartbit tells others, and for the screen.

Defaults are the seed's; a key of the orchestrator that also holds for a single agent is another spelling of the
key that sets it there.
"""

from heartbit_tui.config.agent_keys import EFFORTS, PROFILES, cascade, guardrails, strategy
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
    table,
)

OBSERVABILITY = ("off", "production", "analysis", "debug")
"""How much telemetry tells."""
ROUTING = ("auto", "always_orchestrate", "single_agent")
"""Who takes a prompt: what fits, the session's own agent with the others to help it, or always one of the others."""


def _spelling(pattern: str, same_as: str) -> Key:
    return Key(pattern=pattern, kind="integer", least=1, same_as=same_as)


def spellings() -> tuple[Key, ...]:
    """Keys of the orchestrator that set what also holds for a single agent."""
    return (
        *group(
            "limits",
            _spelling("max_turns", "limits.max_turns"),
            _spelling("max_tokens", "limits.max_output_tokens"),
            _spelling("tool_timeout_seconds", "limits.tool_timeout"),
            _spelling("run_timeout_seconds", "limits.run_timeout"),
            _spelling("max_tool_output_bytes", "limits.max_tool_output_bytes"),
            _spelling("max_identical_tool_calls", "limits.max_identical_tool_calls"),
            below="orchestrator",
        ),
        *group(
            "tools",
            string("tool_profile", choices=("auto", *PROFILES), same_as="tools.profile"),
            _spelling("max_tools_per_turn", "tools.max_per_turn"),
            below="orchestrator",
        ),
        *group(
            "providers", string("reasoning_effort", choices=EFFORTS, same_as="provider.effort"), below="orchestrator"
        ),
        *group(
            "context",
            _spelling("tool_output_compression_threshold", "context.tool_output_compression_threshold"),
            boolean("enable_reflection", same_as="context.reflection"),
            below="orchestrator",
        ),
    )


def remembering() -> tuple[Key, ...]:
    """What an agent does with its memory otherwise than all do."""
    keys = (number("reflection_threshold"), boolean("consolidate_on_exit"))
    return group("memory", *keys, below="agents[]", guarded=True)


def team() -> tuple[Key, ...]:
    """Several agents."""
    return (
        *spellings(),
        *group("context", *strategy(), below="orchestrator"),
        *group(
            "agents",
            boolean("enable_squads"),
            string("dispatch_mode", choices=("parallel", "sequential")),
            string("routing", "auto", choices=ROUTING),
            boolean("escalation", True),
            below="orchestrator",
        ),
        *group(
            "agents",
            required("name"),
            required("description"),
            required("system_prompt"),
            *strategy(),
            integer("tool_timeout_seconds"),
            integer("max_tool_output_bytes"),
            integer("max_turns"),
            integer("max_tokens"),
            table("response_schema", plain=True),
            integer("run_timeout_seconds"),
            string("reasoning_effort", choices=EFFORTS),
            boolean("enable_reflection"),
            integer("tool_output_compression_threshold"),
            integer("max_tools_per_turn"),
            string("tool_profile", choices=("auto", *PROFILES)),
            integer("max_identical_tool_calls"),
            boolean("recursive_summarization"),
            integer("max_total_tokens", guarded=True),
            integer("session_prune.keep_recent_n", 2, least=0),
            integer("session_prune.pruned_tool_result_max_bytes", 200, least=0),
            boolean("session_prune.preserve_task", True),
            string("provider.name"),
            string("provider.model"),
            string("provider.base_url", guarded=True),
            string("provider.api_key_env", guarded=True),
            boolean("provider.prompt_caching", False),
            *cascade("provider.cascade"),
            *(guarded(key) for key in guardrails("guardrails.")),
            entries("mcp_servers", guarded=True),
            entries("a2a_agents", guarded=True),
            below="agents[]",
        ),
        *remembering(),
    )


def workflows() -> tuple[Key, ...]:
    """Agents, commands and the main agent, put together step by step."""
    return group("workflows", entries("workflows", plain=True, guarded=True))


def telling() -> tuple[Key, ...]:
    """What heartbit tells others about its work."""
    return (
        *group(
            "telemetry",
            guarded(
                string("observability_mode", "production", choices=OBSERVABILITY, flag="--observability"),
                harmless=("off", "production"),
            ),
            guarded(string("otlp_endpoint")),
            guarded(string("service_name", "heartbit")),
            below="telemetry",
        ),
        *group(
            "log",
            string("level", "info", choices=("debug", "info", "warning", "error")),
            integer("max_bytes", 5_242_880),
            integer("keep", 3, least=0),
            below="log",
            guarded=True,
        ),
    )


def screen() -> tuple[Key, ...]:
    """How heartbit looks."""
    return (
        *group(
            "conversation",
            boolean("vim", False),
            boolean("plain", False, flag="--plain"),
            boolean("show_thinking", True),
            below="ui",
        ),
        *group(
            "screen",
            string("theme", "heartbit", flag="--theme"),
            boolean("mouse", True),
            boolean("reduced_motion", False),
            boolean("notify", True),
            boolean("side_panel", True),
            string("diff", "unified", choices=("unified", "split")),
            boolean("bell", False),
            below="ui",
        ),
        *group("screen", guarded(string("editor"))),
        *group("status_line", guarded(string("status_line", plain=True))),
        *group("commands", table("*"), below="commands", guarded=True),
    )
