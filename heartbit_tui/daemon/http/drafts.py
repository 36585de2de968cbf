"""Drafts of skills over HTTP, for the person whose daemon it is: listed, read, edited, accepted, refused."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from heartbit_tui.auth.refusing import unknown
from heartbit_tui.auth.roles import allowed
from heartbit_tui.client.letters import DRAFT
from heartbit_tui.daemon.http.bodies import Drafted, body_of
from heartbit_tui.daemon.http.doors import who_of
from heartbit_tui.daemon.http.remembered import NO_MEMORY
from heartbit_tui.daemon.opening import Daemon
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.memory.meditation_drafts import Draft, DraftError
from heartbit_tui.memory.sqlite.drafts import SqliteDrafts
from heartbit_tui.runtime.drafting import text_of
from heartbit_tui.runtime.memory_owned import Holdings

NO_DRAFT: Final = "draft not found"


class Drafts:
    """The routes below `/drafts`. A skill is read by every session, so an admin alone has a say in it."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon

    @property
    def routes(self) -> list[BaseRoute]:
        """What is answered."""
        return [
            Route("/drafts", self._list, methods=["GET"]),
            Route("/drafts/{id}", self._show, methods=["GET"]),
            Route("/drafts/{id}", self._edit, methods=["PUT"]),
            Route("/drafts/{id}/accept", self._accept, methods=["POST"]),
            Route("/drafts/{id}/refuse", self._refuse, methods=["POST"]),
        ]

    async def _list(self, request: Request) -> Response:
        """Those that wait for a word."""
        _, drafts = self._kept(request)
        return JSONResponse({"drafts": [_json(each) for each in await drafts.list("waiting")]})

    async def _show(self, request: Request) -> Response:
        _, drafts = self._kept(request)
        return JSONResponse(_json(await _found(request, drafts)))

    async def _edit(self, request: Request) -> Response:
        """Another SKILL.md in the place of the draft's own; 409 for what is no skill, or was decided already."""
        holdings, drafts = self._kept(request)
        draft, body = await _found(request, drafts), await body_of(request, Drafted)
        with _in_words():
            return JSONResponse(_json(await holdings.edit(drafts, draft, body.text)))

    async def _accept(self, request: Request) -> Response:
        """Write the skill into the folder of the person's own; 409 where the draft was decided already."""
        holdings, drafts = self._kept(request)
        draft = await _found(request, drafts)
        with _in_words():
            return await self._decided(await holdings.accept(drafts, draft))

    async def _refuse(self, request: Request) -> Response:
        """Let a draft be; its memories stay as they are."""
        _, drafts = self._kept(request)
        draft = await _found(request, drafts)
        with _in_words():
            return await self._decided(await drafts.refuse(draft.id))

    async def _decided(self, draft: Draft) -> Response:
        await self._daemon.inbox.finish_about(DRAFT, draft.id)
        return JSONResponse(_json(draft))

    def _kept(self, request: Request) -> tuple[Holdings, SqliteDrafts]:
        """The drafts of the person at this machine."""
        allowed(who_of(request.scope), "manage")
        holdings = self._daemon.holdings
        drafts = holdings.of("", "").drafts if holdings else None
        if holdings is None or drafts is None:
            raise HTTPException(404, NO_MEMORY)
        return holdings, drafts


async def _found(request: Request, drafts: SqliteDrafts) -> Draft:
    """The draft with exactly this id. Raises `Refused`: 404."""
    wanted = request.path_params["id"]
    draft = next((each for each in await drafts.list() if each.id == wanted), None)
    if draft is None:
        raise unknown(NO_DRAFT)
    return draft


@contextmanager
def _in_words() -> Generator[None]:
    """Tell what cannot be done with a draft as 409."""
    try:
        yield
    except (DraftError, ConfigError) as error:
        raise HTTPException(409, str(error)) from None


def _json(draft: Draft) -> JsonObject:
    return {
        "id": draft.id,
        "state": draft.state,
        "name": draft.name,
        "description": draft.description,
        "skill": text_of(draft),
        "note": draft.note,
        "made_at": draft.made.isoformat(),
        "model": draft.model,
        "cost_usd": draft.cost_usd,
        "file": draft.file,
        "memories": [{"id": each.id, "content": each.content} for each in draft.sources],
    }
