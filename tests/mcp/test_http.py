"""Servers over streamable HTTP: used whole, sessions that expire, and answers that are none."""

import asyncio
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.mcp.fleets import FRIENDLY, World, called, named, written
from tests.mcp.web import web

BAD = ("silent", "refuses", "page", "elsewhere", "garbage", "huge")


async def test_a_server_over_http_is_used_whole(tmp_path: Path) -> None:
    file = tmp_path / "port"
    process = await asyncio.create_subprocess_exec(
        sys.executable, FRIENDLY, "http", str(file), stderr=asyncio.subprocess.PIPE, start_new_session=True
    )
    try:
        assert process.stderr is not None
        async with asyncio.timeout(20):
            while b"running on" not in await process.stderr.readline():
                pass
        url = f"http://127.0.0.1:{await asyncio.to_thread(file.read_text)}/mcp"
        async with World(tmp_path).fleet({"friendly": {"url": url}}) as fleet:
            assert (await called(fleet, "add", a=2, b=3)).content == "5"
            slow = asyncio.ensure_future(called(fleet, "slow", file=str(tmp_path / "slow")))
            await written(tmp_path / "slow", "begun")
            slow.cancel()
            await written(tmp_path / "slow", "cancelled")
            died = await called(fleet, "die")
            assert died.is_error
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_a_session_that_has_expired_is_made_anew_and_the_call_repeated(tmp_path: Path) -> None:
    async with web() as server:
        world = World(tmp_path, environment={"TOKEN": "abc"})
        mine = {"url": server.url, "headers": {"X-Token": "t ${TOKEN}"}}
        async with world.fleet({"web": mine}) as fleet:
            assert (await called(fleet, "one")).content == "called"
            for times in range(2, 6):
                server.forget()
                assert (await called(fleet, "one")).content == "called"
                assert server.sessions == times
        assert world.said == []
        versions = [headers.get("mcp-protocol-version") for _, headers, message in server.seen if message.get("id")]
        assert versions[-1] == "2025-06-18"
        assert {headers.get("x-token") for _, headers, _ in server.seen} == {"t abc"}
        assert any(verb == "DELETE" for verb, _, _ in server.seen)


@pytest.mark.security("X2", n=6)
async def test_answers_that_are_none_are_told_and_cost_nobody_else_anything(tmp_path: Path) -> None:
    world = World(tmp_path)
    async with AsyncExitStack() as stack:
        servers = {way: await stack.enter_async_context(web(way)) for way in (*BAD, "plain")}
        defined = {way: {"url": server.url, "start_timeout": 3} for way, server in servers.items()}
        async with world.fleet({**defined, "nobody": {"url": "http://127.0.0.1:9/mcp"}}) as fleet:
            phases = {status.name: status.phase for status in fleet.statuses()}
            assert phases == {**dict.fromkeys((*BAD, "nobody"), "failed"), "plain": "ready"}
            assert all(status.told for status in fleet.statuses() if status.phase == "failed")
            assert (await called(fleet, "one")).content == "called"
            assert named(fleet, "one").server == "plain"


async def test_a_server_that_is_late_is_there_for_the_next_call(tmp_path: Path) -> None:
    world = World(tmp_path)
    async with web() as server:
        async with world.fleet({"web": {"url": server.url}}) as fleet:
            assert (await called(fleet, "one")).content == "called"
        server.way = "refuses"
        async with world.fleet({"web": {"url": server.url}}) as fleet:
            assert (await called(fleet, "one")).is_error
            server.way = "plain"
            assert (await called(fleet, "one")).content == "called"
