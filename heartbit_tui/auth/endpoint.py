"""The places that exchange tokens and publish keys, over HTTP: one answer, bounded in time and size."""

import asyncio
from collections.abc import Callable, Mapping

import httpx

from heartbit_tui.auth.granting import Answer
from heartbit_tui.auth.jwks import KeysError
from heartbit_tui.auth.types import ExchangeError

SECONDS = 10.0
"""How long an exchange may take; the seed's limit."""

FETCH_SECONDS = 5.0
"""How long fetching keys may take."""

MOST = 256 * 1024
"""Bytes of an answer."""

LATE = "the token exchange did not answer within {seconds:g} s"
AWAY = "the token exchange cannot be reached ({kind})"
LONG = "the answer of the token exchange is too long"
OK = 200


class Endpoint:
    """Posts forms; `open_client` makes a client that follows no redirects. Blocks, so it belongs into a thread."""

    def __init__(self, open_client: Callable[[], httpx.AsyncClient], seconds: float = SECONDS) -> None:
        self._open = open_client
        self._seconds = seconds

    def __call__(self, url: str, form: Mapping[str, str]) -> Answer:
        """The answer. Raises `ExchangeError`."""
        request = httpx.Request("POST", url, data=dict(form), headers={"accept": "application/json"})
        try:
            return asyncio.run(_answer(self._open, request, self._seconds))
        except TimeoutError as error:
            raise ExchangeError(LATE.format(seconds=self._seconds)) from error
        except httpx.HTTPError as error:  # its words may quote the request
            raise ExchangeError(AWAY.format(kind=type(error).__name__)) from None
        except _TooLong:
            raise ExchangeError(LONG) from None


class Published:
    """Gets a document; `open_client` makes a client that follows no redirects. Blocks, so it belongs into a thread."""

    def __init__(self, open_client: Callable[[], httpx.AsyncClient], seconds: float = FETCH_SECONDS) -> None:
        self._open = open_client
        self._seconds = seconds

    def __call__(self, url: str) -> bytes:
        """The document. Raises `KeysError`."""
        request = httpx.Request("GET", url, headers={"accept": "application/json", "accept-encoding": "identity"})
        try:
            answer = asyncio.run(_answer(self._open, request, self._seconds))
        except TimeoutError:
            raise KeysError(f"{url} did not answer within {self._seconds:g} s") from None
        except httpx.HTTPError as error:
            raise KeysError(f"{url} cannot be reached ({type(error).__name__})") from None
        except _TooLong:
            raise KeysError(f"{url}: the answer has more than {MOST:,} bytes") from None
        if answer.status != OK:
            raise KeysError(f"{url} answered {answer.status}")
        return answer.body


class _TooLong(Exception):
    """An answer has more bytes than anybody reads."""


async def _answer(open_client: Callable[[], httpx.AsyncClient], request: httpx.Request, seconds: float) -> Answer:
    async with asyncio.timeout(seconds), open_client() as client:
        response = await client.send(request, stream=True)
        try:
            body = b""
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MOST:
                    raise _TooLong
            return Answer(status=response.status_code, body=body)
        finally:
            await response.aclose()
