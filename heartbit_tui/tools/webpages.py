"""Gets pages of the public web, and gives what they hold as text."""

import ssl
from collections.abc import Callable, Mapping
from typing import Literal, cast

import certifi
import httpcore

from heartbit_tui.tools.charset import decoded
from heartbit_tui.tools.converting import PageConverter
from heartbit_tui.tools.fetching import Fetcher, Page, Resolve, system_addresses
from heartbit_tui.tools.proxy import proxied


class WebPages:
    """Fetches pages of the public internet; addresses of this machine and its networks are refused.

    `resolve` and `connector` look names up and connect; `env` gives the proxy and certificate settings.
    """

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

    async def get(self, url: str) -> Page:
        """The page as it came; raises `Refused` or `Failed`. There is no time limit but the caller's."""
        return await self._fetcher.get(url)

    async def text(self, page: Page, form: Literal["text", "markdown", "html"], *, wanted: int) -> str | None:
        """At least the first `wanted` bytes of what a page says, None where it is no text.

        HTML is converted to `form`; anything else comes as it is.
        """
        kind = kind_of(page)
        if not _readable(kind, page.body):
            return None
        text = decoded(page.body, _charset(page.type.partition(";")[2]))
        if form != "html" and _is_html(kind, text):
            return await self._converter.convert(text, form, base=page.url, wanted=wanted)
        return text


def trusted(env: Mapping[str, str]) -> ssl.SSLContext:
    """The certificates of `SSL_CERT_FILE` and `SSL_CERT_DIR`, else those that come with certifi."""
    file, folder = env.get("SSL_CERT_FILE"), env.get("SSL_CERT_DIR")
    return ssl.create_default_context(cafile=file or (None if folder else certifi.where()), capath=folder)


def kind_of(page: Page) -> str:
    """The type of a page without its parameters."""
    return page.type.partition(";")[0].strip().lower() or "application/octet-stream"


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
