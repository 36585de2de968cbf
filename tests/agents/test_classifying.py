"""Who takes a task, asked of a model."""

import asyncio
from dataclasses import replace

import pytest

from heartbit_tui.agents.classifying import Classifier
from heartbit_tui.agents.routing import Candidate, by_words, route
from heartbit_tui.kernel.messages import Text, Usage
from heartbit_tui.kernel.protocols import Spent
from heartbit_tui.providers import faults
from heartbit_tui.providers.script import Reply
from heartbit_tui.providers.scripted import Scripted

TEAM = (
    Candidate(name="coder", description="Writes code."),
    Candidate(name="researcher", description="Researches papers."),
)
TASK = "Bitte schau nach, was die Wissenschaft dazu sagt"
USAGE = Usage(input_tokens=50, output_tokens=9)
PAID = (Spent(purpose="routing", model="tiny", usage=USAGE),)


def tiny(*said: str) -> Scripted:
    return Scripted([Reply(blocks=(Text(text=each),), usage=USAGE) for each in said], model="tiny")


@pytest.mark.parametrize(
    ("said", "agent"),
    [
        ('{"agent": "researcher", "reason": "science"}', "researcher"),
        ('Sure:\n```json\n{"agent": "Researcher", "reason": "science"}\n```', "researcher"),
        ('{"agent": null, "reason": "science"}', ""),
    ],
)
async def test_the_model_decides_and_is_paid(said: str, agent: str) -> None:
    model = tiny(said)
    decision = await route(TASK, TEAM, strategy=Classifier(model))
    assert (decision.agent, decision.reason, decision.spent) == (agent, "the classifier: science", PAID)
    (asked,) = model.requests
    assert "researcher: Researches papers." in asked.system
    assert TASK in str(asked.messages)
    assert asked.max_tokens <= 300


async def test_the_agent_that_can_do_everything_is_offered_too_and_keeps_what_is_unclear() -> None:
    model = tiny('{"agent": "heartbit", "reason": "small talk"}', "no idea")
    classifier = Classifier(model, own="heartbit")
    told = [await route("Guten Tag", TEAM, strategy=classifier, own="heartbit") for _ in range(2)]
    assert [each.agent for each in told] == ["heartbit", "heartbit"]
    assert "- heartbit: The agent that the user speaks with." in model.requests[0].system


@pytest.mark.parametrize("said", ["no idea", "{", "[1]", '{"agent": "chef"}', '{"reason": "x"}', '"coder"'])
async def test_without_a_clear_answer_the_words_decide(said: str) -> None:
    decision = await Classifier(tiny(said)).decide(TASK, TEAM)
    usual = by_words(TASK, TEAM)
    assert decision == replace(usual, reason=decision.reason, spent=PAID)
    assert decision.reason == f"the classifier gave no clear answer; {usual.reason}"


async def test_a_model_that_fails_leaves_it_to_the_words() -> None:
    model = Scripted([Reply(fault=faults.Status(status=529))])
    decision = await Classifier(model).decide(TASK, TEAM)
    assert (decision.agent, decision.spent) == ("coder", ())
    assert "OverloadedError" in decision.reason


async def test_a_model_that_is_too_slow_leaves_it_to_the_words_and_a_cost_that_is_not_known() -> None:
    class Slow(Scripted):
        async def _sleep(self, seconds: float) -> None:
            await asyncio.Event().wait()

    decision = await Classifier(Slow([Reply()], model="tiny"), timeout=0.01).decide(TASK, TEAM)
    assert (decision.agent, decision.spent) == ("coder", (Spent(purpose="routing", model="tiny", usage=Usage()),))


async def test_no_model_is_asked_where_the_words_are_clear_or_there_are_none() -> None:
    model = tiny()
    assert (await Classifier(model).decide("delegate to coder and researcher", TEAM)).agent == ""
    assert (await Classifier(model).decide(" ", TEAM)).agent == "coder"
    assert model.requests == []
