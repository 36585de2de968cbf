"""The card: what this daemon says of itself to programs that look for agents, with nothing in it that is not for all."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from heartbit_tui import __version__
from heartbit_tui.config import Config
from heartbit_tui.daemon.http.doors import CARDS
from heartbit_tui.daemon.opening import Daemon
from heartbit_tui.kernel.messages import JsonObject

NAME: Final = "heartbit"
DOES: Final = "Does tasks in sessions of its own, while nobody looks."
BINDING: Final = "heartbit-tasks"
"""How it is spoken with: tasks over HTTP, as `/openapi.json` describes. It is none of the bindings that A2A defines, so
that a client of these sees that there is no way for it, and does not try."""

VERSION: Final = "0.3.0"
"""Of A2A, whose form the card has; `supportedInterfaces` is what version 1.0 asks for beside it."""

TEXT: Final = ("text/plain",)
SCHEME: Final = "bearerAuth"


class Card:
    """The routes of the card, under its older and its newer name."""

    def __init__(self, daemon: Daemon) -> None:
        self._config = daemon.config

    @property
    def routes(self) -> list[BaseRoute]:
        """What is answered."""
        return [Route(path, self._card, methods=["GET"]) for path in CARDS]

    async def _card(self, request: Request) -> Response:
        return JSONResponse(card(self._config, f"{request.url.scheme}://{request.url.netloc}"))


def card(config: Config, base: str) -> JsonObject:
    """The card of a daemon that is reached at `base`: the agents of the settings by name and description alone."""
    url = f"{base}/tasks"
    return {
        "name": NAME,
        "description": DOES,
        "version": __version__,
        "protocolVersion": VERSION,
        "url": url,
        "preferredTransport": BINDING,
        "supportedInterfaces": [{"url": url, "protocolBinding": BINDING, "protocolVersion": VERSION}],
        "capabilities": {"streaming": True, "pushNotifications": False, "stateTransitionHistory": False},
        "defaultInputModes": TEXT,
        "defaultOutputModes": TEXT,
        "skills": [_skill(name, description) for name, description in (*_agents(config), (NAME, DOES))],
        "securitySchemes": {SCHEME: {"type": "http", "scheme": "bearer"}},
        "security": [{SCHEME: []}],
    }


def _agents(config: Config) -> Iterator[tuple[str, str]]:
    tables = config.value("agents")
    for table in cast("list[Mapping[str, Any]]", tables) if isinstance(tables, list) else ():
        yield str(table["name"]), str(table["description"])


def _skill(name: str, description: str) -> JsonObject:
    return {"id": name, "name": name, "description": description, "tags": [], "inputModes": TEXT, "outputModes": TEXT}
