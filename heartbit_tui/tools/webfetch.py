"""Reads a page of the public web."""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Literal

import httpcore
from pydantic import Field

from heartbit_tui.kernel.protocols import CallContext, Effects, Output, Touch
from heartbit_tui.tools.addresses import Refused, place
from heartbit_tui.tools.arguments import Arguments, TypedTool
from heartbit_tui.tools.fetching import Failed, Page, Resolve, system_addresses
from heartbit_tui.tools.webpages import WebPages, kind_of

DEFAULT_TIMEOUT = 30
MAX_TIMEOUT = 120
OUTPUT_BYTES = 50_000


class Address(Arguments):
    """What to fetch, and how to show it."""

    url: str = Field(min_length=1, description="A whole http or https URL.")
    format: Literal["text", "markdown", "html"] = Field(
        default="markdown", description="How an HTML page is given; anything else comes as it is."
    )
    timeout: int = Field(default=DEFAULT_TIMEOUT, gt=0, description="Seconds to wait; more than 120 counts as 120.")


class WebFetch(TypedTool[Address]):
    """Fetches one URL from the public internet; addresses of this machine and its networks are refused.

    `resolve` and `connector` look names up and connect; `env` gives the proxy and certificate settings.
    """

    name = "webfetch"
    effects = Effects.NETWORK
    arguments = Address

    def __init__(
        self,
        env: Mapping[str, str],
        *,
        resolve: Resolve = system_addresses,
        connector: httpcore.AsyncNetworkBackend | None = None,
        trust: Callable[[], ssl.SSLContext] | None = None,
        allow_private: bool = False,
    ) -> None:
        self._pages = WebPages(env, resolve=resolve, connector=connector, trust=trust, allow_private=allow_private)

    def reach(self, given: Address) -> tuple[Touch, ...]:
        """The URL, in the form in which it is fetched."""
        try:
            return (Touch(kind="url", what=place(given.url).url),)
        except Refused:
            return (Touch(kind="url", what=given.url),)

    def objection(self, given: Address) -> str:
        """Only plain http and https URLs are fetched."""
        try:
            place(given.url)
        except Refused as refused:
            return f"webfetch cannot fetch this. {refused}"
        return ""

    async def show(self, given: Address) -> str:
        """The URL."""
        return given.url

    async def act(self, given: Address, context: CallContext) -> Output:
        """Fetch it, and show what came."""
        seconds = min(given.timeout, MAX_TIMEOUT)
        try:
            async with asyncio.timeout(seconds):
                page = await self._pages.get(given.url)
        except TimeoutError:
            return Output(content=f"{given.url} did not come within {seconds} s.", is_error=True)
        except (Refused, Failed) as error:
            return Output(content=str(error), is_error=True)
        return await self._shown(given, page)

    async def _shown(self, given: Address, page: Page) -> Output:
        details = {"url": page.url, "status": page.status, "bytes": len(page.body), "type": page.type}
        if not 200 <= page.status < 300:
            return Output(content=f"HTTP {_status(page.status, ': ')} ({page.url})", is_error=True, details=details)
        text = await self._pages.text(page, given.format, wanted=OUTPUT_BYTES + 1)
        if text is None:
            told = f"{page.url} is {kind_of(page)} of {len(page.body)} bytes, which is no text; it cannot be shown."
            return Output(content=told, is_error=True, details=details)
        head = f"{page.url} ({_status(page.status, ' ')})"
        return Output(content=f"{head}\n\n{cut(text) or '(empty)'}", details=details)


def cut(text: str) -> str:
    """The first `OUTPUT_BYTES` of a text, whole characters, with a note where something is missing."""
    data = text.replace("\0", "\ufffd").encode("utf-8", "replace")
    if len(data) <= OUTPUT_BYTES:
        return data.decode()
    return f"{data[:OUTPUT_BYTES].decode('utf-8', 'ignore')}\n\n[cut here: the page goes on after {OUTPUT_BYTES} bytes]"


def _status(status: int, between: str) -> str:
    try:
        return f"{status}{between}{HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
