"""Who hands a task over and waits is told what it waits for, and may leave; each caller a process of its own."""

import asyncio
import json
import os
import pty
import re
import signal
from typing import Any

from tests.daemon.ground import LONG, says
from tests.daemon.test_commands import daemon, prepared
from tests.headless.machine import Machine, told

WRITE: dict[str, Any] = {"blocks": [{"call": "write", "input": {"file_path": "new.txt", "content": "x"}}]}
QUESTION: dict[str, Any] = {"question": "Which one?", "header": "One", "options": [{"label": "A"}, {"label": "B"}]}
ASK: dict[str, Any] = {"blocks": [{"call": "question", "input": {"questions": [QUESTION]}}]}
CALL = 'write {"file_path": "new.txt", "content": "x"}'


async def test_who_waits_is_told_what_for_and_leaves_the_task_at_work(machine: Machine) -> None:
    prepared(machine, WRITE | {"when": "write", "times": 0}, says("finished", times=0))
    (machine.project / "deep").mkdir()
    async with daemon(machine) as (caller, _):
        waiter = await caller.start("submit", "--wait", "--cwd", "deep", "--folder", ".", "write a file")
        assert (await told(waiter.stderr, b"for your word")).decode() == f"It waits for your word: {CALL}\n"
        found = re.match(r"heartbit approve (\w{8}) ", (await told(waiter.stderr, b"heartbit approve")).decode())
        assert found is not None
        task_id = found[1]
        listed = (await caller.run("status")).text.splitlines()
        assert [re.split(r"  +", line)[:2] for line in listed] == [[task_id, "running, asks"]]
        assert f"\nwaits for  {CALL}\n" in (await caller.run("status", task_id)).text
        looked = await caller.run("attach", "--plain", task_id)
        assert (looked.code, "approval: write new.txt" in looked.text) == (0, True)
        waiter.send_signal(signal.SIGINT)
        _, rest = await asyncio.wait_for(waiter.communicate(), 30)
        assert (waiter.returncode, f"heartbit result {task_id} --wait" in rest.decode()) == (130, True)
        assert (await caller.run("approve", task_id)).text == f"allow: {CALL}\n"
        assert (await caller.run("result", "--wait", task_id)).text == "finished\n"
        assert (machine.project / "deep/new.txt").read_text() == "x"
        assert "it is completed" in (await caller.run("approve", task_id)).err


async def test_a_question_is_told_and_is_nothing_to_approve(machine: Machine) -> None:
    prepared(machine, ASK | {"when": "ask me", "times": 0}, says("at last", wait=LONG, times=0))
    async with daemon(machine) as (caller, process):
        waiter = await caller.start("submit", "--wait", "ask me")
        assert (await told(waiter.stderr, b"It asks you")) == b"It asks you: Which one?\n"
        task_id = json.loads((await caller.run("status", "--json")).text)[0]["id"]
        refused = await caller.run("approve", task_id)
        assert (refused.code, "Which one?" in refused.err) == (1, True)
        process.kill()
        _, rest = await asyncio.wait_for(waiter.communicate(), 30)
        assert (waiter.returncode, f"heartbit result {task_id[:8]} --wait" in rest.decode()) == (69, True)


async def test_a_task_of_any_bytes_is_handed_over(machine: Machine) -> None:
    prepared(machine, says("finished", times=0))
    async with daemon(machine) as (caller, _):
        for words, given in (((b"caf\xe9",), b""), (("-",), b"caf\xe9")):
            accepted = json.loads((await caller.run("submit", "--json", *words, input=given)).text)
            task = json.loads((await caller.run("status", "--json", accepted["id"])).text)
            assert task["task"] == "caf\ufffd"


async def test_a_daemon_whose_terminal_is_closed_stops_gently(machine: Machine) -> None:
    prepared(machine, says("at last", wait=LONG, times=0), settings="[daemon]\ndrain_timeout_seconds = 0\n")
    terminal, inner = pty.openpty()
    process = await machine.start("daemon", "--bind", "127.0.0.1:0", stdin=inner, stdout=inner, stderr=inner)
    os.close(inner)
    with os.fdopen(terminal, "rb", buffering=0) as shown:
        first = (await asyncio.to_thread(shown.readline)).decode()
    caller = machine.having(HEARTBIT_URL=first.split()[-1])
    task_id = (await caller.run("submit", "stay at it")).text.strip()
    while "running" not in (await caller.run("status", task_id)).text:
        pass
    process.send_signal(signal.SIGHUP)
    assert await asyncio.wait_for(process.wait(), 30) == 0
    log = (await machine.run("daemon", "logs")).text
    assert ("heartbit has ended." in log, "itself failed" in log) == (True, False)
    assert "1 waiting, 0 at work" in (await machine.run("daemon", "status")).text
