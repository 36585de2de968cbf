"""What a server asks its client: where it may work, and questions to the person."""

from pathlib import Path

import mcp_types as wire
from mcp.client.context import ClientRequestContext
from pydantic import FileUrl

from heartbit_tui.mcp import sampling
from heartbit_tui.mcp.asking import answered, questions
from heartbit_tui.mcp.types import Around, ServerError

NOT_FORM = "Addresses are not opened for a server; show the address in an answer instead."
NO_MODEL = "There is no model that could answer."
REFUSED = -1
"""The code that the specification has for a person who said no."""


class Answering:
    """Answers the questions of one server."""

    def __init__(self, server: str, around: Around) -> None:
        self._server = server
        self._around = around

    async def roots(self, context: ClientRequestContext) -> wire.ListRootsResult:
        """The folders in which the agent works."""
        found = [wire.Root(uri=FileUrl(Path(root).as_uri()), name=Path(root).name) for root in self._around.roots]
        return wire.ListRootsResult(roots=found)

    async def sample(
        self, context: ClientRequestContext, params: wire.CreateMessageRequestParams
    ) -> wire.CreateMessageResult | wire.ErrorData:
        """Have the session's model answer, where that may be."""
        try:
            asked = sampling.wish(self._server, params)
            if self._around.complete is None:
                raise ServerError(NO_MODEL)
            return sampling.answer(asked, await self._around.complete(asked))
        except ServerError as error:
            return wire.ErrorData(code=REFUSED, message=str(error))

    async def elicit(
        self, context: ClientRequestContext, params: wire.ElicitRequestParams
    ) -> wire.ElicitResult | wire.ErrorData:
        """Ask the person; a form that cannot be asked about is declined."""
        if not isinstance(params, wire.ElicitRequestFormParams):
            return wire.ErrorData(code=wire.INVALID_REQUEST, message=NOT_FORM)
        asked = questions(self._server, params.message, params.requested_schema)
        given = await self._around.ask(asked)
        if given is None:
            return wire.ElicitResult(action="cancel")
        content = answered(params.requested_schema, given)
        return (
            wire.ElicitResult(action="decline")
            if content is None
            else wire.ElicitResult(action="accept", content=content)
        )
