"""Hooks in a session: real commands, a scripted model, and what comes of what they say."""

import json
from pathlib import Path

import pytest

from heartbit_tui.client.local import local
from heartbit_tui.kernel.events import (
    ApprovalRequested,
    AssistantMessage,
    Event,
    GuardrailDenied,
    Notice,
    PermissionDenied,
    Rewound,
    RunCompleted,
    RunFailed,
    Terminal,
    ToolAnswered,
    UserMessage,
)
from heartbit_tui.kernel.messages import Text
from heartbit_tui.kernel.ops import Prompt
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.settings import read
from tests.skills.folders import Ground, put, scripted

LIST = {"blocks": [{"call": "list", "input": {"path": "."}}]}
TOUCH = {"blocks": [{"call": "bash", "input": {"command": "touch made"}}]}

TODOS: dict[str, object] = {"blocks": [{"call": "todoread", "input": dict[str, object]()}]}
LONGEST = 50_000
"""Characters of what a model or a person is told at once."""


class Hooks:
    """A ground with hooks of the person's; what they are told is kept in files."""

    def __init__(self, root: Path) -> None:
        self.ground = Ground(root)
        self.table: dict[str, list[dict[str, object]]] = {}

    def at(self, event: str, command: str, **more: object) -> None:
        self.table.setdefault(event, []).append({"hooks": [{"type": "command", "command": command}], **more})

    def keeping(self, event: str, then: str = "true", **more: object) -> None:
        """A hook that keeps what it is told in a file of its event's name."""
        self.at(event, f"cat > {event}.json; {then}", **more)

    def told(self, event: str) -> dict[str, object]:
        return json.loads((self.ground.project / f"{event}.json").read_text())

    async def run(self, *replies: object, prompts: tuple[str, ...] = ("Do it.",), **more: object) -> list[Event]:
        put(self.ground.config / "hooks/mine.json", json.dumps({"hooks": self.table}))
        more.setdefault("on_ask", "deny")
        found: list[Event] = []
        async with local(scripted(self.ground, *replies, **more)) as client:
            envelopes = client.envelopes()
            for prompt in prompts:
                client.submit(Prompt(content=(Text(text=prompt),)))
                async for envelope in envelopes:
                    found.append(envelope.event)
                    if isinstance(envelope.event, Terminal):
                        break
                await client.settled()
        return found


@pytest.fixture
def hooks(tmp_path: Path) -> Hooks:
    return Hooks(tmp_path)


def results(events: list[Event]) -> list[str]:
    return [each.result.content for each in events if isinstance(each, ToolAnswered)]


def notices(events: list[Event]) -> list[str]:
    return [each.text for each in events if isinstance(each, Notice)]


def told(events: list[Event]) -> str:
    messages = [each.message for each in events if isinstance(each, UserMessage)]
    return "\n".join(block.text for message in messages for block in message.content if isinstance(block, Text))


async def test_a_hook_is_told_all_about_a_call_and_its_no_denies(hooks: Hooks) -> None:
    hooks.keeping("PreToolUse", "echo 'not in here' >&2; exit 2", matcher="LS|Bash")
    events = await hooks.run(LIST, "Then not.")
    assert hooks.told("PreToolUse") | {"session_id": "", "tool_use_id": ""} == {
        "session_id": "",
        "cwd": str(hooks.ground.project),
        "permission_mode": "ask",
        "hook_event_name": "PreToolUse",
        "tool_name": "list",
        "tool_input": {"path": "."},
        "tool_use_id": "",
    }
    assert results(events) == ["Denied by the guardrail hooks: not in here"]
    assert [each.guardrail for each in events if isinstance(each, GuardrailDenied)] == ["hooks"]


@pytest.mark.security("K15", n=3)
async def test_a_hook_may_ask_and_its_allow_beats_no_rule(hooks: Hooks) -> None:
    asks = json.dumps({"hookSpecificOutput": {"permissionDecision": "ask", "permissionDecisionReason": "look first"}})
    allows = json.dumps({"hookSpecificOutput": {"permissionDecision": "allow"}})
    hooks.at("PreToolUse", f"echo '{asks}'", matcher="list")
    hooks.at("PreToolUse", f"echo '{allows}'", matcher="bash|write")
    calls = {
        "blocks": [
            {"call": "list", "input": {"path": "."}},
            {"call": "bash", "input": {"command": "touch made"}},
            {"call": "bash", "input": {"command": "touch denied"}},
            {"call": "write", "input": {"file_path": ".git/config", "content": "x"}},
        ]
    }
    events = await hooks.run(calls, "Done.", deny=("bash(touch denied)",))
    asked = {each.call.name: each.reason for each in events if isinstance(each, ApprovalRequested)}
    assert asked["list"] == "A hook wants a person to decide: look first"
    assert "needs an approval of its own" in asked["write"]
    assert "bash" not in asked
    denied = sorted(
        (each.tool_name, str(each.input.get("command", ""))) for each in events if isinstance(each, PermissionDenied)
    )
    assert denied == [("bash", "touch denied"), ("list", ""), ("write", "")]
    assert (hooks.ground.project / "made").exists()


@pytest.mark.security("K16")
async def test_another_input_is_not_slipped_in_but_asked_of_the_model(hooks: Hooks) -> None:
    changed = json.dumps({"hookSpecificOutput": {"permissionDecision": "allow", "updatedInput": {"path": "src"}}})
    hooks.at("PreToolUse", f"echo '{changed}'")
    assert '{"path": "src"}' in results(await hooks.run(LIST, "Then so."))[0]


async def test_what_a_hook_says_of_an_output_stands_beside_it(hooks: Hooks) -> None:
    hooks.keeping("PostToolUse", "echo 'run the formatter' >&2; exit 2")
    context = json.dumps({"hookSpecificOutput": {"additionalContext": "it is a symlink"}})
    hooks.keeping("PostToolUseFailure", f"echo '{context}'")
    missing = {"blocks": [{"call": "read", "input": {"file_path": "nothing.txt"}}]}
    first, second = results(await hooks.run(LIST, missing, "Done."))
    assert first.endswith("[A hook says]\nrun the formatter")
    assert second.endswith("[A hook says]\nit is a symlink")
    assert hooks.told("PostToolUse")["tool_response"]
    assert hooks.told("PostToolUseFailure")["tool_name"] == "read"


async def test_a_session_tells_hooks_of_its_beginning_its_prompts_and_its_end(hooks: Hooks) -> None:
    hooks.keeping("SessionStart", "echo 'today is release day'")
    hooks.keeping("UserPromptSubmit", "echo 'the branch is main'")
    hooks.keeping("SessionEnd")
    events = await hooks.run("Hello.")
    assert "[A hook of SessionStart says]\n\ntoday is release day" in told(events)
    assert "[A hook of UserPromptSubmit says]\n\nthe branch is main" in told(events)
    assert (hooks.told("SessionStart")["source"], hooks.told("UserPromptSubmit")["prompt"]) == ("startup", "Do it.")
    assert hooks.told("SessionEnd")["reason"] == "exit"


async def test_a_prompt_that_is_blocked_never_reaches_the_model(hooks: Hooks) -> None:
    hooks.at("UserPromptSubmit", "grep -q SECRET && { echo 'a secret' >&2; exit 2; }; true")
    seen = {"blocks": [{"text": "It was seen."}], "when": "SECRET"}
    events = await hooks.run(seen, "Fine.", prompts=("My SECRET is x.", "Something else."))
    failed = [each.error for each in events if isinstance(each, RunFailed)]
    assert failed == ["A hook does not let this prompt pass: a secret"]
    assert any(isinstance(each, Rewound) for each in events)
    assert [each.message.text for each in events if isinstance(each, AssistantMessage)] == ["Fine."]


async def test_a_hook_keeps_a_run_going_until_it_is_content_but_not_for_ever(hooks: Hooks) -> None:
    hooks.keeping("Stop", "test -e made || { echo 'make it first' >&2; exit 2; }")
    events = await hooks.run("I am done.", TOUCH, "Now it is.", allow=("bash(touch made)",))
    assert "[A hook wants more before this ends]\nmake it first" in told(events)
    assert sum(isinstance(each, RunCompleted) for each in events) == 1
    assert hooks.told("Stop")["last_assistant_message"] == "Now it is."
    (hooks.ground.project / "made").unlink()
    events = await hooks.run({"blocks": [{"text": "I am done."}], "times": 0})
    assert sum(isinstance(each, AssistantMessage) for each in events) == 6
    assert any("5 times in a row" in text for text in notices(events))


async def test_a_hook_answers_an_approval_where_nobody_did(hooks: Hooks) -> None:
    hooks.keeping("Notification")
    no = json.dumps({"hookSpecificOutput": {"decision": {"behavior": "deny", "message": "not on Fridays"}}})
    hooks.at("PermissionRequest", f"echo '{no}'")
    events = await hooks.run(TOUCH, "Then not.", on_ask="person")
    assert results(events) == ["The user refused this call and says: not on Fridays"]
    assert "permission to use bash" in str(hooks.told("Notification")["message"])


@pytest.mark.security("K45")
async def test_a_hook_that_hangs_fails_or_floods_holds_nothing_up(hooks: Hooks) -> None:
    hanging: dict[str, object] = {"command": "sleep 100", "timeout": 0.3}
    hooks.table["PreToolUse"] = [{"hooks": [hanging], "matcher": "list"}]
    hooks.at("PostToolUse", "exit 7")
    hooks.at("PostToolUse", "yes | head -c 3000000")
    hooks.at("SessionStart", "/no/such/program")
    events = await hooks.run(LIST, TODOS, "Done.")
    assert any("was stopped" in each.reason for each in events if isinstance(each, ApprovalRequested))
    assert sum("ended with" in text for text in notices(events)) >= 2
    assert max(map(len, (*results(events), *notices(events)))) < LONGEST
    assert isinstance(events[-1], RunCompleted)


@pytest.mark.security("S6", n=2)
async def test_hooks_see_no_keys(hooks: Hooks) -> None:
    hooks.at("SessionStart", "env > seen")
    environment = {"HOME": str(hooks.ground.home), "PATH": "/usr/bin:/bin", "ANTHROPIC_API_KEY": "sk-canary-1"}
    await hooks.run("Hi.", environment={**environment, "OPENAI_API_KEY": "sk-canary-2"})
    seen = (hooks.ground.project / "seen").read_text()
    assert f"CLAUDE_PROJECT_DIR={hooks.ground.project}" in seen
    assert "canary" not in seen


@pytest.mark.security("K7", n=2)
@pytest.mark.security("C1", n=2)
async def test_hooks_of_a_project_run_only_while_it_is_as_it_was_trusted(hooks: Hooks) -> None:
    project = hooks.ground.project
    put(project / ".heartbit/config.toml", '[[hooks.SessionStart]]\ncommand = "touch by-toml"\n')
    put(project / ".heartbit/hooks/own.json", json.dumps({"SessionStart": [{"command": "touch by-json"}]}))
    marks = (project / "by-toml", project / "by-json")
    await hooks.run("Hi.")
    assert not any(mark.exists() for mark in marks)
    hooks.ground.trust()
    await hooks.run("Hi.")
    assert all(mark.exists() for mark in marks)
    for mark in marks:
        mark.unlink()
    put(project / ".heartbit/hooks/own.json", json.dumps({"SessionStart": [{"command": "touch by-json; true"}]}))
    await hooks.run("Hi.")
    assert not any(mark.exists() for mark in marks)


@pytest.mark.security("C1", n=2)
@pytest.mark.parametrize("whose", ["the project's", "the person's"])
async def test_a_hook_runs_a_script_of_the_project_only_as_it_was_trusted(hooks: Hooks, whose: str) -> None:
    project = hooks.ground.project
    script, mark = put(project / "tools/check.sh", "touch ran\n"), project / "ran"
    if whose == "the project's":
        put(project / ".heartbit/hooks/own.json", json.dumps({"SessionStart": [{"command": "sh tools/check.sh"}]}))
    else:
        hooks.at("SessionStart", "sh tools/check.sh")
    first = await hooks.run("Hi.")
    assert not mark.exists()
    assert any("names a file of this folder" in text for text in notices(first)) is (whose == "the person's")
    hooks.ground.trust()
    await hooks.run("Hi.")
    assert mark.exists()
    mark.unlink()
    script.write_text("touch ran; touch evil\n")
    await hooks.run("Hi.")
    assert not mark.exists()
    changed = (await read(hooks.ground.options(), SystemClock())).changed
    assert changed is not None
    assert "tools/check.sh" in changed.text


async def test_a_script_that_changes_while_a_session_is_open_is_not_run_there(hooks: Hooks) -> None:
    project = hooks.ground.project
    put(project / "tools/check.sh", "echo ran >> ran\n")
    put(project / ".heartbit/config.toml", '[[hooks.PreToolUse]]\nmatcher = "list"\ncommand = "sh tools/check.sh"\n')
    hooks.ground.trust()
    put(project / "evil.sh", "touch evil\n")
    copy = "cp evil.sh tools/check.sh"
    change = {"blocks": [{"call": "bash", "input": {"command": copy}}]}
    events = await hooks.run(LIST, change, LIST, "Done.", allow=(f"bash({copy})",))
    assert (project / "ran").read_text() == "ran\n"
    assert not (project / "evil").exists()
    assert any("hooks of the project do not run" in text for text in notices(events))
