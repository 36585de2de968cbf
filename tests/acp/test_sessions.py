"""An editor drives heartbit: what it is told of a task, what it is asked, what it can choose, what it finds again."""

import asyncio
import base64
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from acp.exceptions import RequestError
from acp.helpers import embedded_text_resource, image_block, resource_block, resource_link_block
from acp.schema import McpServerStdio, PermissionOption, SseMcpServer, ToolCallUpdate

from heartbit_tui.kernel.messages import Text, Thinking
from heartbit_tui.providers.faults import End, Status
from heartbit_tui.providers.script import Reply, call
from tests.acp.editor import Driven, driven
from tests.headless.machine import ROOT, Machine, bash, calls, says
from tests.mcp.friendly import PIXEL

FRIENDLY = str(ROOT / "tests/mcp/friendly.py")
TODOS = (
    {"content": "one", "status": "completed", "priority": "critical"},
    {"content": "two", "status": "blocked", "priority": "low"},
)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(root=tmp_path / "machine").made()


def question(**more: object) -> Reply:
    options = [{"label": "red", "description": "warm"}, {"label": "blue", "description": "cold"}]
    return calls(
        call("question", questions=[{"question": "Which colour?", "header": "Colour", "options": options, **more}])
    )


async def test_a_task_is_told_as_it_happens_with_its_plan_its_changes_and_its_commands(machine: Machine) -> None:
    project = machine.project
    (project / "kept.txt").write_text("one\ntwo\nthree\n")
    replies = (
        calls(Thinking(text="I plan."), Text(text="I begin."), call("todowrite", todos=list(TODOS))),
        calls(call("read", file_path="kept.txt"), call("write", file_path="new.txt", content="a\nb\n")),
        calls(call("edit", file_path="kept.txt", old_string="two", new_string="2")),
        bash("echo seen; exit 3"),
        calls(Text(text="Nearly."), call("todoread")),
        says("Done."),
    )
    async with driven(machine, *replies) as at:
        session = await at.session()
        end = await at.says(session, "do it")
    editor = at.editor
    assert end.stop_reason == "end_turn"
    assert end.usage is not None
    assert end.usage.output_tokens > 0
    assert (editor.words(), editor.words(kind="agent_thought_chunk")) == ("I begin.Nearly.\n\nDone.", "I plan.")
    assert editor.of("plan")[-1]["entries"] == [
        {"content": "one", "priority": "high", "status": "completed"},
        {"content": "two (blocked)", "priority": "low", "status": "pending"},
    ]
    asked = [editor.call(update["toolCallId"]) for update in editor.of("tool_call")]
    assert [(call["kind"], call["title"]) for call in asked] == [
        ("read", "Read kept.txt"),
        ("edit", "Write new.txt"),
        ("edit", "Edit kept.txt"),
        ("execute", "echo seen; exit 3"),
    ]
    written, edited, ran = asked[1:]
    assert [set(update) for update in editor.of("tool_call")] == [
        {"sessionUpdate", "toolCallId", "title", "kind", "status"}
    ] * 4
    assert written["content"] == [{"type": "diff", "path": str(project / "new.txt"), "newText": "a\nb\n"}]
    change = {"oldText": "one\ntwo\nthree\n", "newText": "one\n2\nthree\n"}
    assert edited["content"] == [{"type": "diff", "path": str(project / "kept.txt"), **change}]
    assert edited["locations"] == [{"path": str(project / "kept.txt")}]
    assert (edited["status"], ran["status"]) == ("completed", "failed")
    assert ran["content"][0]["content"]["text"] == "```\nseen\n\n(exit code: 3)\n```"
    assert [asked["content"][-1]["type"] for asked, _ in editor.asked] == ["diff", "diff", "content"]
    assert editor.asked[0][1] == {
        "once": "allow_once",
        "session": "allow_always",
        "project": "allow_always",
        "reject": "reject_once",
    }
    assert editor.of("usage_update")[-1]["size"] > 0


@pytest.mark.security("E1", n=4)
async def test_the_answers_to_an_approval_are_once_always_and_no_and_silence_is_no(machine: Machine) -> None:
    answers = ["once", "session", "reject", ""]

    def choose(_: ToolCallUpdate, options: Sequence[PermissionOption]) -> str:
        assert all(option.name for option in options)
        return answers.pop(0)

    commands = [bash(f"touch {name}") for name in ("a", "b", "b", "c", "d")]
    async with driven(machine, *commands, says("Done."), choose=choose, can={"_meta": {"terminal_output": True}}) as at:
        await at.says(await at.session(), "do it")
    assert (answers, sorted(path.name for path in machine.project.iterdir())) == ([], ["a", "b"])
    status = [at.editor.call(update["toolCallId"])["status"] for update in at.editor.of("tool_call")]
    assert status == ["completed", "completed", "completed", "failed", "failed"]
    first = at.editor.of("tool_call")[0]["toolCallId"]
    told = [
        update["_meta"]
        for update in at.editor.of("tool_call_update")
        if update["toolCallId"] == first and "_meta" in update
    ]
    assert told[0]["terminal_info"] == {"terminal_id": first, "cwd": str(machine.project)}
    assert told[-1]["terminal_exit"]["exit_code"] == 0
    assert at.editor.call(first)["content"] == [{"type": "terminal", "terminalId": first}]


async def test_a_task_can_be_stopped_while_the_person_is_asked(machine: Machine) -> None:
    async with driven(machine, bash("touch a"), says("Again."), choose=lambda call, options: "wait") as at:
        session = await at.session()
        asking = asyncio.create_task(at.says(session, "touch it"))
        await at.editor.until(lambda: bool(at.editor.asked))
        await at.agent.cancel(session_id=session)
        assert (await asking).stop_reason == "cancelled"
        assert at.editor.call(at.editor.of("tool_call")[0]["toolCallId"])["status"] == "failed"
        assert (await at.says(session, "and now?")).stop_reason == "end_turn"
    assert not (machine.project / "a").exists()


async def test_an_answer_that_breaks_off_is_told_to_begin_again(machine: Machine) -> None:
    broken = calls(Text(text="I begin."), call("bash", command="echo half of it"), fault=End(after=9))
    async with driven(machine, broken, says("I begin anew.")) as at:
        await at.says(await at.session(), "do it")
    assert at.editor.words().endswith("I begin anew.")
    assert "begins again" in at.editor.words()
    begun = at.editor.of("tool_call")
    assert [at.editor.call(update["toolCallId"])["status"] for update in begun] == ["failed"] * len(begun)


async def test_a_prompt_may_hold_links_texts_and_pictures(machine: Machine) -> None:
    (machine.project / "a b.txt").write_text("linked")
    uri = (machine.project / "a b.txt").as_uri()
    text = embedded_text_resource("untitled:1", "what was not saved")
    async with driven(machine, says("Seen.")) as at:
        blocks = (
            "look at ",
            resource_link_block("a b.txt", uri),
            resource_block(text),
            image_block(PIXEL, "image/png"),
        )
        await at.says(await at.session(), *blocks)
        content = at.server.requests[-1].body["messages"][-1]["content"]
    texts = " ".join(block.get("text", "") for block in content)
    assert "look at @a b.txt" in texts
    assert "what was not saved" in texts
    assert [block["source"]["data"] for block in content if block["type"] == "image"] == [PIXEL]


async def test_sessions_live_side_by_side_and_are_found_again(machine: Machine) -> None:
    slow = calls(Text(text="I wait."), call("bash", command="sleep 60"))
    async with driven(machine, slow, says("Second."), says("Third."), says("Fourth.")) as at:
        one, two = await at.session(), await at.session()
        waiting = asyncio.create_task(at.says(one, "first"))
        await at.editor.until(lambda: any(update.get("status") == "in_progress" for _, update in at.editor.updates))
        queued = asyncio.create_task(at.says(one, "never heard"))
        assert (await at.says(two, "second")).stop_reason == "end_turn"
        with pytest.raises(RequestError, match="is open here and at work"):
            await at.agent.load_session(cwd=str(machine.project), session_id=one, mcp_servers=[])
        await at.agent.cancel(session_id=one)
        assert [(await each).stop_reason for each in (waiting, queued)] == ["cancelled", "cancelled"]
        assert (await at.says(one, "third")).stop_reason == "end_turn"
        assert (at.editor.words(one), at.editor.words(two)) == ("I wait.Third.", "Second.")
        listed = await at.agent.list_sessions(cwd=str(machine.project))
        assert {(each.session_id, each.title) for each in listed.sessions} == {(one, "first"), (two, "second")}
        await found_again(at, one)
        copy = (await at.agent.fork_session(session_id=two, cwd=str(machine.project), mcp_servers=[])).session_id
        assert copy not in (one, two)
        await at.says(copy, "fourth")
        assert "Second." in str(at.server.requests[-1].body["messages"])
        await at.agent.close_session(session_id=copy)
        with pytest.raises(RequestError, match="no open session"):
            await at.says(copy, "anybody?")
        with pytest.raises(RequestError, match="No session"):
            await at.agent.load_session(cwd=str(machine.project), session_id="nowhere", mcp_servers=[])


async def found_again(at: Driven, session: str) -> None:
    """The session is told as it was."""
    before = [at.editor.call(update["toolCallId"]) for update in at.editor.of("tool_call", session)]
    at.editor.updates.clear()
    await at.agent.load_session(cwd=str(at.machine.project), session_id=session, mcp_servers=[])
    assert at.editor.words(session, kind="user_message_chunk") == "firstthird"
    assert at.editor.words(session) == "I wait.Third."
    after = [at.editor.call(update["toolCallId"]) for update in at.editor.of("tool_call", session)]
    kept = ("toolCallId", "title", "kind", "status", "content", "rawInput")
    assert [{key: each.get(key) for key in kept} for each in after] == [
        {key: each.get(key) for key in kept} for each in before
    ]


async def test_mode_model_and_effort_are_chosen_and_told(machine: Machine) -> None:
    async with driven(machine, says("Hello.")) as at:
        made = await at.agent.new_session(cwd=str(machine.project), mcp_servers=[])
        assert made.modes is not None
        assert made.config_options is not None
        assert [mode.id for mode in made.modes.available_modes] == ["ask", "accept-edits", "plan", "auto"]
        assert [each.id for each in made.config_options] == ["mode", "model", "effort"]
        session = made.session_id
        await at.agent.set_session_mode(session_id=session, mode_id="plan")
        with pytest.raises(RequestError, match="permission-mode yolo"):
            await at.agent.set_session_mode(session_id=session, mode_id="yolo")
        answer = await at.agent.set_config_option(
            session_id=session, config_id="model", value="anthropic:claude-haiku-4-5"
        )
        assert answer is not None
        assert [each.current_value for each in answer.config_options] == [
            "plan",
            "anthropic:claude-haiku-4-5",
            "default",
        ]
        answer = await at.agent.set_config_option(session_id=session, config_id="effort", value="high")
        assert answer is not None
        assert answer.config_options[2].current_value == "high"
        for config, value in (("model", "nobody:such"), ("effort", "huge"), ("taste", "x")):
            with pytest.raises(RequestError):
                await at.agent.set_config_option(session_id=session, config_id=config, value=value)
        await at.says(session, "hello")
        assert at.server.requests[-1].body["model"] == "claude-haiku-4-5"
    assert [update["currentModeId"] for update in at.editor.of("current_mode_update")] == ["plan"]
    assert len(at.editor.of("config_option_update")) == 3


async def test_commands_are_told_of_and_carried_out(machine: Machine) -> None:
    skill = machine.project / ".claude/commands/shout.md"
    skill.parent.mkdir(parents=True)
    skill.write_text("---\ndescription: shout it\n---\nSay $ARGUMENTS loudly.\n")
    await machine.run("trust", "add")
    write = calls(call("write", file_path="made.txt", content="x"))
    async with driven(machine, write, says("Made."), says("HELLO!"), flags=("--permission-mode", "accept-edits")) as at:
        session = await at.session()
        await at.editor.until(lambda: bool(at.editor.of("available_commands_update")))
        named = {each["name"] for each in at.editor.of("available_commands_update")[0]["availableCommands"]}
        assert {"compact", "undo", "redo", "cost", "shout"} <= named
        assert "theme" not in named
        await at.says(session, "make it")
        assert (machine.project / "made.txt").exists()
        await at.says(session, "/undo")
        assert not (machine.project / "made.txt").exists()
        assert "made.txt" in str(at.editor.asked[-1])
        await at.says(session, "/status")
        assert f"session {session}" in at.editor.words()
        await at.says(session, "/shout hello")
        assert "Say hello loudly." in str(at.server.requests[-1].body["messages"][-1])


@pytest.mark.parametrize("forms", [True, False], ids=["in a form", "choice by choice"])
async def test_a_question_is_put_to_the_person(machine: Machine, forms: bool) -> None:
    can: dict[str, Any] = {"elicitation": {"form": {}}} if forms else {}
    async with driven(
        machine, question(), says("Blue."), can=can, choose=lambda call, options: options[1].option_id
    ) as at:
        at.editor.filled = {"answer_1": "blue"}
        await at.says(await at.session(), "paint it")
        assert "blue" in str(at.server.requests[-1].body["messages"][-1])
    if forms:
        field = at.editor.forms[0]["requestedSchema"]["properties"]["answer_1"]
        assert field["oneOf"] == [{"const": "red", "title": "red: warm"}, {"const": "blue", "title": "blue: cold"}]
    else:
        assert at.editor.asked[0][1] == {"1": "allow_once", "2": "allow_once", "skip": "reject_once"}


async def test_servers_of_the_editor_serve_and_their_calls_are_asked_about(machine: Machine) -> None:
    server = McpServerStdio(name="near", command=sys.executable, args=[FRIENDLY], env=[])
    async with driven(machine, calls(call("mcp__near__add", a=40, b=2)), says("42.")) as at:
        session = await at.session(server)
        await at.says(session, "add")
        assert "42" in str(at.server.requests[-1].body["messages"][-1])
        assert at.editor.asked[0][0]["title"].startswith("mcp__near__add")
        old = SseMcpServer(type="sse", name="old", url="http://localhost/sse", headers=[])
        with pytest.raises(RequestError, match="streamable HTTP"):
            await at.session(old)


async def test_a_run_that_fails_is_an_error_with_a_sentence_and_limits_are_reasons_to_stop(machine: Machine) -> None:
    async with driven(
        machine, bash("true"), says("More."), says("Never.", fault=Status(status=400)), flags=("--max-turns", "1")
    ) as at:
        session = await at.session()
        assert (await at.says(session, "do it")).stop_reason == "max_turn_requests"
        await at.says(session, "go on")
        with pytest.raises(RequestError) as failed:
            await at.says(session, "fail")
        assert failed.value.data == {"kind": "provider"}
        assert str(failed.value)
        for blocks in (
            ("",),
            (image_block("%%%", "image/png"),),
            (image_block(base64.b64encode(b"x").decode(), "image/tiff"),),
        ):
            with pytest.raises(RequestError) as wrong:
                await at.says(session, *blocks)
            assert wrong.value.code == -32602


@pytest.mark.security("E1")
async def test_a_server_of_the_project_is_asked_about_with_the_first_prompt(machine: Machine) -> None:
    definition = {"mcpServers": {"near": {"command": sys.executable, "args": [FRIENDLY]}}}
    (machine.project / ".mcp.json").write_text(json.dumps(definition))
    await machine.run("trust", "add")

    def choose(_: ToolCallUpdate, options: Sequence[PermissionOption]) -> str:
        names = {option.name: option.option_id for option in options}
        return names.get("Start it", options[0].option_id)

    async with driven(machine, says("Hello."), choose=choose) as at:
        session = await at.session()
        assert at.editor.asked == []
        await at.says(session, "hello")
        await at.editor.until(lambda: bool(at.editor.asked))
        assert FRIENDLY in str(at.editor.asked[0][0])
        await at.says(session, "/mcp")
        assert "near" in at.editor.words()


async def test_a_key_can_be_given_in_a_terminal_that_the_editor_opens(machine: Machine) -> None:
    can = {"auth": {"terminal": True}, "_meta": {"terminal-auth": True}}
    async with driven(machine, can=can) as at:
        methods = {each.id: each.model_dump(exclude_none=True, by_alias=True) for each in at.hello.auth_methods or []}
        await at.agent.authenticate(method_id="environment")
    assert (methods["login"]["type"], methods["login"]["args"]) == ("terminal", ["--login", "anthropic"])
    assert methods["environment"]["vars"][0]["name"] == "ANTHROPIC_API_KEY"
    assert methods["key"]["_meta"]["terminal-auth"]["args"][-3:] == ["auth", "login", "anthropic"]
    given = await machine.run("acp", *methods["login"]["args"], input=b"sk-ant-given\n")
    assert given.code == 0
    status = await machine.run("auth", "status", "--json")
    assert "anthropic" in status.text
    assert "sk-ant-given" not in given.text + given.err + status.text
