"""Tasks that one agent hands to others: what comes back, what each has for itself, and what it costs."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from heartbit_tui.agents.team import AT_ONCE
from heartbit_tui.kernel.events import (
    ApprovalDecision,
    ApprovalRequested,
    Envelope,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    RunStarted,
    SubAgentCompleted,
    SubAgentsDispatched,
    Terminal,
    TodosChanged,
)
from heartbit_tui.kernel.messages import Text
from heartbit_tui.kernel.ops import Decide, Interrupt, Mode, Steer
from heartbit_tui.kernel.recovery import endings
from heartbit_tui.providers.script import Reply
from heartbit_tui.runtime.options import Resume
from heartbit_tui.testing.model_server import ModelServer
from tests.agents.place import RESEARCHER, WRITER, calls, delegate, place, says

RESEARCH, WRITE = {"when_system": "You research"}, {"when_system": "You write"}
WAIT = "until [ -e go ]; do sleep 0.02; done"


async def test_results_come_back_in_the_order_of_the_tasks_and_are_left_on_the_board(tmp_path: Path) -> None:
    script = (
        delegate(("writer", "write"), ("researcher", "look")),
        says("It is 42.", **RESEARCH),
        says("A text.", **WRITE),
        calls(("blackboard_list", {}), ("blackboard_read", {"key": "agent:writer"}), when="Agent: writer"),
        says("Done."),
    )
    async with place(tmp_path, script) as here:
        await here.ask()
        handed, *looked = here.results()
        listed, read = sorted((each.content for each in looked), key=len, reverse=True)
        assert handed.content == "=== Agent: writer ===\nA text.\n\n=== Agent: researcher ===\nIt is 42."
        assert not handed.is_error
        assert listed == "Blackboard keys (2):\n- agent:researcher\n- agent:writer"
        assert read == "A text."
        assert [event.agents for _, event in here.of(SubAgentsDispatched)] == [("writer", "researcher")]
        assert sorted((agent, event.success) for agent, event in here.of(SubAgentCompleted)) == [
            ("researcher", True),
            ("writer", True),
        ]
        (total,) = [event.total_usage for agent, event in here.of(RunCompleted) if agent == "heartbit"]
        assert (total.input_tokens, total.output_tokens) == (50, 25)  # five calls of ten in, five out


async def test_who_fails_or_is_unknown_is_told_as_a_failure_and_the_others_work_on(tmp_path: Path) -> None:
    broken: dict[str, Any] = {"blocks": [], "fault": {"kind": "status", "status": 400, "body": "no"}, **WRITE}
    script = (
        delegate(("writer", "a"), ("nobody", "b"), ("researcher", "c")),
        broken,
        says("Found.", **RESEARCH),
        says("."),
    )
    async with place(tmp_path, script) as here:
        await here.ask()
        (handed,) = here.results()
        parts = handed.content.split("\n\n")
        assert parts[0].startswith("=== Agent: writer ===\nError: ")
        assert parts[1] == "=== Agent: nobody ===\nError: there is no agent “nobody”. There are: researcher, writer."
        assert parts[2:] == ["=== Agent: researcher ===\nFound.", "2 of 3 failed: writer, nobody."]
        assert not handed.is_error
        assert {agent: event.success for agent, event in here.of(SubAgentCompleted)} == {
            "writer": False,
            "nobody": False,
            "researcher": True,
        }
        assert [agent for agent, _ in here.of(RunFailed)] == ["writer"]


async def test_where_nobody_has_done_its_task_the_call_has_failed(tmp_path: Path) -> None:
    async with place(tmp_path, (delegate(("nobody", "b")), says("."))) as here:
        await here.ask()
        assert [result.is_error for result in here.results()] == [True]


async def test_each_has_a_folder_of_commands_and_a_list_of_things_to_do_for_itself(tmp_path: Path) -> None:
    todo = {"content": "mine", "status": "pending", "priority": "low"}
    script = (
        delegate(("researcher", "a"), ("writer", "b")),
        calls(("bash", {"command": "mkdir -p one && cd one"}), ("todowrite", {"todos": [todo]}), **RESEARCH),
        calls(("bash", {"command": "mkdir -p two && cd two"}), **WRITE),
        calls(("bash", {"command": "pwd"}), **RESEARCH),
        calls(("bash", {"command": "pwd"}), **WRITE),
        calls(("todoread", {}), **WRITE),
        says("Done.", **RESEARCH),
        says("Done.", **WRITE),
        calls(("bash", {"command": "pwd"}), when="Agent: researcher"),
        says("."),
    )
    async with place(tmp_path, script) as here:
        await here.ask()
        project = tmp_path / "project"
        assert here.results("researcher")[-1].content.startswith(f"{project}/one\n")
        assert here.results("writer")[1].content.startswith(f"{project}/two\n")
        assert "mine" not in here.results("writer")[2].content
        assert here.results()[-1].content.startswith(f"{project}\n")
        assert [agent for agent, _ in here.of(TodosChanged)] == ["researcher"]


async def test_the_same_agent_engaged_again_has_a_name_of_its_own_and_knows_nothing_of_before(tmp_path: Path) -> None:
    script = (
        delegate(("writer", "first"), ("writer", "second")),
        says("One.", when="first", **WRITE),
        says("Two.", when="second", **WRITE),
        calls(("blackboard_list", {}), when="Agent: writer"),
        says("."),
    )
    async with place(tmp_path, script) as here:
        await here.ask()
        assert here.results()[1].content == "Blackboard keys (2):\n- agent:writer\n- agent:writer#2"
        assert sorted((agent, event.task) for agent, event in here.of(RunStarted)) == [
            ("heartbit", "begin"),
            ("writer", "first"),
            ("writer#2", "second"),
        ]


async def test_an_approval_reaches_the_person_under_the_agents_name_and_the_answer_reaches_the_agent(
    tmp_path: Path,
) -> None:
    script = (
        delegate(("researcher", "a")),
        calls(("bash", {"command": "touch made"}), **RESEARCH),
        says("It was refused.", **RESEARCH),
        says("."),
    )
    async with place(tmp_path, script, mode=Mode.ASK) as here:
        running = asyncio.ensure_future(here.ask())
        await here.until(lambda: bool(here.of(ApprovalRequested)))
        ((agent, asked),) = here.of(ApprovalRequested)
        here.submit(Decide(id=asked.id, allow=False))
        await running
        assert (agent, asked.call.name) == ("researcher", "bash")
        assert [agent for agent, _ in here.of(ApprovalDecision)] == ["researcher"]
        assert not (tmp_path / "project" / "made").exists()
        assert here.results()[0].content == "=== Agent: researcher ===\nIt was refused."


async def test_one_of_them_can_be_spoken_to_and_one_be_stopped_while_the_others_work(tmp_path: Path) -> None:
    script = (
        delegate(("researcher", "a"), ("writer", "b")),
        calls(("bash", {"command": WAIT}), **RESEARCH),
        calls(("bash", {"command": WAIT}), **WRITE),
        says("I heard you.", when="look in the attic", **RESEARCH),
        says("."),
    )
    async with place(tmp_path, script) as here:
        running = asyncio.ensure_future(here.ask())
        await here.until(lambda: len(here.started("bash")) == 2)
        here.submit(Steer(text="look in the attic", agent="researcher"))
        here.submit(Interrupt(reason="the user", agent="writer"))
        await here.until(lambda: bool(here.of(RunInterrupted)))
        (tmp_path / "project" / "go").touch()
        await running
        (handed,) = here.results()
        assert handed.content == (
            "=== Agent: researcher ===\nI heard you.\n\n"
            "=== Agent: writer ===\nError: it was stopped by the user before it was done.\n\n1 of 2 failed: writer."
        )
        here.submit(Steer(text="too late", agent="writer"))
        await here.until(lambda: bool(here.notices()))
        assert here.notices() == ["No agent writer is at work."]


async def test_one_that_waits_for_its_turn_can_be_stopped_and_its_end_says_by_whom(tmp_path: Path) -> None:
    names = ["researcher", *(f"researcher#{number}" for number in range(2, AT_ONCE + 2))]
    script = (
        delegate(*(("researcher", "a") for _ in names)),
        *(calls(("bash", {"command": WAIT}), **RESEARCH) for _ in range(AT_ONCE)),
        says("Done.", times=0, **RESEARCH),
        says("."),
    )
    async with place(tmp_path, script) as here:
        running = asyncio.ensure_future(here.ask())
        await here.until(lambda: len(here.started("bash")) == AT_ONCE)
        begun = {agent for agent, _ in here.of(RunStarted)}
        (waits,) = [name for name in names if name not in begun]
        here.submit(Interrupt(agent=waits))
        await here.until(lambda: bool(here.of(SubAgentCompleted)))
        assert [(agent, event.stopped) for agent, event in here.of(SubAgentCompleted)] == [(waits, "the user")]
        (tmp_path / "project" / "go").touch()
        await running
        assert waits not in {agent for agent, _ in here.of(RunStarted)}
        (handed,) = here.results()
        assert handed.content.endswith(f"1 of {len(names)} failed: {waits}.")


async def test_all_are_stopped_with_the_run_and_every_run_has_one_end(tmp_path: Path) -> None:
    script = (
        delegate(("researcher", "a"), ("writer", "b")),
        calls(("bash", {"command": WAIT}), **RESEARCH),
        calls(("bash", {"command": WAIT}), **WRITE),
    )
    async with place(tmp_path, script) as here:
        running = asyncio.ensure_future(here.ask())
        await here.until(lambda: len(here.started("bash")) == 2)
        here.submit(Interrupt())
        await running
        assert sorted(agent for agent, _ in here.of(RunInterrupted)) == ["heartbit", "researcher", "writer"]
        assert here.of(RunCompleted) == []
        assert [result.is_error for result in here.results()] == [True]


async def test_in_turn_means_one_after_the_other_also_where_two_are_asked_for_at_once(tmp_path: Path) -> None:
    tasks = [{"tasks": [{"agent": name, "task": "a"}]} for name in ("researcher", "writer")]
    script = (
        calls(*(("delegate_task", each) for each in tasks), when="begin"),
        says("Found.", **RESEARCH),
        says("Written.", **WRITE),
        says("."),
    )
    settings = f'[orchestrator]\ndispatch_mode = "sequential"\n{RESEARCHER}{WRITER}'
    async with place(tmp_path, script, settings) as here:
        await here.ask()
        assert "form_squad" not in here.client.about.tools
        assert sorted((each.is_error, each.content) for each in here.results()) == [
            (False, "=== Agent: researcher ===\nFound."),
            (True, "One task at a time: researcher is at work. Wait for its result before you hand out the next task."),
        ]


async def test_a_squad_shares_a_board_that_nobody_else_sees(tmp_path: Path) -> None:
    script = (
        delegate(("researcher", "a"), ("writer", "b"), tool="form_squad"),
        calls(("blackboard_write", {"key": "fact", "value": {"n": 42}}), **RESEARCH),
        says("Found.", **RESEARCH),
        calls(("blackboard_list", {}), **WRITE),
        says("Written.", **WRITE),
        calls(("blackboard_list", {}), ("blackboard_read", {"key": "fact"}), when="Agent: researcher"),
        says("."),
    )
    async with place(tmp_path, script) as here:
        await here.ask()
        squad, listed, read = here.results()
        assert squad.content == "=== Agent: researcher ===\nFound.\n\n=== Agent: writer ===\nWritten."
        assert listed.content == "Blackboard keys (1):\n- squad:researcher+writer"
        assert read.content == "Nothing was found on the board under “fact”."
        assert [(agent, event.agents) for agent, event in here.of(SubAgentsDispatched)] == [
            ("squad-leader", ("researcher", "writer"))
        ]
        ended = {agent: (event.success, event.usage.input_tokens) for agent, event in here.of(SubAgentCompleted)}
        assert ended == {"researcher": (True, 20), "writer": (True, 20), "squad[researcher,writer]": (True, 40)}


async def test_a_squad_of_one_of_doubles_or_of_strangers_is_refused(tmp_path: Path) -> None:
    wrong = ([("writer", "a")], [("writer", "a"), ("writer", "b")], [("writer", "a"), ("ghost", "b")])
    given = [{"tasks": [{"agent": agent, "task": task} for agent, task in each]} for each in wrong]
    async with place(tmp_path, (calls(*(("form_squad", each) for each in given)), says("."))) as here:
        await here.ask()
        one, double, strange = sorted(here.results(), key=lambda each: each.call_id)
        assert one.is_error
        assert "at least 2" in one.content
        assert (double.is_error, double.content) == (
            True,
            "Each agent of a squad has one task; this one has more: writer.",
        )
        assert (strange.is_error, strange.content) == (True, "There is no agent ghost. There are: researcher, writer.")


async def test_an_agents_own_settings_hold_and_those_of_all_hold_where_it_has_none(tmp_path: Path) -> None:
    settings = f"""
        [limits]
        max_turns = 3
        {RESEARCHER}
        max_turns = 1
        response_schema = {{ type = "object", properties = {{ n = {{ type = "integer" }} }}, required = ["n"] }}
        {WRITER}
    """
    looping = [calls(("todoread", {}), **WRITE) for _ in range(3)]
    shaped = calls(("__respond__", {"n": 42}), **RESEARCH)
    script = (delegate(("researcher", "a"), ("writer", "b")), shaped, *looping, says("."))
    async with place(tmp_path, script, settings) as here:
        await here.ask()
        ((agent, failed),) = here.of(RunFailed)
        assert (agent, failed.kind, failed.partial_usage.input_tokens) == ("writer", "max_turns", 30)
        answer, _, rest = here.results()[0].content.removeprefix("=== Agent: researcher ===\n").partition("\n\n===")
        assert json.loads(answer) == {"n": 42}
        assert "Error: " in rest


async def test_an_agent_has_a_model_of_its_own_and_each_ones_cost_is_told(tmp_path: Path) -> None:
    async with ModelServer([Reply(blocks=(Text(text="From my own."),))]) as server:
        settings = f"""
            [providers.mine]
            kind = "openai"
            base_url = "{server.url}/v1"
            [pricing.m1]
            input = 100_000.0
            output = 0.0
            {RESEARCHER}
            [agents.provider]
            name = "mine"
            model = "m1"
            {WRITER}
        """
        script = (delegate(("researcher", "a"), ("writer", "b")), says("From everybody's.", **WRITE), says("."))
        async with place(tmp_path, script, settings) as here:
            await here.ask()
            assert here.results()[0].content == (
                "=== Agent: researcher ===\nFrom my own.\n\n=== Agent: writer ===\nFrom everybody's."
            )
            spent = {(line.agent, line.model): line.cost_usd for line in here.client.costs()}
            assert spent["researcher", "m1"] == pytest.approx(1.0)  # ten tokens at ten cents
            assert [request.body["model"] for request in server.requests] == ["m1"]


async def test_in_a_session_that_is_taken_up_again_no_name_stands_for_two(tmp_path: Path) -> None:
    script = (delegate(("writer", "a")), says("Written.", **WRITE), says("."))
    async with place(tmp_path, script) as here:
        await here.ask()
    async with place(tmp_path, script, which=Resume()) as here:
        await here.ask("begin anew")
        assert [event.agents for _, event in here.of(SubAgentsDispatched)] == [("writer#2",)]


async def test_what_was_cut_off_by_a_crash_is_ended_for_every_agent_that_was_at_work(tmp_path: Path) -> None:
    script = (delegate(("writer", "a")), calls(("bash", {"command": WAIT}), **WRITE))
    log: list[Envelope] = []
    async with place(tmp_path, script) as here:
        running = asyncio.ensure_future(here.ask())
        await here.until(lambda: here.started("bash") == ["writer"])
        log = [*here.client.history, *here.seen]
        here.submit(Interrupt())
        await running
    ended = [(agent, type(event)) for _, agent, event in endings(log) if isinstance(event, Terminal)]
    assert ended == [("writer", RunInterrupted), ("heartbit", RunInterrupted)]


@pytest.mark.parametrize(
    ("limit", "kind"), [("limits.max_total_tokens", "max_tokens"), ("limits.max_cost_usd", "max_cost")]
)
async def test_the_limits_of_a_run_hold_for_all_that_work_for_it_together(
    tmp_path: Path, limit: str, kind: str
) -> None:
    spends = {"usage": {"input_tokens": 300, "output_tokens": 0}, "cost_usd": 300.0}
    script = (
        delegate(("researcher", "a"), ("writer", "b")),
        calls(("todoread", {}), **RESEARCH, **spends),
        calls(("todoread", {}), **WRITE, **spends),
        says("Too much.", **RESEARCH, **spends),
        says("Too much.", **WRITE, **spends),
    )
    async with place(tmp_path, script, flags={limit: 500}, on_ask="deny") as here:
        await here.ask()
        kinds = {agent: event.kind for agent, event in here.of(RunFailed)}
        assert kinds == dict.fromkeys(("researcher", "writer", "heartbit"), kind)
        assert here.of(RunCompleted) == []
