"""What is remembered, over HTTP: seen, searched, pinned and forgotten by whose it is."""

from typing import Final, get_args

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from heartbit_tui.auth.refusing import unknown
from heartbit_tui.auth.roles import allowed
from heartbit_tui.daemon.http.bodies import Held, body_of, number_of
from heartbit_tui.daemon.http.doors import who_of
from heartbit_tui.daemon.opening import Daemon
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.memory import scoring
from heartbit_tui.memory.document import as_json
from heartbit_tui.memory.errors import EntryMissing
from heartbit_tui.memory.meditation_tiers import Tier
from heartbit_tui.memory.types import Confidentiality, Entry, EntryType, Query, Why
from heartbit_tui.runtime.memory_owned import Holding, Holdings

NO_MEMORY: Final = "nothing is remembered here: memory.type is none or in_memory"
NO_ENTRY: Final = "memory not found"
TYPES: Final = ("", *EntryType)
TIERS: Final[tuple[str, ...]] = ("", *get_args(Tier))
MOST: Final = 500
"""Entries of a page."""

BEST: Final = 100
"""Entries that answer one question."""

PAGES: Final = 20
"""Pages that are looked through for one tier; then the answer says from where to go on."""

LONGEST: Final = 2_000
"""Characters of what is searched for."""


class Remembered:
    """The routes below `/memory`, and `/recall`. What others remember is answered as what nobody does."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon

    @property
    def routes(self) -> list[BaseRoute]:
        """What is answered."""
        return [
            Route("/memory", self._list, methods=["GET"]),
            Route("/recall", self._recall, methods=["GET"]),
            Route("/memory/{id}", self._show, methods=["GET"]),
            Route("/memory/{id}", self._forget, methods=["DELETE"]),
            Route("/memory/{id}/pin", self._pin, methods=["POST"]),
        ]

    async def _list(self, request: Request) -> Response:
        """Entries by time, the newest first; with `q` those that have all of its words. `next` is there for more."""
        holdings, holding = self._holding(request)
        query, tier = _query(request), _one_of(request, "tier", TIERS)
        found, after, pages = list[JsonObject](), request.query_params.get("after", ""), 0
        while len(found) < query.limit and pages < PAGES:
            try:
                page = await holding.notebook.list(query, after=after)
            except EntryMissing:
                raise HTTPException(400, "after has to be the id of a memory that is there") from None
            demoted, pages = await holding.demoted(page), pages + 1
            for each in page:
                told = self._json(holdings, each, demoted)
                after = each.id
                if tier in ("", told["tier"]):
                    found.append(told)
                    if len(found) == query.limit:
                        break
            if len(page) < query.limit:
                return JSONResponse({"entries": found, **({"next": after} if page and page[-1].id != after else {})})
        return JSONResponse({"entries": found, "next": after})

    async def _recall(self, request: Request) -> Response:
        """What answers a question, the best first, as an agent would get it; nothing becomes stronger by it.

        `by` says how it was found, `notice` what was left out and why.
        """
        holdings, holding = self._holding(request)
        wanted, tier = _query(request, BEST), _one_of(request, "tier", TIERS)
        recall = await holdings.recall(holding, wanted)
        demoted = await holding.demoted([each.entry for each in recall.found])
        told = [(each, self._json(holdings, each.entry, demoted)) for each in recall.found]
        entries = [{**entry, "why": _why(each.why)} for each, entry in told if tier in ("", entry["tier"])]
        meant = any(each.why.vector_rank is not None for each in recall.found)
        by = "words and meaning" if meant else "words"
        return JSONResponse({"entries": entries, "by": by, "embedder": holdings.embeds, "notice": recall.notice})

    async def _show(self, request: Request) -> Response:
        """One entry; the words of one that is restricted are told with `reveal=true`."""
        holdings, holding = self._holding(request)
        entry = await self._entry(request, holding)
        reveal = _one_of(request, "reveal", ("", "true", "false")) == "true"
        return JSONResponse(self._json(holdings, entry, await holding.demoted((entry,)), reveal=reveal))

    async def _forget(self, request: Request) -> Response:
        """Remove an entry for good: 204."""
        _, holding = self._holding(request)
        if not await holding.notebook.forget(request.path_params["id"]):
            raise unknown(NO_ENTRY)
        return Response(status_code=204)

    async def _pin(self, request: Request) -> Response:
        """Hold an entry against fading and merging, or no longer."""
        holdings, holding = self._holding(request)
        await self._entry(request, holding)
        body = await body_of(request, Held)
        entry = await holding.notebook.pin(request.path_params["id"], pinned=body.pinned)
        return JSONResponse(self._json(holdings, entry, await holding.demoted((entry,))))

    def _holding(self, request: Request) -> tuple[Holdings, Holding]:
        """What the caller remembers, whatever else they may do. Raises `Refused`, `HTTPException`."""
        who = who_of(request.scope)
        allowed(who, "remember")
        if self._daemon.holdings is None:
            raise HTTPException(404, NO_MEMORY)
        return self._daemon.holdings, self._daemon.holdings.of(who.tenant_id, who.user_id)

    async def _entry(self, request: Request, holding: Holding) -> Entry:
        try:
            return await holding.notebook.get(request.path_params["id"])
        except EntryMissing:
            raise unknown(NO_ENTRY) from None

    def _json(self, holdings: Holdings, entry: Entry, demoted: frozenset[str], *, reveal: bool = False) -> JsonObject:
        withheld = entry.confidentiality is Confidentiality.RESTRICTED and not reveal
        now = self._daemon.clock.now()
        return {
            **as_json(entry),
            **({"content": "", "summary": None} if withheld else {}),
            "withheld": withheld,
            "strength": round(scoring.strength_at(entry.strength, entry.last_accessed, now), 4),
            "tier": holdings.tier(entry, demoted),
        }


def _query(request: Request, most: int = MOST) -> Query:
    kind = _one_of(request, "type", TYPES)
    pinned = _one_of(request, "pinned", ("", "true", "false"))
    return Query(
        text=request.query_params.get("q", "")[:LONGEST],
        category=request.query_params.get("category", ""),
        type=EntryType(kind) if kind else None,
        pinned=None if not pinned else pinned == "true",
        limit=number_of(request, "limit", 50, 1, most),
    )


def _why(why: Why) -> JsonObject:
    """Where an entry stands among those found by words and by meaning, counted from 1; null where it was not found so."""
    return {"score": round(why.score, 4), "words": why.lexical_rank, "meaning": why.vector_rank}


def _one_of(request: Request, name: str, choices: tuple[str, ...]) -> str:
    given = request.query_params.get(name, "")
    if given not in choices:
        raise HTTPException(400, f"{name} has to be one of {', '.join(filter(None, choices))}")
    return given
