"""Logins at servers: made in a browser, kept apart from everything else, made fresh, and asked for where they are needed."""

import asyncio
import json
import stat
import time
from pathlib import Path

import pytest

from heartbit_tui.config.locked import LockedFile
from heartbit_tui.mcp.callback import callback
from heartbit_tui.mcp.link import connecting
from heartbit_tui.mcp.oauth import EARLY
from heartbit_tui.mcp.tokens import Logins
from heartbit_tui.mcp.types import Address, Around, Origin, Server, ServerError
from heartbit_tui.runtime.server_children import Children
from tests.mcp.fleets import SECONDS, World, called, until
from tests.mcp.guarded import Guarded, browse
from tests.mcp.web import served

SOON = 1.5
"""Seconds until a token counts as used up."""

NEEDED = "it wants you to log in: run `heartbit mcp login far`"


class Vault:
    """A keyring, which may be locked."""

    def __init__(self, *, locked: bool = False) -> None:
        self.kept: dict[str, str] = {}
        self.locked = locked

    def get(self, name: str) -> str:
        return self.kept.get(name, "")

    def put(self, name: str, secret: str) -> bool:
        if not self.locked:
            self.kept[name] = secret
        return not self.locked

    def drop(self, name: str) -> bool:
        return self.kept.pop(name, None) is not None


async def log_in(server: Guarded, logins: Logins) -> int:
    """Log in as `heartbit mcp login` does, with a browser that follows; how many tools there are."""
    pages: list[asyncio.Task[str]] = []

    async def show(address: str) -> None:
        pages.append(asyncio.ensure_future(browse(server.authorize(address))))

    far = Server(name="far", way=Address(url=server.url), origin=Origin(where="here"), digest="d", start_seconds=20)
    async with callback(show) as login:
        around = Around(roots=(), ask=nobody, changed=lambda: None, logins=logins, login=login)
        async with connecting(Children({}), "0")(far, around) as link:
            offer = await link.offer()
    assert ["You can close this page" in await page for page in pages] == [True]
    return len(offer.tools)


async def nobody(questions: object) -> None:
    return None


async def test_a_login_is_kept_used_and_made_fresh_and_asked_for_where_it_is_gone(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.logins = Logins(LockedFile(tmp_path / "logins.json"))
    async with served(Guarded()) as server:
        assert isinstance(server, Guarded)
        async with world.fleet({"far": {"url": server.url}}) as fleet:
            assert (fleet.statuses()[0].phase, fleet.statuses()[0].told) == ("failed", NEEDED)
        assert await log_in(server, world.logins) == 1
        assert stat.S_IMODE((tmp_path / "logins.json").stat().st_mode) == 0o600
        async with world.fleet({"far": {"url": server.url}}) as fleet:
            assert (await called(fleet, "one")).content == "called"
            assert (server.issued, server.refreshes, server.registered) == (1, 0, 1)
        held = json.loads((tmp_path / "logins.json").read_text())
        for entry in held.values():
            entry["expires_at"] = 1.0
        (tmp_path / "logins.json").write_text(json.dumps(held))
        server.valid.clear()
        async with world.fleet({"far": {"url": server.url}}) as fleet:
            assert (await called(fleet, "one")).content == "called"
        assert (server.issued, server.refreshes, server.registered) == (2, 1, 1)
        server.valid.clear()
        async with world.fleet({"far": {"url": server.url}}) as fleet:
            gone = await called(fleet, "one")
            assert (gone.is_error, NEEDED in gone.content) == (True, True)
        own = {"url": server.url, "headers": {"Authorization": "Bearer own"}}
        server.valid = {"own"}
        async with world.fleet({"far": own}) as fleet:
            assert (await called(fleet, "one")).content == "called"


async def test_a_login_is_made_fresh_within_a_session_before_it_ends(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.logins = Logins(LockedFile(tmp_path / "logins.json"))
    async with served(Guarded()) as server:
        assert isinstance(server, Guarded)
        await log_in(server, world.logins)
        world.logins.write(server.url, {"expires_at": time.time() + EARLY + SOON})
        async with world.fleet({"far": {"url": server.url}}) as fleet, asyncio.timeout(SECONDS):
            while not server.refreshes:
                assert (await called(fleet, "one")).content == "called"
    assert (server.issued, server.refreshes) == (2, 1)


async def test_a_server_that_lets_in_and_then_wants_a_login_is_told_of_as_any_other(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.logins = Logins(LockedFile(tmp_path / "logins.json"))
    guarded = Guarded(open=("server/discover", "initialize", "notifications/initialized"))
    async with served(guarded) as server, world.fleet({"far": {"url": server.url}}) as fleet:
        assert (fleet.statuses()[0].phase, fleet.statuses()[0].told) == ("failed", NEEDED)
        assert await log_in(guarded, world.logins) == 1
        await fleet.restart("far")
        await until(fleet, lambda: fleet.statuses()[0].phase == "ready")
        assert (await called(fleet, "one")).content == "called"


async def test_what_a_server_wants_beyond_a_login_is_asked_for_at_the_next(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.logins = Logins(LockedFile(tmp_path / "logins.json"))
    async with served(Guarded(more="write")) as server:
        assert isinstance(server, Guarded)
        await log_in(server, world.logins)
        async with world.fleet({"far": {"url": server.url}}) as fleet:
            lacking = await called(fleet, "one")
            assert (lacking.is_error, NEEDED in lacking.content) == (True, True)
        world.logins.begin(server.url)
        assert world.logins.has(server.url) is False
        await log_in(server, world.logins)
        async with world.fleet({"far": {"url": server.url}}) as fleet:
            assert (await called(fleet, "one")).content == "called"
    assert server.scopes == ["", "write"]


async def test_a_login_that_is_refused_or_answered_by_another_is_none(tmp_path: Path) -> None:
    logins = Logins(LockedFile(tmp_path / "logins.json"))
    async with served(Guarded()) as server:
        assert isinstance(server, Guarded)
        endings = {"error=access_denied": "access_denied", "code=code0&state=stolen": "State"}
        for words, told in endings.items():

            async def show(address: str, words: str = words) -> None:
                back = server.authorize(address).partition("?")[0]
                await browse(f"{back.replace('/callback', '/other')}?code=x&state=y")
                await browse(f"{back}?{words}")

            far = Server(name="far", way=Address(url=server.url), origin=Origin(where=""), digest="d", start_seconds=20)
            async with callback(show) as login:
                around = Around(roots=(), ask=nobody, changed=lambda: None, logins=logins, login=login)
                with pytest.raises(ServerError, match=told):
                    async with connecting(Children({}), "0")(far, around):
                        raise AssertionError("nobody is logged in")
        assert server.issued == 0


def test_a_login_is_for_one_address_and_goes_into_the_keyring_where_that_takes_it(tmp_path: Path) -> None:
    for vault in (Vault(), Vault(locked=True), None):
        file = tmp_path / f"{vault.locked if vault else None}.json"
        logins = Logins(LockedFile(file), vault)
        logins.write("https://a/mcp", {"tokens": {"access_token": "secret-one"}})
        logins.write("https://a/mcp", {"client": {"client_id": "c"}})
        assert logins.read("https://a/mcp") == {"tokens": {"access_token": "secret-one"}, "client": {"client_id": "c"}}
        assert logins.read("https://b/mcp") == {}
        in_file = "secret-one" in (file.read_text() if file.exists() else "")
        assert in_file == (vault is None or vault.locked)
        assert (logins.drop("https://a/mcp"), logins.drop("https://a/mcp")) == (True, False)
        assert logins.read("https://a/mcp") == {}
        assert "secret-one" not in (file.read_text() if file.exists() else "")
