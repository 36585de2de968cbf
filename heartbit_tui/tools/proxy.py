"""Through a proxy to an address that was checked before: the proxy is told the address, never the name."""

import base64
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import unquote, urlsplit

import httpcore

from heartbit_tui.tools.addresses import Place

_LONGEST_ANSWER = 65_536

SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]


def proxied(
    environment: Mapping[str, str], connector: httpcore.AsyncNetworkBackend
) -> Callable[[Place], httpcore.AsyncNetworkBackend]:
    """What connects for a place: `connector`, or a tunnel through the proxy that the environment names for it.

    `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` count, in small letters first.
    """

    def connect(there: Place) -> httpcore.AsyncNetworkBackend:
        proxy = _setting(environment, f"{there.scheme}_proxy") or _setting(environment, "all_proxy")
        exempt = _exempt(there.host, _setting(environment, "no_proxy"))
        return Tunnel(connector, proxy) if proxy and not exempt else connector

    return connect


def _setting(environment: Mapping[str, str], name: str) -> str:
    return environment.get(name) or environment.get(name.upper()) or ""


def _exempt(host: str, listed: str) -> bool:
    names = [name.strip().lower().removeprefix("*").lstrip(".") for name in listed.split(",")]
    return "*" in listed.split(",") or any(name and f".{host}".endswith(f".{name}") for name in names)


class Tunnel(httpcore.AsyncNetworkBackend):
    """Connects by way of an HTTP proxy's CONNECT; other kinds of proxy are refused rather than passed by."""

    def __init__(self, connector: httpcore.AsyncNetworkBackend, proxy: str) -> None:
        self._connector = connector
        self._proxy = urlsplit(proxy if "://" in proxy else f"http://{proxy}")

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature of httpcore
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the address `host` that runs through the proxy."""
        if self._proxy.scheme != "http" or not self._proxy.hostname:
            raise httpcore.ProxyError(f"a proxy of the kind {self._proxy.scheme} is not supported here")
        stream = await self._connector.connect_tcp(
            self._proxy.hostname, self._proxy.port or 80, timeout, local_address, socket_options
        )
        try:
            await stream.write(self._request(f"[{host}]:{port}" if ":" in host else f"{host}:{port}"), timeout)
            await _accepted(stream, timeout)
        except BaseException:
            await stream.aclose()
            raise
        return stream

    def _request(self, target: str) -> bytes:
        lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}"]
        if self._proxy.username is not None:
            pair = f"{unquote(self._proxy.username)}:{unquote(self._proxy.password or '')}"
            lines.append(f"Proxy-Authorization: Basic {base64.b64encode(pair.encode()).decode()}")
        return "\r\n".join((*lines, "", "")).encode("latin-1")


async def _accepted(stream: httpcore.AsyncNetworkStream, seconds: float | None) -> None:
    answer = b""
    while b"\r\n\r\n" not in answer:
        piece = await stream.read(4096, seconds)
        if not piece or len(answer) > _LONGEST_ANSWER:
            raise httpcore.ProxyError("the proxy gave no proper answer")
        answer += piece
    status = answer.split(b"\r\n", 1)[0].decode("latin-1")
    if status.split(" ")[1:2] != ["200"]:
        raise httpcore.ProxyError(f"the proxy refused: {status}")
