"""The inbox of a daemon, over HTTP."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from heartbit_tui.client import letters
from heartbit_tui.client.letters import Asked, Behind, Letter, Wanted
from heartbit_tui.client.remote import Remote, RemoteError
from heartbit_tui.kernel.events import ApprovalRequested, Envelope, QuestionAsked
from heartbit_tui.kernel.ops import Op
from heartbit_tui.store.inbox import Waiting, letter_from
from heartbit_tui.wire.errors import WireError
from heartbit_tui.wire.read import load, load_envelope
from heartbit_tui.wire.write import dump

AGENT = "heartbit"
ODD = "The daemon at {url} tells its inbox in a way that is not understood; is it of the same version?"


class There:
    """The letters of the daemon that a `Remote` leads to. Everything raises `RemoteError`."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote

    async def list(self, wanted: Wanted = "waiting") -> Sequence[Letter]:
        done = "all" if wanted == "all" else "false"
        answer = await self._remote.ask("GET", f"/inbox?done={done}&limit={letters.LISTED}")
        try:
            return [letter_from(each) for each in answer["letters"]]
        except (KeyError, TypeError, ValueError) as error:
            raise RemoteError(ODD.format(url=self._remote.url)) from error

    async def get(self, number: int) -> Letter:
        found = next((each for each in await self.list("all") if each.id == number), None)
        if found is None:
            raise RemoteError(f"Nothing in the inbox has the number {number}.", status=404)
        return found

    async def waiting(self) -> Waiting:
        found = await self.list()
        return Waiting(letters=len(found), unread=sum(not each.read for each in found))

    async def mark(self, number: int, *, read: bool) -> None:
        await self._remote.ask("POST", f"/inbox/{number}/{'read' if read else 'unread'}")

    async def finish(self, number: int, *, done: bool) -> None:
        await self._remote.ask("POST", f"/inbox/{number}/{'done' if done else 'waiting'}")

    async def behind(self, letter: Letter) -> Behind:
        if letter.kind == letters.DRAFT:
            try:
                draft = await self._remote.ask("GET", f"/drafts/{letter.about}")
            except RemoteError as error:
                return Behind(note=str(error))
            return Behind(skill=str(draft["skill"]), state=str(draft["state"]), note=str(draft["note"]))
        task = await self._task(letter)
        session = str(task.get("session_id", ""))
        if not session:
            return Behind(unshown=letter.changed)
        shown = await self._remote.ask("GET", f"/sessions/{session}")
        log = (await self._remote.ask("GET", f"/sessions/{session}/log"))["events"]
        diff, unshown = letters.changes(_read(log, task), letter.changed)
        waits = letter.kind == letters.QUESTION and not letter.done
        waiting = await asked_in(self._remote, session) if waits else ()
        note = letters.SETTLED if waits and not waiting else ""
        return Behind(session=session, folder=str(shown["cwd"]), diff=diff, unshown=unshown, asked=waiting, note=note)

    async def decide(self, letter: Letter, *, accept: bool) -> str:
        verb = "accept" if accept else "refuse"
        draft = await self._remote.ask("POST", f"/drafts/{letter.about}/{verb}")
        return letters.ACCEPTED.format(file=draft["file"]) if accept else letters.REFUSED

    async def edit(self, letter: Letter, text: str) -> str:
        await self._remote.ask("PUT", f"/drafts/{letter.about}", {"text": text})
        return letters.EDITED

    async def answer(self, session: str, op: Op) -> None:
        await sent(self._remote, session, op)

    async def take_back(self, letter: Letter, *, sure: bool) -> str:
        task = await self._task(letter)
        return letters.ELSEWHERE.format(session=task.get("session_id", "SESSION"))

    async def _task(self, letter: Letter) -> Mapping[str, Any]:
        if not letter.about:
            return {}
        try:
            return await self._remote.task(letter.about)
        except RemoteError as error:
            if not error.status:
                raise
            return {}


async def asked_in(remote: Remote, session: str) -> tuple[Asked, ...]:
    """What waits in a session. Raises `RemoteError`."""
    found = list[Asked]()
    for each in await remote.waiting():
        if each["session_id"] != session:
            continue
        with suppress(WireError):  # of a version that asks in a way unknown here: the daemon's dashboard shows it
            event, agent = load(each), str(each.get("agent", ""))
            if isinstance(event, ApprovalRequested | QuestionAsked):
                found.append(Asked(session=session, request=event, agent="" if agent == AGENT else agent))
    return tuple(found)


async def sent(remote: Remote, session: str, op: Op) -> None:
    """Send an op into a session. Raises `RemoteError`."""
    await remote.ask("POST", f"/sessions/{session}/ops", dump(op))


def _read(log: Sequence[Mapping[str, Any]], task: Mapping[str, Any]) -> list[Envelope]:
    """The ends of calls while a task was at work, as far as they are understood; times are all written in one way."""
    found = list[Envelope]()
    first, last = str(task.get("started_at", "")), str(task.get("completed_at", ""))
    for each in log:
        at = str(each["at"])
        if each.get("type") == "tool_call_completed" and first <= at <= (last or at):
            with suppress(WireError):
                found.append(load_envelope(each))
    return found
