"""The daemon as an agent of others: JSON-RPC and REST of A2A, where the extra for it is installed and nobody switched it off."""

import asyncio
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from heartbit_tui.config import Config
from heartbit_tui.daemon.a2a import Answered, Behind
from heartbit_tui.daemon.http.card import known_card
from heartbit_tui.daemon.http.doors import who_of
from heartbit_tui.daemon.http.offered import PREFIX, SPOKEN
from heartbit_tui.daemon.opening import Daemon
from heartbit_tui.runtime import plugins

if TYPE_CHECKING:
    from heartbit_tui.a2a.serving.routes import Endpoints

ENDPOINTS: Final = "heartbit_tui.a2a.serving.routes:Endpoints"
"""Loaded when somebody speaks A2A, in a thread: it takes most of a second."""


class Agents:
    """The routes below `/a2a`."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon
        self._answered = Answered()
        self._loading = asyncio.Lock()
        self._endpoints: Endpoints | None = None

    @property
    def routes(self) -> list[BaseRoute]:
        """What is answered."""
        if not is_spoken(self._daemon.config):
            return []
        return [Route(path, partial(self._answer, path), methods=[method]) for method, path in SPOKEN]

    async def _answer(self, path: str, request: Request) -> Response:
        # An id and a verb are one segment of a path, so that this looks like the id of a task.
        if path.endswith("/{id}") and request.path_params["id"].endswith((":cancel", ":subscribe")):
            raise HTTPException(405, "Method Not Allowed", {"allow": "POST"})
        daemon, who = self._daemon, who_of(request.scope)
        base = f"{request.url.scheme}://{request.url.netloc}"
        card = partial(known_card, daemon.config, base, daemon.stock)
        behind = Behind(daemon, who, self._answered, card)
        return await (await self._loaded()).answer(path, request, behind)

    async def _loaded(self) -> "Endpoints":
        async with self._loading:
            if self._endpoints is None:
                made: type[Endpoints] = await asyncio.to_thread(plugins.resolve, ENDPOINTS)
                self._endpoints = made(PREFIX)
            return self._endpoints


def is_spoken(config: Config) -> bool:
    """Whether A2A is spoken here."""
    return config.boolean("daemon.a2a") and find_spec("a2a") is not None
