"""How a run fails: in time, with its own subtype and exit code, and never as a success."""

import asyncio
import socket
import sys
import time
from typing import Any

import pytest

from heartbit_tui.providers import faults
from heartbit_tui.providers.script import Reply, call
from tests.headless.machine import Machine, bash, calls, kept, says, service

PATIENT = """
[provider.retry]
max_retries = 1
base_delay_ms = 1
max_delay_ms = 2
"""
QUICK = f"""{PATIENT}
[provider.timeouts]
connect = 0.4
first_byte = 0.4
idle = 0.4
"""


def refused_port() -> str:
    """An address at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


async def promised(machine: Machine) -> float:
    """Two seconds, or more where this machine is so busy that importing the libraries alone takes half of that."""
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "import httpx, pydantic", env=machine.variables, cwd=machine.project
    )
    await process.wait()
    return max(2.0, 4 * (time.monotonic() - began))


@pytest.mark.parametrize("format", ["text", "json", "stream-json"])
async def test_without_credentials_it_ends_within_two_seconds(machine: Machine, format: str) -> None:
    done = await machine.run("-p", "hi", "--provider", "anthropic", "--output-format", format)
    assert done.code == 41
    assert done.seconds < await promised(machine)
    assert "ANTHROPIC_API_KEY" in done.err
    if format == "text":
        assert done.text == ""
    else:
        assert (done.result["subtype"], done.result["exit_code"]) == ("error_auth", 41)
        assert done.result["error"]["kind"] == "auth"


async def test_without_any_provider_it_ends_within_two_seconds(machine: Machine) -> None:
    done = await machine.stream("-p", "hi")
    assert (kept(done)["subtype"], done.code) == ("error_auth", 41)
    assert done.seconds < await promised(machine)


async def test_a_refused_connection_is_a_network_error(machine: Machine) -> None:
    done = await machine.with_service(refused_port()).config(PATIENT).stream("-p", "hi")
    assert (kept(done)["subtype"], done.code) == ("error_network", 69)
    assert [line["subtype"] for line in done.lines if line["type"] == "system"] == ["init", "retry"]


@pytest.mark.parametrize(
    ("fault", "subtype", "code"),
    [
        (faults.Refuse(), "error_network", 69),
        (faults.Drop(after=3), "error_network", 69),
        (faults.End(after=3), "error_network", 69),
        (faults.Cut(bytes=200), "error_network", 69),
        (faults.Junk(after=2), "error_provider", 69),
        (faults.Html(), "error_provider", 69),
        (faults.GzipBomb(), "error_provider", 69),
        (faults.EndlessHeaders(), "error_provider", 69),
        (faults.EndlessBody(), "error_provider", 69),
        (faults.Redirect(to="/elsewhere"), "error_provider", 69),
        (faults.Stall(after=-1), "error_network", 69),
        (faults.Stall(after=0), "error_network", 69),
        (faults.Stall(after=3), "error_network", 69),
        (faults.Stall(after=3, pings=True), "error_network", 69),
        (faults.ErrorEvent(after=2), "error_provider", 75),
        (faults.Status(status=429), "error_provider", 75),
        (faults.Status(status=500), "error_provider", 75),
        (faults.Status(status=529), "error_provider", 75),
        (faults.Status(status=401), "error_auth", 41),
        (faults.Status(status=403), "error_auth", 41),
        (faults.Status(status=400), "error_provider", 69),
        (faults.Status(status=404), "error_provider", 69),
    ],
    ids=repr,
)
async def test_a_service_that_fails_is_an_error_and_never_a_success(
    machine: Machine, fault: faults.Fault, subtype: str, code: int
) -> None:
    limits = QUICK if isinstance(fault, faults.Stall) else PATIENT
    async with service(machine.config(limits), says("An answer of some length.", fault=fault, times=0)) as (_, known):
        done = await known.stream("-p", "hi")
    result = kept(done)
    assert (result["subtype"], done.code) == (subtype, code)
    assert result["error"]["message"]
    assert done.seconds < 10


async def test_a_service_that_recovers_is_retried_and_told(machine: Machine) -> None:
    replies = (says("never", fault=faults.Status(status=529)), says("Now."))
    async with service(machine.config(PATIENT), *replies) as (_, known):
        done = await known.stream("-p", "hi")
    assert kept(done)["result"] == "Now."
    (retry,) = [line for line in done.lines if line.get("subtype") == "retry"]
    assert (retry["attempt"], retry["max_retries"], retry["error_class"]) == (1, 1, "overloaded")


def looks(times: int = 0) -> Reply:
    return calls(call("list", path="."), times=times)


def varied(count: int) -> tuple[Reply, ...]:
    return tuple(calls(call("list", path=f"./{'x/' * number}..")) for number in range(count))


@pytest.mark.parametrize(
    ("flags", "subtype", "code"),
    [
        (("--max-turns", "2"), "error_max_turns", 3),
        (("--max-tokens", "20"), "error_max_tokens", 3),
        (("--max-cost", "0.0001"), "error_max_cost", 3),
    ],
)
async def test_each_limit_has_its_own_subtype(
    machine: Machine, flags: tuple[str, ...], subtype: str, code: int
) -> None:
    async with service(machine, *varied(6), says()) as (server, known):
        done = await known.stream("-p", "hi", *flags)
    assert (kept(done)["subtype"], done.code) == (subtype, code)
    assert len(server.requests) == 2


async def test_out_of_time_is_a_timeout_and_leaves_nothing_running(machine: Machine) -> None:
    async with service(machine, bash("echo $$ > pid; exec sleep 100"), says()) as (_, known):
        done = await known.stream("-p", "hi", "--timeout", "2", "--permission-mode", "yolo")
    assert (kept(done)["subtype"], done.code) == ("error_timeout", 124)
    assert done.seconds < 5


@pytest.mark.security("K36")
async def test_what_a_command_left_behind_does_not_keep_the_process(machine: Machine) -> None:
    command = "sleep 1000 & (setsid sleep 1000 &); (trap '' TERM HUP; sleep 1000) & echo up"
    async with service(machine, bash(command), says("Done.")) as (_, known):
        done = await known.stream("-p", "hi", "--permission-mode", "yolo")
    assert (kept(done)["result"], done.code) == ("Done.", 0)
    assert done.seconds < 10


async def test_a_model_that_goes_in_circles_is_an_error(machine: Machine) -> None:
    async with service(machine, looks()) as (_, known):
        done = await known.stream("-p", "hi")
    result = kept(done)
    assert (result["subtype"], done.code, result["error"]["kind"]) == ("error_tool", 1, "doom_loop")
    assert "doom_loop" in [line.get("subtype") for line in done.lines]


async def test_a_failing_tool_is_the_models_to_hear_and_no_failure_of_the_run(machine: Machine) -> None:
    async with service(machine, calls(call("read", file_path="none")), says("It is not there.")) as (_, known):
        done = await known.stream("-p", "hi")
    assert kept(done)["result"] == "It is not there."


@pytest.mark.parametrize("stop", ["max_tokens", "refusal"])
async def test_an_answer_that_is_none_is_an_error(machine: Machine, stop: Any) -> None:
    from heartbit_tui.kernel.messages import StopReason

    async with service(machine, says("Half an ans", stop=StopReason(stop))) as (_, known):
        done = await known.run("-p", "hi")
        assert (done.code, done.text) == (1, "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[provider\n", "config.toml"),
        ("[limits]\nmax_turns = 0\n", "limits.max_turns"),
        ("[limits]\nmax_turn = 5\n", "max_turns"),
    ],
)
async def test_a_wrong_setting_ends_with_52_and_names_it(machine: Machine, text: str, said: str) -> None:
    done = await machine.with_service("http://127.0.0.1:9").config(text).stream("-p", "hi")
    result = kept(done)
    assert (result["subtype"], done.code) == ("error_config", 52)
    assert said in result["error"]["message"]


async def test_a_settings_file_that_is_missing_ends_with_52(machine: Machine) -> None:
    done = await machine.with_service("http://127.0.0.1:9").run("-p", "hi", "--config", "none.toml")
    assert done.code == 52
    assert "none.toml" in done.err
