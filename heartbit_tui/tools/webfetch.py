"""Reads a page of the public web."""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Literal, cast

import certifi
import httpcore
from pydantic import Field

from heartbit_tui.kernel.protocols import CallContext, Effects, Output, Touch
from heartbit_tui.tools.addresses import Refused, place
from heartbit_tui.tools.arguments import Arguments, TypedTool
from heartbit_tui.tools.charset import decoded
from heartbit_tui.tools.converting import PageConverter
from heartbit_tui.tools.fetching import Failed, Fetcher, Page, Resolve, system_addresses
from heartbit_tui.tools.proxy import proxied

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
        self._fetcher = Fetcher(
            resolve=resolve,
            connect=proxied(env, connector or cast("httpcore.AsyncNetworkBackend", httpcore.AnyIOBackend())),
            trust=trust or (lambda: trusted(env)),
            allow_private=allow_private,
        )
        self._converter = PageConverter(env)

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
                page = await self._fetcher.get(given.url)
        except TimeoutError:
            return Output(content=f"{given.url} did not come within {seconds} s.", is_error=True)
        except (Refused, Failed) as error:
            return Output(content=str(error), is_error=True)
        return await self._shown(given, page)

    async def _shown(self, given: Address, page: Page) -> Output:
        details = {"url": page.url, "status": page.status, "bytes": len(page.body), "type": page.type}
        if not 200 <= page.status < 300:
            return Output(content=f"HTTP {_status(page.status, ': ')} ({page.url})", is_error=True, details=details)
        kind, _, parameters = page.type.partition(";")
        kind = kind.strip().lower() or "application/octet-stream"
        if not _readable(kind, page.body):
            text = f"{page.url} is {kind} of {len(page.body)} bytes, which is no text; it cannot be shown."
            return Output(content=text, is_error=True, details=details)
        text = decoded(page.body, _charset(parameters))
        if given.format != "html" and _is_html(kind, text):
            text = await self._converter.convert(text, given.format, base=page.url, wanted=OUTPUT_BYTES + 1)
        head = f"{page.url} ({_status(page.status, ' ')})"
        return Output(content=f"{head}\n\n{cut(text) or '(empty)'}", details=details)


def trusted(env: Mapping[str, str]) -> ssl.SSLContext:
    """The certificates of `SSL_CERT_FILE` and `SSL_CERT_DIR`, else those that come with certifi."""
    file, folder = env.get("SSL_CERT_FILE"), env.get("SSL_CERT_DIR")
    return ssl.create_default_context(cafile=file or (None if folder else certifi.where()), capath=folder)


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


def _charset(parameters: str) -> str:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value
    return ""


def _readable(kind: str, body: bytes) -> bool:
    if kind.startswith("text/") or kind.endswith(("+json", "+xml", "+yaml")) or kind in _TEXTS:
        return True
    return kind in _UNSAID and b"\0" not in body[:8192] and not body.startswith(_BINARY_STARTS)


def _is_html(kind: str, text: str) -> bool:
    if kind in _UNSAID:
        return text.lstrip("\ufeff \t\r\n")[:14].lower().startswith(("<!doctype html", "<html"))
    return kind in {"text/html", "application/xhtml+xml"}


_UNSAID = frozenset({"application/octet-stream", "binary/octet-stream", "application/unknown", "unknown/unknown"})
_BINARY_STARTS = (b"%PDF", b"PK\x03\x04", b"\x1f\x8b", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x7fELF")
_TEXTS = frozenset(
    f"application/{name}"
    for name in (
        "json",
        "xml",
        "javascript",
        "ecmascript",
        "x-javascript",
        "typescript",
        "yaml",
        "x-yaml",
        "toml",
        "x-toml",
        "sql",
        "graphql",
        "x-sh",
        "x-ndjson",
        "jsonl",
        "json5",
        "x-httpd-php",
        "x-www-form-urlencoded",
        "rtf",
        "x-tex",
        "x-subrip",
        "mbox",
    )
)
