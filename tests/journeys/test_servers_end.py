"""The real program with language servers and servers of tools at once: however it ends, none of their processes is left."""

import asyncio
import os
import select
import signal
import sys
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from types import MappingProxyType

import pytest

from heartbit_tui.lsp.programs import PROGRAMS
from heartbit_tui.providers.script import ScriptBlock, call
from tests.headless.machine import Machine, bash, calls, ended, says, service, told
from tests.mcp.fleets import CONTRARY
from tests.samples import samples
from tests.servers.installed import PATH, needs

TIMES = samples(100, 8)
"""How often it is started: each costs two seconds of a processor."""

BESIDE = 3
"""Programs that run at once."""

CODES: Mapping[str, int] = MappingProxyType({"by itself": 0, "SIGINT": 130, "SIGTERM": 143, "SIGKILL": -9})
SLOW_EVERY = 7
"""Every so many-th start has servers of others, which take seconds to begin; the rest have a small one of ours."""

SECONDS = 10.0
WAITING = "[mcp]\nfirst_wait = 60\n"
SETTINGS = "".join(f"[lsp.servers.{each.name}]\nenabled = false\n" for each in PROGRAMS if each.name != "ruff")
SMALL = f'[mcp.servers.small]\ncommand = "{sys.executable}"\nargs = ["-S", "{CONTRARY}", "plain"]\n'
FILES = '[mcp.servers.files]\ncommand = "mcp-server-filesystem"\nargs = ["{folder}"]\n'
TIME = '[mcp.servers.time]\ncommand = "mcp-server-time"\nargs = ["--local-timezone", "Etc/UTC"]\n'
GIT = '[mcp.servers.git]\ncommand = "mcp-server-git"\n'
READY = 'echo "all"" up"; exec sleep 300'
"""A command that tells of itself and goes on; its line does not hold what it tells."""


def of(home: Path) -> dict[int, str]:
    """The living processes of whoever has this home, each with its command line."""
    found: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdecimal() and f"HOME={home}".encode() in (entry / "environ").read_bytes().split(b"\0"):
                found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    return found


def gone(pids: list[int]) -> list[int]:
    """Wait until these processes have ended; those that have not in time."""
    with ExitStack() as stack:
        watched: dict[int, int] = {}
        for pid in pids:
            with suppress(ProcessLookupError):
                watched[pid] = os.pidfd_open(pid)
                stack.callback(os.close, watched[pid])
        return [pid for pid, ending in watched.items() if not select.select([ending], [], [], SECONDS)[0]]


async def once(root: Path, end: str, number: int) -> None:
    """One start with a server of each kind at work, and its end."""
    slow = number % SLOW_EVERY == 0
    machine = Machine(root=root / str(number)).made().having(PATH=PATH, HEARTBIT_LSP_ENABLED="1")
    (machine.project / "a.py").write_text("x = y\n")
    others = FILES.format(folder=machine.project) + TIME + GIT
    machine.config(WAITING + SETTINGS + (others if slow else SMALL))
    tool: ScriptBlock = call("mcp__time__get_current_time", timezone="Etc/UTC") if slow else call("mcp__small__one")
    asked = calls(call("lsp", operation="diagnostics", file_path="a.py"), tool)
    async with service(machine, asked, bash(READY) if end != "by itself" else says(), says()) as (server, known):
        words = ("-p", "hi", "-v", "--permission-mode", "yolo", "--json", "--include-partial-messages")
        process = await known.start(*words, start_new_session=True)
        if end != "by itself":
            await told(process.stderr, b"all up")
            living = await asyncio.to_thread(of, machine.home)
            assert any("ruff" in line and "server" in line for line in living.values()), living
            wanted = ("mcp-server-filesystem", "mcp-server-time", "mcp-server-git") if slow else (CONTRARY,)
            assert all(any(name in line for line in living.values()) for name in wanted), living
            process.send_signal(signal.Signals[end])
        done = await ended(process)
        results = str(server.requests[1].body["messages"][-1])
    assert done.code == CODES[end], done.err
    assert "Undefined name `y`" in results
    assert "Error" not in results
    # What watches over the servers ends by itself right after heartbit.
    assert await asyncio.to_thread(gone, list(of(machine.home))) == []
    assert await asyncio.to_thread(of, machine.home) == {}


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.security("X2", n=TIMES)
@needs("ruff")
@needs("mcp-server-time")
@needs("mcp-server-git")
@needs("mcp-server-filesystem")
async def test_starts_and_ends_with_servers_of_both_kinds_leave_no_process(tmp_path: Path) -> None:
    places, ends = asyncio.Semaphore(BESIDE), tuple(CODES)

    async def place(number: int) -> None:
        async with places:
            await once(tmp_path, ends[number % len(ends)], number)

    async with asyncio.TaskGroup() as tasks:
        for number in range(TIMES):
            tasks.create_task(place(number))
