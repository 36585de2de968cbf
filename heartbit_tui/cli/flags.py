"""The flags of all commands, in the groups and the order in which help shows them."""

from collections.abc import Mapping
from types import MappingProxyType

from heartbit_tui.cli.spec import Flag

JSON = Flag(("--json",), "as JSON")
FORCE = Flag(("-y", "--yes"), "do not ask first")

EVERYWHERE = (
    Flag(("--cwd",), "work in this directory instead of the current one", "folder", "DIR"),
    Flag(("--config",), "read this settings file as well", "file", "FILE"),
    Flag(("--demo",), "a script plays the model, in a throw-away project; no key, no network"),
    Flag(("--headless",), "never open a screen"),
    Flag(("-v", "--verbose"), "tell events as JSON lines on stderr"),
    Flag(("-h", "--help"), "this help"),
)
"""Flags that every command takes, before or after its name."""

TASK = (
    Flag(("-p", "--print"), "do the task headless and print the answer", "maybe", "TASK"),
    Flag(("--image",), "show the model this picture; may be repeated", "files", "FILE"),
    Flag(("--input-format",), "what stdin holds", "text", "FORMAT", ("text", "stream-json"), "text"),
)

SHAPE = (
    Flag(("--output-schema",), "the answer has to fit the JSON Schema in this file", "file", "FILE"),
    Flag(("--json-schema",), "the answer has to fit this JSON Schema", "text", "SCHEMA"),
)

OUTPUT = (
    Flag(
        ("--output-format",),
        "the answer alone, one JSON object at the end, or JSON lines as it happens",
        "text",
        "FORMAT",
        ("text", "json", "stream-json"),
        "text",
    ),
    Flag(("--json",), "the same as --output-format stream-json"),
    Flag(("--include-partial-messages",), "stream-json also tells each piece of an answer"),
    *SHAPE,
    Flag(("-o", "--output"), "write the answer to this file too, all or nothing", "file", "FILE"),
)

LIMITS = (
    Flag(("--max-turns",), "stop after so many model calls (exit code 3)", "count", "N"),
    Flag(("--max-tokens",), "stop when so many tokens are spent (exit code 3)", "count", "N"),
    Flag(
        ("--max-cost",), "when a task has cost this: ask, or stop where nobody is there (exit code 3)", "amount", "USD"
    ),
    Flag(("--max-session-cost",), "the same for all tasks of the session", "amount", "USD"),
    Flag(("--max-day-cost",), "the same for all sessions of today", "amount", "USD"),
    Flag(("--timeout",), "stop after this many seconds (exit code 124)", "amount", "SECONDS"),
)

GOAL = (
    Flag(
        ("--goal",),
        "what has to hold before a task is done (exit code 4 where it does not); lines that begin with - are criteria",
        "text",
        "TEXT",
    ),
    Flag(("--judge",), "at the end let another model judge what was changed (exit code 4 where not all is met)"),
)

MODES = ("ask", "accept-edits", "plan", "auto", "yolo")
PERMISSIONS = (
    Flag(("--permission-mode",), "what passes without asking", "text", "MODE", MODES),
    Flag(("--approve",), "the same as --permission-mode ask"),
    Flag(("--allow",), "let this pass, such as 'bash(git status)'; may be repeated", "many", "RULE"),
    Flag(("--deny",), "never let this pass; may be repeated", "many", "RULE"),
)
ON_ASK = (
    Flag(
        ("--on-ask",),
        "where an approval is needed and nobody is there: deny the call, or end the run (exit code 77)",
        "text",
        "WHAT",
        ("deny", "fail"),
        "deny",
    ),
)

SESSION = (
    Flag(("-c", "--continue"), "go on with the last session of this directory"),
    Flag(("--resume",), "go on with this session; the beginning of its id is enough", "text", "ID"),
    Flag(("--session",), "go on with the session of exactly this id, or begin it where there is none", "text", "ID"),
    Flag(("--fork",), "with one of these: leave that session as it is and go on in a copy"),
    Flag(("--ephemeral",), "keep nothing of this session on disk"),
)

MODEL = (
    Flag(("--provider",), "the model service, such as anthropic or openrouter", "text", "NAME"),
    Flag(("--model",), "the model", "text", "NAME"),
    Flag(("--effort",), "how much the model thinks first", "text", "LEVEL", ("none", "low", "medium", "high")),
    Flag(("--append-system-prompt",), "say this to the model as well, above everything", "text", "TEXT"),
)

PLACE = (
    Flag(("--add-dir",), "count this directory as part of the project too; may be repeated", "folders", "DIR"),
    Flag(("--bare",), "no user settings, hooks, skills, MCP servers or memory"),
    Flag(
        ("--observability",),
        "how much telemetry tells, where an endpoint is set: off, production, analysis or debug",
        "text",
        "MODE",
    ),
)

RUN: Mapping[str, tuple[Flag, ...]] = MappingProxyType(
    {
        "task": TASK,
        "output": OUTPUT,
        "limits": LIMITS,
        "goal": GOAL,
        "permissions": (*PERMISSIONS, *ON_ASK),
        "session": SESSION,
        "model": MODEL,
        "place": (*PLACE, *EVERYWHERE),
    }
)
CHAT: Mapping[str, tuple[Flag, ...]] = MappingProxyType(
    {
        "screen": (Flag(("--plain",), "for screen readers and terminals without cursor control"),),
        "output": SHAPE,
        "limits": LIMITS,
        "permissions": PERMISSIONS,
        "session": SESSION,
        "model": MODEL,
        "place": (*PLACE, *EVERYWHERE),
    }
)
ACP: Mapping[str, tuple[Flag, ...]] = MappingProxyType(
    {
        "editor": (
            Flag(
                ("--login",),
                "keep the key of a model service, in a terminal that the editor opens",
                "maybe",
                "PROVIDER",
            ),
            Flag(("--ephemeral",), "keep nothing of its sessions on disk"),
        ),
        "limits": LIMITS,
        "permissions": PERMISSIONS,
        "model": MODEL,
        "place": (*PLACE, *EVERYWHERE),
    }
)
DAEMON: Mapping[str, tuple[Flag, ...]] = MappingProxyType(
    {"limits": LIMITS, "permissions": PERMISSIONS, "model": MODEL, "place": (*PLACE, *EVERYWHERE)}
)
"""What holds for each of many tasks; what is about one alone, that task says itself."""

SERVE: Mapping[str, tuple[Flag, ...]] = MappingProxyType(
    {
        "service": (
            Flag(
                ("--http",),
                "over HTTP instead, for callers with the token in HEARTBIT_MCP_TOKEN",
                "text",
                "[HOST:]PORT",
            ),
            Flag(("--ephemeral",), "keep nothing of its sessions on disk"),
        ),
        "limits": LIMITS,
        "permissions": (*PERMISSIONS, *ON_ASK),
        "model": MODEL,
        "place": (*PLACE, *EVERYWHERE),
    }
)


def with_everywhere(*flags: Flag) -> Mapping[str, tuple[Flag, ...]]:
    """These flags and those that every command takes."""
    mine = {"options": flags} if flags else {}
    return MappingProxyType({**mine, "everywhere": EVERYWHERE})
