"""Servers that others wrote, where they are on the PATH: over their standard streams, and behind a gateway over HTTP."""

import asyncio
import json
import os
import socket
from pathlib import Path

from tests.mcp.fleets import Call, World, called, named
from tests.servers.installed import PATH, needs

GIT, TIME = "mcp-server-git", "mcp-server-time"
EVERYTHING, FILES, MEMORY, GATEWAY = (
    "mcp-server-everything",
    "mcp-server-filesystem",
    "mcp-server-memory",
    "supergateway",
)


def here(folder: Path) -> World:
    return World(folder, environment={**os.environ, "PATH": PATH})


@needs(GIT)
async def test_git(tmp_path: Path) -> None:
    done = await asyncio.create_subprocess_exec("git", "init", "-q", str(tmp_path / "r"))
    assert await done.wait() == 0
    (tmp_path / "r" / "new.txt").write_text("x")
    async with here(tmp_path).fleet({"git": {"command": GIT, "args": ["--repository", str(tmp_path / "r")]}}) as fleet:
        status = await called(fleet, "git_status", repo_path=str(tmp_path / "r"))
        assert (status.is_error, "new.txt" in status.content) == (False, True)
        assert (await called(fleet, "git_status", repo_path="/nowhere")).is_error


@needs(TIME)
async def test_time(tmp_path: Path) -> None:
    async with here(tmp_path).fleet({"time": {"command": TIME, "args": ["--local-timezone", "UTC"]}}) as fleet:
        given = {"source_timezone": "UTC", "time": "12:00", "target_timezone": "Asia/Tokyo"}
        found = await named(fleet, "convert_time").run(given, Call())
        assert "21:00" in found.content


@needs(EVERYTHING)
async def test_everything(tmp_path: Path) -> None:
    async with here(tmp_path).fleet({"everything": {"command": EVERYTHING}}) as fleet:
        (status,) = fleet.statuses()
        assert status.offer is not None
        assert len(status.offer.tools) >= 8
        assert len(status.offer.prompts) >= 2
        assert len(status.offer.resources) >= 1
        assert (await called(fleet, "echo", message="hello")).content == "Echo: hello"
        assert named(fleet, "echo").spec.name == "mcp__everything__echo"


@needs(FILES)
async def test_files(tmp_path: Path) -> None:
    place = tmp_path / "allowed"
    place.mkdir()
    async with here(place).fleet({"files": {"command": FILES, "args": [str(place)]}}) as fleet:
        file = str(place / "a.txt")
        assert not (await called(fleet, "write_file", path=file, content="words")).is_error
        assert (place / "a.txt").read_text() == "words"
        assert "words" in (await called(fleet, "read_text_file", path=file)).content
        assert (await called(fleet, "read_text_file", path="/etc/passwd")).is_error


@needs(MEMORY)
async def test_memory(tmp_path: Path) -> None:
    kept = {"MEMORY_FILE_PATH": str(tmp_path / "memory.json")}
    entity = {"name": "heartbit", "entityType": "program", "observations": ["is written in Python"]}
    async with here(tmp_path).fleet({"memory": {"command": MEMORY, "env": kept}}) as fleet:
        assert not (await called(fleet, "create_entities", entities=[entity])).is_error
        found = await called(fleet, "search_nodes", query="heartbit")
        assert "is written in Python" in json.dumps(found.content)


@needs(EVERYTHING)
@needs(GATEWAY)
async def test_everything_behind_a_gateway_over_http(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ("--stdio", EVERYTHING, "--outputTransport", "streamableHttp", "--port", str(port), "--stateful")
    gateway = await asyncio.create_subprocess_exec(
        GATEWAY,
        *words,
        env={**os.environ, "PATH": PATH},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        assert gateway.stdout is not None
        async with asyncio.timeout(30):
            while b"istening on port" not in await gateway.stdout.readline():
                pass
        async with here(tmp_path).fleet({"far": {"url": f"http://127.0.0.1:{port}/mcp"}}) as fleet:
            assert (await called(fleet, "echo", message="far")).content == "Echo: far"
    finally:
        gateway.terminate()
        await gateway.communicate()
