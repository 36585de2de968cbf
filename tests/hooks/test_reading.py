"""Hooks are read from the shape that Claude Code uses, and what is none is told with its place."""

from heartbit_tui.hooks.reading import Read, read
from heartbit_tui.hooks.types import EVENTS, Hook

BROKEN: tuple[dict[str, object], ...] = (
    {"NoEvent": []},
    {"Stop": "true"},
    {"Stop": [7]},
    {"Stop": [{"hooks": "true"}]},
    {"Stop": [{"hooks": [{"type": "prompt", "prompt": "x"}]}]},
    {"Stop": [{"hooks": [{"command": ""}]}]},
    {"Stop": [{"command": "true", "timeout": 0}]},
    {"Stop": [{"command": "true", "timeout": True}]},
    {"Stop": [{"command": "true", "timeout": 10_000}]},
    {"PreToolUse": [{"matcher": "(", "hooks": [{"command": "true"}]}]},
)


def test_groups_and_single_hooks_are_read() -> None:
    document = {
        "PreToolUse": [
            {
                "matcher": "Bash|Write",
                "hooks": [{"type": "command", "command": "./a.sh", "timeout": 5}, {"command": "b"}],
            }
        ],
        "Stop": [{"command": "make test"}],
    }
    assert read(document, "F", project=True) == Read(
        hooks=(
            Hook(event="PreToolUse", command="./a.sh", source="F", matcher="Bash|Write", seconds=5, project=True),
            Hook(event="PreToolUse", command="b", source="F", matcher="Bash|Write", project=True),
            Hook(event="Stop", command="make test", source="F", project=True),
        )
    )


def test_all_eleven_events_are_known() -> None:
    found = read({event: [{"command": "true"}] for event in EVENTS}, "F")
    assert [hook.event for hook in found.hooks] == list(EVENTS)
    assert len(EVENTS) == 11


def test_what_is_no_hook_is_told_and_keeps_no_other_from_running() -> None:
    for document in BROKEN:
        found = read({**document, "SessionEnd": [{"command": "true"}]}, "F")
        assert [hook.event for hook in found.hooks] == ["SessionEnd"]
        assert len(found.problems) == 1
        assert found.problems[0].startswith("F: ")
    assert len(BROKEN) == 10
    assert read("nothing", "F") == Read()
