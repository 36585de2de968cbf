"""What a run that ended early, or met a service in trouble, leaves behind can be gone on with."""

import pytest

from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.providers import faults
from heartbit_tui.providers.script import Reply, call
from heartbit_tui.testing.model_server import ModelServer
from tests.headless.machine import Machine, bash, calls, kept, says, service

YOLO = ("--permission-mode", "yolo")
QUICK = """
[provider.retry]
max_retries = 1
base_delay_ms = 1
max_delay_ms = 2
"""


def steps(count: int) -> tuple[Reply, ...]:
    return tuple(bash(f"echo {number} >> log.txt") for number in range(count))


def log_of(machine: Machine) -> list[str]:
    return (machine.project / "log.txt").read_text().split()


@pytest.mark.parametrize(
    ("flags", "subtype", "code", "done"),
    [
        (("--max-turns", "3"), "error_max_turns", 3, 3),
        (("--max-tokens", "30"), "error_max_tokens", 3, 2),
        (("--max-cost", "0.0001"), "error_max_cost", 3, 2),
    ],
)
async def test_after_a_limit_the_session_goes_on_where_it_was(
    machine: Machine, flags: tuple[str, ...], subtype: str, code: int, done: int
) -> None:
    async with service(machine, *steps(6), says("Done.")) as (server, known):
        ended = await known.stream("-p", "hi", *YOLO, *flags)
        assert (kept(ended)["subtype"], ended.code) == (subtype, code)
        before = log_of(machine)
        assert abs(len(before) - done) <= 1
        resumed = await known.stream("-p", "go on", "-c", *YOLO)
    assert (kept(resumed)["result"], server.left) == ("Done.", 0)
    assert log_of(machine)[: len(before)] == before
    assert sorted(set(log_of(machine))) == log_of(machine)


async def test_after_a_timeout_the_session_goes_on_and_knows_that_the_outcome_is_unknown(machine: Machine) -> None:
    hangs = bash("echo 0 >> log.txt; exec sleep 100")
    async with service(machine, hangs, says("I see.", when="outcome is unknown")) as (server, known):
        ended = await known.stream("-p", "hi", *YOLO, "--timeout", "1.5")
        assert (kept(ended)["subtype"], ended.code) == ("error_timeout", 124)
        resumed = await known.stream("-p", "go on", "-c", *YOLO)
    assert (kept(resumed)["result"], server.left) == ("I see.", 0)
    assert log_of(machine) == ["0"]


async def test_a_model_that_alternates_for_ever_is_warned_and_then_stopped(machine: Machine) -> None:
    ways = [calls(call("list", path=path)) for path in (".", "..")] * 20
    async with service(machine, *ways) as (server, known):
        done = await known.stream("-p", "hi")
        assert (kept(done)["error"]["kind"], done.code) == ("doom_loop", 1)
        assert len(server.requests) < 20
    actions = [line["action"] for line in done.lines if line.get("subtype") == "doom_loop"]
    assert actions == ["warned", "ended"]


async def test_the_second_model_answers_when_the_first_is_overloaded(machine: Machine) -> None:
    def compose(body: JsonObject) -> Reply | None:
        return says("never", fault=faults.Status(status=529)) if body["model"] == "first" else None

    config = f'{QUICK}\n[provider]\nmodel = "first"\nfallback_model = "second"\n'
    replies = (*steps(2), says("From the second."))
    async with ModelServer(replies, compose=compose) as server:
        done = await machine.config(config).with_service(server).stream("-p", "hi", *YOLO)
    assert kept(done)["result"] == "From the second."
    assert {line["message"]["model"] for line in done.lines if line["type"] == "assistant"} == {"second"}
    assert "model_escalated" in [line.get("subtype") for line in done.lines]
    assert log_of(machine) == ["0", "1"]


@pytest.mark.parametrize(
    ("fault", "times"),
    # A connection that was kept open and is closed is not counted as an attempt.
    [(faults.Status(status=500), 2), (faults.Refuse(), 3), (faults.Drop(after=4), 2)],
    ids=repr,
)
async def test_a_service_that_goes_down_in_the_middle_costs_nothing_but_time(
    machine: Machine, fault: faults.Fault, times: int
) -> None:
    down = says("A long answer that never comes.", fault=fault, times=times)
    async with service(machine.config(QUICK), *steps(3), down, *steps(5)[3:], says("Done.")) as (server, known):
        failed = await known.stream("-p", "hi", *YOLO)
        assert (kept(failed)["is_error"], failed.code) == (True, 75 if isinstance(fault, faults.Status) else 69)
        assert log_of(machine) == ["0", "1", "2"]
        resumed = await known.stream("-p", "go on", "--resume", failed.result["session_id"], *YOLO)
    assert (kept(resumed)["result"], server.left) == ("Done.", 0)
    assert log_of(machine) == ["0", "1", "2", "3", "4"]
