"""OAuth at a server: tokens that are kept, made fresh by themselves, and a login in the browser where a person asks for one."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2
from mcp.client.auth import OAuthClientProvider
from mcp.client.auth.utils import union_scopes
from mcp.shared.auth import (
    AuthorizationCodeResult,
    OAuthClientInformationFull,
    OAuthClientMetadata,
    OAuthMetadata,
    OAuthToken,
    ProtectedResourceMetadata,
)
from pydantic import AnyUrl, BaseModel

from heartbit_tui.mcp.shapes import table_of
from heartbit_tui.mcp.tokens import WANTED
from heartbit_tui.mcp.types import Json, Login, Logins, ServerError

NEEDED = "it wants you to log in: run `heartbit mcp login {name}`"
EARLY = 30.0
"""Seconds before its end at which a token counts as used up."""


def authentication(
    url: str, name: str, logins: Logins, login: Login | None, lacking: Callable[[], None]
) -> httpx2.Auth | None:
    """What signs the requests to a server; None where nobody logged in there and nobody does now.

    `lacking` hears that a person would have to log in; what is raised then ends the connection, and says nothing of it.
    """
    held = logins.read(url)
    if login is None and not table(held, "tokens"):
        return None
    redirect = login.redirect if login is not None else str(table(held, "client").get("redirect_uris", [""])[0])
    metadata = OAuthClientMetadata(
        client_name="heartbit",
        redirect_uris=[AnyUrl(redirect or "http://127.0.0.1/callback")],
        grant_types=["authorization_code", "refresh_token"],
        token_endpoint_auth_method="none",
    )

    async def show(address: str) -> None:
        if login is None:
            logins.write(url, {WANTED: _scopes_in(address)})
            lacking()
            raise ServerError(NEEDED.format(name=name))
        await login.show(_asking(address, str(held.get(WANTED) or "")))

    async def answer() -> AuthorizationCodeResult:
        if login is None:
            raise ServerError(NEEDED.format(name=name))
        code, state, issuer = await login.answer()
        return AuthorizationCodeResult(code=code, state=state, iss=issuer or None)

    kept = _Kept(url, logins)
    provider = OAuthClientProvider(url, metadata, kept, show, answer)
    kept.provider = provider
    # The SDK knows the end of those tokens alone that it got itself; one that it does not know of it uses until refused.
    if isinstance(end := held.get("expires_at"), int | float):
        provider.context.token_expiry_time = end - EARLY
    # A token can only be made fresh where it is known who gave it.
    if found := table(held, "metadata"):
        provider.context.oauth_metadata = OAuthMetadata.model_validate(found)
    if found := table(held, "resource"):
        provider.context.protected_resource_metadata = ProtectedResourceMetadata.model_validate(found)
    return provider


def _asking(address: str, wanted: str) -> str:
    """An address at which a person logs in, with these scopes asked for beside those that are in it."""
    at = urlsplit(address)
    fields = dict(parse_qsl(at.query, keep_blank_values=True))
    scopes = union_scopes(fields.get("scope"), wanted)
    return at._replace(query=urlencode({**fields, "scope": scopes})).geturl() if scopes else address


def _scopes_in(address: str) -> str:
    return dict(parse_qsl(urlsplit(address).query)).get("scope", "")


class _Kept:
    """The SDK's storage of tokens, over `Logins`."""

    def __init__(self, url: str, logins: Logins) -> None:
        self._url = url
        self._logins = logins
        self.provider: OAuthClientProvider | None = None

    async def get_tokens(self) -> OAuthToken | None:
        held = self._logins.read(self._url)
        tokens = table(held, "tokens")
        if not tokens:
            return None
        end = held.get("expires_at")
        # Without its access token a login is one that has to be made fresh, which the SDK does first.
        used_up = isinstance(end, int | float) and time.time() > end - EARLY
        return OAuthToken.model_validate({**tokens, "access_token": ""} if used_up else tokens)

    async def set_tokens(self, tokens: OAuthToken) -> None:
        change: dict[str, Json] = {"tokens": _dumped(tokens)}
        change["expires_at"] = time.time() + tokens.expires_in if tokens.expires_in else None
        if self.provider is not None:
            context = self.provider.context
            if context.oauth_metadata is not None:
                change["metadata"] = _dumped(context.oauth_metadata)
            if context.protected_resource_metadata is not None:
                change["resource"] = _dumped(context.protected_resource_metadata)
        self._logins.write(self._url, change)

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        client = table(self._logins.read(self._url), "client")
        return OAuthClientInformationFull.model_validate(client) if client else None

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self._logins.write(self._url, {"client": _dumped(client_info)})


def table(held: Any, name: str) -> dict[str, Json]:
    """One table of what is kept; empty where it is none."""
    return table_of(held.get(name))


def _dumped(model: BaseModel) -> dict[str, Json]:
    return model.model_dump(mode="json", exclude_none=True)
