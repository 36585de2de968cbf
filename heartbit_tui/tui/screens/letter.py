"""One letter of the inbox, opened: what stands behind it, and what can be done with it."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from heartbit_tui.client.letters import DRAFT, Behind, Letter, Letters
from heartbit_tui.kernel.ops import Answer, Decide
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.screens import inbox
from heartbit_tui.tui.screens.deeds import Deed, Shown
from heartbit_tui.tui.screens.inbox import BACK, FINISHED, Change
from heartbit_tui.tui.sheets.waiting import Ops, Request

SESSION, CHANGES = "session", "changes"
"""Results of a letter's page: go to its session, show what was changed."""

KEPT = "What was changed stays. Done with."
NEW = "It counts as new again."
SENT = "Sent."
SURE = "Take back what this changed? {what}"


class Opened:
    """A letter while it is open."""

    def __init__(self, letters: Letters, letter: Letter, now: Callable[[], datetime], change: Change) -> None:
        self._letters = letters
        self._now = now
        self._change = change
        self.letter = letter
        self.behind: Behind | None = None

    def shown(self) -> Shown:
        """What its page shows."""
        return Shown(
            title="Inbox",
            lines=self._lines,
            deeds=self._deeds,
            load=self._load,
            asking=self._asking,
            reply=self._reply,
            folder=lambda: self.behind.folder if self.behind else "",
        )

    def _lines(self, look: Look) -> Sequence[Line]:
        return inbox.lines(self.letter, self.behind, self._now(), look)

    async def _load(self) -> None:
        self.letter = await self._letters.get(self.letter.id)
        self.behind = await self._letters.behind(self.letter)

    def _asking(self) -> Sequence[tuple[Request, str]]:
        return [(each.request, each.agent) for each in self.behind.asked] if self.behind else ()

    async def _reply(self, request: Request, ops: Ops) -> str:
        behind = self.behind or Behind()
        session = next((each.session for each in behind.asked if each.request.id == request.id), behind.session)
        for op in ops:
            if isinstance(op, Decide | Answer):
                await self._letters.answer(session, op)
        return SENT

    def _deeds(self) -> Sequence[Deed]:
        letter, behind = self.letter, self.behind or Behind()
        found = list[Deed]()
        if letter.kind == DRAFT and behind.state == "waiting":
            found += self._of_draft()
        elif behind.diff and not letter.done:
            found += self._of_changes()
        if behind.diff:
            found.append(Deed(action="see-changes", title="changes", leaves=CHANGES))
        if behind.session:
            found.append(Deed(action="go-to-session", title="its session", leaves=SESSION))
        done = "back" if letter.done else "done"
        return (
            *found,
            Deed(action="done-with", title=done, act=self._finish),
            Deed(action="mark-unread", title="new", act=self._mark),
        )

    def _of_draft(self) -> tuple[Deed, ...]:
        return (
            Deed(action="accept-this", title="accept", act=lambda: self._decide(accept=True)),
            Deed(action="refuse-this", title="refuse", act=lambda: self._decide(accept=False)),
            Deed(action="edit-this", title="edit", act=self._edit),
        )

    def _of_changes(self) -> tuple[Deed, ...]:
        return (
            Deed(action="accept-this", title="keep", act=self._keep),
            Deed(action="refuse-this", title="take back", asks=self._sure, act=self._back),
        )

    def _decide(self, *, accept: bool) -> Awaitable[str]:
        return self._letters.decide(self.letter, accept=accept)

    async def _edit(self) -> str:
        text = await self._change(self.behind.skill if self.behind else "")
        if text is None or (self.behind and text == self.behind.skill):
            return ""
        return await self._letters.edit(self.letter, text)

    async def _keep(self) -> str:
        await self._letters.finish(self.letter.id, done=True)
        return KEPT

    async def _sure(self) -> str:
        return SURE.format(what=await self._letters.take_back(self.letter, sure=False))

    async def _back(self) -> str:
        told = await self._letters.take_back(self.letter, sure=True)
        await self._letters.finish(self.letter.id, done=True)
        return told

    async def _finish(self) -> str:
        done = not self.letter.done
        await self._letters.finish(self.letter.id, done=done)
        return FINISHED if done else BACK

    async def _mark(self) -> str:
        await self._letters.mark(self.letter.id, read=False)
        return NEW
