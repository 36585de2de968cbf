"""One caller's tasks over A2A: taken in by the queue, asked and answered in their sessions, seen as far as a role reaches."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from types import MappingProxyType
from typing import Final
from uuid import uuid4

from starlette.exceptions import HTTPException

from heartbit_tui.a2a.serving import Declined, Heard, Listed, Piece, Said, Shown, Sought, Stood, Update
from heartbit_tui.a2a.types import State as Stands
from heartbit_tui.auth.refusing import NOT_FOUND, Refused
from heartbit_tui.auth.roles import Action, allowed, check
from heartbit_tui.auth.users import Owner, UserContext
from heartbit_tui.daemon.a2a.asking import op_of, words_of
from heartbit_tui.daemon.a2a.pieces import Asks, Pieces
from heartbit_tui.daemon.asked import Open
from heartbit_tui.daemon.http.bodies import LONGEST_TASK, NO_TASK
from heartbit_tui.daemon.http.tasks import STOPPING, sight_of
from heartbit_tui.daemon.live import Live
from heartbit_tui.daemon.opening import Daemon
from heartbit_tui.daemon.planning import owner_of
from heartbit_tui.daemon.waiting import first_of
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.store import ids
from heartbit_tui.tasks import ENDED, STATES, Request, Sight, State, Task
from heartbit_tui.tasks.recent import Wanted, changed

SOURCE: Final = "a2a"
KEY: Final = f"{SOURCE}:"
"""What the keys of tasks begin with that came in messages; the id of the message follows."""

LONGEST_ID: Final = 190
"""Characters of the id of a message, so that it fits a key."""

MOMENT: Final = 10.0
"""Seconds for which a cancel or an answer is waited for to have had its effect."""

REMEMBERED: Final = 4_096
"""Answers that are known for the case that they are sent again."""

RESUME: Final = "resume"
STANDS: Mapping[State, Stands] = MappingProxyType(
    {
        "pending": "submitted",
        "running": "working",
        "completed": "completed",
        "failed": "failed",
        "cancelled": "canceled",
        "interrupted": "input-required",
    }
)
LOST: Final = "{error}\n\nAnswer with the word “resume” to have it taken up again, or cancel it."
NO_CONTEXT: Final = "context not found"
NO_WORDS: Final = "the message says nothing"
TOO_LONG: Final = f"a message may have {LONGEST_TASK:,} characters, and its id {LONGEST_ID}"
TAKEN: Final = "another message was sent under this messageId"
OTHER_CONTEXT: Final = "the task is not of this context"
OVER: Final = "the task has ended: it is {state}. Leave the taskId out to begin the next one in this context."
NOTHING_WAITS: Final = "the task waits for nothing. Leave the taskId out to have the next one done after it."
QUICKER: Final = "somebody else was quicker: what waited was answered already"
SAY_RESUME: Final = "the task was interrupted: answer with the word “resume”, or cancel it"
NOT_STOPPED: Final = "the task has ended: it is {state}"
NO_PAGE: Final = "pageToken is none that was given out"


class Answered:
    """Which messages were taken for answers: sent again, one answers nothing else. The newest are known."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()

    def __contains__(self, answer: tuple[str, str]) -> bool:
        return answer in self._known

    def add(self, task_id: str, message_id: str) -> None:
        """Know a message to a task."""
        self._known[task_id, message_id] = None
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)


class Behind:
    """A `Backing` for one caller. `card` makes the card for those who are known."""

    def __init__(
        self, daemon: Daemon, who: UserContext, answered: Answered, card: Callable[[UserContext], JsonObject]
    ) -> None:
        self._daemon = daemon
        self._who = who
        self._answered = answered
        self._card = card

    async def say(self, said: Said) -> Heard:
        if not said.id or len(said.id) > LONGEST_ID or sum(map(len, said.texts)) > LONGEST_TASK:
            raise Declined("invalid", TOO_LONG)
        if not any(text.strip() for text in said.texts):
            raise Declined("invalid", NO_WORDS)
        return await (self._answer(said) if said.task_id else self._begin(said))

    async def follow(self, task_id: str, after: int = 0, *, through: bool = False) -> AsyncGenerator[Update]:
        task = await self._task(task_id, "read")
        shown = self._shown(task)
        yield shown
        if task.state in ENDED or (shown.state == "input-required" and not through):
            return
        pieces = Pieces()
        async with aclosing(self._daemon.following.of_task(task, after)) as batches:
            async for lines in batches:
                for each in pieces.take(lines):
                    if not isinstance(each, Asks):
                        yield each
                    elif (waiting := self._waits(each)) is not None:
                        yield Stood(state="input-required", at=each.at, words=words_of(waiting.event))
                        if not through:
                            return
        ended = self._shown(await self._daemon.queue.get(task.id) or task)
        if ended.result is not None and ended.result != pieces.told:
            yield Piece(text=ended.result, append=False)
        yield Stood(state=ended.state, at=ended.at, words=ended.words)

    async def task(self, task_id: str) -> Shown:
        return self._shown(await self._task(task_id, "read"))

    async def tasks(self, sought: Sought) -> Listed:
        sight = sight_of(allowed(self._who, "read"))
        found = self._wanted(sought)
        if found is None:
            return Listed(tasks=(), total=0)
        try:
            page = await self._daemon.recent.page(found, sight)
        except ValueError:
            raise Declined("invalid", NO_PAGE) from None
        return Listed(tasks=tuple(map(self._shown, page.tasks)), total=page.total, next=page.next)

    async def cancel(self, task_id: str) -> Shown:
        task = await self._task(task_id, "cancel")
        if task.state in ENDED:
            raise Declined("not-cancelable", NOT_STOPPED.format(state=STANDS[task.state]))
        await self._daemon.service.stop(task.id)
        now = await self._daemon.queue.get(task.id) or task
        if now.state == "running":
            await first_of(self._no_more(now), self._daemon.clock.sleep(MOMENT))
            now = await self._daemon.queue.get(task.id) or now
        if now.state in ("completed", "failed"):
            raise Declined("not-cancelable", NOT_STOPPED.format(state=STANDS[now.state]))
        return self._shown(now)

    async def card(self) -> JsonObject:
        return await asyncio.to_thread(self._card, self._who)

    async def _begin(self, said: Said) -> Heard:
        """A new task; the one of then, where its message has come before."""
        allowed(self._who, "submit")
        if self._daemon.service.draining:
            raise HTTPException(503, STOPPING, {"retry-after": "5"})
        if said.context_id:
            await self._check_context(said.context_id)
        text = "\n\n".join(said.texts).strip()
        request = Request(
            task=text,
            source=SOURCE,
            user_id=self._who.user_id,
            tenant_id=self._who.tenant_id,
            key=KEY + said.id,
            session=said.context_id or ids.new_id(self._daemon.clock.now()),
        )
        mine = str(uuid4())
        task = await self._daemon.service.accept(request, mine)
        if task.request.task != text or said.context_id not in ("", task.request.session):
            raise Declined("invalid", TAKEN)
        if task.id == mine:
            self._daemon.figures.accepted()
        return Heard(task=self._shown(task))

    async def _answer(self, said: Said) -> Heard:
        """Go on with a task that asks something. Answers name no request: the one that waits longest is meant."""
        task = await self._task(said.task_id, "answer")
        if said.context_id not in ("", _context(task)):
            raise Declined("invalid", OTHER_CONTEXT)
        if (task.id, said.id) in self._answered:
            return Heard(task=self._shown(task))
        if task.state in ENDED:
            raise Declined("unsupported", OVER.format(state=STANDS[task.state]))
        if task.state == "interrupted":
            return await self._resume(task, said)
        live, waiting = self._daemon.host.find(task.session), self._waiting(task)
        if live is None or waiting is None:
            raise Declined("unsupported", NOTHING_WAITS)
        after, op = live.feed.last, op_of(waiting.event, said.texts)
        if not live.asked.claim(waiting.event.id):
            raise Declined("unsupported", QUICKER)
        live.client.submit(op)
        self._answered.add(task.id, said.id)
        await first_of(_settled(live, waiting.event.id, after), self._daemon.clock.sleep(MOMENT))
        return Heard(task=await self.task(task.id), after=after)

    async def _resume(self, task: Task, said: Said) -> Heard:
        if " ".join(said.texts).strip().casefold() != RESUME:
            raise Declined("invalid", SAY_RESUME)
        await self._daemon.service.again(task.id)
        self._answered.add(task.id, said.id)
        return Heard(task=await self.task(task.id), after=task.last_seq or 0)

    async def _task(self, task_id: str, action: Action) -> Task:
        """The task, where the caller may do this with it. Raises `Declined`, `Refused`."""
        task = await self._daemon.queue.get(task_id)
        self._check(action, owner_of(task) if task else None, NO_TASK)
        assert task is not None  # what is not there was declined
        return task

    async def _check_context(self, context: str) -> None:
        """Let nobody go on with what is not theirs; a session may be wanted and not begun yet."""
        chat = await self._daemon.chats.find(context)
        if chat is None:
            mine = Sight(tenant_id=self._who.tenant_id, user_id=self._who.user_id)
            waiting = await self._daemon.recent.page(Wanted(session=context, limit=1), mine)
            self._check("submit", self._who.owner if waiting.tasks else None, NO_CONTEXT)
        else:
            self._check("submit", chat.owner, NO_CONTEXT)

    def _check(self, action: Action, owner: Owner | None, missing: str) -> None:
        try:
            check(self._who, action, owner, missing)
        except Refused as refused:
            if refused.status != NOT_FOUND:
                raise
            raise Declined("not-found", refused.text) from None

    def _wanted(self, sought: Sought) -> Wanted | None:
        """What to look for; None where no task can be like that."""
        states: tuple[State, ...] = tuple(state for state in STATES if STANDS[state] == sought.state)
        asks = None
        if sought.state in ("working", "input-required"):
            asks = sought.state == "input-required"
            states = ("running", *(states if asks else ()))
        if sought.state is not None and not states:
            return None
        asking = tuple(live.id for live in self._daemon.host.open if live.asked.open) if asks is not None else ()
        return Wanted(
            session=sought.context_id,
            states=states,
            asking=asking,
            asks=asks,
            since=sought.since,
            limit=sought.limit,
            after=sought.after,
        )

    def _shown(self, task: Task) -> Shown:
        waiting = self._waiting(task)
        stands = "input-required" if waiting else STANDS[task.state]
        error = LOST.format(error=task.error) if task.state == "interrupted" else task.error
        return Shown(
            id=task.id,
            context_id=_context(task),
            state=stands,
            at=max(changed(task), waiting.since) if waiting else changed(task),
            words=words_of(waiting.event) if waiting else error,
            said=task.request.task,
            said_id=task.request.key.removeprefix(KEY) if task.request.key.startswith(KEY) else "",
            result=task.result if task.state == "completed" else None,
        )

    def _waiting(self, task: Task) -> Open | None:
        """What waits longest for a person at a task; a session has one task at work at a time."""
        live = self._daemon.host.find(task.session) if task.state == "running" else None
        return next(iter(live.asked.open.values()), None) if live else None

    def _waits(self, asks: Asks) -> Open | None:
        live = self._daemon.host.find(asks.session)
        return live.asked.open.get(asks.id) if live else None

    async def _no_more(self, task: Task) -> None:
        """Return once a task is at work no more."""
        now: Task | None = task
        while now is not None and now.state == "running":
            now = await self._daemon.service.changed(now)


async def _settled(live: Live, id: str, after: int) -> None:
    """Return once a request waits no more."""
    async with aclosing(live.feed.after(after)) as batches:
        async for _ in batches:
            if id not in live.asked.open:
                return


def _context(task: Task) -> str:
    """The conversation that a task is of: its session, as soon as that is known."""
    return task.session or task.request.session
