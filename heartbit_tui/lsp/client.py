"""The conversation with one language server, over pygls and lsprotocol, which take a third of a second to import."""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any, cast

from cattrs import Converter
from lsprotocol import types as lsp
from pygls.client import JsonRPCClient
from pygls.exceptions import JsonRpcException
from pygls.protocol import JsonRPCProtocol, default_converter

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.lsp.frames import Frames
from heartbit_tui.lsp.types import LanguageError, Running

LARGE = 32_768
"""Bytes from which a message is read in a thread: it would hold up the screen."""

UNANSWERED = 4
"""Requests in a row without an answer in time, after which a server is taken to hang."""

RETRIES = 3
GONE = "the language server has ended"
_AGAIN = frozenset({-32801, -32802})
"""Codes that say: ask again, the content has changed meanwhile or the server had to cancel."""


class TooSlow(LanguageError):
    """A server did not answer in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Who is told of what the server says by itself; `settings` answers what it wants to know of its configuration."""

    diagnostics: Callable[[lsp.PublishDiagnosticsParams], None]
    refreshed: Callable[[], None]
    settings: Callable[[str], object]
    folders: Callable[[], list[lsp.WorkspaceFolder]]


class Protocol(JsonRPCProtocol):
    """JSON-RPC with the messages of language servers, and none of what pygls does by itself where it is the server."""

    def get_message_type(self, method: str) -> type[Any] | None:
        """What a message of this method is made of."""
        return lsp.METHOD_TO_TYPES.get(method, (None, None))[0]

    def get_result_type(self, method: str) -> type[Any] | None:
        """What an answer to it is made of."""
        return lsp.METHOD_TO_TYPES.get(method, (None, None))[1]


def converter() -> Converter:
    """What makes objects of messages, with the hook without which replies of four servers cannot be read."""
    made = default_converter()
    filters = (
        lsp.NotebookDocumentFilterNotebookType | lsp.NotebookDocumentFilterScheme | lsp.NotebookDocumentFilterPattern
    )
    for union in (str | filters, str | filters | None, filters):
        made.register_structure_hook(union, lambda value, _: value)
    return made


class Client:
    """Asks and tells one server; what it asks is answered, and nothing that it says can end more than itself."""

    def __init__(self, running: Running, heard: Heard) -> None:
        self._running = running
        self._heard = heard
        self._rpc = JsonRPCClient(Protocol, converter)
        self._protocol = self._rpc.protocol
        self._protocol.set_writer(_Writer(running))
        self._pending: dict[str, Future[Any]] = {}
        self._asked = 0
        self._silent = 0
        self._over = ""
        _quiet()
        self._answer()

    @property
    def hangs(self) -> bool:
        """Whether it has not answered for so long that it had better be started anew."""
        return self._silent >= UNANSWERED

    async def listen(self) -> str:
        """Take all that it says until it ends; why that was."""
        frames, why = Frames(), GONE
        try:
            while data := await self._running.read():
                for body in frames.feed(data):
                    await self._take(body)
        except LanguageError as error:
            why = str(error)
        self._over = why
        for future in tuple(self._pending.values()):
            if not future.done():
                future.set_exception(LanguageError(why))
        return why

    async def ask(self, method: str, params: object, seconds: float) -> Any:
        """Its answer. Raises `TooSlow`, and `LanguageError` where it refuses or has ended."""
        for attempt in range(RETRIES):
            try:
                return await self._ask(method, params, seconds)
            except JsonRpcException as error:
                if error.code not in _AGAIN or attempt == RETRIES - 1:
                    raise LanguageError(f"the language server refuses: {error.message}") from error
        raise AssertionError

    def tell(self, method: str, params: object) -> None:
        """Send what needs no answer."""
        if not self._over:
            self._protocol.notify(method, params)

    async def _ask(self, method: str, params: object, seconds: float) -> Any:
        if self._over:
            raise LanguageError(self._over)
        self._asked += 1
        number = f"heartbit-{self._asked}"
        future = self._protocol.send_request(method, params, msg_id=number)
        self._pending[number] = future
        try:
            async with asyncio.timeout(seconds):
                answer = await asyncio.wrap_future(future)
            self._silent = 0
            return answer
        except TimeoutError as error:
            self._silent += 1
            self.tell(lsp.CANCEL_REQUEST, lsp.CancelParams(id=number))
            raise TooSlow(f"the language server did not answer within {seconds:g} s") from error
        except asyncio.CancelledError:
            self.tell(lsp.CANCEL_REQUEST, lsp.CancelParams(id=number))
            raise
        finally:
            self._pending.pop(number, None)

    async def _take(self, body: bytes) -> None:
        """One message; one that cannot be understood fails the request that it answers, and nothing else."""
        data: Any = None
        try:
            data = json.loads(body) if len(body) < LARGE else await asyncio.to_thread(json.loads, body)
            if not isinstance(data, dict):
                return
            fields = cast("dict[str, Any]", data)
            read = self._protocol.structure_message
            message: Any = read(fields) if len(body) < LARGE else await asyncio.to_thread(read, fields)
            if message is not fields:
                self._protocol.handle_message(message)
        except Exception as error:  # noqa: BLE001 - whatever a server says, and its library makes of it, ends one request alone
            self._misunderstood(cast("object", data), error)

    def _misunderstood(self, data: object, error: Exception) -> None:
        fields: Mapping[str, object] = cast("Mapping[str, object]", data) if isinstance(data, dict) else {}
        future = None if "method" in fields else self._pending.get(str(fields.get("id")))
        if future is not None and not future.done():
            future.set_exception(LanguageError(f"the language server's answer cannot be understood: {error}"))

    def _answer(self) -> None:
        """Say what is done with each kind of request and notification; others are refused as unknown."""
        heard, on = self._heard, self._rpc.feature

        def publish(params: lsp.PublishDiagnosticsParams) -> None:
            heard.diagnostics(params)

        def configuration(params: lsp.ConfigurationParams) -> list[object]:
            return [heard.settings(item.section or "") for item in params.items]

        def refuse_edit(params: lsp.ApplyWorkspaceEditParams) -> lsp.ApplyWorkspaceEditResult:
            return lsp.ApplyWorkspaceEditResult(applied=False, failure_reason="heartbit lets no server change files")

        def refresh(_: Any) -> None:
            heard.refreshed()

        def folders(_: Any) -> list[lsp.WorkspaceFolder]:
            return heard.folders()

        def nothing(_: Any) -> None:
            """Heard, and of no interest."""

        on(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(publish)
        on(lsp.WORKSPACE_CONFIGURATION)(configuration)
        on(lsp.WORKSPACE_APPLY_EDIT)(refuse_edit)
        on(lsp.WORKSPACE_WORKSPACE_FOLDERS)(folders)
        on(lsp.WORKSPACE_DIAGNOSTIC_REFRESH)(refresh)
        for method in _HEARD:
            on(method)(nothing)


_HEARD = (
    lsp.CLIENT_REGISTER_CAPABILITY,
    lsp.CLIENT_UNREGISTER_CAPABILITY,
    lsp.WINDOW_WORK_DONE_PROGRESS_CREATE,
    lsp.PROGRESS,
    lsp.WINDOW_LOG_MESSAGE,
    lsp.WINDOW_SHOW_MESSAGE,
    lsp.WINDOW_SHOW_MESSAGE_REQUEST,
    lsp.TELEMETRY_EVENT,
    lsp.LOG_TRACE,
    lsp.WORKSPACE_SEMANTIC_TOKENS_REFRESH,
    lsp.WORKSPACE_INLAY_HINT_REFRESH,
    lsp.WORKSPACE_CODE_LENS_REFRESH,
    lsp.WORKSPACE_INLINE_VALUE_REFRESH,
    lsp.WORKSPACE_FOLDING_RANGE_REFRESH,
)


class _Writer:
    """What pygls writes to."""

    def __init__(self, running: Running) -> None:
        self._running = running

    def write(self, data: bytes) -> None:
        self._running.write(data)

    def close(self) -> None:
        """The process is ended by who started it."""


def _quiet() -> None:
    """Let pygls be silent: it logs each message with all that it holds, and errors to the terminal where nobody listens."""
    for name in ("pygls", "pygls.protocol.json_rpc", "pygls.client", "pygls.feature_manager"):
        logger = logging.getLogger(name)
        logger.propagate = False
        logger.setLevel(logging.CRITICAL)
