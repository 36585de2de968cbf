"""Workflows in a session: its agents, its main agent and its shell do the steps, by its rules, in one run."""

import asyncio
from pathlib import Path

import pytest

from heartbit_tui import AgentStep, CommandStep, Parallel, Sequential, Workflow
from heartbit_tui.kernel.events import (
    ApprovalRequested,
    AssistantMessage,
    ModelCalled,
    PermissionDenied,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    RunStarted,
    StepEnded,
    StepStarted,
    SubAgentCompleted,
    ToolCallStarted,
    UserMessage,
)
from heartbit_tui.kernel.messages import Text
from heartbit_tui.kernel.ops import Decide, Interrupt, Mode, Prompt
from heartbit_tui.kernel.recovery import endings
from heartbit_tui.runtime.brought import Brought
from tests.agents.place import RESEARCHER, WRITER, Place, calls, delegate, place, says

RESEARCH, WRITE = {"when_system": "You research"}, {"when_system": "You write"}
STEP = {"when_system": "one step of a workflow"}
WAIT = "until [ -e go ]; do sleep 0.02; done"

FLOWS = (
    RESEARCHER
    + WRITER
    + """
[[workflows]]
name = "report"
steps = [
  { kind = "parallel", name = "both", steps = [{ agent = "researcher" }, { agent = "writer", task = "Write on {task}" }] },
  { agent = "writer", name = "last", task = "Sum up: {input}" },
]

[[workflows]]
name = "led"
steps = [{ orchestrator = true }]

[[workflows]]
name = "greedy"
kind = "parallel"
at_once = 9
steps = [LEADERS]
""".replace("LEADERS", ", ".join(["{ orchestrator = true }"] * 9))
)


async def start(here: Place, name: str, text: str = "cats") -> None:
    """One workflow to its end."""
    await here.ask_with(Prompt(content=(Text(text=text),), workflow=name))


def ended(here: Place) -> dict[str, tuple[str, int]]:
    return {event.name: (event.how, event.usage.total) for _, event in here.of(StepEnded)}


async def test_agents_do_their_steps_and_the_run_has_one_beginning_one_answer_and_one_end(tmp_path: Path) -> None:
    script = (
        says("Cats purr.", **RESEARCH),
        says("Cats.", when="Write on cats", **WRITE),
        says("All of it.", when="Sum up: ## researcher\nCats purr.\n\n## writer\nCats.", **WRITE),
    )
    async with place(tmp_path, script, FLOWS) as here:
        await start(here, "report")
        begun = [(agent, event.task, event.workflow) for agent, event in here.of(RunStarted)]
        assert begun[0] == ("heartbit", "cats", "report")
        assert sorted(begun[1:3]) == [("researcher", "cats", ""), ("writer", "Write on cats", "")]
        assert begun[3][0] == "writer#2"
        own = [(agent, event.message) for agent, event in here.of(AssistantMessage) if agent == "heartbit"]
        assert [message.text for _, message in own] == ["All of it."]
        said = [event.message.content for agent, event in here.of(UserMessage) if agent == "heartbit"]
        assert said == [(Text(text="/workflow report cats"),)]
        (total,) = [event.total_usage for agent, event in here.of(RunCompleted) if agent == "heartbit"]
        assert ended(here) == {
            "researcher": ("done", 15),
            "writer": ("done", 15),
            "both": ("done", 30),
            "last": ("done", 15),
            "report": ("done", 45),
        }
        assert total.total == 45 == sum(event.usage.total for _, event in here.of(ModelCalled))


async def test_the_main_agent_as_a_step_hands_out_tasks_and_what_those_cost_counts_for_it(tmp_path: Path) -> None:
    script = (
        delegate(("writer", "write"), **STEP),
        says("A text.", **WRITE),
        says("Led.", when="=== Agent: writer ===", **STEP),
    )
    async with place(tmp_path, script, FLOWS) as here:
        await start(here, "led", "begin")
        assert ended(here) == {"orchestrator": ("done", 45), "led": ("done", 45)}
        assert [agent for agent, _ in here.of(SubAgentCompleted)] == ["writer", "orchestrator"]


async def test_many_that_lead_do_not_wait_for_places_that_they_hold_themselves(tmp_path: Path) -> None:
    lead = delegate(("writer", "write"), times=9, **STEP)
    script = (lead, says("A text.", times=9, **WRITE), says("Led.", when="=== Agent: writer ===", times=9, **STEP))
    async with place(tmp_path, script, FLOWS) as here:
        await start(here, "greedy", "begin")
        assert ended(here)["greedy"] == ("done", 9 * 45)


async def test_a_step_that_fails_fails_the_run_with_its_kind_and_what_was_done_is_kept(tmp_path: Path) -> None:
    many = calls(("bash", {"command": "true"}), times=0, **WRITE)
    settings = FLOWS.replace('system_prompt = "You write."', 'system_prompt = "You write."\nmax_turns = 1')
    settings = settings.replace('name = "both", ', 'name = "both", fail_fast = false, ')
    async with place(tmp_path, (says("Cats purr.", **RESEARCH), many), settings) as here:
        await start(here, "report")
        (failed,) = [event for agent, event in here.of(RunFailed) if agent == "heartbit"]
        assert (failed.kind, failed.partial_usage.total) == ("max_turns", 30)
        assert failed.error.startswith("“writer” failed: Max turns (1) exceeded.")
        (answer,) = [event.message.text for agent, event in here.of(AssistantMessage) if agent == "heartbit"]
        assert answer == "## researcher\nCats purr."


COMMANDS = """
[[workflows]]
name = "checks"
kind = "parallel"
fail_fast = false
steps = [{ name = "touch", command = "touch made && echo {input}" }, { name = "bad", command = "echo oh; exit 3" }]

[[workflows]]
name = "until"
kind = "loop"
max_iterations = 5
until_command = "[ $(wc -l < rounds) -ge 3 ]"
steps = [{ name = "round", command = "echo x >> rounds" }]

[[workflows]]
name = "waits"
kind = "parallel"
steps = [{ name = "one", command = "WAIT" }, { name = "other", command = "WAIT" }]
""".replace("WAIT", WAIT)


async def test_commands_are_run_and_what_they_say_is_told_whole(tmp_path: Path) -> None:
    async with place(tmp_path, (), COMMANDS) as here:
        await start(here, "checks", "it's; touch no")
        assert ended(here) == {"touch": ("done", 0), "bad": ("failed", 0), "checks": ("failed", 0)}
        outputs = {event.name: event.output for _, event in here.of(StepEnded)}
        assert outputs["touch"] == "it's; touch no"
        assert sorted(file.name for file in (tmp_path / "project").iterdir()) == ["made"]
        ((_, run),) = here.of(RunFailed)[-1:]
        assert (run.error, run.kind) == ("“bad” failed: oh\n\n(exit code: 3)", "exit")


async def test_a_loop_ends_when_its_command_passes(tmp_path: Path) -> None:
    async with place(tmp_path, (), COMMANDS) as here:
        await start(here, "until")
        assert (tmp_path / "project" / "rounds").read_text() == "x\n" * 3
        assert ended(here)["until"] == ("done", 0)


async def test_a_command_is_asked_about_as_the_agents_own_are_under_its_own_name(tmp_path: Path) -> None:
    async with place(tmp_path, (), COMMANDS, mode=Mode.ASK) as here:
        running = asyncio.ensure_future(start(here, "checks"))
        await here.until(lambda: len(here.of(ApprovalRequested)) == 2)
        for _, asked in here.of(ApprovalRequested):
            here.submit(Decide(id=asked.id, allow=False))
        await running
        assert sorted(agent for agent, _ in here.of(ApprovalRequested)) == ["bad", "touch"]
        assert sorted(agent for agent, _ in here.of(PermissionDenied)) == ["bad", "touch"]
        assert list((tmp_path / "project").iterdir()) == []


async def test_a_loop_does_not_go_on_where_its_command_may_not_be_run(tmp_path: Path) -> None:
    flags: dict[str, object] = {"permissions.deny": ["bash([ $(wc -l < rounds) -ge 3 ])"]}
    async with place(tmp_path, (), COMMANDS, flags=flags) as here:
        await start(here, "until")
        assert ended(here)["until"] == ("failed", 0)
        assert (tmp_path / "project" / "rounds").read_text() == "x\n"


async def test_what_an_interrupt_stops_leaves_nothing_and_every_step_and_run_has_one_end(tmp_path: Path) -> None:
    async with place(tmp_path, (), COMMANDS) as here:
        running = asyncio.ensure_future(start(here, "waits"))
        await here.until(lambda: len(here.of(ToolCallStarted)) == 2)
        here.submit(Interrupt())
        await running
        assert {name: how for name, (how, _) in ended(here).items()} == dict.fromkeys(
            ("one", "other", "waits"), "stopped"
        )
        assert sorted(agent for agent, _ in here.of(RunInterrupted)) == ["heartbit", "one", "other"]
        assert len(here.of(StepStarted)) == len(here.of(StepEnded)) == 3
        await here.ask("/nothing")


async def test_what_a_crash_cut_off_is_closed_when_the_session_is_taken_up(tmp_path: Path) -> None:
    async with place(tmp_path, (), COMMANDS) as here:
        running = asyncio.ensure_future(start(here, "waits"))
        await here.until(lambda: len(here.of(ToolCallStarted)) == 2)
        missing = [event for _, _, event in endings(here.seen)]
        assert [event.name for event in missing if isinstance(event, StepEnded)] == ["other", "one", "waits"]
        here.submit(Interrupt())
        await running


@pytest.mark.parametrize(("name", "told"), [("nope", "There is no workflow “nope”. There are: checks"), ("", "")])
async def test_a_name_that_there_is_not_ends_the_run_with_those_that_there_are(
    tmp_path: Path, name: str, told: str
) -> None:
    async with place(tmp_path, (says("Hello."),), COMMANDS) as here:
        await start(here, name)
        failures = [(event.kind, event.error) for _, event in here.of(RunFailed)]
        assert [(kind, error.startswith(told)) for kind, error in failures] == ([("config", True)] if name else [])


def both(name: str) -> Workflow:
    def count(text: str) -> str:
        return f"{len(text.split())} words"

    steps = (
        AgentStep(agent="writer"),
        Parallel(count, CommandStep(command="cat")),
        CommandStep(command="echo {input}"),
    )
    return Sequential(*steps, name=name)


async def test_what_a_program_brings_is_done_beside_those_of_the_settings(tmp_path: Path) -> None:
    brought = Brought(workflows={"own": both("own")})
    async with place(tmp_path, (says("Two words.", **WRITE),), FLOWS, brought=brought) as here:
        await start(here, "own")
        (answer,) = [event.message.text for agent, event in here.of(AssistantMessage) if agent == "heartbit"]
        assert answer == "## count\n2 words\n\n## cat"
        assert sorted(each.name for each in here.client.about.workflows) == ["greedy", "led", "own", "report"]


OF_PROJECT = '[[workflows]]\nname = "theirs"\nsteps = [{ command = "touch stolen" }]\n'


@pytest.mark.parametrize("bare", [False, True])
async def test_what_a_project_brings_waits_for_trust(tmp_path: Path, bare: bool) -> None:
    folder = tmp_path / "project" / ".heartbit"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(OF_PROJECT)
    async with place(tmp_path, (), bare=bare, flags={"provider.name": "scripted"}) as here:
        await start(here, "theirs")
        ((_, failed),) = here.of(RunFailed)
        assert failed.kind == "config"
        assert not (tmp_path / "project" / "stolen").exists()
