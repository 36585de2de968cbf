"""An editor: the package's own client, which drives heartbit as a process and remembers what it was told and asked."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from acp import spawn_agent_process, text_block
from acp.client.connection import ClientSideConnection
from acp.interfaces import Client
from acp.schema import (
    AcceptElicitationResponse,
    AllowedOutcome,
    ClientCapabilities,
    DeniedOutcome,
    InitializeResponse,
    PermissionOption,
    PromptResponse,
    RequestPermissionResponse,
    ToolCallUpdate,
)

from heartbit_tui.acp.servers import Given
from heartbit_tui.providers.script import Reply
from heartbit_tui.testing.model_server import ModelServer
from tests.headless.machine import SECONDS, Machine

Choose = Callable[[ToolCallUpdate, Sequence[PermissionOption]], str]


@dataclass(kw_only=True)
class Editor:
    """What an editor was told and asked; `choose` names the option that its person takes, nothing for none."""

    choose: Choose = lambda call, options: options[0].option_id
    filled: dict[str, Any] = field(default_factory=dict[str, Any])
    updates: list[tuple[str, dict[str, Any]]] = field(default_factory=list[tuple[str, dict[str, Any]]])
    asked: list[tuple[dict[str, Any], dict[str, str]]] = field(
        default_factory=list[tuple[dict[str, Any], dict[str, str]]]
    )
    forms: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def session_update(self, session_id: str, update: Any, **_: Any) -> None:
        self.updates.append((session_id, update.model_dump(exclude_none=True, by_alias=True)))
        async with self.changed:
            self.changed.notify_all()

    async def request_permission(
        self, session_id: str, tool_call: ToolCallUpdate, options: list[PermissionOption], **_: Any
    ) -> RequestPermissionResponse:
        offered = {option.option_id: option.kind for option in options}
        self.asked.append((tool_call.model_dump(exclude_none=True, by_alias=True), offered))
        async with self.changed:
            self.changed.notify_all()
        chosen = self.choose(tool_call, options)
        if chosen == "wait":
            await asyncio.Event().wait()
        if not chosen:
            return RequestPermissionResponse(outcome=DeniedOutcome(outcome="cancelled"))
        return RequestPermissionResponse(outcome=AllowedOutcome(outcome="selected", option_id=chosen))

    async def create_elicitation(self, message: str, mode: Any, **_: Any) -> AcceptElicitationResponse:
        self.forms.append(mode.model_dump(exclude_none=True, by_alias=True))
        return AcceptElicitationResponse(action="accept", content=self.filled)

    def on_connect(self, conn: Any) -> None:
        """Nothing is asked of the agent from here."""

    def of(self, kind: str, session_id: str = "") -> list[dict[str, Any]]:
        """The updates of one kind."""
        return [
            update
            for session, update in self.updates
            if update["sessionUpdate"] == kind and session_id in ("", session)
        ]

    def words(self, session_id: str = "", kind: str = "agent_message_chunk") -> str:
        """All text of one kind of chunk."""
        return "".join(update["content"].get("text", "") for update in self.of(kind, session_id))

    def call(self, id: str) -> dict[str, Any]:
        """A call as it stands after all updates of it."""
        found: dict[str, Any] = {}
        for _, update in self.updates:
            if update.get("toolCallId") == id:
                found |= update
        return found

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until it has been told enough."""
        async with asyncio.timeout(SECONDS), self.changed:
            await self.changed.wait_for(condition)


@dataclass(kw_only=True)
class Driven:
    """heartbit at work for an editor."""

    editor: Editor
    agent: ClientSideConnection
    process: asyncio.subprocess.Process
    machine: Machine
    server: ModelServer
    hello: InitializeResponse

    async def session(self, *servers: Given) -> str:
        """A new session in the project."""
        made = await self.agent.new_session(cwd=str(self.machine.project), mcp_servers=list(servers))
        return made.session_id

    async def says(self, session_id: str, *words: Any) -> PromptResponse:
        """A prompt of words and other blocks, to its end."""
        blocks = [text_block(each) if isinstance(each, str) else each for each in words]
        async with asyncio.timeout(SECONDS):
            return await self.agent.prompt(session_id=session_id, prompt=blocks)


@asynccontextmanager
async def driven(
    machine: Machine,
    *replies: Reply,
    can: dict[str, Any] | None = None,
    flags: Sequence[str] = (),
    choose: Choose | None = None,
) -> AsyncGenerator[Driven]:
    """Heartbit as an editor starts it, said hello to, with a model service that gives these replies."""
    editor = Editor()
    editor.choose = choose or editor.choose
    async with ModelServer(replies) as server:
        machine = machine.with_service(server)
        command = (sys.executable, "-m", "heartbit_tui", "acp", *flags)
        async with spawn_agent_process(
            cast("Client", editor),
            *command,
            env=machine.variables,
            cwd=machine.project,
            use_unstable_protocol=True,
        ) as (agent, process):
            capabilities = ClientCapabilities.model_validate(can or {})
            hello = await agent.initialize(protocol_version=1, client_capabilities=capabilities)
            yield Driven(editor=editor, agent=agent, process=process, machine=machine, server=server, hello=hello)
