"""Requests to a server signed one by one in the name of whom the session works for."""

from collections.abc import AsyncGenerator, Mapping

import httpx2

from heartbit_tui.mcp.types import Authority

UNAUTHORIZED = 401
HEADER = "authorization"


class Signed(httpx2.Auth):
    """Asks for the header of each request; one that is not accepted is asked for anew once."""

    def __init__(self, authority: Authority) -> None:
        self._authority = authority

    async def async_auth_flow(self, request: httpx2.Request) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        header = await self._authority.header()
        if header is not None:
            request.headers[HEADER] = header
        response = yield request
        if response.status_code == UNAUTHORIZED and header is not None and self._authority.rejected(header):
            other = await self._authority.header()
            if other is not None:
                request.headers[HEADER] = other
                yield request


def apart(headers: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """The headers of a definition without the one that signs, and that one."""
    own = next((text for name, text in headers.items() if name.casefold() == HEADER), "")
    return {name: text for name, text in headers.items() if name.casefold() != HEADER}, own
