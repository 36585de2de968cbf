"""A session that a client will not hear of is closed again."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from acp import text_block
from acp.exceptions import RequestError

from heartbit_tui.acp.agent import Agent
from heartbit_tui.client.local import local
from heartbit_tui.client.types import Client
from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.runtime.options import Options


class Forgetful:
    """A session whose log cannot be read any more; all else is as it was."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    async def whole(self) -> None:
        raise StoreError("The file is damaged.")


async def test_a_session_that_cannot_be_told_is_not_kept_open(tmp_path: Path) -> None:
    ends: list[str] = []

    @asynccontextmanager
    async def connect(options: Options) -> AsyncGenerator[Client]:
        async with local(options) as client:
            yield cast("Client", Forgetful(client))
        ends.append(client.about.session_id)

    (tmp_path / "script.json").write_text('{"replies": ["Done."]}')
    flags = {"provider.name": "scripted", "provider.script": str(tmp_path / "script.json")}
    options = Options(cwd=tmp_path, environment={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}, flags=flags)
    async with asyncio.TaskGroup() as tasks:
        agent = Agent(options, connect, tasks)
        made = await agent.new_session(cwd=str(tmp_path))
        await agent.prompt(session_id=made.session_id, prompt=[text_block("Say something.")])
        await agent.close_session(session_id=made.session_id)
        with pytest.raises(RequestError, match="damaged"):
            await agent.load_session(cwd=str(tmp_path), session_id=made.session_id)
    assert ends == [made.session_id, made.session_id]
