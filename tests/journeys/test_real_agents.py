"""Several agents, a cascade and a workflow with a real language model, small as it is: what it says is not looked at."""

from collections.abc import Iterator
from typing import Any

import pytest

from heartbit_tui.kernel.messages import Usage
from heartbit_tui.providers.script import call
from heartbit_tui.testing.model_server import ModelServer
from tests.headless.machine import Done, Machine, calls, kept, says
from tests.journeys import local_service
from tests.journeys.local_service import free_port, serving
from tests.journeys.test_real_model import PATIENT, TASK, run
from tests.journeys.till import OPUS, Given, Till, tokens

pytestmark = [pytest.mark.model, pytest.mark.slow, pytest.mark.timeout(580)]

SMALL = "smollm2"
TEAM = """
[[agents]]
name = "one"
description = "Looks into files."
system_prompt = "You look into files."
provider = { name = "mine", model = "smollm2" }

[[agents]]
name = "two"
description = "Looks into files too."
system_prompt = "You look into files."
provider = { name = "mine", model = "smollm2" }
"""
FLOW = '[[workflows]]\nname = "both"\nsteps = [{ agent = "one" }, { agent = "two", task = "{task}" }]\n'


@pytest.fixture(scope="module")
def mine() -> Iterator[str]:
    """Settings with the small model as the service `mine`."""
    model = local_service.model_file()
    if model is None:
        pytest.skip(local_service.MISSING)
    with serving(model, free_port()) as url:
        yield f'{PATIENT}\n[providers.mine]\nkind = "openai"\nbase_url = "{url}/v1"\nmodel = "{SMALL}"\n'


def strong(settings: str) -> str:
    """The settings with a strong model in the first place, which a script plays."""
    return f'[provider]\nname = "anthropic"\nmodel = "{OPUS}"\n' + settings


def lines(done: Done, event: str) -> list[dict[str, Any]]:
    return [line for line in done.lines if line.get("event") == event]


def answered(done: Done, agent: str) -> Usage:
    """What the answers of an agent took; each was of the small model, and had words or a call."""
    found = [line["message"] for line in done.lines if line["type"] == "assistant" and line["agent"] == agent]
    assert found
    assert all(message["content"] and message["usage"]["output_tokens"] > 0 for message in found)
    return sum((Usage(**message["usage"]) for message in found), Usage())


async def test_two_agents_with_a_real_model_work_as_a_squad_and_report(machine: Machine, mine: str) -> None:
    tasks = [{"agent": name, "task": TASK} for name in ("one", "two")]
    till = Till(Given(OPUS, calls(call("form_squad", tasks=tasks))), Given(OPUS, says("Both have looked.")))
    async with ModelServer(compose=till) as server:
        ready = machine.config(strong(mine) + TEAM).with_service(server)
        done = await run(ready, "-p", "begin", "--json")
        report = str(server.requests[-1].body["messages"][-1])
    result = kept(done)
    assert (result["subtype"], result["result"], till.left) == ("success", "Both have looked.", []), done.err
    ends = sorted(line["agent"] for line in lines(done, "sub_agent_completed"))
    assert ends == ["one", "squad[one,two]", "two"]
    assert ("=== Agent: one ===" in report, "=== Agent: two ===" in report) == (True, True)
    both = answered(done, "one") + answered(done, "two")
    assert (Usage(**result["usage"]), result["total_cost_usd"]) == (tokens(till.charges) + both, None)


async def test_a_real_model_is_the_first_tier_of_a_cascade(machine: Machine, mine: str) -> None:
    tiers = f'[provider.cascade]\nenabled = true\n[[provider.cascade.tiers]]\nmodel = "mine/{SMALL}"\n'
    till = Till(*(Given(OPUS, says("The moon is made of cheese, it says.")) for _ in range(5)))
    async with ModelServer(compose=till) as server:
        ready = machine.config(strong(tiers + mine)).with_service(server)
        result = kept(done := await run(ready, "-p", TASK, "--json"))
    steps = [(line["from_tier"], line["to_tier"], line["reason"]) for line in lines(done, "model_escalated")]
    assert (result["subtype"], steps) in (("success", []), ("success", [(SMALL, OPUS, "gate_rejected")])), done.err
    assert len(till.charges) == len(steps)
    spent = Usage(**result["usage"])
    assert spent.output_tokens > tokens(till.charges).output_tokens
    assert spent.input_tokens > tokens(till.charges).input_tokens


async def test_a_workflow_hands_the_words_of_a_real_model_on(machine: Machine, mine: str) -> None:
    ready = machine.config(mine + TEAM + FLOW)
    done = await run(ready, "workflow", "run", "both", TASK, "--json", "--provider", "mine")
    result = kept(done)
    assert result["subtype"] == "success", done.err
    ended = {line["name"]: line for line in lines(done, "step_ended")}
    assert [(name, line["how"]) for name, line in ended.items()] == [("one", "done"), ("two", "done"), ("both", "done")]
    assert (ended["two"]["output"], ended["both"]["output"]) == (result["result"], result["result"])
    assert Usage(**ended["both"]["usage"]) == Usage(**result["usage"]) == answered(done, "one") + answered(done, "two")
