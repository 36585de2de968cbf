"""Tokens of users exchanged for those of the agent in their name: kept, asked for anew, and never replaced by others."""

import asyncio
import json
from typing import Any

import pytest

from heartbit_tui.auth.endpoint import Endpoint
from heartbit_tui.auth.exchange import TokenExchangeAuthProvider
from heartbit_tui.auth.granting import Exchange
from heartbit_tui.auth.static import StaticAuthProvider
from heartbit_tui.auth.types import AuthProvider, ExchangeError
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.providers.http import open_client
from heartbit_tui.testing.clock import FakeClock
from tests.auth.issuer import Issuer, issuer

SUBJECTS = {("anna", "a"): "anna's", ("bob", "a"): "bob's", ("c", "a:b"): "anna's", ("b:c", "a"): "bob's"}


def made_for(url: str, **more: Any) -> Exchange:
    return Exchange(url=url, client_id="me", client_secret="s3cret", agent_token="agent's", **more)


def provider(found: Issuer, clock: FakeClock, *, seconds: float = 10.0, **more: Any) -> AuthProvider:
    wanted = made_for(found.url, **more)

    def subject(user: str, tenant: str) -> str:
        return SUBJECTS.get((user, tenant), "anna's" if user.startswith("user") else "")

    return TokenExchangeAuthProvider(wanted, subject, Endpoint(open_client, seconds), clock)


async def test_one_request_serves_all_who_ask_at_once_and_asks_as_the_standard_says() -> None:
    async with issuer() as found:
        signs = provider(found, FakeClock(), scopes=("read", "write"), audience="tools")
        headers = await asyncio.gather(*(signs.auth_header_for("anna", "a") for _ in range(50)))
        assert set(headers) == {"Bearer access1"}
        assert found.forms == [
            {
                "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
                "subject_token": "anna's",
                "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
                "actor_token": "agent's",
                "actor_token_type": "urn:ietf:params:oauth:token-type:access_token",
                "requested_token_type": "urn:ietf:params:oauth:token-type:access_token",
                "client_id": "me",
                "client_secret": "s3cret",
                "scope": "read write",
                "audience": "tools",
            }
        ]


async def test_users_and_tenants_are_never_mistaken_for_each_other() -> None:
    async with issuer() as found:
        signs = provider(found, FakeClock())
        headers = [await signs.auth_header_for(user, tenant) for user, tenant in SUBJECTS]
        assert len(set(headers)) == len(SUBJECTS) == 4
        assert [await signs.auth_header_for(user, tenant) for user, tenant in SUBJECTS] == headers
        assert len(found.forms) == 4


@pytest.mark.parametrize(
    ("lifetime", "kept", "renewed"), [(600, 479, 480), (None, 239, 240), (86_400, 2_879, 2_880), (60, 29, 30)]
)
async def test_a_token_is_asked_for_anew_before_it_ends(lifetime: int | None, kept: int, renewed: int) -> None:
    async with issuer() as found:
        found.more = {"expires_in": lifetime}
        clock = FakeClock()
        signs = provider(found, clock)
        first = await signs.auth_header_for("anna", "a")
        await clock.advance(kept)
        assert await signs.auth_header_for("anna", "a") == first
        await clock.advance(renewed - kept)
        assert await signs.auth_header_for("anna", "a") != first
        assert len(found.forms) == 2


async def test_a_token_that_was_not_accepted_is_asked_for_anew_at_once() -> None:
    async with issuer() as found:
        signs = provider(found, FakeClock())
        first = await signs.auth_header_for("anna", "a")
        assert signs.rejected("anna", "a", str(first))
        second = await signs.auth_header_for("anna", "a")
        assert (first, second) == ("Bearer access1", "Bearer access2")
        assert signs.rejected("anna", "a", str(first))  # heard late: what came since stays
        assert await signs.auth_header_for("anna", "a") == second


BAD: dict[str, dict[str, Any]] = {
    "no JSON": {"body": b"<html>s3cret agent's</html>"},
    "a list": {"body": b"[1]"},
    "nested too deep": {"body": b"[" * 100_000},
    "no token": {"body": b'{"token_type": "Bearer"}'},
    "a token with a line break": {"more": {"access_token": "a\r\nx-more: 1"}},
    "an empty token": {"more": {"access_token": ""}},
    "a number for a token": {"more": {"access_token": 7}},
    "no kind": {"more": {"token_type": None}},
    "a kind that is not applicable": {"more": {"token_type": "N_A"}},
    "a bound token": {"more": {"token_type": "DPoP"}},
    "a token to refresh with": {"more": {"issued_token_type": "urn:ietf:params:oauth:token-type:refresh_token"}},
    "a refusal": {"status": "403 Forbidden", "body": b'{"error": "access_denied"}'},
    "a refusal that quotes the user's token": {
        "status": "400 Bad Request",
        "body": b'{"error": "anna\'s", "error_description": "this is not valid: anna\'s"}',
    },
    "a refusal that quotes a secret": {"status": "401 Unauthorized", "body": b'{"error": "client s3cret is unknown"}'},
    "a refusal in no words": {"status": "401 Unauthorized", "body": b"\xff\xfe s3cret"},
    "a move": {"status": "307 Temporary Redirect", "body": b"{}"},
    "a fault": {"status": "500 Internal Server Error", "body": b"agent's s3cret"},
    "too much": {"body": b" " * 300_000},
    "a user that is not known": {"known": set[str]()},
}


async def test_where_no_token_is_to_be_had_nothing_is_sent_in_its_place_and_no_secret_is_told() -> None:
    async with issuer() as found:
        for why, change in BAD.items():
            found.more, found.status, found.body, found.known = {}, "", b"", {"anna's"}
            for name, value in change.items():
                setattr(found, name, value)
            with pytest.raises(ExchangeError) as caught:
                await provider(found, FakeClock()).auth_header_for("anna", "a")
            assert not any(secret in str(caught.value) for secret in ("s3cret", "agent's", "anna's")), why
        asked = len(found.forms)
        for user, tenant in (("", "a"), ("anna", ""), ("nobody", "a")):
            with pytest.raises(ExchangeError):
                await provider(found, FakeClock()).auth_header_for(user, tenant)
        assert len(found.forms) == asked
        found.silent = True
        with pytest.raises(ExchangeError, match=r"did not answer within 0\.2 s"):
            await provider(found, FakeClock(), seconds=0.2).auth_header_for("anna", "a")


async def test_a_valid_token_outlives_a_fault_but_not_a_refusal() -> None:
    async with issuer() as found:
        clock = FakeClock()
        signs = provider(found, clock)
        first = await signs.auth_header_for("anna", "a")
        await clock.advance(500)
        found.status = "503 Service Unavailable"
        assert await signs.auth_header_for("anna", "a") == first
        found.status, found.body = "400 Bad Request", json.dumps({"error": "invalid_grant"}).encode()
        with pytest.raises(ExchangeError, match="400 \\(invalid_grant\\)"):
            await signs.auth_header_for("anna", "a")
        found.status, found.body = "503 Service Unavailable", b""
        with pytest.raises(ExchangeError, match="503"):
            await signs.auth_header_for("anna", "a")


def test_an_address_without_tls_is_refused_but_on_this_machine() -> None:
    for url in ("http://example.com/token", "ftp://127.0.0.1/", "127.0.0.1/token", "http://127.0.0.1.example.com/"):
        with pytest.raises(ConfigError, match="https"):
            made_for(url)
    made = made_for("https://example.com/token")
    assert not any(secret in repr(made) for secret in ("s3cret", "agent's"))


async def test_one_header_for_everybody() -> None:
    assert await StaticAuthProvider("Bearer x").auth_header_for("anna", "a") == "Bearer x"
    assert await StaticAuthProvider("").auth_header_for("", "") is None
    assert not StaticAuthProvider("Bearer x").rejected("", "", "Bearer x")
