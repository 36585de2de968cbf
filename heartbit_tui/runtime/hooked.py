"""Hooks put together for one session: what runs them, where the kernel asks them, and which events they hear of."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Any

from heartbit_tui.config.files import project_root
from heartbit_tui.config.locked import LockedFile
from heartbit_tui.config.trust import TrustStore
from heartbit_tui.hooks.firing import Firing
from heartbit_tui.hooks.gate import BY_MODE, Heard, HookGate
from heartbit_tui.hooks.guard import HookGuard
from heartbit_tui.hooks.prompting import Prompting
from heartbit_tui.hooks.types import Answer
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.kernel.events import (
    ApprovalRequested,
    Envelope,
    Notice,
    QuestionAsked,
    SubAgentCompleted,
    SummaryStarted,
)
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.ops import Decide, Steer
from heartbit_tui.kernel.protocols import ContextPolicy, Gate, Guardrail
from heartbit_tui.kernel.session import Session
from heartbit_tui.permissions.sandbox import Active
from heartbit_tui.runtime import sandboxing
from heartbit_tui.runtime.hook_commands import Commands
from heartbit_tui.runtime.hook_files import found
from heartbit_tui.runtime.options import New, Options
from heartbit_tui.runtime.settings import Settings
from heartbit_tui.runtime.watching import further

END_SECONDS = 10.0
"""How long the hooks of a session's end may keep it open."""

NEEDS_APPROVAL = "heartbit needs your permission to use {name}"
HAS_QUESTION = "heartbit has a question"


class Hooked:
    """The hooks of one session. Give `take` to the bus, `gate` and `guards` and `policy` to the agent, then `join`."""

    def __init__(self, options: Options, settings: Settings, stack: AsyncExitStack) -> None:
        hooks, self.problems = found(options, settings)
        self._options = options
        self._session: Session | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._start: asyncio.Task[Answer] | None = None
        self._heard = Heard()
        self._firing = Firing(hooks, _commands(options, settings, stack), self._about, self._say)
        self.guards: tuple[Guardrail, ...] = (HookGuard(self._firing, self._heard, self._go_on, self._say),)
        self.policy: ContextPolicy = Prompting(self._firing, self._began)

    def guard_of(self, agent: str, go_on: Callable[[str], None]) -> Guardrail:
        """What an agent that works for another is given in place of `guards`."""
        return HookGuard(self._firing, self._heard, go_on, self._say, agent=agent)

    def gate(self, gate: Gate) -> Gate:
        """The gate, with hooks behind it."""
        return HookGate(gate, self._heard)

    def join(self, session: Session, stack: AsyncExitStack) -> None:
        """The session is open: its hooks run from now on, and those of its end when `stack` ends."""
        self._session = session
        for problem in self.problems:
            self._say(problem, True)
        source = "startup" if isinstance(self._options.which, New) else "resume"
        self._start = asyncio.create_task(self._firing.fire("SessionStart", {"source": source}, source))
        stack.push_async_callback(self._finish)

    def take(self, envelope: Envelope) -> None:
        """Hear an event of the session; it waits for no hook."""
        if self._session is None:
            return
        match envelope.event:
            case ApprovalRequested() as asked:
                self._do(self._request(asked))
            case QuestionAsked():
                self._do(self._notify(HAS_QUESTION, "question"))
            case SummaryStarted(trigger=trigger):
                kind = "manual" if trigger == "asked" else "auto"
                self._do(self._tell("PreCompact", {"trigger": kind}, kind))
            case SubAgentCompleted(success=False):  # one that has done its task was told of before it ended
                self._do(self._tell("SubagentStop", {"agent": envelope.agent, "success": False}, envelope.agent))
            case _:
                return

    async def _request(self, asked: ApprovalRequested) -> None:
        """Let hooks answer in a person's place: a no always, a yes only where nothing but the mode asks."""
        await self._notify(NEEDS_APPROVAL.format(name=asked.call.name), "permission_prompt")
        call = asked.call
        told = {"tool_name": call.name, "tool_input": call.input, "tool_use_id": call.id, "reason": asked.reason}
        answer = await self._firing.fire("PermissionRequest", told, call.name)
        allows = answer.decision == "allow" and asked.rule.endswith(BY_MODE)
        if self._session is not None and (allows or answer.decision == "deny"):
            self._session.submit(Decide(id=asked.id, allow=allows, note="" if allows else answer.reason))

    async def _notify(self, message: str, kind: str) -> None:
        await self._tell("Notification", {"message": message, "notification_type": kind}, kind)

    async def _tell(self, event: str, told: JsonObject, name: str) -> None:
        await self._firing.fire(event, told, name)

    async def _began(self) -> Answer:
        return await self._start if self._start is not None else Answer()

    async def _finish(self) -> None:
        """The session ends: what runs is waited for as long as the end may take, then stopped."""
        ending = asyncio.create_task(self._tell("SessionEnd", {"reason": "exit"}, "exit"))
        running: set[asyncio.Task[Any]] = {ending, *self._tasks, *((self._start,) if self._start else ())}
        _, late = await asyncio.wait(running, timeout=END_SECONDS)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late)
        self._session = None

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _about(self) -> JsonObject:
        session = self._session
        told: JsonObject = {"session_id": session.id if session else "", "cwd": str(self._options.cwd)}
        return {**told, "permission_mode": str(session.settings.mode) if session else ""}

    def _say(self, text: str, warning: bool) -> None:
        if self._session is not None:
            level = "warning" if warning else "info"
            self._session.append(self._session.agent.name, Notice(level=level, text=text))

    def _go_on(self, text: str) -> None:
        if self._session is not None:
            self._session.submit(Steer(text=text))


def _commands(options: Options, settings: Settings, stack: AsyncExitStack) -> Commands:
    root, inside = project_root(options.cwd), None
    if isinstance(settings.sandbox, Active):
        planned = sandboxing.planned(settings.config, settings.workspace, settings.places, settings.environment)
        inside = stack.enter_context(sandboxing.confinement(settings.sandbox, planned))
    store = TrustStore(LockedFile(settings.places.trust_file))
    watched = further(options.cwd, settings.places, options.config_file)

    def stands() -> bool:
        try:
            return store.look(root, watched).is_trusted
        except ConfigError:
            return False

    return Commands(root, settings, inside, stands)
