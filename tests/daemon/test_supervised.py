"""Whoever supervises a daemon is told that it is ready, alive and stopping, and nobody else can tell it that."""

import asyncio
import json
import os
import signal
import socket
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from heartbit_tui.daemon.supervised import Supervisor
from heartbit_tui.testing.clock import FakeClock
from tests.daemon.ground import calls, says
from tests.daemon.test_commands import prepared
from tests.headless.machine import Machine, told


@contextmanager
def listening(address: str) -> Generator[socket.socket]:
    """The socket of somebody who supervises, as `NOTIFY_SOCKET` names it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as found:
        found.bind(f"\0{address[1:]}" if address.startswith("@") else address)
        found.settimeout(30)
        yield found


def heard(found: socket.socket) -> dict[str, str]:
    """The next message, by its fields."""
    return dict(line.split("=", 1) for line in found.recv(8192).decode().split("\n"))


@pytest.fixture(params=["path", "abstract"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(tmp_path / "n") if request.param == "path" else f"@heartbit-{os.getpid()}-{tmp_path.name}"


def test_what_is_told_stands_in_fields_of_one_line_each(address: str) -> None:
    with listening(address) as found:
        supervisor = Supervisor.of({"NOTIFY_SOCKET": address}, 1)
        supervisor.ready("listens\nREADY=0")
        supervisor.stopping("ends", 2.5)
        assert heard(found) == {"READY": "1", "STATUS": "listens READY=0"}
        assert heard(found) == {"STOPPING": "1", "STATUS": "ends", "EXTEND_TIMEOUT_USEC": "2500000"}


async def test_signs_of_life_come_twice_as_often_as_they_are_wanted(address: str) -> None:
    clock = FakeClock()
    with listening(address) as found:
        found.setblocking(False)
        supervisor = Supervisor.of({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "4000000", "WATCHDOG_PID": "7"}, 7)
        async with supervisor.watched(clock):
            for _ in range(3):
                await clock.slept_by(1)
                assert heard(found) == {"WATCHDOG": "1"}
                with pytest.raises(BlockingIOError):
                    found.recv(1)
                await clock.advance(2.0)


@pytest.mark.parametrize("pid", ["8", "seven"])
async def test_signs_of_life_that_another_process_owes_are_not_given(tmp_path: Path, pid: str) -> None:
    address = str(tmp_path / "n")
    with listening(address) as found:
        found.setblocking(False)
        supervisor = Supervisor.of({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "4", "WATCHDOG_PID": pid}, 7)
        async with supervisor.watched(FakeClock()):
            await asyncio.sleep(0)
        with pytest.raises(BlockingIOError):
            found.recv(1)


@pytest.mark.parametrize("address", ["", "vsock:2:1234", "nothing", "/no/such/socket", f"@{'x' * 200}"])
async def test_a_daemon_works_where_nobody_supervises_it_or_can_be_told(address: str) -> None:
    supervisor = Supervisor.of({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "x"}, 1)
    supervisor.ready("listens")
    async with supervisor.watched(FakeClock()):
        pass
    supervisor.stopping("ends", 1)


def test_a_supervisor_that_does_not_read_holds_nobody_up(tmp_path: Path) -> None:
    with listening(str(tmp_path / "n")):
        supervisor = Supervisor(str(tmp_path / "n"))
        for _ in range(5_000):
            supervisor.ready("listens " * 20)


async def test_a_daemon_is_ready_when_it_answers_and_its_commands_cannot_speak_for_it(
    machine: Machine, tmp_path: Path
) -> None:
    command = {"command": "env"}
    prepared(machine, calls("bash", command, when="look", times=1), says("done", times=0))
    address = str(tmp_path / "n")
    with listening(address) as found:
        supervised = machine.having(NOTIFY_SOCKET=address, WATCHDOG_USEC="60000000")
        process = await supervised.start("daemon", "--bind", "127.0.0.1:0", "--permission-mode", "yolo")
        line = await told(process.stderr, b"heartbit listens at ")
        ready = await asyncio.to_thread(heard, found)
        if ready == {"WATCHDOG": "1"}:
            ready = await asyncio.to_thread(heard, found)
        url = json.loads(line)["message"].rpartition(" ")[2]
        assert ready == {"READY": "1", "STATUS": f"heartbit listens at {url}"}
        caller = machine.having(HEARTBIT_URL=url)
        task = (await caller.run("submit", "--wait", "--json", "look around")).text
        session = json.loads(task)["session_id"]
        shown = (await caller.run("sessions", "export", session, "--format", "jsonl")).text
        assert "HEARTBIT" in shown or "HOME=" in shown
        assert "NOTIFY_SOCKET" not in shown
        assert "WATCHDOG_USEC" not in shown
        process.send_signal(signal.SIGTERM)
        while "STOPPING" not in (last := await asyncio.to_thread(heard, found)):
            assert last == {"WATCHDOG": "1"}
        assert last["EXTEND_TIMEOUT_USEC"] == "50000000"
        assert await asyncio.wait_for(process.wait(), 30) == 0
