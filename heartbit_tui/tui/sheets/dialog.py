"""What waits for a person, and what each key sends: requests in, keys in, ops out; no screen, no clock."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from heartbit_tui.kernel.events import QuestionAsked
from heartbit_tui.kernel.ops import Answer, Decide
from heartbit_tui.tui.sheets import approving, questioning
from heartbit_tui.tui.sheets.entry import Entry
from heartbit_tui.tui.sheets.waiting import Act, Ops, Outcome, Request, Ticket, Waiting, ticket

KEYS: Mapping[str, Act] = MappingProxyType(
    {
        **dict.fromkeys(("y", "1"), "allow-once"),
        **dict.fromkeys(("s", "2"), "allow-session"),
        **dict.fromkeys(("a", "3"), "allow-always"),
        **dict.fromkeys(("n", "4"), "refuse"),
        **dict.fromkeys(("e", "tab"), "refuse-saying"),
        "t": "split-diff",
        "f": "full-screen",
        "ctrl+e": "explain",
    }
)
"""The keys of an approval. A question takes 1 to 9, Space, `w` or Tab for own words, Backspace or Left to go back."""

STEPS: Mapping[str, int] = MappingProxyType({"up": -1, "left": -1, "shift+tab": -1, "down": 1, "right": 1, "tab": 1})

STILL = frozenset({"up", "down", "tab", "shift+tab", "pageup", "pagedown"})
"""Keys that do nothing, and nothing elsewhere, while a line is written."""


class Dialog:
    """The requests that wait, oldest first, one of them open at a time.

    An op comes out only for the ticket that the person saw (`seen`) when the key was pressed, and the request is
    gone from here as soon as its op is out: nothing is answered twice, or by a key that was meant for another.
    """

    def __init__(self, keys: Mapping[str, Act] = KEYS) -> None:
        self.keys = keys
        """What each key does in an approval."""
        self._queue: list[Ticket] = []
        self._settled = 0
        self._split = False
        self._state: Waiting | None = None

    def another(self) -> "Dialog":
        """An empty one with the same keys."""
        other = Dialog(self.keys)
        other.divides(self._split)
        return other

    @property
    def waiting(self) -> Waiting | None:
        """What is open, or None."""
        return self._state

    def open(self, request: Request, agent: str = "") -> None:
        """Put a request behind those that wait; one with an id that waits already is the same request."""
        if all(each.id != request.id for each in self._queue):
            self._queue.append(ticket(request, agent))
            self._show()

    def divides(self, split: bool) -> None:
        """Show diffs in two columns at first, or in one."""
        self._split = split

    def close(self, id: str) -> None:
        """Forget a request that was settled, wherever that was done."""
        kept = [each for each in self._queue if each.id != id]
        self._settled += len(self._queue) - len(kept)
        self._queue = kept
        self._show()

    def clear(self) -> None:
        """Forget everything: the run is over."""
        self._queue = []
        self._show()

    def press(self, key: str, character: str | None, seen: Ticket) -> Ops | None:
        """What a key does: the ops to send, which may be none; None where it means nothing here."""
        state = self._state
        if state is None or state.ticket is not seen:
            return None
        if state.entry is not None:
            return self._take(self._type(state, state.entry, key, character))
        if state.question is not None:
            found = questioning.press(state, key, state.question)
        else:
            found = approving.press(state, key, self.keys)
        return self._take(found or self._step(state, key))

    def pick(self, index: int, seen: Ticket) -> Ops:
        """Take the choice with this index, as a click on it does."""
        state = self._state
        if state is None or state.ticket is not seen or state.entry is not None or not 0 <= index < state.rows:
            return ()
        if state.question is not None:
            return self._take(questioning.pick(state, index, state.question)) or ()
        return self._take(approving.act(state, state.acts[index])) or ()

    def paste(self, text: str) -> bool:
        """Put text into the line that is being written; False where none is."""
        state = self._state
        if state is None or state.entry is None:
            return False
        self._state = replace(state, entry=state.entry.put(" ".join(text.split())))
        return True

    def fill(self, full: bool) -> None:
        """Take the whole screen for what is asked about, or give it back."""
        if self._state is not None:
            self._state = replace(self._state, full=full)

    def _show(self) -> None:
        """Bring the state in line with the queue; what is being done about the oldest request goes on."""
        if not self._queue:
            self._state, self._settled = None, 0
            return
        state = self._state
        if state is None or state.ticket is not self._queue[0]:
            state = Waiting(ticket=self._queue[0], split=self._split)
            state = questioning.shown(state, 0) if isinstance(state.request, QuestionAsked) else state
        self._state = replace(state, place=self._settled + 1, count=self._settled + len(self._queue))

    def _take(self, outcome: Outcome | None) -> Ops | None:
        if outcome is None:
            return None
        self._state, ops = outcome
        self._split = self._state.split
        if any(isinstance(op, Decide | Answer) for op in ops):
            self.close(self._state.ticket.id)
        return ops

    def _step(self, state: Waiting, key: str) -> Outcome | None:
        """Light the choice before or after; none is lit at first, so that Enter alone decides nothing."""
        step = STEPS.get(key)
        if step is None or not state.rows:
            return None
        lit = (0 if step > 0 else state.rows - 1) if state.lit is None else (state.lit + step) % state.rows
        return replace(state, lit=lit), ()

    def _type(self, state: Waiting, entry: Entry, key: str, character: str | None) -> Outcome | None:
        if key == "escape":
            return self._leave(state)
        if key == "enter":
            question = state.question
            done = approving.written(state, entry.text) if question is None else None
            return done or (questioning.written(state, entry.text, question) if question else None)
        typed = entry if key in STILL else entry.press(key, character)
        return None if typed is None else (replace(state, entry=typed), ())

    def _leave(self, state: Waiting) -> Outcome:
        """Choose again; where there is nothing to choose from, decline."""
        if state.question is not None and not state.question.options:
            return questioning.refuse(state)
        return replace(state, stage="choose", entry=None), ()
