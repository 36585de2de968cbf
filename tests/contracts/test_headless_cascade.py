"""A cascade from the settings to the result of a run without a screen."""

import json
from typing import Any

import pytest

from heartbit_tui.kernel.messages import Usage
from heartbit_tui.providers.script import Reply, call
from heartbit_tui.testing.model_server import ModelServer
from tests.headless.machine import Machine, calls, kept, says, usage

CASCADE = """
[provider]
name = "anthropic"
model = "claude-opus-4-5"
[provider.cascade]
enabled = true
[[provider.cascade.tiers]]
model = "claude-haiku-4-5"
[[provider.cascade.tiers]]
model = "claude-sonnet-4-5"
"""
JUDGE = '[provider.cascade.gate]\ntype = "judge"\nmodel = "claude-3-haiku-20240307"\ncriteria = ["It is in French."]\n'


class Service:
    """Answers by model; counts what was charged."""

    def __init__(self, **replies: list[Reply]) -> None:
        self.replies = replies
        self.charged = Usage()
        self.asked: list[str] = []

    def __call__(self, body: Any) -> Reply:
        name = next(name for name in ("sonnet", "opus", "3-haiku", "haiku") if name in body["model"])
        self.asked.append(name)
        reply = self.replies[name.replace("3-", "judge_")].pop(0)
        self.charged += reply.usage
        return reply


def result_usage(result: dict[str, Any]) -> Usage:
    return Usage(**result["usage"])


async def test_a_cheap_answer_that_stands_saves_money_and_says_so(machine: Machine) -> None:
    service = Service(haiku=[says("A whole answer.", usage=usage(1_000_000, 100_000))])
    async with ModelServer(compose=service) as server:
        known = machine.config(CASCADE).with_service(server)
        done = await known.stream("-p", "hi")
    result = kept(done)
    assert result["result"] == "A whole answer."
    assert result["total_cost_usd"] == pytest.approx(1.5)
    assert result["cascade"] == {"escalations": [], "saved_usd": pytest.approx(7.5 - 1.5)}
    assert "warning" not in done.err


async def test_the_stream_tells_each_step_and_the_totals_are_the_services_own(machine: Machine) -> None:
    service = Service(
        haiku=[says("I can’t.", usage=usage(11, 7)), says("I cannot.", usage=usage(31, 9))],
        sonnet=[calls(call("list", path="."), usage=usage(12, 8)), says("Listed it all.", usage=usage(14, 10))],
        opus=[],
    )
    async with ModelServer(compose=service) as server:
        known = machine.config(CASCADE).with_service(server)
        result = kept(done := await known.stream("-p", "hi", "--include-partial-messages"))
    steps = [line for line in done.lines if line.get("subtype") == "model_escalated"]
    assert [(s["from_tier"], s["to_tier"], s["reason"]) for s in steps] == [
        ("claude-haiku-4-5", "claude-sonnet-4-5", "gate_rejected")
    ]
    assert service.asked == ["haiku", "sonnet", "sonnet"]
    assert result_usage(result) == service.charged
    assert result["result"] == "Listed it all."
    told = [line["event"]["delta"]["text"] for line in done.lines if line["type"] == "stream_event"]
    assert "".join(told) == "Listed it all."
    assert result["cascade"]["escalations"][0]["detail"] == "it says “i can't”"


async def test_a_judge_of_the_settings_decides_and_is_counted(machine: Machine) -> None:
    service = Service(
        haiku=[says("All in English, sorry.", usage=usage(11, 7))],
        judge_haiku=[says("FAIL: not French", usage=usage(3, 2)), says("PASS", usage=usage(4, 2))],
        sonnet=[says("Tout est en français.", usage=usage(12, 8))],
    )
    async with ModelServer(compose=service) as server:
        known = machine.config(CASCADE + JUDGE).with_service(server)
        result = kept(await known.stream("-p", "hi"))
    assert service.asked == ["haiku", "3-haiku", "sonnet", "3-haiku"]
    assert result_usage(result) == service.charged
    assert result["result"] == "Tout est en français."


async def test_a_cascade_that_is_not_enabled_changes_nothing(machine: Machine) -> None:
    service = Service(opus=[says("From opus.")])
    async with ModelServer(compose=service) as server:
        known = machine.config(CASCADE.replace("enabled = true", "enabled = false")).with_service(server)
        result = kept(await known.stream("-p", "hi"))
    assert (service.asked, result["cascade"]) == (["opus"], None)


async def test_a_main_model_that_is_one_of_the_tiers_has_only_those_before_it(machine: Machine) -> None:
    service = Service(haiku=[says("No.", usage=usage(1, 1))], sonnet=[says("No.", usage=usage(1, 1))])
    async with ModelServer(compose=service) as server:
        known = machine.config(CASCADE).with_service(server)
        await known.run("-p", "hi", "--model", "claude-sonnet-4-5")
    assert service.asked == ["haiku", "sonnet"]


async def test_a_tier_can_be_a_model_of_a_service_of_ones_own(machine: Machine) -> None:
    here, strong = Service(haiku=[says("No, I cannot.")]), Service(opus=[says("From opus.")])
    async with ModelServer(compose=here) as own, ModelServer(compose=strong) as server:
        mine = f'[providers.mine]\nkind = "openai"\nbase_url = "{own.url}/v1"\n'
        settings = CASCADE.partition("[[provider.cascade.tiers]]")[0] + mine
        settings += '[[provider.cascade.tiers]]\nmodel = "mine/haiku-at-home"\n'
        result = kept(await machine.config(settings).with_service(server).stream("-p", "hi"))
    assert (here.asked, strong.asked, result["result"]) == (["haiku"], ["opus"], "From opus.")
    assert [request.body["model"] for request in own.requests] == ["haiku-at-home"]


async def test_a_tier_without_a_key_is_told_before_anything_is_asked(machine: Machine) -> None:
    service = Service()
    async with ModelServer(compose=service) as server:
        tiers = CASCADE.replace('"claude-haiku-4-5"', '"openai/gpt-5-nano"')
        done = await machine.config(tiers).with_service(server).run("-p", "hi", "--output-format", "json")
    assert json.loads(done.out)["error"]["kind"] == "auth"
    assert "OPENAI_API_KEY" in done.err + done.text
    assert service.asked == []
