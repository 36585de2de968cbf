"""The sessions that are open side by side: one of them is seen."""

import asyncio
from collections.abc import Callable, Sequence

from heartbit_tui.kernel.events import ApprovalRequested, QuestionAsked
from heartbit_tui.runtime.options import Options
from heartbit_tui.tui.chat.tints import Tints
from heartbit_tui.tui.talk.pace import Pace
from heartbit_tui.tui.talk.talk import Connect, Talk
from heartbit_tui.tui.transcript.blocks import Notice

MOST = 9
"""Sessions at once: one for each digit."""


class Talks:
    """Each runs as one of `tasks`, whose owner waits for all of them."""

    def __init__(self, connect: Connect, pace: Pace, tasks: asyncio.TaskGroup) -> None:
        self.all: list[Talk] = []
        self.changed: Callable[[Talk], None] = _nothing
        """Called with a session that has news."""
        self._connect = connect
        self.pace = pace
        self.tints = Tints()
        self._current = 0
        self._tasks = tasks

    @property
    def current(self) -> Talk:
        """The session that is seen."""
        return self.all[self._current]

    @property
    def number(self) -> int:
        """Which of them is seen, from 1."""
        return self._current + 1

    def open(
        self,
        options: Options,
        *,
        beside: bool = False,
        connect: Connect | None = None,
        greetings: Sequence[Notice] = (),
        sent: Sequence[str] = (),
    ) -> Talk:
        """Open a session in the place of the one that is seen, or beside it; `connect` is its own way to do so.

        `greetings` are told when it is open, and `sent` prompts are on their way into it already.
        """
        talk = Talk(options, connect or self._connect, self.pace, self._tell)
        talk.greetings = tuple(greetings)
        for text in sent:
            talk.pending.send(text, "prompt")
        talk.tints = self.tints
        if beside or not self.all:
            self.all.append(talk)
            self._current = len(self.all) - 1
        else:
            self.current.leave(for_good=True)
            self.all[self._current] = talk
        self._look()
        self._tasks.create_task(talk.run(), name="session")
        return talk

    def see(self, number: int) -> bool:
        """See the session with this number, from 1; False where there is none."""
        if not 1 <= number <= len(self.all):
            return False
        self._current = number - 1
        self._look()
        return True

    def asking(self, request: ApprovalRequested | QuestionAsked) -> Talk | None:
        """The session in which this waits; ids are those of one session alone."""
        return next((talk for talk in self.all if any(asked.request is request for asked in talk.asked)), None)

    def close(self, talk: Talk | None = None) -> bool:
        """Leave a session, or the one that is seen, and see the one before it; False where it is the only one."""
        if len(self.all) < 2:
            return False
        current, closed = self.current, talk or self.current
        at = self.all.index(closed)
        self.all.pop(at).leave(for_good=True)
        self._current = self.all.index(current) if current is not closed else max(at - 1, 0)
        self._look()
        return True

    def _look(self) -> None:
        """Whoever is seen has no news, and whoever is not is hidden."""
        for talk in self.all:
            talk.hidden = talk is not self.current
        self.current.news = "idle"

    def _tell(self, talk: Talk) -> None:
        self.changed(talk)


def _nothing(_: Talk) -> None:
    """Nobody looks yet."""
