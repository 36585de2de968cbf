"""What a client can ask of heartbit: the methods of the protocol."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

from acp.interfaces import Client as Other
from acp.meta import PROTOCOL_VERSION
from acp.schema import (
    AgentCapabilities,
    AuthenticateResponse,
    ClientCapabilities,
    CloseSessionResponse,
    ForkSessionResponse,
    Implementation,
    InitializeResponse,
    ListSessionsResponse,
    LoadSessionResponse,
    McpCapabilities,
    NewSessionResponse,
    PromptCapabilities,
    PromptResponse,
    ResumeSessionResponse,
    SessionAdditionalDirectoriesCapabilities,
    SessionCapabilities,
    SessionCloseCapabilities,
    SessionForkCapabilities,
    SessionListCapabilities,
    SessionResumeCapabilities,
    SetSessionConfigOptionResponse,
    SetSessionModeResponse,
)

from heartbit_tui import __version__
from heartbit_tui.acp import entering, errors, listing
from heartbit_tui.acp.held import Held
from heartbit_tui.acp.peer import Peer
from heartbit_tui.acp.prompting import Block
from heartbit_tui.acp.servers import Given, definitions
from heartbit_tui.client.types import Client
from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.runtime.options import Options, Resume, Which

Connect: TypeAlias = Callable[[Options], AbstractAsyncContextManager[Client]]

UNKNOWN = "There is no open session {id} here; session/load takes one up again."
OPEN = "The session {id} is open here and at work: cancel or close it first."
NO_FOLDER = "{path} is no folder that heartbit can work in; say its absolute path."

log = logging.getLogger(__name__)


class Agent:
    """Holds the sessions of one client; `tasks` owns them until the client has gone."""

    def __init__(self, options: Options, connect: Connect, tasks: asyncio.TaskGroup) -> None:
        self._options = options
        self._connect = connect
        self._tasks = tasks
        self._peer = Peer()
        self._sessions: dict[str, Held] = {}
        self._left = False

    def on_connect(self, conn: Other) -> None:
        """There is a client."""
        self._peer.meet(conn)

    def leave(self) -> None:
        """The client has gone: let all sessions end, also those that are being opened."""
        self._left = True
        for held in self._sessions.values():
            held.leave()

    async def initialize(
        self,
        protocol_version: int,
        client_capabilities: ClientCapabilities | None = None,
        client_info: Implementation | None = None,
        **_: Any,
    ) -> InitializeResponse:
        """Say what heartbit can do."""
        self._peer.knows(client_capabilities)
        async with _answering():
            door = await entering.door(self._options)
            return InitializeResponse(
                protocol_version=PROTOCOL_VERSION,
                agent_capabilities=CAPABILITIES,
                agent_info=Implementation(name="heartbit", title="heartbit", version=__version__),
                auth_methods=list(entering.methods(door, self._peer)),
            )

    async def authenticate(self, method_id: str, **_: Any) -> AuthenticateResponse:
        """Make sure that there is a key."""
        async with _answering():
            await entering.enter(self._options, method_id)
            return AuthenticateResponse()

    async def new_session(
        self,
        cwd: str,
        additional_directories: Sequence[str] | None = None,
        mcp_servers: Sequence[Given] | None = None,
        **_: Any,
    ) -> NewSessionResponse:
        """Begin a session."""
        async with self._opened(None, cwd, additional_directories, mcp_servers) as held:
            modes, options = held.choices.modes(), held.choices.options()
            return NewSessionResponse(session_id=held.id, modes=modes, config_options=options)

    async def load_session(
        self,
        cwd: str,
        session_id: str,
        mcp_servers: Sequence[Given] | None = None,
        additional_directories: Sequence[str] | None = None,
        **_: Any,
    ) -> LoadSessionResponse:
        """Take a session up again, and tell all that was said in it."""
        async with self._opened(Resume(id=session_id), cwd, additional_directories, mcp_servers) as held:
            await held.replay()
            modes, options = held.choices.modes(), held.choices.options()
            return LoadSessionResponse(modes=modes, config_options=options)

    async def resume_session(
        self,
        session_id: str,
        cwd: str,
        additional_directories: Sequence[str] | None = None,
        mcp_servers: Sequence[Given] | None = None,
        **_: Any,
    ) -> ResumeSessionResponse:
        """Take a session up again, and tell nothing of what was said."""
        async with self._opened(Resume(id=session_id), cwd, additional_directories, mcp_servers) as held:
            modes, options = held.choices.modes(), held.choices.options()
            return ResumeSessionResponse(modes=modes, config_options=options)

    async def fork_session(
        self,
        session_id: str,
        cwd: str,
        additional_directories: Sequence[str] | None = None,
        mcp_servers: Sequence[Given] | None = None,
        **_: Any,
    ) -> ForkSessionResponse:
        """Go on in a copy of a session."""
        which = Resume(id=session_id, fork=True)
        async with self._opened(which, cwd, additional_directories, mcp_servers) as held:
            modes, options = held.choices.modes(), held.choices.options()
            return ForkSessionResponse(session_id=held.id, modes=modes, config_options=options)

    async def list_sessions(self, cwd: str | None = None, cursor: str | None = None, **_: Any) -> ListSessionsResponse:
        """The sessions that are kept."""
        async with _answering():
            return await listing.page(self._options, cwd, cursor)

    async def close_session(self, session_id: str, **_: Any) -> CloseSessionResponse:
        """Stop a session and let it go; it is kept."""
        async with _answering():
            await _closed(self._held(session_id))
            return CloseSessionResponse()

    async def set_session_mode(self, session_id: str, mode_id: str, **_: Any) -> SetSessionModeResponse:
        """Choose what passes without asking."""
        async with _answering():
            self._held(session_id).choices.chosen("mode", mode_id)
            return SetSessionModeResponse()

    async def set_config_option(
        self, config_id: str, session_id: str, value: str | bool, **_: Any
    ) -> SetSessionConfigOptionResponse:
        """Choose the mode, the model, or how much it thinks."""
        async with _answering():
            choices = self._held(session_id).choices
            choices.chosen(config_id, str(value))
            return SetSessionConfigOptionResponse(config_options=choices.options())

    async def prompt(self, session_id: str, prompt: Sequence[Block], **_: Any) -> PromptResponse:
        """Work on a prompt to its end."""
        async with _answering():
            return await self._held(session_id).prompt(prompt)

    async def cancel(self, session_id: str, **_: Any) -> None:
        """Stop what a session does."""
        if session_id in self._sessions:
            self._sessions[session_id].cancel()

    def _held(self, session_id: str) -> Held:
        if session_id not in self._sessions:
            raise errors.unknown(UNKNOWN.format(id=session_id))
        return self._sessions[session_id]

    @asynccontextmanager
    async def _opened(
        self, which: Which | None, cwd: str, also: Sequence[str] | None, servers: Sequence[Given] | None
    ) -> AsyncGenerator[Held]:
        """A session that the client is about to know of; one of which it will not hear is let go."""
        async with _answering():
            held = await self._open(which, cwd, also, servers)
            try:
                yield held
            except BaseException:
                held.leave()
                raise
            held.release()

    async def _open(
        self, which: Which | None, cwd: str, also: Sequence[str] | None, servers: Sequence[Given] | None
    ) -> Held:
        """Open a session, in a task of its own that lives as long as it does."""
        if isinstance(which, Resume) and not which.fork:
            await self._let_go(which.id)
        options = replace(
            self._options,
            cwd=_folder(cwd),
            which=which or self._options.which,
            extra_dirs=(*self._options.extra_dirs, *map(_folder, also or ())),
            servers=definitions(servers or ()),
        )
        opened: asyncio.Future[Held] = asyncio.get_running_loop().create_future()
        self._tasks.create_task(self._hold(options, opened))
        try:
            return await opened
        except StoreError as error:
            raise errors.unknown(str(error)) if which else error from error

    async def _let_go(self, session_id: str) -> None:
        """Close a session that is to be taken up again, where it is open here."""
        held = self._sessions.get(session_id)
        if held is None:
            return
        if held.client.running:
            raise errors.failed("busy", OPEN.format(id=session_id))
        await _closed(held)

    async def _hold(self, options: Options, opened: asyncio.Future[Held]) -> None:
        held: Held | None = None
        try:
            async with self._connect(options) as client:
                if self._left or opened.cancelled():
                    return
                held = Held(client, self._peer, yolo=options.mode is Mode.YOLO)
                self._sessions[held.id] = held
                opened.set_result(held)
                await held.follow()
        except Exception as error:  # the session boundary: a session that fails costs no other one
            if opened.done():
                log.exception("A session has failed.")
            else:
                opened.set_exception(errors.first(error))
        finally:
            if held is not None:
                self._sessions.pop(held.id, None)
                held.gone.set()


CAPABILITIES = AgentCapabilities(
    load_session=True,
    prompt_capabilities=PromptCapabilities(image=True, audio=False, embedded_context=True),
    mcp_capabilities=McpCapabilities(http=True, sse=False),
    session_capabilities=SessionCapabilities(
        list=SessionListCapabilities(),
        resume=SessionResumeCapabilities(),
        fork=SessionForkCapabilities(),
        close=SessionCloseCapabilities(),
        additional_directories=SessionAdditionalDirectoriesCapabilities(),
    ),
)


@asynccontextmanager
async def _answering() -> AsyncGenerator[None]:
    """What goes wrong in here is the answer to the request."""
    try:
        yield
    except Exception as error:  # the session boundary: a client gets a sentence, never a trace
        found = errors.of(error)
        if found.data == {"kind": "crash"}:
            log.exception("A request has failed.")
        raise found from error


async def _closed(held: Held) -> None:
    await held.close()
    await held.gone.wait()


def _folder(path: str) -> Path:
    found = Path(path)
    if "\0" in path or not found.is_absolute() or not found.is_dir():
        raise errors.wrong(NO_FOLDER.format(path=path or "Nothing"))
    return found.resolve()
