"""The card: what this daemon says of itself to programs that look for agents, with nothing in it that is not for all.

It has the forms of both versions of A2A at once: the keys of each are unknown to the other, which passes them over.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from heartbit_tui import __version__
from heartbit_tui.auth.users import Owner, UserContext
from heartbit_tui.config import Config
from heartbit_tui.daemon.http.doors import CARDS
from heartbit_tui.daemon.http.offered import PREFIX, RPC
from heartbit_tui.daemon.opening import Daemon
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.skills.stock import Stock
from heartbit_tui.wire.write import encode

NAME: Final = "heartbit"
DOES: Final = "Does tasks in sessions of its own, while nobody looks."
OWN: Final = "heartbit-tasks"
"""The binding of a daemon that does not speak A2A: tasks over HTTP, as `/openapi.json` describes. It is none that A2A
defines, so that a client of these sees that there is no way for it, and does not try."""

OLD, NEW = "0.3.0", "1.0"
"""The versions of A2A."""

BINDINGS: Final = (("JSONRPC", RPC), ("HTTP+JSON", PREFIX))
"""How it is spoken with, and where; the first is preferred."""

TEXT: Final = ("text/plain",)
SCHEME: Final = "bearerAuth"
FRESH: Final = "public, max-age=60"
"""How long a card counts: what is in it changes with the settings, which are read at the start."""


class Card:
    """The routes of the card, under its older and its newer name. `spoken` says whether A2A is spoken here."""

    def __init__(self, daemon: Daemon, *, spoken: bool) -> None:
        self._config = daemon.config
        self._spoken = spoken

    @property
    def routes(self) -> list[BaseRoute]:
        """What is answered."""
        return [Route(path, self._card, methods=["GET"]) for path in CARDS]

    async def _card(self, request: Request) -> Response:
        text = encode(card(self._config, f"{request.url.scheme}://{request.url.netloc}", spoken=self._spoken))
        tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
        headers = {"etag": tag, "cache-control": FRESH}
        wanted = request.headers.get("if-none-match", "")
        if any(each.strip().removeprefix("W/") in (tag, "*") for each in wanted.split(",")):
            return Response(status_code=304, headers=headers)
        return Response(text, headers=headers, media_type="application/json")


def card(config: Config, base: str, *, spoken: bool) -> JsonObject:
    """The card of a daemon that is reached at `base`: the agents of the settings by name and description alone."""
    return {
        "name": NAME,
        "description": DOES,
        "version": __version__,
        "protocolVersion": OLD,
        **(_spoken(base) if spoken else _own(base)),
        "capabilities": {
            "streaming": True,
            "pushNotifications": False,
            "stateTransitionHistory": False,
            "extendedAgentCard": spoken,
        },
        "supportsAuthenticatedExtendedCard": spoken,
        "defaultInputModes": TEXT,
        "defaultOutputModes": TEXT,
        "skills": [_skill(name, description, "agent") for name, description in (*_agents(config), (NAME, DOES))],
        "securitySchemes": {
            SCHEME: {"type": "http", "scheme": "bearer", "httpAuthSecurityScheme": {"scheme": "bearer"}}
        },
        "security": [{SCHEME: []}],
        "securityRequirements": [{"schemes": {SCHEME: {"list": []}}}],
    }


def known_card(config: Config, base: str, stock: Stock | None, who: UserContext) -> JsonObject:
    """The card for those who are known: it also has the skills that their tasks can load. Looks at the disk.

    Those of a project are the skills of whom the daemon's folder belongs to.
    """
    found = card(config, base, spoken=True)
    if stock is None:
        return found
    stock.look()
    own = who.owner == Owner()
    skills = [each for each in stock.catalogue.for_models if own or each.place.layer != "project"]
    more = [{**_skill(each.name, each.description, "skill"), "id": f"skill:{each.name}"} for each in skills]
    return {**found, "skills": [*found["skills"], *more]}


def _spoken(base: str) -> JsonObject:
    ways = [(binding, base + path) for binding, path in BINDINGS]
    return {
        "url": ways[0][1],
        "preferredTransport": ways[0][0],
        "additionalInterfaces": [{"url": url, "transport": binding} for binding, url in ways],
        "supportedInterfaces": [
            {"url": url, "protocolBinding": binding, "protocolVersion": version}
            for version in (NEW, OLD)
            for binding, url in ways
        ],
    }


def _own(base: str) -> JsonObject:
    url = f"{base}/tasks"
    return {
        "url": url,
        "preferredTransport": OWN,
        "supportedInterfaces": [{"url": url, "protocolBinding": OWN, "protocolVersion": OLD}],
    }


def _agents(config: Config) -> Iterator[tuple[str, str]]:
    tables = config.value("agents")
    for table in cast("list[Mapping[str, Any]]", tables) if isinstance(tables, list) else ():
        yield str(table["name"]), str(table["description"])


def _skill(name: str, description: str, kind: str) -> JsonObject:
    modes = {"inputModes": TEXT, "outputModes": TEXT}
    return {"id": name, "name": name, "description": description, "tags": [kind], **modes}
