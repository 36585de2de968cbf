"""The inbox as a person has it, on the data file and over HTTP, with a daemon at work: both see the same, and can do the same."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from heartbit_tui.client.beats import Due
from heartbit_tui.client.beats_here import Here as BeatsHere
from heartbit_tui.client.beats_there import There as BeatsThere
from heartbit_tui.client.letters import Behind, Letter, Letters
from heartbit_tui.client.letters_done import accept, answer, refuse, told
from heartbit_tui.client.letters_here import Here
from heartbit_tui.client.letters_there import There
from heartbit_tui.client.local import local
from heartbit_tui.client.remote import Remote, RemoteError
from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.kernel.ops import Answer, Mode
from heartbit_tui.memory.meditation_drafts import Draft, Provenance
from heartbit_tui.memory.types import NewEntry
from heartbit_tui.runtime import beating, meditating
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.options import Options, Resume
from heartbit_tui.store.database import Database
from heartbit_tui.store.inbox import Waiting
from heartbit_tui.store.locks import by_daemon, daemon_lives
from heartbit_tui.tasks import STEPS, Request, SqliteQueue
from heartbit_tui.tui.in_daemon import PATIENCE, InDaemon
from heartbit_tui.tui.screens.sessions import Known
from tests.daemon.ground import LONG, Ground, calls, says
from tests.daemon.http import SETTINGS, TOKEN, USERS, served, submitted

AT = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
CLOCK = SystemClock()
WRITE = calls("write", {"file_path": "new.txt", "content": "one\n"}, when="please write", times=0)
ASK = calls(
    "question",
    {"questions": [{"question": "Which one?", "header": "one", "options": [{"label": "a"}, {"label": "b"}]}]},
    when="please ask",
    times=0,
)
RUN = calls("bash", {"command": "curl http://a.b"}, when="please run", times=0)
STAY = says("at last", when="please stay", wait=LONG, times=0)
SCHEDULE = """
[[daemon.schedules]]
name = "tidy"
cron = "0 9 * * *"
task = "tidy up"
[daemon.heartbit_pulse]
enabled = true
[heartbeat]
workspaces = ["~/notes"]
"""


def ready(tmp_path: Path, settings: str = "") -> Ground:
    ground = Ground(tmp_path)
    ground.prepare([WRITE, ASK, RUN, STAY, says("It is done.", times=0)], SETTINGS + settings)
    return ground


def person(ground: Ground, url: str = "http://127.0.0.1:9") -> Options:
    """The options of the person at this machine, who speaks with the daemon at this address."""
    environment = {**ground.environment, "HEARTBIT_URL": url, "HEARTBIT_API_KEY": TOKEN}
    return Options(cwd=ground.project, environment=environment, surface="tui", mode=Mode.ASK)


async def once(look: Callable[[], Any], holds: Callable[[Any], bool]) -> Any:
    """What comes of looking, once it is so; each look goes to the file or to the daemon and back."""
    async with asyncio.timeout(30):
        while not holds(found := await look()):
            pass
    return found


async def hand_over(ground: Ground, task: str) -> None:
    """Put a task of a schedule into the data file, where the daemon finds it."""
    async with Database.open(Here(person(ground), CLOCK).file, "tasks", STEPS) as database:
        queue = SqliteQueue(database, CLOCK, lambda _: True)
        await queue.accept(Request(task=task, source="cron:tidy", folder=str(ground.project)))
        await queue.close()


async def letter(found: Letters, holds: Callable[[Letter], bool] = lambda _: True) -> Letter:
    """The first letter of which this holds, once there is one."""
    waiting = await once(found.list, lambda found: any(map(holds, found)))
    return next(each for each in waiting if holds(each))


async def test_what_was_changed_is_shown_the_same_on_both_ways_and_taken_back(tmp_path: Path) -> None:
    ground = ready(tmp_path)
    here = Here(person(ground), CLOCK)
    async with served(ground) as running, Remote.open(running.url, TOKEN) as remote:
        await hand_over(ground, "please write")
        there = There(remote)
        found = await letter(there, lambda each: each.kind == "reply")
        assert found == replace(await here.get(found.id), key="")
        both = [await each.behind(found) for each in (here, there)]
        assert both[0] == both[1]
        assert (both[0].folder, both[0].unshown) == (str(ground.project), ())
        assert "+one" in both[0].diff
        await there.mark(found.id, read=True)
        assert (await here.waiting()) == (await there.waiting()) == Waiting(letters=1, unread=0)
        await there.finish(found.id, done=True)
        assert [len(await each.list()) for each in (here, there)] == [0, 0]
        await there.finish(found.id, done=False)
        assert "heartbit undo" in await there.take_back(found, sure=True)
    assert (ground.project / "new.txt").read_text("utf-8") == "one\n"
    assert "1 file changes" in await refuse(here, found)
    assert "Taken back: 1 file changed." in await refuse(here, found, ("yes",))
    assert not (ground.project / "new.txt").exists()
    assert (await here.get(found.id)).done


@pytest.mark.parametrize("way", ["here", "there"])
async def test_what_a_task_asks_is_answered_from_its_letter(tmp_path: Path, way: str) -> None:
    ground = ready(tmp_path)
    async with served(ground, mode=Mode.ASK) as running, Remote.open(running.url, TOKEN) as remote:
        found: Letters = Here(person(ground, running.url), CLOCK) if way == "here" else There(remote)
        await hand_over(ground, "please ask")
        await hand_over(ground, "please run")
        question = await letter(found, lambda each: each.title == "Which one?")
        behind: Behind = await once(lambda: found.behind(question), lambda each: bool(each.asked))
        assert (behind.note, len(behind.asked)) == ("", 1)
        assert "Which one? a | b" in await told(found, str(question.id), CLOCK.now())
        assert await answer(found, question, ("b",)) == "Sent: b."
        call = await letter(found, lambda each: each.kind == "question" and "bash" in each.title)
        await once(lambda: found.behind(call), lambda each: bool(each.asked))
        assert await refuse(found, call) == "Sent: no."
        replies = await once(found.list, lambda found: sum(each.kind == "reply" for each in found) == 2)
        assert {each.text for each in replies if each.kind == "reply"} == {"It is done."}
        every = await found.list("all")
        assert [each.done for each in every if each.kind == "question"] == [True, True]


async def test_a_question_whose_daemon_is_gone_says_so(tmp_path: Path) -> None:
    ground = ready(tmp_path)
    here = Here(person(ground), CLOCK)
    async with served(ground, mode=Mode.ASK):
        await hand_over(ground, "please ask")
        found = await letter(here)
    assert "No heartbit daemon answers at http://127.0.0.1:9" in (await here.behind(found)).note
    with pytest.raises(RemoteError, match="No heartbit daemon"):
        await here.answer("s", Answer(id="x", answers=()))


async def drafted(ground: Ground) -> None:
    draft = Draft(
        id="d-0123456789", made=AT, name="greet", description="say hello", text="Say hello.", sources=(), model="m"
    )
    async with meditating.opened(person(ground), CLOCK) as found:
        entry = await found.ground.memory.store(NewEntry(content="They like to be greeted."))
        await found.drafts.add(replace(draft, sources=(Provenance(id=entry.id, content=entry.content),)))
    async with beating.ledger(Here(person(ground), CLOCK).file) as ledger:
        for each in beating.drafted((draft,)):
            await ledger.inbox.put(each)


async def test_a_draft_is_edited_and_accepted_over_http_by_the_person_alone(tmp_path: Path) -> None:
    ground = ready(tmp_path)
    async with served(ground) as running, Remote.open(running.url, TOKEN) as remote:
        await drafted(ground)
        there = There(remote)
        found = await letter(there)
        behind = await there.behind(found)
        assert (behind, found.kind) == (await Here(person(ground), CLOCK).behind(found), "draft")
        with pytest.raises(RemoteError, match="This is no skill"):
            await there.edit(found, "no table")
        await there.edit(found, "---\nname: greet\ndescription: say it\n---\nSay hello twice.\n")
        async with Remote.open(running.url, USERS["anna"]) as other:
            with pytest.raises(RemoteError, match="may not do that"):
                await other.ask("POST", f"/drafts/{found.about}/accept")
        assert "Accepted: the skill stands in" in await accept(there, found)
        with pytest.raises(RemoteError, match="was accepted already"):
            await there.decide(found, accept=False)
        assert (await there.behind(found)).state == "accepted"
        assert not await there.list()
    skill = ground.home / ".config" / "heartbit" / "skills" / "greet" / "SKILL.md"
    assert "Say hello twice." in skill.read_text("utf-8")


async def test_a_draft_that_is_accepted_twice_at_once_is_one_skill(tmp_path: Path) -> None:
    ground = ready(tmp_path)
    async with served(ground) as running, running.caller() as caller:
        await drafted(ground)
        draft = (await caller.get("/drafts")).json()["drafts"][0]["id"]
        answers = await asyncio.gather(*(caller.post(f"/drafts/{draft}/accept") for _ in range(4)))
    assert sorted(each.status_code for each in answers) == [200, 409, 409, 409]
    assert len([*(ground.home / ".config" / "heartbit" / "skills").rglob("*")]) == 2


async def test_a_session_of_the_daemon_is_offered_and_never_opened_here_at_the_same_time(tmp_path: Path) -> None:
    ground = ready(tmp_path)
    async with served(ground) as running:
        options = person(ground, running.url)
        file = Here(options, CLOCK).file
        async with running.caller() as caller:
            task = await submitted(caller, "please stay")
            path = f"/tasks/{task}"
            shown = await once(lambda: caller.get(path), lambda each: "session_id" in each.json())
            session = shown.json()["session_id"]
        offered = InDaemon(options)

        async def look() -> Sequence[Known]:
            await offered.look()
            return offered.beside((), "")

        (known,) = await once(look, lambda found: any(each.works for each in found))
        assert (known.id, known.state, known.cwd) == (session, "daemon", str(ground.project))
        assert offered.beside((), "nothing like it") == []
        assert (by_daemon(file, session), daemon_lives(file)) == (True, True)
        with pytest.raises(StoreError, match=f"open in the heartbit daemon.*heartbit attach {session}"):
            async with local(replace(options, which=Resume(id=session))):
                pass
    assert (by_daemon(file, session), daemon_lives(file), await InDaemon(options).look()) == (False, False, False)


async def test_a_daemon_that_does_not_answer_is_not_waited_for_longer_than_said(tmp_path: Path) -> None:
    ground = ready(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        began = CLOCK.monotonic()
        assert await InDaemon(person(ground, url)).look() is False
        assert CLOCK.monotonic() - began < PATIENCE + 4.0


def _still(due: Due) -> Due:
    """What is told of it but for the moment, which goes on."""
    assert due.next is not None
    return replace(due, next=None)


async def test_what_comes_next_is_told_with_a_daemon_and_truthfully_without(tmp_path: Path) -> None:
    ground = ready(tmp_path, SCHEDULE)
    notes = ground.home / "notes"
    notes.mkdir(parents=True)
    (notes / "HEARTBEAT.md").write_text("---\nevery: 30m\n---\nLook.\n", "utf-8")
    (notes / "HEARTBEAT-mail.md").write_text("---\ntype: message\n---\nLook.\n", "utf-8")
    here = BeatsHere(person(ground), CLOCK)
    before = await here.coming()
    assert (before.lives, "No daemon is running" in before.notes[0]) == (False, True)
    kinds = [(each.kind, Path(each.name).name, bool(each.fault)) for each in before.due]
    assert kinds[0] == ("heartbeat", "HEARTBEAT-mail.md", True)
    assert set(kinds[1:]) == {
        ("heartbeat", "HEARTBEAT.md", False),
        ("schedule", "tidy", False),
        ("pulse", "pulse", False),
    }
    beat = next(each for each in before.due if each.name.endswith("HEARTBEAT.md"))
    assert "rests until you let it go on" in await here.rest(beat, rests=True)
    tidy = next(each for each in before.due if each.name == "tidy")
    assert (tidy.can_rest, await here.rest(tidy, rests=True)) == (True, "tidy rests until you let it go on.")
    async with served(ground) as running, Remote.open(running.url, TOKEN) as remote:
        now = await here.coming()
        assert (now.lives, now.notes) == (True, ())
        assert {each.name: each.rests for each in now.due if each.rests} == {beat.name: True, "tidy": True}
        there = await once(BeatsThere(remote).coming, lambda found: len(found.due) == 4)
        assert {(each.kind, each.name, each.rests) for each in there.due} == {
            (each.kind, each.name, each.rests) for each in now.due
        }
        assert [_still(each) for each in there.due if each.kind != "heartbeat"] == [
            _still(each) for each in now.due if each.kind != "heartbeat"
        ]
        for each in there.due:
            if each.can_rest:
                assert "goes on" in await BeatsThere(remote).rest(each, rests=False)
        assert not any(each.rests for each in (await here.coming()).due)
        assert "as soon as it can" in await BeatsThere(remote).run(tidy)
        assert (await letter(Here(person(ground), CLOCK))).source == "cron:tidy"
