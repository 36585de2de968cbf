"""What waits at a task that nobody watches becomes a letter, whatever other tasks of its session and other letters do."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from heartbit_tui.daemon.posting import Posting
from heartbit_tui.kernel.events import Envelope, Question, QuestionAsked
from heartbit_tui.runtime.beating import ledger
from heartbit_tui.store.database import Database
from heartbit_tui.store.inbox import PART, STEPS, Inbox, Letter
from heartbit_tui.store.store import Store
from heartbit_tui.tasks import Request, State, Task
from heartbit_tui.testing.clock import EPOCH, FakeClock

REQUEST = Request(task="look", source="cron:nightly", session="s")


class Choosy(Inbox):
    async def put(self, letter: Letter) -> Letter:
        if letter.title == "no":
            raise TypeError("of no kind that anybody knows")
        return await super().put(letter)


@asynccontextmanager
async def posting(folder: Path) -> AsyncGenerator[tuple[Posting, Inbox]]:
    file, clock = folder / "heartbit.db", FakeClock()
    async with Store.open(file, clock) as store, Database.open(file, PART, STEPS) as database:
        inbox = Choosy(database)
        async with Posting(inbox, store, clock) as found:
            yield found, inbox


def task(task_id: str, state: State) -> Task:
    return Task(id=task_id, request=REQUEST, state=state, created=EPOCH, session="s")


def asks(seq: int, words: str) -> Envelope:
    event = QuestionAsked(id=f"q{seq}", questions=(Question(question=words),))
    return Envelope(seq=seq, at=EPOCH, session="s", run="r", agent="heartbit", event=event)


async def test_another_task_of_the_session_that_ends_hides_no_question_of_the_one_at_work(tmp_path: Path) -> None:
    async with posting(tmp_path) as (found, inbox):
        await found.task(task("at-work", "running"))
        await found.task(task("other", "cancelled"))
        found.take(asks(1, "which?"))
        async with asyncio.timeout(20):
            while not (letters := await inbox.list()):
                pass
        assert [(each.title, each.about) for each in letters] == [("which?", "at-work")]


async def test_a_letter_that_cannot_be_written_keeps_none_after_it_from_being_written(tmp_path: Path) -> None:
    async with asyncio.timeout(20), ledger(tmp_path / "heartbit.db") as kept:
        async with posting(tmp_path) as (found, _):
            await found.task(task("at-work", "running"))
            for seq, words in enumerate(("no", "which?"), 1):
                found.take(asks(seq, words))
        assert [each.title for each in await kept.inbox.list()] == ["which?"]
