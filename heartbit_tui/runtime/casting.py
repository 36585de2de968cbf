"""Who of a session's agents works on a prompt of its own conversation: decided, told, and put into its place."""

import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import cast as typed

from heartbit_tui.agents.board import Board
from heartbit_tui.agents.definitions import Definition
from heartbit_tui.agents.routing import Candidate, Decision, Keywords, Mode, Strategy, escalated, escalates, route
from heartbit_tui.kernel.bus import Subscription
from heartbit_tui.kernel.casting import Cast
from heartbit_tui.kernel.errors import (
    AnswerError,
    ConfigError,
    ContextOverflowError,
    DoomLoopError,
    HeartbitError,
    LimitError,
)
from heartbit_tui.kernel.events import DoomLoopDetected, Event, Notice, UserMessage
from heartbit_tui.kernel.messages import Text, user
from heartbit_tui.kernel.ops import Prompt
from heartbit_tui.kernel.protocols import Agent
from heartbit_tui.runtime.acting import acting
from heartbit_tui.runtime.own_reach import OwnReach
from heartbit_tui.runtime.roles import FOLDER, Ground
from heartbit_tui.runtime.strategies import strategy_of

OWN_FAULTS = (AnswerError, ContextOverflowError, DoomLoopError, LimitError)
"""How an agent fails by itself; what a person, a guardrail or a service ended is not taken up by others."""

CALLED = re.compile(r"/[\w:.-]+(?!\S)")
"""How a prompt begins that calls a skill, a command or a server's prompt by its name: it is for the session's own agent."""

NOT_SET_UP = "The agent “{name}” could not be set up: {error}"
BROKE = "The strategy that chooses an agent failed ({error}); the words of the prompt decide."
STRANGER = "The strategy chose “{name}”, which is no agent of the settings; the words of the prompt decide."


class Routing:
    """The `Casting` of a session whose settings define agents; call `join` once it is open.

    Agents of files are handed tasks and never take a prompt: many come with other programs, which do not route.
    """

    def __init__(self, definitions: Sequence[Definition], board: Board, reach: OwnReach) -> None:
        self._definitions = definitions
        self._known: dict[str, Definition] = {}
        self._agents: tuple[Candidate, ...] = ()
        self._board = board
        self._reach = reach
        self._ground: Ground | None = None
        self._strategy: Strategy | None = None
        self._made: dict[str, Cast] = {}

    def join(self, ground: Ground) -> None:
        """The session is open."""
        self._ground = ground
        found = (each for each in self._definitions if each.number is not None)
        self._known = {each.name: each for each in found if each.name != ground.session.agent.name}
        self._agents = tuple(Candidate(name=each.name, description=each.description) for each in self._known.values())

    @asynccontextmanager
    async def cast(self, agent: Agent, prompt: Prompt) -> AsyncGenerator[Cast]:
        """Who works on this prompt. Raises `HeartbitError` where the one that was chosen cannot be set up."""
        ground = self._ground
        if ground is None or not self._agents or CALLED.match(_words(prompt)):
            yield Cast(agent=agent)
            return
        with ground.session.bus.subscribe() as seen:
            name = await self._chosen(ground, prompt)
            if name not in self._known:
                yield Cast(agent=agent)
                return
            made = await self._acting(ground, name)
            if made.terms is not None:  # a person's wish for the strongest model came before it was known who works
                wished = ground.session.settings
                made.terms.strongest, wished.strongest = wished.strongest, False
            yield replace(made, relief=_Relief(ground, agent, name, len(self._agents) + 1, seen))

    async def _chosen(self, ground: Ground, prompt: Prompt) -> str:
        """The name of the agent, or that of the session's own; told with the reason where there was a choice."""
        session = ground.session
        mode = typed("Mode", ground.settings.config.string("orchestrator.routing"))
        decision = await self._decided(ground, prompt, mode)
        for spent in decision.spent:
            session.append(session.agent.name, spent.told)
        if mode != "always_orchestrate":
            session.append(session.agent.name, decision.event)
        return decision.agent

    async def _decided(self, ground: Ground, prompt: Prompt, mode: Mode) -> Decision:
        task = _words(prompt)
        media = not all(isinstance(block, Text) for block in prompt.content)
        own, session = ground.session.agent.name, ground.session
        if self._strategy is None:
            self._strategy, warning = await strategy_of(ground, own)
            if warning:
                session.append(own, Notice(level="warning", text=warning))
        why = ""
        try:
            decision = await route(task, self._agents, mode=mode, strategy=self._strategy, media=media, own=own)
            if decision.agent in ("", own, *self._known):
                return decision
            why = STRANGER.format(name=decision.agent[:80])
        # The strategy may be somebody else's code: none of its faults may end the run.
        except Exception as error:  # noqa: BLE001
            why = BROKE.format(error=" ".join(f"{type(error).__name__}: {error}".split())[:300])
        session.append(own, Notice(level="warning", text=why))
        return await route(task, self._agents, mode=mode, strategy=Keywords(own), media=media, own=own)

    async def _acting(self, ground: Ground, name: str) -> Cast:
        """The agent in its place, made once for a session."""
        if name not in self._made:
            try:
                self._made[name] = await acting(ground, self._known[name], self._board, self._reach)
            except HeartbitError as error:
                raise ConfigError(NOT_SET_UP.format(name=name, error=error), key="agents") from error
        return self._made[name]


def _words(prompt: Prompt) -> str:
    return "\n".join(block.text for block in prompt.content if isinstance(block, Text))


class _Relief:
    """Lets the session's own agent go on, with the others to help it, where the chosen one came to the end of its means."""

    def __init__(self, ground: Ground, own: Agent, name: str, agents: int, seen: Subscription) -> None:
        self._ground = ground
        self._own = own
        self._name = name
        self._agents = agents
        self._seen = seen

    def __call__(self, error: HeartbitError) -> Cast | None:
        own, session = self._own.name, self._ground.session
        events = tuple(each.event for each in self._seen.drain() if each.agent == own)
        enabled = self._ground.settings.config.boolean("orchestrator.escalation")
        if not isinstance(error, OWN_FAULTS) or _stopped(error, events):
            return None
        why = escalates(error, events, agents=self._agents, enabled=enabled)
        if not why:
            return None
        session.append(own, escalated(self._name, why).event)
        told = (FOLDER / "taking_over.md").read_text(encoding="utf-8").strip().format(agent=self._name, why=why)
        session.append(own, UserMessage(message=user(told), origin="heartbit"))
        return Cast(agent=self._own)


def _stopped(error: HeartbitError, events: Sequence[Event]) -> bool:
    """Whether it was ended by a limit that holds for others too, or by a person who was asked."""
    if isinstance(error, LimitError):
        return error.limit not in ("turns", "time")
    asked = any(isinstance(event, DoomLoopDetected) and event.action == "asked" for event in events)
    return asked and isinstance(error, DoomLoopError)
