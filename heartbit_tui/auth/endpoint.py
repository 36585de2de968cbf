"""The place that exchanges tokens, over HTTP: one answer, bounded in time and size."""

import asyncio
from collections.abc import Callable, Mapping

import httpx

from heartbit_tui.auth.granting import Answer
from heartbit_tui.auth.types import ExchangeError

SECONDS = 10.0
"""How long an exchange may take; the seed's limit."""

MOST = 256 * 1024
"""Bytes of an answer."""

LATE = "the token exchange did not answer within {seconds:g} s"
AWAY = "the token exchange cannot be reached ({kind})"
LONG = "the answer of the token exchange is too long"


class Endpoint:
    """Posts forms; `open_client` makes a client that follows no redirects. Blocks, so it belongs into a thread."""

    def __init__(self, open_client: Callable[[], httpx.AsyncClient], seconds: float = SECONDS) -> None:
        self._open = open_client
        self._seconds = seconds

    def __call__(self, url: str, form: Mapping[str, str]) -> Answer:
        """The answer. Raises `ExchangeError`."""
        try:
            return asyncio.run(self._posted(url, form))
        except TimeoutError as error:
            raise ExchangeError(LATE.format(seconds=self._seconds)) from error
        except httpx.HTTPError as error:  # its words may quote the request
            raise ExchangeError(AWAY.format(kind=type(error).__name__)) from None

    async def _posted(self, url: str, form: Mapping[str, str]) -> Answer:
        async with (
            asyncio.timeout(self._seconds),
            self._open() as client,
            client.stream("POST", url, data=dict(form), headers={"accept": "application/json"}) as response,
        ):
            body = b""
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MOST:
                    raise ExchangeError(LONG)
            return Answer(status=response.status_code, body=body)
