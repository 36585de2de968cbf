"""What a model is told of the agents that it can hand tasks to, and what comes of a call that hands out none."""

from pathlib import Path
from typing import Any

import pytest

from heartbit_tui.kernel.events import RunFailed, SubAgentCompleted
from tests.agents.place import RESEARCHER, WRITER, calls, delegate, place, says
from tests.headless.machine import Machine, kept, says as reply, service

TEAM = RESEARCHER + WRITER
RESEARCH, WRITE = {"when_system": "You research"}, {"when_system": "You write"}


async def offered(machine: Machine, settings: str) -> tuple[str, dict[str, dict[str, Any]]]:
    """The system prompt and the tools, by name, of a run that hands nothing out."""
    (machine.project / "HEARTBIT.md").write_text("Speak of cats.")
    async with service(machine.config(settings), reply("Done by myself.")) as (server, ready):
        assert (await ready.run("trust", "add")).code == 0
        assert kept(await ready.stream("-p", "begin"))["result"] == "Done by myself."
    (request,) = server.requests
    return str(request.body["system"]), {tool["name"]: tool for tool in request.body["tools"]}


async def test_two_agents_can_be_given_tasks_and_be_a_squad(machine: Machine) -> None:
    system, tools = await offered(machine, TEAM)
    one, squad = tools["delegate_task"], tools["form_squad"]
    assert all("researcher" in told and "Writes texts." in told for told in (one["description"], squad["description"]))
    bounds = [each["input_schema"]["properties"]["tasks"] for each in (one, squad)]
    assert [(each.get("minItems"), each.get("maxItems")) for each in bounds] == [(1, None), (2, None)]
    assert "Speak of cats." in system


@pytest.mark.parametrize(
    "settings",
    [
        RESEARCHER,
        f"[orchestrator]\nenable_squads = false\n{TEAM}",
        f'[orchestrator]\ndispatch_mode = "sequential"\n{TEAM}',
    ],
)
async def test_there_are_no_squads_of_one_where_they_are_off_or_where_one_works_at_a_time(
    machine: Machine, settings: str
) -> None:
    system, tools = await offered(machine, settings)
    assert ("delegate_task" in tools, "form_squad" in tools, "form_squad" in system) == (True, False, False)
    bounds = tools["delegate_task"]["input_schema"]["properties"]["tasks"]
    assert (bounds["minItems"], bounds.get("maxItems")) == (1, 1 if "sequential" in settings else None)


async def test_a_call_that_hands_out_nothing_is_an_error_and_the_run_goes_on(tmp_path: Path) -> None:
    empty: tuple[tuple[str, dict[str, Any]], ...] = (("delegate_task", {"tasks": []}), ("delegate_task", {}))
    script = (calls(*empty), says("On my own, then."))
    async with place(tmp_path, script, TEAM) as here:
        await here.ask()
        assert [result.is_error for result in here.results()] == [True, True]
        assert (here.of(SubAgentCompleted), here.of(RunFailed)) == ([], [])


async def test_a_squad_of_which_one_fails_has_the_result_of_the_other(tmp_path: Path) -> None:
    settings = RESEARCHER + "max_turns = 1\n" + WRITER
    script = (
        delegate(("researcher", "a"), ("writer", "b"), tool="form_squad"),
        calls(("todoread", {}), **RESEARCH),
        says("Written.", **WRITE),
        says("."),
    )
    async with place(tmp_path, script, settings) as here:
        await here.ask()
        (result,) = here.results()
        assert result.content.startswith("=== Agent: researcher ===\nError: ")
        assert (result.is_error, result.content.endswith("Written.\n\n1 of 2 failed: researcher.")) == (False, True)
        ended = {agent: event.success for agent, event in here.of(SubAgentCompleted)}
        assert ended == {"researcher": False, "writer": True, "squad[researcher,writer]": False}


async def test_an_agent_has_its_own_time_and_is_paid_for_what_it_did_in_it(tmp_path: Path) -> None:
    settings = RESEARCHER + "run_timeout_seconds = 1\n" + WRITER
    waits = calls(("bash", {"command": "exec sleep 300"}), **RESEARCH)
    async with place(tmp_path, (delegate(("researcher", "a")), waits, says(".")), settings) as here:
        await here.ask()
        ((agent, failed),) = here.of(RunFailed)
        assert (agent, failed.kind, failed.partial_usage.input_tokens) == ("researcher", "timeout", 10)
        ((_, done),) = here.of(SubAgentCompleted)
        assert (done.success, done.usage.input_tokens) == (False, 10)


async def test_the_tools_of_a_board_refuse_what_lacks_a_name_or_a_value(tmp_path: Path) -> None:
    wrong: tuple[tuple[str, dict[str, Any]], ...]
    wrong = (("blackboard_read", {}), ("blackboard_write", {"key": "a"}), ("blackboard_write", {"value": 1}))
    many = tuple(("blackboard_write", {"key": f"k{number}", "value": number}) for number in range(9))
    script = (
        calls(*wrong),
        calls(*many),
        calls(("blackboard_list", {}), ("blackboard_read", {"key": "k8"})),
        says("."),
    )
    async with place(tmp_path, script, TEAM) as here:
        await here.ask()
        results = here.results()
        assert [result.is_error for result in results] == [True] * 3 + [False] * 11
        assert [result.content for result in results[-2:]] == [
            "\n".join(["Blackboard keys (9):", *(f"- k{number}" for number in range(9))]),
            "8",
        ]
