"""heartbit daemon and those who speak with it, each a process of its own, also where one of them is killed."""

import asyncio
import json
import os
import signal
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.daemon.ground import says
from tests.headless.machine import Machine, told
from tests.samples import samples

SCRIPT = "scripted.json"
KILLS = samples(3, 1)
"""Daemons that are killed in turn; test_kills has many more, of each at any moment."""


def prepared(machine: Machine, *replies: Any, settings: str = "") -> Machine:
    """The machine with a model that plays these replies, and a daemon on a port that is free."""
    script = machine.root / SCRIPT
    script.write_text(json.dumps({"replies": list(replies)}), "utf-8")
    return machine.config(f'[provider]\nname = "scripted"\nscript = "{script}"\n{settings}')


@asynccontextmanager
async def daemon(machine: Machine, *words: str) -> AsyncGenerator[tuple[Machine, asyncio.subprocess.Process]]:
    """A daemon in a process, and the machine of those who know its address; it is asked to stop after it."""
    process = await machine.start("daemon", "--bind", "127.0.0.1:0", *words)
    try:
        line = await told(process.stderr, b"heartbit listens at ")
        yield machine.having(HEARTBIT_URL=json.loads(line)["message"].rpartition(" ")[2]), process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.wait(), 30)


async def test_a_task_is_handed_over_waited_for_and_listed(machine: Machine) -> None:
    prepared(machine, says("It is done.", times=0))
    async with daemon(machine) as (caller, process):
        done = await caller.run("submit", "--wait", "say", "something")
        assert (done.code, done.text) == (0, "It is done.\n")
        accepted = await caller.run("submit", "--json", "-", input=b"from stdin")
        task_id = json.loads(accepted.text)["id"]
        result = await caller.run("result", "--wait", task_id[:8])
        assert (result.code, result.text) == (0, "It is done.\n")
        listed = (await caller.run("status")).text.splitlines()
        assert [line.split()[0] for line in listed] == [task_id[:8], listed[1].split()[0]]
        shown = json.loads((await caller.run("status", "--json", task_id)).text)
        assert (shown["task"], shown["state"]) == ("from stdin", "completed")
        again = await caller.run("cancel", task_id)
        assert (again.code, "it is completed" in again.err) == (1, True)
        assert "No task 'zzz'" in (await caller.run("result", "zzz")).err
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 30) == 0


async def test_a_log_has_one_json_object_a_line_and_no_token_in_it(machine: Machine) -> None:
    prepared(machine, says("It is done.", times=0))
    process = await machine.start("daemon", "--bind", "127.0.0.1:0", "--verbose")
    first = await told(process.stderr, b"heartbit listens at ")
    second = await told(process.stderr, b"which is told once")
    process.send_signal(signal.SIGTERM)
    _, rest = await asyncio.wait_for(process.communicate(), 30)
    lines = [json.loads(line) for line in (first + second + rest).splitlines()]
    assert {tuple(line)[:4] for line in lines} == {("at", "level", "logger", "message")}
    token = (machine.home / ".local/state/heartbit/daemon-token").read_text().strip()
    assert token.startswith("hbt_")
    assert token.encode() not in first + second + rest


async def test_the_journal_of_systemd_gets_the_level_in_front_of_each_line(machine: Machine) -> None:
    prepared(machine, says("It is done.", times=0))
    reading, writing = os.pipe()
    found = os.fstat(writing)
    journal = machine.having(JOURNAL_STREAM=f"{found.st_dev}:{found.st_ino}")
    process = await journal.start("daemon", "--bind", "0.0.0.0:0", stderr=writing)
    os.close(writing)
    assert await asyncio.wait_for(process.wait(), 30) == 52
    with os.fdopen(reading) as lines:
        assert [line[:3] + json.loads(line[3:])["level"] for line in lines] == ["<3>error"]


async def test_a_call_is_approved_or_refused_from_the_command_line(machine: Machine) -> None:
    write = {"blocks": [{"call": "write", "input": {"file_path": "new.txt", "content": "x"}}], "times": 0}
    prepared(machine, write | {"when": "write a file"}, says("finished", times=0))
    async with daemon(machine) as (caller, _):
        for flag, there in (("--refuse", False), ("--always", True)):
            task_id = (await caller.run("submit", "write a file")).text.strip()
            while (done := await caller.run("approve", task_id, *[flag])).code == 1:
                assert "Nothing of this task waits" in done.err
            assert "write" in done.text
            assert (await caller.run("result", "--wait", task_id)).text == "finished\n"
            assert (machine.project / "new.txt").exists() is there


async def test_whoever_cannot_speak_with_a_daemon_is_told_why(machine: Machine) -> None:
    prepared(machine, says("It is done.", times=0))
    done = await machine.run("submit", "--url", "http://127.0.0.1:9", "x")
    assert (done.code, "heartbit daemon" in done.err) == (69, True)
    assert (await machine.run("submit")).code == 2
    async with daemon(machine) as (caller, _):
        stranger = caller.having(HEARTBIT_API_KEY="wrong")
        refused = await stranger.run("status")
        assert (refused.code, "HEARTBIT_API_KEY" in refused.err) == (41, True)
        second = await machine.run("daemon", "--bind", caller.variables["HEARTBIT_URL"].removeprefix("http://"))
        assert (second.code, "--bind" in second.err) == (52, True)
    assert (await machine.run("daemon", "--bind", "0.0.0.0:0")).code == 52
    nowhere = await machine.run("daemon", "--bind", "nowhere")
    assert (nowhere.code, "takes a host and a port" in nowhere.err) == (52, True)


async def test_what_was_accepted_outlives_kill_nine_and_is_done_once(machine: Machine) -> None:
    line = {"blocks": [{"call": "bash", "input": {"command": "echo x >> done.txt"}}], "when": "count", "times": 1}
    prepared(machine, line, says("finished", times=0), settings="[daemon]\nmax_concurrent_tasks = 2\n")
    accepted = list[str]()
    for round_number in range(KILLS):
        async with daemon(machine, "--permission-mode", "yolo") as (caller, process):
            waits = [asyncio.create_task(caller.run("submit", f"count {n}")) for n in range(4)]
            for each in waits[: round_number + 1]:
                accepted.append((await each).text.strip())
            process.kill()
            for each in waits[round_number + 1 :]:
                done = await each
                accepted.extend([done.text.strip()] if done.code == 0 else [])
    async with daemon(machine, "--permission-mode", "yolo") as (caller, _):
        states = dict[str, str]()
        for task_id in accepted:
            await caller.run("result", "--wait", task_id)
            states[task_id] = json.loads((await caller.run("status", "--json", task_id)).text)["state"]
    assert len(set(accepted)) == len(accepted) >= KILLS
    assert set(states.values()) <= {"completed", "interrupted"}
    rows = _rows(machine.home)
    assert {each for each, _ in rows} >= set(accepted)
    written = (machine.project / "done.txt").read_text().count("x")
    begun = sum(attempts > 0 for _, attempts in rows)
    assert written <= begun


def _rows(home: Path) -> list[tuple[str, int]]:
    (path,) = home.glob(".local/share/heartbit/*.db")
    connection = sqlite3.connect(path)
    try:
        return list(connection.execute("SELECT id, attempts FROM tasks"))
    finally:
        connection.close()


@pytest.mark.security("D14")
async def test_verbose_tells_each_event_on_stderr_without_keys_and_the_log_has_none(machine: Machine) -> None:
    key = "sk-ant-api03-planted-in-the-environment"
    prepared(machine.having(ANTHROPIC_API_KEY=key), says(f"It is {key}.", times=0))
    known = machine.having(ANTHROPIC_API_KEY=key)
    process = await known.start("daemon", "--bind", "127.0.0.1:0", "-v")
    line = await told(process.stderr, b"heartbit listens at ")
    caller = known.having(HEARTBIT_URL=json.loads(line)["message"].rpartition(" ")[2])
    done = await caller.run("submit", "--wait", "say the secret word")
    assert done.code == 0
    process.send_signal(signal.SIGTERM)
    _, rest = await asyncio.wait_for(process.communicate(), 30)
    lines = [json.loads(each) for each in rest.splitlines()]
    events = [each for each in lines if "session" in each]
    assert [each["type"] for each in events if each["type"] in ("run_started", "run_completed", "text_delta")] == [
        "run_started",
        "run_completed",
    ]
    assert [each["task"] for each in events if each["type"] == "run_started"] == ["say the secret word"]
    log = (machine.home / ".local/state/heartbit/daemon.log").read_text("utf-8")
    assert ("say the secret word" in log, key in log, key.encode() in rest) == (False, False, False)


async def test_a_daemon_takes_no_flag_that_is_about_one_task_alone(machine: Machine) -> None:
    prepared(machine, says("It is done.", times=0))
    for words in (("--goal", "x"), ("--resume", "x"), ("-c",), ("--ephemeral",), ("--image", "x"), ("--judge",)):
        refused = await machine.run("daemon", "--bind", "127.0.0.1:0", *words)
        assert (refused.code, f"there is no flag {words[0]}" in refused.err) == (2, True)
