"""Servers and agents of others that one agent has for itself, and what it remembers at the end."""

import json
import sys
from pathlib import Path

from heartbit_tui.kernel.events import MemoryChanged, ModelCalled, QuestionAsked
from heartbit_tui.kernel.messages import Text
from heartbit_tui.kernel.ops import Answer, Prompt
from tests.a2a.agents import agent
from tests.agents.place import calls, delegate, place, says
from tests.headless.machine import Machine, kept, says as reply, service
from tests.mcp.fleets import CONTRARY, FRIENDLY, own
from tests.mcp.processes import processes_of
from tests.skills.folders import Ground, put

CODER = """
[[agents]]
name = "coder"
description = "Writes code, implements functions and fixes bugs."
system_prompt = "You code."
"""
OTHER = """
[[agents]]
name = "other"
description = "Anything."
system_prompt = "You other."
"""
CODES, OTHERS = {"when_system": "You code."}, {"when_system": "You other."}
ADD = ("mcp__friendly__add", {"a": 20, "b": 22})
A2A = "a2a_helper_v2_0"


def served(program: str, name: str = "friendly") -> str:
    """A server of the agent above it, as its settings write it."""
    return f'mcp_servers = [{{ name = "{name}", command = {json.dumps(sys.executable)}, args = [{json.dumps(program)}] }}]\n'


async def test_an_agent_has_its_servers_alone_whether_it_is_engaged_or_takes_a_prompt(tmp_path: Path) -> None:
    program = own(FRIENDLY, tmp_path)
    script = (
        calls(ADD, when="Hello"),
        says("No."),
        delegate(("coder", "add"), ("other", "add")),
        calls(ADD, when="add", **CODES),
        calls(ADD, when="add", **OTHERS),
        says("Other.", **OTHERS),
        says("Coder.", **CODES),
        says("Heartbit."),
        calls(ADD, when="bug", **CODES),
        says("Coder.", **CODES),
    )
    async with place(tmp_path, script, CODER + served(program) + OTHER) as here:
        await here.ask("Hello")
        assert processes_of(program) == []
        await here.ask("begin")
        assert len(processes_of(program)) == 1
        await here.ask("Fix the bug")
        assert len(processes_of(program)) == 1
        assert [each.is_error for each in here.results("coder")] == [False]
        assert [each.is_error for each in here.results("other")] == [True]
        first, _, last = here.results()
        assert (first.is_error, last.is_error, "42" in last.content) == (True, False, True)
    assert processes_of(program) == []
    assert here.notices() == []


async def test_a_server_of_its_own_comes_before_one_of_all_with_the_same_name(tmp_path: Path) -> None:
    mine, common = own(FRIENDLY, tmp_path), own(CONTRARY, tmp_path)
    silent = (
        f'command = {json.dumps(sys.executable)}\nargs = ["-S", {json.dumps(common)}, "silent"]\nstart_timeout = 1\n'
    )
    shared = f"[mcp.servers.friendly]\n{silent}"
    async with place(tmp_path, (calls(ADD, **CODES), says("Done.", **CODES)), shared + CODER + served(mine)) as here:
        await here.ask("Fix the bug")
        assert [each.is_error for each in here.results()] == [False]


async def test_an_agent_speaks_with_the_agents_of_others_that_it_has_alone(tmp_path: Path) -> None:
    async with agent() as running:
        script = (
            calls((A2A, {"message": "echo x"}), when="Hello"),
            says("No."),
            calls((A2A, {"message": "echo x"}), **CODES),
            says("Done.", **CODES),
        )
        async with place(tmp_path, script, f'{CODER}a2a_agents = ["{running.url}"]\n') as here:
            await here.ask("Hello")
            await here.ask("Fix the bug")
            refused, answered = here.results()
            assert refused.is_error
            assert "Echo: x" in answered.content


async def test_servers_that_a_project_gives_an_agent_wait_for_trust_and_for_a_persons_word(machine: Machine) -> None:
    mark = machine.root / "started"
    (machine.project / ".git").mkdir()
    folder = machine.project / ".heartbit"
    folder.mkdir()
    evil = f'mcp_servers = [{{ name = "evil", command = "touch", args = [{json.dumps(str(mark))}] }}]\n'
    (folder / "config.toml").write_text(CODER + evil)
    async with service(machine, reply("a"), reply("b")) as (_, ready):
        await ready.stream("-p", "Fix the bug")
        assert not mark.exists()
        assert (await ready.run("trust", "add")).code == 0
        waits = await ready.stream("-p", "Fix the bug")
        assert kept(waits)["subtype"] == "success"
        assert "heartbit mcp approve evil" in waits.err + waits.text
        assert not mark.exists()
        listed = await ready.run("mcp", "list")
        assert "evil" in listed.text
        assert (await ready.run("mcp", "approve", "evil")).code == 0
        tested = await ready.run("mcp", "test", "evil")
        assert (tested.code, mark.exists()) == (1, True)


async def test_a_person_is_asked_about_such_a_server_before_the_agent_begins(tmp_path: Path) -> None:
    program = own(FRIENDLY, tmp_path)
    ground = Ground(tmp_path)
    put(ground.project / ".heartbit" / "config.toml", CODER + served(program))
    ground.trust()
    script = (calls(ADD, **CODES), says("Done.", **CODES))
    async with place(tmp_path, script, "", surface="acp") as here:
        here.submit(Prompt(content=(Text(text="Fix the bug"),)))
        await here.until(lambda: bool(here.of(QuestionAsked)))
        ((_, asked),) = here.of(QuestionAsked)
        assert "MCP server “friendly”" in asked.questions[0].question
        assert processes_of(program) == []
        here.submit(Answer(id=asked.id, answers=(("Start it",),)))
        await here.until(lambda: bool(here.results()))
        assert [each.is_error for each in here.results()] == [False]


async def test_what_an_agent_remembers_is_merged_at_the_end_where_it_wants_that(tmp_path: Path) -> None:
    stored = [
        ("memory_store", {"content": text, "keywords": ["port", "server"]}) for text in ("Port 4711.", "It restarts.")
    ]
    merged = says("Port 4711; it restarts.", when_system="You merge notes")
    script = (delegate(("coder", "remember")), calls(*stored, **CODES), says("Kept.", **CODES), merged, says("Done."))
    for wanted, purposes in (("true", 1), ("false", 0)):
        settings = f"{CODER}consolidate_on_exit = {wanted}\n"
        async with place(tmp_path / wanted, script, settings) as here:
            await here.ask()
            await here.client.finish()
        assert [event.purpose for _, event in here.of(ModelCalled)].count("consolidation") == purposes
        assert ("coder", "merged") in [(name, event.action) for name, event in here.of(MemoryChanged)] or not purposes
