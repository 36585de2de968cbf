"""Signals and readers that go away: the result line comes in time, and nothing is left running."""

import asyncio
import os
import re
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from tests.headless.machine import Machine, bash, ended, kept, lines_of, says, service, told
from tests.stopwatch import Stopwatch
from tests.tools.calls import running

WORD = f"300.{os.getpid()}"
"""Seconds that only processes of these tests sleep: in a sandbox they have ids of their own."""

FAMILY = f"""
trap '' TERM INT HUP
(trap '' TERM INT; sleep {WORD} & echo grandchild >> up; wait) | (setsid sleep {WORD} & echo escaped >> up; cat) &
sleep {WORD} & echo child >> up
nohup sleep {WORD} > /dev/null 2>&1 & echo nohup >> up
until [ "$(wc -l < up)" = 4 ]; do :; done
echo "all"" up"
wait
"""
"""A pipeline whose parts ignore signals, leave the session or are put into the background."""

WATCHED = ("-p", "hi", "--json", "-v", "--include-partial-messages", "--permission-mode", "yolo")
CODES = {"SIGINT": 130, "SIGTERM": 143, "SIGHUP": 129}


@pytest.mark.parametrize("sandbox", ["true", "false"])
@pytest.mark.parametrize("name", CODES)
async def test_a_signal_during_a_command_brings_the_result_and_leaves_no_process(
    machine: Machine, name: str, sandbox: str
) -> None:
    machine.config(f"[sandbox]\nenabled = {sandbox}\n")
    async with service(machine, bash(FAMILY), says("never")) as (_, known):
        process = await known.start(*WATCHED)
        await told(process.stderr, b"all up")
        assert running(WORD) != []
        watch = Stopwatch()
        process.send_signal(signal.Signals[name])
        done = await ended(process, watch=watch)
    result = kept(done)
    assert running(WORD) == []
    assert done.seconds < 2
    assert (result["subtype"], done.code) == ("interrupted", CODES[name])
    assert name in result["error"]["message"]
    answered = [line for line in done.lines if line["type"] == "user"]
    assert len(answered) == 1


@pytest.mark.parametrize("format", ["text", "json"])
async def test_a_signal_is_told_in_every_form(machine: Machine, format: str) -> None:
    async with service(machine, bash("echo up; exec sleep 300")) as (_, known):
        process = await known.start("-p", "hi", "-v", "--permission-mode", "yolo", "--output-format", format)
        await told(process.stderr, b'"tool_call_started"')
        process.terminate()
        done = await ended(process)
    assert done.code == 143
    assert "SIGTERM" in done.err
    if format == "text":
        assert done.out == b""
    else:
        (result,) = lines_of(done.out)
        assert (result["subtype"], result["exit_code"]) == ("interrupted", 143)


async def test_a_signal_while_the_model_writes_keeps_what_it_wrote(machine: Machine) -> None:
    async with service(machine, says("One two three four five six.", pace=0.2, chunk=4)) as (_, known):
        process = await known.start("-p", "hi", "--json", "--include-partial-messages")
        assert process.stdout is not None
        head = b""
        while b'"text_delta"' not in head:
            head += await process.stdout.readline()
        process.send_signal(signal.SIGINT)
        done = await ended(process)
    lines = lines_of(head + done.out)
    assert (lines[-1]["type"], lines[-1]["exit_code"], done.code) == ("result", 130, 130)
    assert lines[-1]["result"].startswith("One ")


async def test_a_signal_during_start_up_still_brings_a_result(machine: Machine) -> None:
    codes: set[int] = set()
    async with service(machine, *[says(wait=5.0)] * 8) as (_, known):
        for number in range(8):
            process = await known.start("-p", "hi", "--json")
            if number:
                wait_for_hold(process.pid)
                await moment(number * 0.04)
                process.terminate()
                done = await ended(process)
                assert kept(done)["subtype"] == "interrupted"
                codes.add(done.code)
            else:
                process.kill()
                await process.communicate()
    assert codes == {143}


def wait_for_hold(pid: int) -> None:
    """Wait until a process blocks or handles SIGTERM."""
    bit = 1 << (signal.SIGTERM - 1)
    masks: list[str] = []
    while not any(int(mask, 16) & bit for mask in masks):
        status = Path(f"/proc/{pid}/status").read_text()
        masks = re.findall(r"^Sig(?:Blk|Cgt):\s*([0-9a-f]+)$", status, re.MULTILINE)


async def moment(seconds: float) -> None:
    """Let others work for a moment."""
    with suppress(TimeoutError):
        await asyncio.wait_for(asyncio.Event().wait(), seconds)


async def test_a_second_signal_ends_the_process_at_once(machine: Machine) -> None:
    async with service(machine, bash(FAMILY)) as (_, known):
        process = await known.start(*WATCHED)
        await told(process.stderr, b"all up")
        watch = Stopwatch()
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        done = await ended(process, watch=watch)
    assert done.code in (130, 143)
    assert done.seconds < 1
    assert kept(done)["subtype"] == "interrupted"
    assert running(WORD) == []


async def test_a_signal_ends_a_run_whose_reader_takes_nothing(machine: Machine) -> None:
    read, write = os.pipe()
    try:
        async with service(machine, says("x" * 300_000, chunk=4096)) as (_, known):
            process = await known.start(*WATCHED, stdout=write)
            await told(process.stderr, b'"text_delta"')
            watch = Stopwatch()
            process.terminate()
            await process.wait()
            assert watch.unhindered < 2
    finally:
        os.close(write)
        os.close(read)
    assert process.returncode == 143


async def test_a_reader_that_leaves_early_ends_the_run_quietly(machine: Machine) -> None:
    read, write = os.pipe()
    async with service(machine, bash(FAMILY)) as (_, known):
        process = await known.start(*WATCHED, stdout=write)
        os.close(write)
        await told(process.stderr, b"all up")
        os.close(read)
        done = await ended(process)
    assert done.code == 141
    assert running(WORD) == []
    assert "heartbit:" not in done.err


@pytest.mark.parametrize("format", ["text", "json", "stream-json"])
async def test_stdout_that_is_closed_from_the_start_is_no_traceback(machine: Machine, format: str) -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        async with service(machine, says(), says()) as (_, known):
            done = await known.run("-p", "hi", "--output-format", format, stdout=write)
    finally:
        os.close(write)
    assert done.code == 141


async def test_a_real_head_gets_its_line(machine: Machine) -> None:
    async with service(machine, says("A text.")) as (_, known):
        done = await known.shell("heartbit -p hi --json | head -n 1")
    (line,) = lines_of(done.out)
    assert line["subtype"] == "init"
    assert done.err == ""


async def test_closed_stderr_is_not_missed(machine: Machine) -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        async with service(machine, bash("true"), says()) as (_, known):
            done = await known.run("-p", "hi", "-v", stderr=write)
            assert (done.code, done.text) == (0, "Hello.\n")
    finally:
        os.close(write)


@pytest.mark.parametrize("number", [1, 2])
async def test_an_output_that_was_never_open_is_done_without(machine: Machine, number: int) -> None:
    async with service(machine, says()) as (_, known):
        done = await known.run(
            "-p", "hi", **{("stdout", "stderr")[number - 1]: None}, preexec_fn=lambda: os.close(number)
        )
    assert done.code == 0
