"""What a session or a task has changed, over HTTP: file by file, by whose it is."""

from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from heartbit_tui.auth.roles import check, extent
from heartbit_tui.daemon.chats import owner_of_session
from heartbit_tui.daemon.http.bodies import NO_SESSION, NO_TASK, number_of
from heartbit_tui.daemon.http.doors import who_of
from heartbit_tui.daemon.opening import Daemon
from heartbit_tui.daemon.planning import owner_of
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.runtime.changed import Changed, ChangedFile, Page, Stretch
from heartbit_tui.store.index import SessionInfo

USUAL: Final = 20
MOST: Final = 50
"""Files of a page; each has a diff of at most 40,000 characters."""


class WhatChanged:
    """The routes `/sessions/{id}/changes` and `/tasks/{id}/changes`; nothing is opened for them."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon

    @property
    def routes(self) -> list[BaseRoute]:
        """What is answered."""
        return [
            Route("/sessions/{id}/changes", self._of_session, methods=["GET"]),
            Route("/tasks/{id}/changes", self._of_task, methods=["GET"]),
        ]

    async def _of_session(self, request: Request) -> Response:
        """All that a session has changed."""
        info = await self._daemon.session(request.path_params["id"])
        owner = owner_of_session(info) if info else None
        check(who_of(request.scope), "read", owner, NO_SESSION)
        assert info is not None  # what is not there was refused
        return await self._answer(request, info, Stretch(session=info.id))

    async def _of_task(self, request: Request) -> Response:
        """What was changed while a task was at work; so far, where it still is."""
        task = await self._daemon.queue.get(request.path_params["id"])
        owner = owner_of(task) if task else None
        check(who_of(request.scope), "read", owner, NO_TASK)
        assert task is not None  # what is not there was refused
        info = await self._daemon.session(task.session) if task.session and task.first_seq is not None else None
        if info is None:
            return JSONResponse(_json(Changed(), _page(request)))
        return await self._answer(
            request, info, Stretch(session=info.id, first=task.first_seq or 0, last=task.last_seq)
        )

    async def _answer(self, request: Request, info: SessionInfo, stretch: Stretch) -> Response:
        page = _page(request)
        found = await self._daemon.changes.of(stretch, info.summary.cwd, page)
        within = extent(who_of(request.scope), "submit")
        mine = within is not None and within.includes(owner_of_session(info))
        told = _json(found, page, info.id if mine else "")
        return JSONResponse({**told, "folder": _text(info.summary.cwd)})


def _page(request: Request) -> Page:
    offset = number_of(request, "offset", 0, 0, 999_999_999)
    return Page(offset=offset, limit=number_of(request, "limit", USUAL, 1, MOST))


def _json(found: Changed, page: Page, session: str = "") -> JsonObject:
    """The page; `undo` names the session and the prompt to go back to, for those who may do that."""
    end = page.offset + len(found.files)
    more: JsonObject = {"next": end} if found.files and end < found.total else {}
    back: JsonObject = {"undo": {"session_id": session, "number": found.point}} if session and found.point else {}
    files = [_file(each) for each in found.files]
    return {"files": files, "total": found.total, "known": found.known, "gone": found.gone, **more, **back}


def _file(each: ChangedFile) -> JsonObject:
    lines = {"added": each.added, "removed": each.removed, "restored": each.restored}
    return {"path": _text(each.path), "kind": each.kind, "diff": _text(each.diff), "why": each.why, **lines}


def _text(words: str) -> str:
    """The words without what is no text: the name of a file may be any bytes."""
    return words.encode("utf-8", "backslashreplace").decode()
