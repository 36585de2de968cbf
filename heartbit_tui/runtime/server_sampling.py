"""Answers a server that asks for a completion: a person is asked first, then the session's model, all of it bounded."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

from heartbit_tui.kernel.aside import Aside
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import Choice, Question
from heartbit_tui.kernel.guards import Guards
from heartbit_tui.kernel.messages import StopReason, Text
from heartbit_tui.kernel.protocols import Request
from heartbit_tui.kernel.session import Session
from heartbit_tui.mcp.tools import visible
from heartbit_tui.mcp.types import Answers, Completed, Permit, ServerError, Wish

MOST = 100
"""Completions that one server gets in a session."""

SECONDS = 120.0
SHOWN = 2_000
ONCE = Choice(label="Let it ask", description="your model answers this once, and the server gets the answer")
SESSION = Choice(label="Let it ask in this session", description=f"this and what it asks later, up to {MOST} times")
DECLINE = Choice(label="Decline", description="the server is told no")
ASKED = "The MCP server “{server}” wants your model to answer this (at most {tokens:,} tokens). It gets the answer.\n\n{text}"
MORE = "… ({more:,} more characters)"
NO = "the person did not want a completion"
NOBODY = 'nobody is there to ask; `sampling = "allow"` in the server\'s definition lets it ask the model'
DENIED = "completions are switched off for this server"
ENOUGH = f"it has had {MOST} completions in this session"
FULL = "the spending cap is reached"
LATE = f"the model did not answer within {SECONDS:g} s"
EMPTY = "the model gave no answer"
Ask = Callable[[Sequence[Question]], Awaitable[Answers]]


class Sampler:
    """Completions for the servers of one session; `attended` where a person can be asked."""

    def __init__(self, session: Session, *, attended: bool) -> None:
        self._session = session
        self._attended = attended
        self._count = Counter[str]()
        self._allowed = set[str]()
        self._turns: dict[str, asyncio.Lock] = {}

    async def __call__(self, wish: Wish, permit: Permit, ask: Ask) -> Completed:
        """The model's answer. Raises `ServerError` where there is none to be had."""
        async with self._turns.setdefault(wish.server, asyncio.Lock()):
            await self._permitted(wish, permit, ask)
            self._count[wish.server] += 1
            try:
                async with asyncio.timeout(SECONDS):
                    return await self._completed(wish)
            except TimeoutError as error:
                raise ServerError(LATE) from error
            except HeartbitError as error:
                raise ServerError(str(error)) from error

    async def _permitted(self, wish: Wish, permit: Permit, ask: Ask) -> None:
        if permit == "deny":
            raise ServerError(DENIED)
        if self._count[wish.server] >= MOST:
            raise ServerError(ENOUGH)
        if permit == "allow" or wish.server in self._allowed:
            return
        if not self._attended:
            raise ServerError(NOBODY)
        answers = await ask([question(wish)])
        said = answers[0][0] if answers and answers[0] else DECLINE.label
        if said == SESSION.label:
            self._allowed.add(wish.server)
        elif said != ONCE.label:
            raise ServerError(NO)

    async def _completed(self, wish: Wish) -> Completed:
        settings, desk = self._session.settings, self._session.desk
        now = desk.clock.now()
        await settings.caps.look(now)
        if settings.caps.reached(now, 0.0, None):
            raise ServerError(FULL)
        guards = Guards(self._session.agent.guardrails, desk)
        request = Request(system=wish.system, messages=wish.messages, max_tokens=wish.max_tokens)
        message = await Aside(desk, guards).ask(request, "sampling")
        message, refused = await guards.answer(message)
        if refused:
            raise ServerError(refused)
        text = "".join(block.text for block in message.content if isinstance(block, Text))
        if not text:
            raise ServerError(EMPTY)
        model = message.model or settings.provider.model
        return Completed(text=text, model=model, cut=message.stop is StopReason.MAX_TOKENS)


def question(wish: Wish) -> Question:
    """What a person is asked before a server's words go to the model."""
    said = [f"[{type(each).__name__.lower()}] {_words(each.content)}" for each in wish.messages]
    text = visible("\n".join(([f"[system] {wish.system}"] if wish.system else []) + said))
    shown = text if len(text) <= SHOWN else f"{text[:SHOWN]}{MORE.format(more=len(text) - SHOWN)}"
    told = ASKED.format(server=visible(wish.server), tokens=wish.max_tokens, text=shown)
    return Question(question=told, header="MCP server", options=(ONCE, SESSION, DECLINE), allow_other=False)


def _words(content: Sequence[object]) -> str:
    return " ".join(block.text if isinstance(block, Text) else "[a picture]" for block in content)
