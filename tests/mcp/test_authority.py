"""Requests to servers signed in the name of whom the session works for: their token or nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from heartbit_tui.mcp.types import Authority, Server
from heartbit_tui.runtime.authority import authority
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.options import Identity, Options
from heartbit_tui.runtime.settings import read
from tests.auth.issuer import Issuer, issuer
from tests.mcp.fleets import World, called
from tests.mcp.web import Answer, Web, served

EXCHANGE = """
[daemon.auth]
bearer_tokens = ["x"]
[daemon.auth.token_exchange]
exchange_url = "{url}"
client_id = "me"
client_secret = "s3cret"
agent_token = "agent's"
scopes = ["mcp"]
audience = "tools"
"""


@dataclass
class Locked(Web):
    """Lets in who has one of the headers that count now, and keeps what it was sent."""

    valid: Callable[[], set[str]] = set[str]
    sent: list[str | None] = field(default_factory=list[str | None])

    def route(self, verb: str, path: str, headers: dict[str, str], body: bytes) -> Answer | None:
        self.sent.append(headers.get("authorization"))
        return None if headers.get("authorization") in self.valid() else ("401 Unauthorized", [], b"")


async def signing(folder: Path, found: Issuer, token: str) -> Callable[[Server], Authority | None]:
    """What the runtime signs requests with for a user with this token."""
    file = folder / "config.toml"
    file.write_text(EXCHANGE.format(url=found.url))
    identity = Identity(user="anna", tenant="a", token=lambda: token)
    options = Options(cwd=folder, environment={"HOME": str(folder)}, config_file=file, identity=identity)
    settings = await read(options, SystemClock())
    assert "s3cret" not in repr(options)
    return authority(options, settings, SystemClock())


async def test_a_server_is_reached_with_the_users_token_and_a_new_one_when_that_is_not_accepted(tmp_path: Path) -> None:
    async with issuer() as found, served(Locked(valid=lambda: {f"Bearer access{len(found.forms)}"})) as server:
        assert isinstance(server, Locked)
        world = World(tmp_path, authority=await signing(tmp_path, found, "anna's"))
        async with world.fleet({"web": {"url": server.url}}) as fleet:
            assert (await called(fleet, "one")).content == "called"
            assert (len(found.forms), found.forms[0]["scope"]) == (1, "mcp")
            server.valid = lambda: {"Bearer access2"}
            assert (await called(fleet, "one")).content == "called"
        assert set(server.sent) == {"Bearer access1", "Bearer access2"}


@pytest.mark.parametrize("token", ["", "stolen"])
async def test_without_a_token_nothing_is_sent_to_the_server_at_all(tmp_path: Path, token: str) -> None:
    async with issuer() as found, served(Locked(valid=lambda: {"None"})) as server:
        assert isinstance(server, Locked)
        world = World(tmp_path, authority=await signing(tmp_path, found, token))
        async with world.fleet({"web": {"url": server.url, "start_timeout": 5}}) as fleet:
            (status,) = fleet.statuses()
            assert status.phase == "failed"
            assert ("there is no token of the user “anna”" if not token else "400 (invalid_grant") in status.told
        assert server.sent == []


async def test_a_header_of_the_definition_counts_first_and_a_project_gets_no_users_token(tmp_path: Path) -> None:
    async with issuer() as found, served(Locked(valid=lambda: {"Bearer own", None})) as server:  # type: ignore[arg-type]  # None: no header at all
        assert isinstance(server, Locked)
        own = {"url": server.url, "auth_header": "Bearer own"}
        world = World(tmp_path, authority=await signing(tmp_path, found, "anna's"))
        async with world.fleet({"web": own}) as fleet:
            assert (await called(fleet, "one")).content == "called"
        assert set(server.sent) == {"Bearer own"}
        server.sent.clear()
        project = replace(world, project=True)
        async with project.fleet({"theirs": {"url": server.url}}) as fleet:
            await fleet.decide("theirs", yes=True)
            await fleet.first(5)
            assert (await called(fleet, "one")).content == "called"
        assert set(server.sent) == {None}
        assert found.forms == []


class Spent:
    """Has a token until that is not accepted, and then none."""

    def __init__(self) -> None:
        self._header: str | None = "Bearer spent"

    async def header(self) -> str | None:
        return self._header

    def rejected(self, header: str) -> bool:
        self._header = None
        return True


async def test_where_no_new_token_is_to_be_had_the_request_is_not_sent_again_without_one(tmp_path: Path) -> None:
    async with served(Locked(valid=lambda: {"nothing"})) as server:
        assert isinstance(server, Locked)
        world = World(tmp_path, authority=lambda _: Spent())
        async with world.fleet({"web": {"url": server.url, "start_timeout": 5}}) as fleet:
            assert fleet.statuses()[0].phase == "failed"
        assert server.sent[0] == "Bearer spent"
        assert "" not in server.sent
