"""Prompts that an agent takes in place of the session's own one: who, with what, and who goes on where it fails."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from heartbit_tui.agents.routing import Candidate, Decision
from heartbit_tui.kernel.events import (
    ApprovalRequested,
    AssistantMessage,
    GuardrailDenied,
    ModelCalled,
    QuestionAsked,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    TaskRouted,
    Terminal,
    ToolCallCompleted,
    UserMessage,
)
from heartbit_tui.kernel.messages import Image, Text
from heartbit_tui.kernel.ops import Answer, Decide, Interrupt, Mode, Prompt
from heartbit_tui.runtime.brought import Brought
from heartbit_tui.runtime.options import Resume
from tests.agents.place import Place, calls, place, says

CODER = """
[[agents]]
name = "coder"
description = "Writes code, implements functions and fixes bugs."
system_prompt = "You code."
"""
SCHOLAR = """
[[agents]]
name = "scholar"
description = "Researches papers and literature."
system_prompt = "You study."
"""
CODES, STUDIES = {"when_system": "You code."}, {"when_system": "You study."}
OURS = says("Heartbit.", times=0)
SCRIPT = (says("Coder.", times=0, **CODES), says("Scholar.", times=0, **STUDIES), OURS)
CIRCLES = calls(("list", {}), times=0, **CODES)


def told(here: Place) -> list[tuple[str, str | None]]:
    """Each decision that was told."""
    return [(event.decision, event.selected_agent) for _, event in here.of(TaskRouted)]


def answers(here: Place) -> list[str]:
    """The words of each answer."""
    return [event.message.text for agent, event in here.of(AssistantMessage) if agent == "heartbit"]


def ends(here: Place) -> list[type[Terminal]]:
    """How the runs of the session's own conversation ended."""
    found = (each.event for each in here.seen if each.agent == "heartbit")
    return [type(event) for event in found if isinstance(event, Terminal)]


async def said(folder: Path, *prompts: str, settings: str = CODER + SCHOLAR, **more: Any) -> Place:
    """A session in which all of this was asked."""
    async with place(folder, SCRIPT, settings, **more) as here:
        for prompt in prompts:
            await here.ask(prompt)
    return here


async def test_a_prompt_goes_to_the_agent_that_fits_and_everything_else_to_the_own_one(tmp_path: Path) -> None:
    prompts = ("Fix the bugs", "Hello", "Which papers are there?", "scholar: and now?", "fix it in the papers")
    here = await said(tmp_path, *prompts)
    names = ["coder", "heartbit", "scholar", "scholar", "heartbit"]
    assert told(here) == [("single_agent", name) for name in names]
    assert answers(here) == [f"{name.title()}." for name in names]
    assert {each.agent for each in here.seen} == {"heartbit"}
    assert ends(here) == [RunCompleted] * 5
    (first, *_) = [event.reason for _, event in here.of(TaskRouted)]
    assert first == "score 0.00: it has code"


async def test_a_single_agent_takes_what_fits_it_and_leaves_the_own_one_the_rest(tmp_path: Path) -> None:
    here = await said(tmp_path, "Hello", "Fix the bug", settings=CODER)
    assert answers(here) == ["Heartbit.", "Coder."]


@pytest.mark.parametrize(
    ("mode", "names", "decided"),
    [
        ("auto", ["Heartbit.", "Coder."], [("single_agent", "heartbit"), ("single_agent", "coder")]),
        ("single_agent", ["Coder.", "Coder."], [("single_agent", "coder")] * 2),
        ("always_orchestrate", ["Heartbit.", "Heartbit."], []),
    ],
)
async def test_the_mode_of_the_settings_or_the_variable_holds(
    tmp_path: Path, mode: str, names: list[str], decided: list[Any]
) -> None:
    here = await said(tmp_path / "a", "Hello", "Fix the bug", settings=f'[orchestrator]\nrouting = "{mode}"\n{CODER}')
    assert (answers(here), told(here)) == (names, decided)
    here = await said(tmp_path / "b", "Hello", "Fix the bug", variables={"HEARTBIT_ROUTING": mode})
    assert (answers(here), told(here)) == (names, decided)


async def test_several_are_led_by_the_own_agent_which_can_hand_tasks_out(tmp_path: Path) -> None:
    here = await said(tmp_path, "Delegate it to coder and scholar")
    assert (told(here), answers(here)) == ([("orchestrate", None)], ["Heartbit."])
    assert "delegate_task" in here.client.about.tools


async def test_what_calls_a_skill_by_its_name_is_for_the_own_agent(tmp_path: Path) -> None:
    here = await said(tmp_path, "/fix the bug", "/usr/bin/x has a bug")
    assert (answers(here), told(here)) == (["Heartbit.", "Coder."], [("single_agent", "coder")])


async def test_agents_of_files_take_no_prompts(tmp_path: Path) -> None:
    folder = tmp_path / "home" / ".config" / "heartbit" / "agents"
    folder.mkdir(parents=True)
    (folder / "coder.md").write_text("---\ndescription: Fixes bugs in code.\n---\nYou code.\n")
    here = await said(tmp_path, "coder, fix the bug", settings="")
    assert (told(here), answers(here)) == ([], ["Heartbit."])


async def test_pictures_stay_with_whom_the_words_go_to(tmp_path: Path) -> None:
    async with place(tmp_path, SCRIPT, CODER) as here:
        for words in ("What is this?", "Fix this bug"):
            picture = Image(media_type="image/png", data="iVBORw0KGgo=")
            here.submit(Prompt(content=(Text(text=words), picture)))
        await here.until(lambda: len(ends(here)) == 2)
    assert answers(here) == ["Heartbit.", "Coder."]


async def test_the_limits_and_guardrails_of_an_agent_hold_where_it_takes_a_prompt(tmp_path: Path) -> None:
    settings = f"""
    [orchestrator]
    escalation = false
    {CODER}
    max_turns = 1
    [agents.guardrails.tool_policy]
    default_action = "deny"
    """
    script = (calls(("list", {}), times=0, **CODES), calls(("list", {}), when="Hello"), says("Heartbit.", times=0))
    async with place(tmp_path, script, settings.replace("\n    ", "\n")) as here:
        await here.ask("Fix the bug")
        await here.ask("Hello")
    assert [event.tool_name for _, event in here.of(GuardrailDenied)] == ["list"]
    assert [event.is_error for _, event in here.of(ToolCallCompleted)] == [True, False]
    assert ends(here) == [RunFailed, RunCompleted]
    assert [event.kind for _, event in here.of(RunFailed)] == ["max_turns"]


async def test_the_shape_of_an_agents_answers_holds_where_it_takes_a_prompt(tmp_path: Path) -> None:
    schema = '{ type = "object", properties = { faults = { type = "integer" } }, required = ["faults"] }'
    script = (calls(("__respond__", {"faults": 3}), **CODES), OURS)
    async with place(tmp_path, script, f"{CODER}response_schema = {schema}\n") as here:
        await here.ask("Fix the bug")
        await here.ask("Hello")
    assert [event.structured for _, event in here.of(RunCompleted)] == [{"faults": 3}, None]


async def test_files_that_were_read_and_the_folder_of_commands_are_those_of_the_conversation(tmp_path: Path) -> None:
    script = (
        calls(
            ("bash", {"command": "mkdir sub && cd sub && echo one > a.txt"}),
            ("read", {"file_path": "b.txt"}),
            when="Hello",
        ),
        says("Heartbit."),
        calls(
            ("bash", {"command": "cat a.txt"}),
            ("edit", {"file_path": "b.txt", "old_string": "x", "new_string": "y"}),
            when="bug",
            **CODES,
        ),
        says("Coder.", **CODES),
    )
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "b.txt").write_text("x")
    async with place(tmp_path, script, CODER) as here:
        await here.ask("Hello")
        await here.ask("Fix the bug")
        outputs = {each.content.split()[0] for each in here.results() if not each.is_error}
        assert "one" in outputs
        assert (tmp_path / "project" / "b.txt").read_text() == "y"
        await here.client.undo.carry_out(await here.client.undo.undo())
        assert (tmp_path / "project" / "b.txt").read_text() == "x"


async def test_what_an_agent_wants_to_do_is_asked_of_the_person_as_always(tmp_path: Path) -> None:
    script = (calls(("bash", {"command": "touch made"}), when="bug", **CODES), says("Coder.", **CODES))
    async with place(tmp_path, script, CODER, mode=Mode.ASK) as here:
        here.submit(Prompt(content=(Text(text="Fix the bug"),)))
        await here.until(lambda: bool(here.of(ApprovalRequested)))
        ((agent, asked),) = here.of(ApprovalRequested)
        here.submit(Decide(id=asked.id, allow=True))
        await here.until(lambda: bool(ends(here)))
    assert (agent, (tmp_path / "project" / "made").exists()) == ("heartbit", True)


async def test_where_an_agent_runs_out_of_turns_the_own_one_goes_on_with_what_it_learnt(tmp_path: Path) -> None:
    script = (calls(("list", {}), times=0, **CODES), says("Done.", when="could not finish it: it ran out of turns"))
    async with place(tmp_path, script, f"{CODER}max_turns = 2\n") as here:
        await here.ask("Fix the bug")
    assert [(event.selected_agent, event.escalated) for _, event in here.of(TaskRouted)] == [
        ("coder", False),
        (None, True),
    ]
    assert ends(here) == [RunCompleted]
    ((_, end),) = here.of(RunCompleted)
    assert (end.total_usage.input_tokens, end.total_usage.output_tokens, end.tool_calls_made) == (30, 15, 2)
    words = [str(event.message) for _, event in here.of(UserMessage) if event.origin == "heartbit"]
    assert ["“coder” worked on this request" in each for each in words] == [False, True]


async def test_where_it_runs_out_of_time_its_call_is_answered_before_another_goes_on(tmp_path: Path) -> None:
    script = (calls(("bash", {"command": "sleep 60"}), **CODES), says("Done."))
    async with place(tmp_path, script, f"{CODER}run_timeout_seconds = 1\n") as here:
        await here.ask("Fix the bug")
    assert (ends(here), answers(here)[-1]) == ([RunCompleted], "Done.")
    assert [result.is_error for result in here.results()] == [True]


async def test_circles_are_taken_over_unless_the_person_said_to_stop(tmp_path: Path) -> None:
    alone: Any = {"on_ask": "deny"}
    async with place(tmp_path / "a", (CIRCLES, says("Done.")), CODER, **alone) as here:
        await here.ask("Fix the bug")
    assert (ends(here), told(here)[-1]) == ([RunCompleted], ("orchestrate", None))
    async with place(tmp_path / "b", (CIRCLES, says("Done.")), CODER) as here:
        here.submit(Prompt(content=(Text(text="Fix the bug"),)))
        await here.until(lambda: bool(here.of(QuestionAsked)))
        ((_, question),) = here.of(QuestionAsked)
        here.submit(Answer(id=question.id, answers=(("Stop",),)))
        await here.until(lambda: bool(ends(here)))
    assert (ends(here), len(told(here))) == ([RunFailed], 1)


async def test_money_that_is_spent_is_spent_for_whoever_goes_on(tmp_path: Path) -> None:
    flags: dict[str, object] = {"limits.max_total_tokens": 40}
    script = (calls(("list", {}), times=0, **CODES), says("Done.", times=0))
    async with place(tmp_path, script, f"{CODER}max_turns = 2\n", flags=flags) as here:
        await here.ask("Fix the bug")
    assert [event.kind for _, event in here.of(RunFailed)] == ["max_tokens"]
    assert len(here.of(ModelCalled)) == 3


async def test_an_agent_that_cannot_be_set_up_ends_the_run_with_its_name(tmp_path: Path) -> None:
    settings = f'{CODER}[agents.provider]\nname = "openai"\nmodel = "gpt-x"\n'
    here = await said(tmp_path, "Fix the bug", "Hello", settings=settings)
    assert ends(here) == [RunFailed, RunCompleted]
    ((_, failed),) = here.of(RunFailed)
    assert failed.error.startswith("The agent “coder” could not be set up: There is no key for openai.")


async def test_a_session_that_is_taken_up_again_goes_on_with_all_that_agents_said(tmp_path: Path) -> None:
    here = await said(tmp_path, "Fix the bug", settings=CODER)
    which = Resume(id=here.seen[0].session)
    script = (says("I know.", when="and?"), OURS)
    async with place(tmp_path, script, CODER, which=which) as again:
        await again.ask("and?")
    assert answers(again) == ["I know."]


class Named:
    """A strategy that always names one agent."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.asked: list[tuple[str, list[str]]] = []

    async def decide(self, task: str, agents: Sequence[Candidate]) -> Decision:
        self.asked.append((task, [each.name for each in agents]))
        return Decision(agent=self._name, reason="I say so")


class Broken:
    """A strategy that fails."""

    async def decide(self, task: str, agents: Sequence[Candidate]) -> Decision:
        raise ZeroDivisionError("no")


async def test_a_strategy_of_the_program_decides(tmp_path: Path) -> None:
    strategy = Named("scholar")
    here = await said(tmp_path, "Fix the bug", brought=Brought(routing=strategy))
    assert (answers(here), strategy.asked) == (["Scholar."], [("Fix the bug", ["coder", "scholar"])])


@pytest.mark.parametrize(
    ("strategy", "words"),
    [(Broken(), "failed (ZeroDivisionError: no)"), (Named("nobody"), "chose “nobody”, which is no agent")],
)
async def test_a_strategy_that_does_not_work_is_told_and_the_words_decide(
    tmp_path: Path, strategy: Any, words: str
) -> None:
    here = await said(tmp_path, "Fix the bug", brought=Brought(routing=strategy))
    assert answers(here) == ["Coder."]
    assert [words in text for text in here.notices()] == [True]


CLASSIFIER = '[plugins]\nrouting = "classifier"\n'


async def test_the_classifier_decides_and_what_it_spends_is_part_of_the_run(tmp_path: Path) -> None:
    judge = says('{"agent": "scholar", "reason": "books"}', when_system="You decide who works")
    async with place(tmp_path, (judge, *SCRIPT), CLASSIFIER + CODER + SCHOLAR) as here:
        await here.ask("Lies ein Buch")
    assert (answers(here), told(here)) == (["Scholar."], [("single_agent", "scholar")])
    assert [event.purpose for _, event in here.of(ModelCalled)] == ["routing", "turn"]
    assert [event.total_usage.input_tokens for _, event in here.of(RunCompleted)] == [20]


async def test_a_run_is_interrupted_also_while_it_is_decided_who_takes_it(tmp_path: Path) -> None:
    judge = says("{}", when_system="You decide who works", wait=60)
    async with place(tmp_path, (judge, *SCRIPT), CLASSIFIER + CODER) as here:
        here.submit(Prompt(content=(Text(text="Lies ein Buch"),)))
        await here.until(lambda: bool(here.seen))
        here.submit(Interrupt(reason="me"))
        await here.until(lambda: bool(ends(here)))
    assert (ends(here), answers(here)) == ([RunInterrupted], [])


@pytest.mark.parametrize(
    "settings", ['[plugins]\nrouting = "nowhere"\n', CLASSIFIER + "[plugins.settings.classifier]\ntimeout = 0\n"]
)
async def test_a_strategy_that_is_missing_is_told_and_the_words_decide(tmp_path: Path, settings: str) -> None:
    here = await said(tmp_path, "Fix the bug", settings=settings + CODER)
    assert answers(here) == ["Coder."]
    assert [text.startswith("The strategy that chooses an agent is missing") for text in here.notices()] == [True]
