"""Drafts of skills over HTTP, for the person whose daemon it is: read, edited, accepted, refused."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from heartbit_tui.auth.roles import allowed
from heartbit_tui.client.letters import DRAFT
from heartbit_tui.daemon.http.bodies import Drafted, body_of
from heartbit_tui.daemon.http.doors import who_of
from heartbit_tui.daemon.opening import Daemon
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.memory.meditation_drafts import NO_DRAFT, Draft, DraftError
from heartbit_tui.runtime import drafting, meditating
from heartbit_tui.runtime.meditating import Opened

ID: Final = re.compile(r"[0-9A-Za-z-]{1,64}")
"""What names a draft: nothing is opened to look for anything else."""


class Drafts:
    """The routes below `/drafts`."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon

    @property
    def routes(self) -> list[BaseRoute]:
        """What is answered."""
        return [
            Route("/drafts/{id}", self._show, methods=["GET"]),
            Route("/drafts/{id}", self._edit, methods=["PUT"]),
            Route("/drafts/{id}/accept", self._accept, methods=["POST"]),
            Route("/drafts/{id}/refuse", self._refuse, methods=["POST"]),
        ]

    async def _show(self, request: Request) -> Response:
        async with self._found(request) as (_, draft):
            return JSONResponse(_json(draft))

    async def _edit(self, request: Request) -> Response:
        """Another SKILL.md in the place of the draft's own; 409 for what is no skill, or was decided already."""
        async with self._found(request) as (opened, draft):
            body = await body_of(request, Drafted)
            return JSONResponse(_json(await drafting.edit(opened.drafts, draft, body.text, opened.ground.clean)))

    async def _accept(self, request: Request) -> Response:
        """Write the skill into the folder of the person's own; 409 where the draft was decided already."""
        async with self._found(request) as (opened, draft):
            folder = Path(opened.settings.places.config) / "skills"
            return await self._decided(await drafting.accept(opened.drafts, draft, folder))

    async def _refuse(self, request: Request) -> Response:
        async with self._found(request) as (opened, draft):
            return await self._decided(await opened.drafts.refuse(draft.id))

    async def _decided(self, draft: Draft) -> Response:
        await self._daemon.inbox.finish_about(DRAFT, draft.id)
        return JSONResponse(_json(draft))

    @asynccontextmanager
    async def _found(self, request: Request) -> AsyncGenerator[tuple[Opened, Draft]]:
        """The draft that is meant. A skill is read by every session, so an admin alone has a say in it."""
        allowed(who_of(request.scope), "manage")
        wanted: str = request.path_params["id"]
        if ID.fullmatch(wanted) is None:
            raise HTTPException(404, NO_DRAFT.format(text=wanted))
        async with meditating.opened(self._daemon.options, self._daemon.clock) as opened:
            try:
                draft = await opened.drafts.find(wanted)
            except DraftError as error:
                raise HTTPException(404, str(error)) from error
            try:
                yield opened, draft
            except (DraftError, ConfigError) as error:
                raise HTTPException(409, str(error)) from error


def _json(draft: Draft) -> JsonObject:
    return {
        "id": draft.id,
        "name": draft.name,
        "state": draft.state,
        "note": draft.note,
        "file": draft.file,
        "skill": drafting.text_of(draft),
    }
