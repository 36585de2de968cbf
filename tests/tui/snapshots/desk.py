"""An inbox and beats that are always the same."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from heartbit_tui.client.beats import Coming, Due
from heartbit_tui.client.letters import ACCEPTED, EDITED, Behind, Letter, Wanted
from heartbit_tui.kernel.ops import Op
from heartbit_tui.store.inbox import Waiting


class Desk:
    """`Letters` that are kept in memory, with what stands behind each, by its number."""

    def __init__(self, letters: Sequence[Letter], behind: Mapping[int, Behind]) -> None:
        self._letters = {each.id: each for each in letters}
        self._behind = dict(behind)
        self.sent: list[tuple[str, Op]] = []

    async def list(self, wanted: Wanted = "waiting") -> Sequence[Letter]:
        return [each for each in self._letters.values() if wanted == "all" or not each.done]

    async def get(self, number: int) -> Letter:
        return self._letters[number]

    async def waiting(self) -> Waiting:
        found = await self.list()
        return Waiting(letters=len(found), unread=sum(not each.read for each in found))

    async def mark(self, number: int, *, read: bool) -> None:
        self._letters[number] = replace(self._letters[number], read=read)

    async def finish(self, number: int, *, done: bool) -> None:
        self._letters[number] = replace(self._letters[number], done=done)

    async def behind(self, letter: Letter) -> Behind:
        return self._behind.get(letter.id, Behind())

    async def decide(self, letter: Letter, *, accept: bool) -> str:
        self._behind[letter.id] = replace(self._behind[letter.id], state="accepted" if accept else "refused")
        await self.finish(letter.id, done=True)
        return ACCEPTED.format(file="/home/you/.config/heartbit/skills/release-notes/SKILL.md")

    async def edit(self, letter: Letter, text: str) -> str:
        return EDITED

    async def answer(self, session: str, op: Op) -> None:
        self.sent.append((session, op))
        self._behind = {
            number: replace(each, asked=()) if each.session == session else each
            for number, each in self._behind.items()
        }

    async def take_back(self, letter: Letter, *, sure: bool) -> str:
        return "Taken back: 1 file changed." if sure else "1 file changes."


class Rhythms:
    """`Beats` as they were given."""

    def __init__(self, coming: Coming) -> None:
        self._coming = coming

    async def coming(self) -> Coming:
        return self._coming

    async def rest(self, due: Due, *, rests: bool) -> str:
        changed = tuple(replace(each, rests=rests) if each == due else each for each in self._coming.due)
        self._coming = replace(self._coming, due=changed)
        return f"{due.name} rests until you let it go on." if rests else f"{due.name} goes on."

    async def run(self, due: Due) -> str:
        return f"{due.name} is done."
