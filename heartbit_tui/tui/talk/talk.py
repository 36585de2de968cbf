"""One session as a person follows it: from its opening to its end."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Literal, TypeAlias, cast

from heartbit_tui.client.types import Client
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import (
    ApprovalDecision,
    ApprovalRequested,
    Delta,
    Envelope,
    Event,
    QuestionAnswered,
    QuestionAsked,
    RunCompleted,
    RunFailed,
    RunInterrupted,
)
from heartbit_tui.kernel.messages import Image, Text
from heartbit_tui.kernel.ops import Close, Mode, Op, Prompt, Steer
from heartbit_tui.kernel.runs import said
from heartbit_tui.runtime.options import Options
from heartbit_tui.tui.chat.book import Book
from heartbit_tui.tui.chat.tints import Tints
from heartbit_tui.tui.garbage import Garbage
from heartbit_tui.tui.talk.followed import Follows
from heartbit_tui.tui.talk.pace import Pace
from heartbit_tui.tui.talk.pending import Pending
from heartbit_tui.tui.talk.story import Story
from heartbit_tui.tui.transcript.blocks import Block, Notice
from heartbit_tui.tui.transcript.transcript import Transcript

TAIL = 400
"""Envelopes of a long log that are folded at once: more than a screen shows."""

BEGUN = 200
"""Letters of the first prompt that are kept for the tab."""

SHORT = 2_000
"""Envelopes of a log that is folded whole before it is shown."""

SLICE = 25
"""Envelopes that are folded before others get a turn: one or two milliseconds."""

HIDDEN = 0.5
"""Seconds that pieces of an answer are left to gather where nobody sees them."""

BREATH = 0.005
"""Seconds between two slices."""

Connect: TypeAlias = Callable[[Options], AbstractAsyncContextManager[Client]]
Stage: TypeAlias = Literal["opening", "open", "failed", "closed"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that waits for the person; `agent` is empty for the session's main agent."""

    request: ApprovalRequested | QuestionAsked
    agent: str = ""


class Talk:
    """Opens a session, follows it, and takes what the person says; `changed` is called when there is news.

    What is said while the session still opens is sent as soon as it is open.
    """

    def __init__(self, options: Options, connect: Connect, pace: Pace, changed: Callable[["Talk"], None]) -> None:
        self.greetings: tuple[Notice, ...] = ()
        """What is told at the end of what was there when the session is open."""
        self.options = options
        self.client: Client | None = None
        self.fault: HeartbitError | None = None
        self.stage: Stage = "opening"
        self.story = Story()
        self.pending = Pending()
        self.follows = Follows(lambda: self.story, self._bind, self.submit)
        """The agents that work for the session's own one, as far as they are followed one by one."""
        self.tints = Tints()
        """The colours of code, which whoever opens sessions may share among them."""
        self.book = self._bound()
        self.hidden = False
        """Whether another session is seen; what is written is then looked at less often."""
        self.news: Literal["idle", "done", "failed"] = "idle"
        """How the last run ended that nobody has seen the end of."""
        self.begun = ""
        """The first prompt's words."""
        self.own = False
        """Whether a command of the person's own runs."""
        self.asked: list[Asked] = []
        """What waits for the person, oldest first."""
        self._connect = connect
        self._pace = pace
        self._changed = changed
        self._early: list[Op] = []
        self._since: list[Envelope] = []
        """What has come since the session was opened, without its deltas."""
        self.only_deltas = False
        """While `changed` is called: whether nothing came but pieces of what is being written."""
        self._hurried = False
        self._completed = asyncio.Event()
        self._left = asyncio.Event()
        self._opened = asyncio.Event()

    @property
    def running(self) -> bool:
        """Whether a run is active, or something was sent that nothing was heard of yet."""
        return self.story.transcript.known.running or any(block.how == "prompt" for block in self.pending.blocks)

    @property
    def read(self) -> Transcript:
        """The transcript that is seen: the session's, or that of an agent that is followed."""
        return self.follows.seen.transcript if self.follows.seen else self.story.transcript

    @property
    def shown(self) -> Book:
        """`read` as it is shown."""
        return self.follows.seen.book if self.follows.seen else self.book

    @property
    def busy(self) -> bool:
        """Whether there is something to interrupt: a run, or a summary or a judgement that the person asked for."""
        known = self.story.transcript.known
        return self.running or known.summarising is not None or known.judging is not None

    @property
    def mode(self) -> Mode:
        """The mode that holds now."""
        if self.client is not None:
            return self.client.mode
        return self.options.mode or Mode.ASK

    async def run(self) -> None:
        """Open the session and follow it until it is left. A fault of the opening is kept in `fault`."""
        try:
            async with self._connect(self.options) as client:
                await self._open(client)
                async with asyncio.TaskGroup() as tasks:
                    following = [tasks.create_task(self._follow(client))]
                    if len(client.history) > SHORT:
                        following.append(tasks.create_task(self._complete(client)))
                    await self._left.wait()
                    for task in following:
                        task.cancel()
                client.submit(Close())
            self.stage = "closed"
        except HeartbitError as error:
            self._fail(error)
        except Exception as error:  # noqa: BLE001 - the session boundary: the others, and the screen, live on
            self._fail(_fault(error))
        self._opened.set()
        self._changed(self)

    def _fail(self, error: HeartbitError) -> None:
        self.stage, self.fault = "failed", error
        self.tell(str(error), level="error")

    async def opened(self) -> None:
        """Return once the session is open, or will never be."""
        await self._opened.wait()

    async def completed(self) -> None:
        """Return once all that was said before is there, not its end alone; from now on that goes first."""
        self._hurried = True
        if self.stage == "open":
            await self._completed.wait()

    def leave(self, *, for_good: bool = False) -> None:
        """Let the session end; `run` returns once it is closed and kept. `for_good` forgets what was shown of it."""
        self._left.set()
        if for_good:
            self.story = Story()
            self.book = self._bound()

    def say(self, text: str, images: Sequence[Image] = (), *, queue: bool = False, context: str = "") -> None:
        """Send words: a prompt, or, while a run is active and `queue` is not set, words for the run.

        `context` goes to the model with them and is not shown.
        """
        words = f"{context}\n\n{text}" if context else text
        self.begun = self.begun or text[:BEGUN]
        if self.running and not queue and not images:
            self.pending.send(text, "steer", words=words)
            self.submit(Steer(text=words))
        else:
            how = "queued" if self.running else "prompt"
            self.pending.send(text, how, words=words, images=len(images))
            self.submit(Prompt(content=(Text(text=words), *images)))
        self._changed(self)

    def send(self, prompt: Prompt) -> None:
        """Send a prompt as it is; it waits where a run is active."""
        self.pending.send(said(prompt), "queued" if self.running else "prompt")
        self.submit(prompt)
        self._changed(self)

    def tell(self, text: str, *, level: Literal["info", "warning", "error"] = "info") -> None:
        """Put a sentence of heartbit's own into the transcript."""
        self.story.transcript.put(Notice(level=level, text=text))

    def submit(self, op: Op) -> None:
        """Send an op; one that comes too early waits for the session to be open."""
        if self.client is None:
            self._early.append(op)
        else:
            self.client.submit(op)

    async def log(self) -> tuple[Envelope, ...]:
        """All that happened in this session so far, without the deltas. Raises `StoreError`."""
        before = await self.client.whole() if self.client is not None else ()
        return (*before, *self._since)

    def settled(self, id: str) -> None:
        """Forget something that waited: it was decided or answered."""
        self.asked = [asked for asked in self.asked if asked.request.id != id]

    async def _open(self, client: Client) -> None:
        """Show the end of what was said before, at once; the whole of it follows while one can type."""
        tail = client.history[-TAIL:]
        for start in range(0, len(tail), SLICE):
            self.story.take(tail[start : start + SLICE])
            await asyncio.sleep(0)
        self.client, self.stage = client, "open"
        if 0 < len(client.history) <= SHORT:
            self._hurried = True
            await self._complete(client)
        if len(client.history) <= SHORT:
            self._completed.set()
        self.book = self._bound()
        for notice in self.greetings:
            self.story.transcript.put(notice)
        for warning in client.about.warnings:
            self.tell(warning, level="warning")
        early, self._early = self._early, []
        for op in early:
            client.submit(op)
        self._opened.set()
        self._changed(self)

    async def _complete(self, client: Client) -> None:
        """Fold the whole log, what has come meanwhile included, a little at a time, so that keys go first."""
        waiting = deque(await client.whole() or client.history)
        story = Story()
        while waiting:  # and what was taken is given free at once: all of it takes 15 ms
            story.take([waiting.popleft() for _ in range(min(SLICE, len(waiting)))])
            Garbage.keep()
            await asyncio.sleep(0 if self._hurried else BREATH)
        put = list(self.story.transcript.put_in)
        for envelope in self._since:
            while put and put[0][0] < envelope.seq:
                story.transcript.put(put.pop(0)[1])
            story.take((envelope,))
        for _, block in put:
            story.transcript.put(block)
        self.story, before = story, self.book
        self.book = self._bound()
        self.book.succeed(before)
        self._completed.set()
        self._changed(self)

    def _bound(self) -> Book:
        return self._bind(self.story.transcript, lambda: self.pending.blocks)

    def _bind(self, transcript: Transcript, below: Callable[[], Sequence[Block]]) -> Book:
        cwd = self.client.about.cwd if self.client is not None else str(self.options.cwd)
        return Book(transcript, below, cwd=cwd, tints=self.tints)

    async def _follow(self, client: Client) -> None:
        async for batch in client.batches(self._pause):
            self.story.take(batch)
            self._since += (envelope for envelope in batch if not isinstance(envelope.event, Delta))
            for envelope in batch:
                self._take(envelope)
            self.only_deltas = all(isinstance(envelope.event, Delta) for envelope in batch)
            self._changed(self)
            self.only_deltas = False
            self._pace.looked()
            if (least := self._pace.least()) > 0:
                await asyncio.sleep(least)

    def _pause(self) -> float:
        return HIDDEN if self.hidden else self._pace.pause()

    def _take(self, envelope: Envelope) -> None:
        if self.story.mates.find(envelope.agent) is None:
            self.pending.take(envelope)
        else:
            self.follows.take(envelope)
        match envelope.event:
            case ApprovalRequested() | QuestionAsked() as request:
                self.asked.append(Asked(request, "" if self._is_own(envelope) else envelope.agent))
            case ApprovalDecision(id=id) | QuestionAnswered(id=id):
                self.settled(id)
            case RunCompleted() | RunFailed() | RunInterrupted() if self._is_own(envelope):
                self.asked.clear()
                self._ended(envelope.event)
            case _:
                pass

    def _ended(self, event: Event) -> None:
        if self.hidden and not isinstance(event, RunInterrupted):
            self.news = "failed" if isinstance(event, RunFailed) else "done"
        Garbage.keep()

    def _is_own(self, envelope: Envelope) -> bool:
        return envelope.agent == self.story.transcript.known.agent


def _fault(error: Exception) -> HeartbitError:
    """The fault of heartbit's own at the bottom of groups of them, or a sentence for one that it does not know."""
    if isinstance(error, ExceptionGroup):
        return _fault(cast("ExceptionGroup[Exception]", error).exceptions[0])
    if isinstance(error, HeartbitError):
        return error
    return HeartbitError(f"A fault in heartbit ended this session: {type(error).__name__}: {error}. It is kept.")
