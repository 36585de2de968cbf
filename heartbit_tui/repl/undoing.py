"""`/undo` and `/redo` in a conversation line by line: first what it means, then a yes."""

from typing import cast, get_args

from heartbit_tui.client.visible import revealed
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.repl.conversation import Conversation
from heartbit_tui.undo import preview as previewed
from heartbit_tui.undo.intent import What
from heartbit_tui.undo.preview import Preview

NOTHING = "There is nothing here that could be undone."
SHOWN = 40
"""Rows of a preview that are told."""

YES = "yes"
OVERWRITE = "overwrite"
"""Also put back what somebody else has changed."""


class Going:
    """Goes back and forward in one conversation; what was shown last is what a yes means."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._tell = conversation.tell
        self._shown: tuple[str, Preview] | None = None

    async def undo(self, argument: str) -> None:
        """/undo [N[.M]] [files|chat|both] [overwrite], then /undo yes."""
        await self._said("undo", argument.split())

    async def redo(self, argument: str) -> None:
        """/redo [overwrite], then /redo yes."""
        await self._said("redo", argument.split())

    async def rewind(self, number: str) -> None:
        """/rewind N: the chat alone, at once; /redo takes it back."""
        await self._conversation.settled()
        service = self._conversation.client.undo
        if service is None:
            self._tell(NOTHING, warning=True)
            return
        try:
            await service.carry_out(await service.undo(number, "chat"))
        except (HeartbitError, OSError) as error:
            self._tell(str(error), warning=True)
        # What comes next may leave this session; that it went back is told before.
        await self._conversation.settled()

    async def _said(self, verb: str, words: list[str]) -> None:
        await self._conversation.settled()
        try:
            if words == [YES]:
                await self._do(verb)
            else:
                await self._look(verb, words)
        except (HeartbitError, OSError) as error:
            self._tell(str(error), warning=True)

    async def _look(self, verb: str, words: list[str]) -> None:
        service = self._conversation.client.undo
        what = [word for word in words if word in get_args(What)]
        rest = [word for word in words if word not in what and word != OVERWRITE]
        if service is None or len(rest) > 1 or len(what) > 1 or (verb == "redo" and (rest or what)):
            self._tell(
                NOTHING if service is None else f"/{verb} does not take that; /help says what it takes.", warning=True
            )
            return
        overrule = OVERWRITE in words
        if verb == "redo":
            found = await service.redo(overrule=overrule)
        else:
            found = await service.undo("".join(rest), cast(What, what[0] if what else "both"), overrule=overrule)
        self._shown = None if found.does_nothing else (verb, found)
        self._tell("\n".join(self._lines(verb, found)))

    async def _do(self, verb: str) -> None:
        shown, self._shown = self._shown, None
        service = self._conversation.client.undo
        if shown is None or shown[0] != verb or service is None:
            self._tell(f"Nothing was shown yet that a yes could mean: /{verb} shows it.", warning=True)
            return
        done = await service.carry_out(shown[1])
        await self._conversation.settled()
        if said := previewed.left(done.left, self._conversation.client.about.cwd):
            self._tell(said, warning=True)

    def _lines(self, verb: str, found: Preview) -> list[str]:
        rows = previewed.rows(found, self._conversation.client.about.cwd)
        lines = [f"{found.title}. {previewed.summary(found)}"]
        for place, row in enumerate(rows[:SHOWN]):
            if not place or rows[place - 1].group != row.group:
                lines.append(f"{row.group}:")
            lines.append(f"  {row.sign} {revealed(f'{row.name} {row.note}'.strip())}")
        if len(rows) > SHOWN:
            lines.append(f"  and {len(rows) - SHOWN} more")
        return [*lines, "Nothing would change." if found.does_nothing else f"/{verb} yes does it."]
