"""What a sheet keeps of what it has drawn, so that a key does not set it all anew."""

from dataclasses import replace

from heartbit_tui.kernel.events import ApprovalRequested
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.sheets import approval, asking
from heartbit_tui.tui.sheets.body import EDGE, Body, close, items
from heartbit_tui.tui.sheets.frame import Drawn, View
from heartbit_tui.tui.sheets.subject import Subject, subject
from heartbit_tui.tui.sheets.waiting import Ticket, Waiting

OTHERS = 5
"""Rows that a sheet has beside what would be done: heading, reason, choices, keys, and one between."""


class Drawing:
    """Keeps the subject of the request that is open, and its body as far as it was set; `cwd` is where commands run."""

    def __init__(self, cwd: str) -> None:
        self._cwd = cwd
        self._subject: tuple[Ticket, Subject] | None = None
        self._body: tuple[Subject, Look, bool, int, Body] | None = None

    def works_in(self, cwd: str) -> None:
        """Requests that are looked at from now on run there."""
        self._cwd = cwd

    def told(self, waiting: Waiting) -> Subject | None:
        """What an approval is about; None for a question."""
        if not isinstance(waiting.request, ApprovalRequested):
            return None
        if self._subject is None or self._subject[0] is not waiting.ticket:
            self._subject = (waiting.ticket, subject(waiting.request, self._cwd))
        return self._subject[1]

    def drawn(self, view: View) -> Drawn:
        """The sheet."""
        told = self.told(view.waiting)
        return asking.drawn(view) if told is None else approval.drawn(view, told, self._made(told, view))

    def _made(self, told: Subject, view: View) -> Body:
        known, look, divided = self._body, view.look, view.waiting.split
        room = view.rows - OTHERS
        if known is not None and known[0] is told and _same(known[1], look) and known[2:4] == (divided, room):
            return known[4]
        body = _fitting(told, look, divided, room)
        self._body = (told, look, divided, room, body)
        return body


def _fitting(told: Subject, look: Look, divided: bool, room: int) -> Body:
    """All of it; of a change that does not fit what is changed, and little around it."""
    found = items(told)
    within = replace(look, width=max(look.width - EDGE, 1))
    body = Body(found, within, divided=divided)
    if told.diff and len(body.upto(room + 1)) > room:
        return Body(close(found), within, divided=divided)
    return body


def _same(one: Look, other: Look) -> bool:
    return one.width == other.width and one.ink is other.ink
