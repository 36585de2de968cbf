"""A conversation in plain lines: nothing moves, nothing is coloured, each line says who speaks."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from heartbit_tui.client.visible import revealed
from heartbit_tui.kernel.events import ApprovalRequested, QuestionAsked
from heartbit_tui.repl.conversation import Conversation, Doer, Leave
from heartbit_tui.repl.dialog import Waiting
from heartbit_tui.repl.pieces import Asked, Piece, Said
from heartbit_tui.repl.spoken import Spoken
from heartbit_tui.repl.stdin import Lines

YOU = "you> "
NOT_UNDERSTOOD = "approval: that was not understood.\n"


class Pen(NamedTuple):
    """Where lines come from and go to, and what draws pieces as lines."""

    lines: Lines
    write: Callable[[str], None]
    spoken: Spoken


class LineMode:
    """Writes pieces as lines; reads a line whenever something is wanted of the person.

    With a person at a terminal (`attended`) lines are also read while a run is active: they steer it.
    """

    def __init__(self, pen: Pen, conversation: Callable[["LineMode"], Conversation], *, attended: bool) -> None:
        self._lines, self._write, self._spoken = pen
        self._attended = attended
        self._labelled = ""
        self._conversation = conversation(self)
        self._conversation.asks = attended

    @property
    def conversation(self) -> Conversation:
        """What is shown here."""
        return self._conversation

    async def converse(self, doer: Doer, draft: str = "") -> None:
        """Take lines until they end or the conversation is to be left; `draft` is what an empty line sends."""
        conversation = self._conversation
        if draft:
            self._put(f"info: Press Enter to send: {draft}\n")
        async with asyncio.TaskGroup() as tasks:
            listener = tasks.create_task(conversation.listen(), name="listen")
            while conversation.next is None:
                line = await self._next()
                if conversation.next is None:
                    await self._take(line, draft, doer)
                    draft = "" if line is not None else draft
            listener.cancel()

    def show(self, piece: Piece) -> None:
        """Write a piece."""
        if isinstance(piece, Said) and piece.how == "prompt" and self._attended:
            return
        self._put(self._spoken.draw(piece))
        if isinstance(piece, Asked) and self._conversation.waiting is not None:
            self._put(_how(self._conversation.waiting))

    def refresh(self) -> None:
        """Say whose turn it is, where a person is there to hear it."""
        if not self._attended or self._conversation.next is not None:
            return
        waiting = self._conversation.waiting
        label = _label(waiting) if waiting else ("" if self._conversation.busy else YOU)
        if label and label != self._labelled:
            self._put("")
            self._write(label)
        self._labelled = label

    def clear(self) -> None:
        """A plain terminal is not cleared."""

    def toggle_vim(self) -> bool | None:
        """The terminal edits the lines, not heartbit."""
        return None

    def interrupt(self) -> None:
        """Ctrl+C: stop the run, or leave when there is none."""
        self._put("\n" if self._labelled else "")
        if self._conversation.busy or self._conversation.waits:
            self._conversation.interrupt()
        else:
            self._conversation.leave(Leave(code=130), asked=True)

    async def _next(self) -> str | None:
        """The next line; None after the last, or when the conversation ends before there is one."""
        if not self._attended:
            await self._conversation.attention()
        else:
            self.refresh()
        reading = asyncio.ensure_future(self._lines.next())
        ending = asyncio.ensure_future(self._conversation.over())
        try:
            await asyncio.wait((reading, ending), return_when=asyncio.FIRST_COMPLETED)
            return reading.result() if reading.done() else None
        finally:
            reading.cancel()
            ending.cancel()

    async def _take(self, line: str | None, draft: str, doer: Doer) -> None:
        if line is None and self._labelled:
            self._write("\n")
        self._labelled = ""
        conversation = self._conversation
        if line is None and conversation.waiting is not None and conversation.client.about.elsewhere:
            conversation.leave(Leave())  # a daemon's session goes on, and somebody else may answer
        elif conversation.waiting is not None:
            self._decide(line, conversation.waiting)
        elif line is None:
            await conversation.attention()
            if conversation.waiting is None:
                conversation.leave(Leave(), asked=True)
        else:
            await conversation.said(line or draft, doer)

    def _decide(self, line: str | None, waiting: Waiting) -> None:
        dialog = self._conversation.dialog
        replies = dialog.refuse()[:1] if line is None else dialog.spoken(line)
        if replies is None:
            self._put(NOT_UNDERSTOOD)
        self._conversation.reply(replies or ())
        following = self._conversation.waiting
        if following is not None and not replies:
            self._put(_how(following))

    def _put(self, text: str) -> None:
        if text and self._labelled and self._attended:
            self._write("\n")
            self._labelled = ""
        if text:
            self._write(text)


def _label(waiting: Waiting) -> str:
    stage = waiting.stage
    if stage != "choose":
        return {"rule": "rule> ", "reason": "reason> ", "words": "answer> "}[stage]
    return "approval> " if isinstance(waiting.request, ApprovalRequested) else "answer> "


def _how(waiting: Waiting) -> str:
    """What may be typed."""
    match waiting.request, waiting.stage:
        case ApprovalRequested(proposal=proposal), "rule":
            return f"approval: type the rule to keep, or nothing for: {revealed(proposal)}\n"
        case ApprovalRequested(), "reason":
            return "approval: type why not.\n"
        case ApprovalRequested(proposal=""), _:
            return "approval: type y (once), n (no), or n and why.\n"
        case ApprovalRequested(proposal=proposal, precedent=precedent), _:
            rule, tried = revealed(proposal), f" {revealed(precedent)}" if precedent else ""
            return f"approval: type y (once), s (this session), a (always: {rule}), n (no), or n and why.{tried}\n"
        case QuestionAsked(), _:
            return _options(waiting)


def _options(waiting: Waiting) -> str:
    question = waiting.question
    if question is None:
        return ""
    lines = [f"question: {number} {revealed(option.label)}" for number, option in enumerate(question.options, 1)]
    several = ", several with commas" if question.multiple else ""
    words = ", or your own words" if question.allow_other else ""
    again = f"question: {revealed(question.question)}\n" if waiting.place > 1 else ""
    return again + "\n".join([*lines, f"question: type a number{several}{words}, or - for no answer.\n"])
