"""What answers at the address of a daemon and is none is told as that."""

import pytest

from heartbit_tui.client.remote import NoDaemonError, Remote, RemoteError, UnknownTokenError, UnreachableError
from heartbit_tui.testing.http_wire import Connection, Listener


class Site(Listener):
    """A web server that has one answer to everything."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(0)
        self._answer = status, body

    async def attend(self, connection: Connection) -> None:
        await connection.receive()
        await connection.whole(*self._answer, {})


class Hasty(Site):
    """One that answers before it has read anything, as those do that find no HTTP in what comes."""

    async def attend(self, connection: Connection) -> None:
        await connection.whole(*self._answer, {})


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, "<html>"), (200, "[]"), (200, "{}"), (301, ""), (404, "<html>"), (502, "Bad Gateway"), (404, '"no"')],
)
async def test_another_web_server_is_no_daemon(status: int, body: str) -> None:
    async with Site(status, body) as site, Remote.open(site.url, "hbt_x") as remote:
        with pytest.raises(NoDaemonError, match=f"^What answers at {site.url} is no heartbit daemon") as refused:
            await remote.tasks()
    assert refused.value.kind == "network"


async def test_a_daemon_that_refuses_is_quoted() -> None:
    async with Site(409, '{"error": "not now"}') as site, Remote.open(site.url, "hbt_x") as remote:
        with pytest.raises(RemoteError, match=f"^The daemon at {site.url} says: not now$"):
            await remote.ask("DELETE", "/tasks/1")


@pytest.mark.parametrize(("token", "words"), [("", "wants a token"), ("hbt_x", "does not know the token")])
async def test_a_token_that_is_missing_and_one_that_is_wrong_are_told_apart(token: str, words: str) -> None:
    async with Site(401, '{"error": "no"}') as site, Remote.open(site.url, token) as remote:
        with pytest.raises(UnknownTokenError, match=words) as refused:
            await remote.tasks()
    assert "hbt_x" not in str(refused.value)


async def test_who_takes_https_where_none_is_spoken_is_told_so() -> None:
    async with Hasty(400, "") as site, Remote.open(site.url.replace("http:", "https:"), "") as remote:
        with pytest.raises(UnreachableError, match="take http:// in place of https://"):
            await remote.tasks()
