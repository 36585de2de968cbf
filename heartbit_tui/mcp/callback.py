"""Where a browser comes back to after a login: one address of this machine, asked once."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

from heartbit_tui.mcp.types import ServerError

PATH = "/callback"
MOST = 16_384
SECONDS = 300.0
"""How long a person has to log in."""

HEAD = "HTTP/1.1 {status}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: {size}\r\nconnection: close\r\n\r\n"
DONE = "heartbit is logged in. You can close this page."
FAILED = "The login failed; heartbit tells why. You can close this page."
REFUSED = "the login was refused: {why}"
LATE = "nobody logged in within {seconds:g} s"


class Callback:
    """A `Login`: shows an address by `show`, and waits for the browser to come back."""

    def __init__(self, port: int, show: Callable[[str], Awaitable[None]]) -> None:
        self.redirect = f"http://127.0.0.1:{port}{PATH}"
        self._show = show
        self._came: asyncio.Future[dict[str, str]] = asyncio.get_running_loop().create_future()

    async def show(self, address: str) -> None:
        """Bring the person to this address."""
        if not address.startswith(("https://", "http://")):
            raise ServerError("it wants you to log in at an address that is none of the web")
        await self._show(address)

    async def answer(self) -> tuple[str, str, str]:
        """The code, the state and the issuer that the browser brought. Raises `ServerError`."""
        try:
            async with asyncio.timeout(SECONDS):
                came = await asyncio.shield(self._came)
        except TimeoutError as error:
            raise ServerError(LATE.format(seconds=SECONDS)) from error
        if "code" not in came:
            raise ServerError(
                REFUSED.format(why=came.get("error_description") or came.get("error") or "no code came back")
            )
        return came["code"], came.get("state", ""), came.get("iss", "")

    async def attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request of a browser."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            words = head.decode("latin-1").split(" ")
            at = urlsplit(words[1]) if len(words) > 1 else urlsplit("")
            wanted = words[0] == "GET" and at.path == PATH and not self._came.done()
            given = {name: values[0] for name, values in parse_qs(at.query).items()}
            text = DONE if "code" in given else FAILED
            status = "200 OK" if wanted else "404 Not Found"
            body = (text if wanted else "Nothing is here.").encode()
            writer.write(HEAD.format(status=status, size=len(body)).encode() + body)
            await writer.drain()
            if wanted and not self._came.done():
                self._came.set_result(given)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            return  # whatever came was no browser with an answer
        finally:
            writer.close()


@asynccontextmanager
async def callback(show: Callable[[str], Awaitable[None]]) -> AsyncGenerator[Callback]:
    """A place to come back to, as long as this lasts."""
    held: list[Callback] = []

    async def attend(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await held[0].attend(reader, writer)

    server = await asyncio.start_server(attend, "127.0.0.1", 0, limit=MOST)
    held.append(Callback(server.sockets[0].getsockname()[1], show))
    try:
        yield held[0]
    finally:
        server.close()
