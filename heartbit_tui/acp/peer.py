"""The client at the other end: what it can do, and what it is told and asked."""

from collections.abc import Sequence
from contextlib import suppress

from acp.exceptions import RequestError
from acp.interfaces import Client
from acp.schema import (
    AcceptElicitationResponse,
    AllowedOutcome,
    ClientCapabilities,
    ElicitationFormSessionMode,
    ElicitationSchema,
    PermissionOption,
    ToolCallUpdate,
)

from heartbit_tui.acp.telling import Update
from heartbit_tui.kernel.messages import JsonObject


class Peer:
    """Known once a client has said what it can do. One that has gone is told and asked nothing."""

    def __init__(self) -> None:
        self._client: Client | None = None
        self._can = ClientCapabilities()

    def meet(self, client: Client) -> None:
        """There is a connection."""
        self._client = client

    def knows(self, capabilities: ClientCapabilities | None) -> None:
        """The client has said what it can do."""
        # Of capabilities that cannot be read the package hands on what came.
        self._can = capabilities if isinstance(capabilities, ClientCapabilities) else ClientCapabilities()

    @property
    def streams_terminals(self) -> bool:
        """Whether it shows terminals that are only written to."""
        return self._extra("terminal_output")

    @property
    def opens_terminals(self) -> bool:
        """Whether it runs a program in a terminal for a person who has to log in."""
        return bool(self._can.auth and self._can.auth.terminal)

    @property
    def opens_terminals_as_before(self) -> bool:
        """The same as clients tell it that are older than the protocol's own word for it."""
        return self._extra("terminal-auth")

    @property
    def shows_forms(self) -> bool:
        """Whether it can put questions with fields to a person."""
        return self._can.elicitation is not None and self._can.elicitation.form is not None

    async def tell(self, session_id: str, update: Update) -> None:
        """Send an update."""
        if self._client is not None:
            with suppress(OSError, RuntimeError):  # it has gone, which ends the process by itself
                await self._client.session_update(session_id=session_id, update=update)

    async def permit(self, session_id: str, call: ToolCallUpdate, options: Sequence[PermissionOption]) -> str:
        """The id of the option that a person chose; empty where nobody did."""
        if self._client is None:
            return ""
        try:
            answer = await self._client.request_permission(session_id=session_id, tool_call=call, options=list(options))
        except (RequestError, OSError, ValueError):
            return ""  # a client that cannot ask, or has gone, allows nothing
        outcome = answer.outcome
        return outcome.option_id if isinstance(outcome, AllowedOutcome) else ""

    async def fill_in(self, session_id: str, message: str, form: ElicitationSchema, call_id: str) -> JsonObject | None:
        """What a person filled in; None where nobody did."""
        if self._client is None:
            return None
        mode = ElicitationFormSessionMode(session_id=session_id, tool_call_id=call_id or None, requested_schema=form)
        try:
            answer = await self._client.create_elicitation(message=message, mode=mode)
        except (RequestError, OSError, ValueError):
            return None
        return (answer.content or {}) if isinstance(answer, AcceptElicitationResponse) else None

    def _extra(self, name: str) -> bool:
        return (self._can.field_meta or {}).get(name) is True
