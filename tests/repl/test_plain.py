"""Conversations through pipes: commands, sessions, refusals, the end of input."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from heartbit_tui.repl.commands import COMMANDS
from tests.repl.service import call, desk

WRITE: dict[str, Any] = {"blocks": [call("write", file_path="new.txt", content="new\n")]}


TYPED = (
    *(
        "first words",
        "/help",
        "/mode plan",
        "/mode",
        "/mode yolo",
        "/model",
        "/effort high",
        "/effort much",
        "/escalate",
    ),
    *(
        "/status",
        "/safety",
        "/cost",
        "/todos",
        "/tools",
        "/mcp",
        "/rename A title",
        "/rename",
        "/resume",
        "/search",
        "/search first",
        "/rewind",
        "/rewind 9",
        "/undo 7",
        "/redo",
    ),
    *("/inbox", "/inbox 7", "/beats"),
    *("/export md out.md", "/export md out.md", "/export pdf", "/compact", "/jobs", "/background", "/clear", "/vim"),
    *("/context", "/drop", "/drop 1", "/cap", "/cap day 20", "/expand", "/uncompact", "/mcp", "/lsp", "/a2a", "/a2a x"),
    *("/memory", "/memory note Say it in one line.", "/memory search line", "/memory show none", "/memory x"),
    *("/agents", "/agents x", "/steer x words", "/stop x"),
    *("/plan", "/goal", "/judge", "/workflow", "/workflow none"),
    *("/fork", "second"),
    *("/rewind 1", "/status", "/new", "/status", "/bogus", "/etc/hosts is a path", "/quit", "never read"),
)
"""Every command of a conversation, some of them wrong."""

SHOWN = (
    *("heartbit: one", "info: mode: plan", "warning: Yolo is set when", "info: model: anthropic", "effort high"),
    *(
        "warning: /effort takes",
        "info: session ",
        "info: sandbox ",
        "this folder is not trusted",
        "info: Nothing is listed",
        "info: bash, ",
        "info: No agent has worked for this one yet.",
        "warning: There is no agent x here. /agents lists them.",
        "“A title”",
        "No workflow is defined.",
        "warning: There is no workflow “none”.",
        "There is no goal",
    ),
    "warning: There is no stronger model to turn to",
    *(
        "warning: /rename takes",
        "first words",
        "info: /rewind N takes the chat back",
        "warning: /rewind takes a number",
    ),
    *("no 7 to go back to", "nothing to redo"),
    *("info: The mode is plan: say what is to be planned.", "info: There is no goal.", "0 of 1 met, by claude-haiku"),
    *("info: No workflow is defined.", "warning: There is no workflow “none”. /workflow lists them."),
    *(
        "No MCP server is defined for this session",
        "typescript-language-server",
        "No agent of others is defined",
        "Nothing is remembered here yet",
        "Kept in memory: “Say it in one line” (your note).",
        "(pinned; words: line)",
    ),
    *("No memory has the id 'none'", "warning: /memory takes search, note"),
    *("info: written: ", "was not written: File exists", "warning: /export takes md, html, jsonl"),
    *(
        "warning: Plain lines are edited",
        "info: resumed: ",
        "heartbit: two",
        "info: Undone: the chat. Files stay as they are.",
        "There is no command",
    ),
    *("you> /etc/hosts is a path", "heartbit: three", "heartbit chat --resume "),
)
"""What comes of them."""


def test_every_command_does_something_that_can_be_seen(tmp_path: Path) -> None:
    judged: dict[str, Any] = {"blocks": [{"text": "no grades"}], "when_system": "You judge"}
    with desk(tmp_path, judged, "one", "two", "three") as made:
        done = made.lines(*TYPED)
    assert (done.returncode, done.stderr) == (0, "")
    tried = {word.partition(" ")[0].removeprefix("/") for word in TYPED if word.startswith("/")}
    assert tried >= {command.name for command in COMMANDS}
    assert [words for words in SHOWN if words not in done.stdout] == []
    assert "never read" not in done.stdout
    assert (made.project / "out.md").read_text().count("first words") >= 1


def test_who_mistypes_a_session_is_told_so_and_stays_where_they_are(tmp_path: Path) -> None:
    with desk(tmp_path, "one", "two") as made:
        told = made.lines("/resume nix", "first", "/resume nonsense", "second", "/status")
        lines = told.stdout.splitlines()
        assert [line for line in lines if line.startswith(("warning: No session", "heartbit: "))] == [
            "warning: No session 'nix'. `heartbit sessions` lists them.",
            "heartbit: one",
            "warning: No session 'nonsense'. `heartbit sessions` lists them.",
            "heartbit: one",  # as of every session that is taken up, its end is shown
            "heartbit: two",
        ]
        assert (told.returncode, f"info: resumed: {_resume(told.stdout)}" in lines) == (0, True)


def test_a_fork_and_a_resume_know_what_was_said_and_a_new_session_does_not(tmp_path: Path) -> None:
    replies = ({"blocks": [{"text": "Told."}]}, {"blocks": [{"text": "In the copy."}]}, {"blocks": [{"text": "Anew."}]})
    with desk(tmp_path, *replies) as made:
        first = made.lines("remember this")
        session = _resume(first.stdout)
        forked = made.lines("/fork", "in the copy", "/status", resume=session)
        again = made.lines("/status", "/export jsonl log.jsonl", "/new", "anew", "/status", resume=session[-8:])
    assert "prompts  2" in forked.stdout
    assert _resume(forked.stdout) != session
    assert re.findall(r"prompts  (\d)", again.stdout) == ["1", "1"]
    log = [json.loads(line) for line in (made.project / "log.jsonl").read_text().splitlines()]
    assert {each["session"] for each in log} == {session}
    assert "remember this" in first.stdout
    assert "heartbit: Told." in forked.stdout


def test_the_end_of_input_refuses_what_is_asked_and_waits_for_the_rest(tmp_path: Path) -> None:
    refused = {"blocks": [{"text": "Then not."}], "when": "refused"}
    with desk(tmp_path, WRITE, refused) as made:
        done = made.lines("write it")
    assert (done.returncode, done.stderr) == (0, "")
    assert "heartbit: Then not." in done.stdout
    assert not (made.project / "new.txt").exists()


def test_only_a_clear_yes_lets_a_call_pass(tmp_path: Path) -> None:
    with desk(tmp_path, WRITE, "Written.") as made:
        done = made.lines("write it", "ok", "sure", "", "yes")
    assert done.stdout.count("was not understood") == 3
    assert (made.project / "new.txt").read_text() == "new\n"


def test_a_session_that_is_not_there_is_an_error_with_a_sentence(tmp_path: Path) -> None:
    with desk(tmp_path) as made:
        done = made.lines("hello", resume="nosuch")
    assert done.returncode == 1
    assert done.stdout == ""
    assert re.fullmatch(r"heartbit: No session 'nosuch'\..*\n", done.stderr)


def test_a_failed_run_is_told_and_the_conversation_goes_on(tmp_path: Path) -> None:
    broken: dict[str, Any] = {
        "blocks": [],
        "fault": {"kind": "status", "status": 400, "body": '{"error": {"message": "bad \\u001b[2J"}}'},
    }
    with desk(tmp_path, broken, "Better.") as made:
        done = made.lines("first", "second")
    assert "error: " in done.stdout
    assert "\x1b" not in done.stdout
    assert "heartbit: Better." in done.stdout


def _resume(shown: str) -> str:
    found = re.findall(r"^heartbit chat --resume (\S+)$", shown, re.MULTILINE)
    assert len(found) == 1
    return found[0]


def test_reasoning_is_left_out_where_the_settings_say_so(tmp_path: Path) -> None:
    thinks = {"blocks": [{"thinking": "Hm, let me see."}, {"text": "Here."}]}
    with desk(tmp_path, thinks, thinks) as made:
        assert "thinking: Hm, let me see.\n" in made.lines("look").stdout
        (made.project / "heartbit.toml").write_text("[ui]\nshow_thinking = false\n")
        shown = made.lines("look")
        assert "thinking" not in shown.stdout
        assert "heartbit: Here.\n" in shown.stdout
        assert "not in this release" not in shown.stdout + shown.stderr


CASCADE = """
[provider.cascade]
enabled = true
[[provider.cascade.tiers]]
model = "claude-haiku-4-5"
"""


def test_a_cascade_is_told_and_escalated_and_its_saving_is_in_the_costs(tmp_path: Path) -> None:
    settings = tmp_path / "home/.config/heartbit/config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(CASCADE)
    texts = {"Fine, of course.": 100_000, "I can’t.": 1_000, "I could.": 1_000, "At once.": 1_000}
    replies = [
        {"blocks": [{"text": text}], "usage": {"input_tokens": tokens, "output_tokens": 5}}
        for text, tokens in texts.items()
    ]
    with desk(tmp_path, *replies) as made:
        done = made.lines("one", "/cost", "two", "/escalate", "three", "/cost")
    assert done.stdout.count("The cascade saved about $") == 2
    assert "claude-sonnet-5-5 takes over from claude-haiku-4-5: it says “i can't”." in done.stdout
    assert "info: claude-sonnet-5-5 takes the next turn." in done.stdout
    assert "claude-sonnet-5-5 takes over from claude-haiku-4-5: you asked for it." in done.stdout
    assert "claude-haiku-4-5 (cascade_rejected): 1 call" in done.stdout
    assert "I can" not in done.stdout.replace("“i can't”", "")
    assert "heartbit: At once." in done.stdout


def test_an_answer_in_a_wanted_shape_is_shown_as_json(tmp_path: Path) -> None:
    schema = '{"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}'
    with desk(tmp_path, "Three.", {"blocks": [call("__respond__", n=3)]}) as made:
        command = (sys.executable, "-m", "heartbit_tui", "chat", "--plain", "--json-schema", schema)
        done = subprocess.run(
            command,
            input="how many?\n",
            capture_output=True,
            text=True,
            cwd=made.project,
            env=made.environment,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, "")
    assert "heartbit: Three." in done.stdout
    assert 'heartbit: {\nheartbit:   "n": 3\nheartbit: }\n' in done.stdout
