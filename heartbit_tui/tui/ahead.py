"""The first session, opened before the widgets that will show it are loaded: what is sent at once is on its way."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from heartbit_tui.client.lean import lean
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.messages import Text
from heartbit_tui.kernel.ops import Prompt
from heartbit_tui.tui.draft.kind import Kind
from heartbit_tui.tui.draft.messages import Submitted

if TYPE_CHECKING:
    from heartbit_tui.client.types import Client
    from heartbit_tui.runtime.options import Options
    from heartbit_tui.tui.talk.talk import Connect


class Ahead:
    """Opens a session in a task of its own (`run`), and hands it to whoever follows it (`adopted`).

    `given` reads what the command line asks for, in a thread; `connect` is how a session is opened, in this process
    where it is None.
    """

    def __init__(self, given: "Callable[[], Options]", connect: "Connect | None" = None) -> None:
        self.options: Options | None = None
        self.sent: list[str] = []
        """What was sent into the session before anybody followed it."""
        self._given = given
        self._connect = connect
        self._client: Client | None = None
        self._fault: Exception | None = None
        self._waiting: list[str] = []
        self._ready, self._left, self._closed = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def run(self) -> None:
        """Open the session, and close it once it was left."""
        try:
            self.options = await asyncio.to_thread(self._given)
            connect = self._connect or await asyncio.to_thread(here)
            async with connect(self.options) as client:
                self._begin(client)
                await self._left.wait()
        except Exception as error:  # noqa: BLE001 - told by whoever follows the session
            self._fault = error
        finally:
            self._ready.set()
            self._closed.set()

    async def ready(self) -> None:
        """Return once the session is open, or will not be.

        Raises the fault of reading what was asked for, and that of opening a session elsewhere, without which there is
        nothing to be done here.
        """
        await self._ready.wait()
        if self._fault is None:
            return
        if self.options is None or (self._connect is not None and isinstance(self._fault, HeartbitError)):
            raise self._fault

    def take(self, message: Submitted) -> bool:
        """Send a prompt as soon as it can be; False where it is more than plain words, and has to wait."""
        if message.kind is not Kind.PROMPT or message.images:
            return False
        self._waiting.append(message.text)
        self._send()
        return True

    @property
    def unsent(self) -> str:
        """What could not be sent, because there is no session."""
        return "\n".join(self._waiting)

    def leave(self) -> None:
        """Close the session, also where nobody has followed it."""
        self._left.set()

    @asynccontextmanager
    async def adopted(self, _: "Options") -> "AsyncGenerator[Client]":
        """The session, as `Connect` gives one. Raises what its opening raised."""
        await self._ready.wait()
        if self._client is None:
            assert self._fault is not None
            raise self._fault
        try:
            yield self._client
        finally:
            self._left.set()
            await self._closed.wait()

    def _begin(self, client: "Client") -> None:
        self._client = client
        self._send()
        self._ready.set()

    def _send(self) -> None:
        if self._client is not None:
            for text in self._waiting:
                self._client.submit(Prompt(content=(Text(text=text),)))
                self.sent.append(text)
            self._waiting.clear()


def here() -> "Connect":
    """How a session in this process is opened. Imports much."""
    with lean():
        from heartbit_tui.client.local import local

    return local
