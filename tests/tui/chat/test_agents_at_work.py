"""What a frame of the screen costs while agents write does not grow with how many of them there are."""

import sys
from collections.abc import Callable
from types import FrameType

from heartbit_tui.kernel.events import RunStarted, SubAgentCompleted, SubAgentsDispatched, TextDelta, TurnStarted
from heartbit_tui.kernel.messages import Usage
from heartbit_tui.tui.chat.book import Book
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.talk.followed import Follows
from heartbit_tui.tui.talk.story import Story
from heartbit_tui.tui.theme.ink import ink
from heartbit_tui.tui.theme.load import load
from tests.tui.transcript.story import Log, answered, begun, done
from tests.tui.transcript.test_works import HAND

AT_WORK = 8
ROWS = 40
LOOK = Look(120, ink(load("heartbit")))


class Screen:
    """A session whose agents write, and the rows at its end."""

    def __init__(self, *, waiting: int = 0, ended: int = 0) -> None:
        self.story = Story()
        self.follows = Follows(lambda: self.story, Book, lambda op: None)
        self._log = Log()
        count = ended + AT_WORK + waiting
        names = [f"worker#{number}" for number in range(count)]
        self._log.tell(*begun(), answered(HAND))
        self._log.tell(SubAgentsDispatched(agents=tuple(names)))
        self._writing = names[ended : ended + AT_WORK]
        for name in names[:ended]:
            self._log.tell(RunStarted(task="Work."), TurnStarted(turn=1, max_turns=9), agent=name)
            self._log.tell(TextDelta(text="It *is* done. "), done(), agent=name)
            self._log.tell(SubAgentCompleted(success=True, usage=Usage()), agent=name)
        for name in self._writing:
            self._log.tell(RunStarted(task="Work."), TurnStarted(turn=1, max_turns=9), agent=name)
        self.story.take(self._log.envelopes)
        self._book = Book(self.story.transcript)
        for _ in range(60):
            self._write()
        self._draw()

    def frame(self) -> None:
        """All of them write a little, and the end is drawn."""
        self._write()
        self._draw()

    def _write(self) -> None:
        before = len(self._log.envelopes)
        for name in self._writing:
            self._log.tell(TextDelta(text="The **heart** beats so *often*. "), agent=name)
        for envelope in self._log.envelopes[before:]:
            self.story.take((envelope,))
            self.follows.take(envelope)
        del self._log.envelopes[:-1]

    def _draw(self) -> None:
        rows, key = 0, self._book.last()
        while key is not None and rows < ROWS:
            rows += len(self._book.lines(key, LOOK))
            key = self._book.before(key)


def calls(work: Callable[[], None]) -> int:
    """How many functions are called for this: the same on every machine."""
    count = 0

    def seen(frame: FrameType, what: str, _: object) -> None:
        nonlocal count
        count += what in ("call", "c_call")

    sys.setprofile(seen)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def test_a_frame_takes_as_many_steps_with_a_hundred_agents_in_the_queue_as_with_none() -> None:
    few, queued = Screen(), Screen(waiting=92)
    assert calls(queued.frame) <= calls(few.frame) * 1.02


def test_a_frame_takes_as_many_steps_when_a_hundred_have_ended_as_when_none_has() -> None:
    few, ended = Screen(), Screen(ended=92)
    assert calls(ended.frame) <= calls(few.frame) * 1.02


def test_what_an_agent_has_written_before_costs_no_frame_anything() -> None:
    short, long = Screen(), Screen()
    for _ in range(400):
        long._write()  # pyright: ignore[reportPrivateUsage] a frame without its drawing
    long.frame()
    short.frame()
    assert calls(long.frame) <= calls(short.frame) * 1.3
