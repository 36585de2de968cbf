"""What a guest asks where a local session would look at its own folder: sessions, paths, command lines, plans, pictures."""

import asyncio
import base64
import stat
from pathlib import Path
from typing import Any

import pytest

from heartbit_tui.client.attached import Attached
from heartbit_tui.client.guests.commands import EDITED
from heartbit_tui.client.pictures import MOST
from heartbit_tui.client.remote import RemoteError
from heartbit_tui.client.types import Elsewhere
from heartbit_tui.daemon.http.guests import ENDING
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import (
    CommandEnded,
    CommandStarted,
    Envelope,
    FilesChanged,
    Notice,
    PermissionDenied,
    PlanStarted,
    QuestionAsked,
    ToolProgress,
    UserMessage,
)
from heartbit_tui.kernel.messages import Image, Text
from heartbit_tui.kernel.ops import Answer, Mode, Prompt, SetMode
from heartbit_tui.runtime.command_line import HIDDEN, CommandLine
from heartbit_tui.runtime.options import New, Resume
from heartbit_tui.runtime.own_commands import NO_TOOL
from heartbit_tui.runtime.planning import ASK, EDIT, MEANWHILE, STARTED
from heartbit_tui.tui.in_daemon import Shelf
from tests.daemon.ground import Ground, calls, says
from tests.daemon.http import SETTINGS, USERS, served
from tests.daemon.relay import Relay
from tests.daemon.test_attached import Guest, guest, is_
from tests.daemon.test_guests import said

PLAN = "# Round the total\n\n1. Test\n2. Mend\n"
HANDED = calls("present_plan", {"plan": PLAN}, when="please plan", times=1)
OPEN = '[sandbox]\nenabled = false\n[permissions]\ndeny = ["bash(git push*)"]\n'
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"0" * (MOST - 8)).decode()


def ready(tmp_path: Path, *replies: Any, settings: str = "") -> Ground:
    ground = Ground(tmp_path)
    ground.prepare([*replies, HANDED, says("hello there", times=0)], SETTINGS + settings)
    return ground


def place(one: Guest) -> Elsewhere:
    found = one.client.about.elsewhere
    assert found is not None
    return found


def line(number: int, command: str, *, hidden: bool = False) -> CommandLine:
    return CommandLine(id=f"own-{number:08x}", command=command, hidden=hidden)


async def opened(one: Guest, ground: Ground, which: New | Resume) -> tuple[str, list[str], str]:
    """The id of a session that is opened from another one, the prompts in it, and its folder."""
    async with place(one).opening(which)(ground.options()) as client:
        assert isinstance(client, Attached)
        return client.about.session_id, _prompts(client.history), client.about.cwd


async def test_sessions_are_made_copied_and_opened_where_the_daemon_is(tmp_path: Path) -> None:
    ground = ready(tmp_path)
    async with served(ground) as daemon:
        session_id = await said(daemon)
        async with guest(daemon.url, session_id) as one:
            new = await opened(one, ground, New())
            copy = await opened(one, ground, Resume(id=session_id, fork=True))
            again = await opened(one, ground, Resume(id=session_id[-8:]))
            assert new[1:] == ([], str(ground.project))
            assert copy[1:] == again[1:] == (["say hello"], str(ground.project))
            assert (len({session_id, new[0], copy[0]}), again[0]) == (3, session_id)
            listed = await place(one).sessions()
            assert {each.id for each in listed} == {session_id, new[0], copy[0]}
            assert [each.id for each in await place(one).sessions("no such words")] == []
            await place(one).rename(copy[0], "A copy")
            shelf = Shelf(place(one), tmp_path).means()
            known = await shelf.search("", False)
            assert {(each.id, each.state) for each in known} == {(each.id, "daemon") for each in listed}
            assert await shelf.prompts(copy[0]) == ["say hello"]
            assert "hello there" in _text(str(tmp_path / await shelf.export(copy[0])))
            assert _prompts(await place(one).log(copy[0])) == ["say hello"]
            await shelf.delete(copy[0])
            assert {each.id for each in await place(one).sessions()} == {session_id, new[0]}
            for hostile in ("../tasks", "none-such", f"{session_id}/log", "%2e%2e", ""):
                with pytest.raises(RemoteError) as refused:
                    await opened(one, ground, Resume(id=hostile))
                assert refused.value.status == 404, hostile


async def test_what_is_made_while_the_answer_is_lost_is_made_once(tmp_path: Path) -> None:
    ground = ready(tmp_path, settings=OPEN)
    async with served(ground) as daemon:
        session_id = await said(daemon)
        async with Relay.to(daemon.url) as relay, guest(relay.url, session_id) as one:
            for which in (New(), Resume(id=session_id, fork=True)):
                before = len(await place(one).sessions())
                relay.swallow("POST")
                await opened(one, ground, which)
                assert len(await place(one).sessions()) == before + 1
            relay.swallow("POST", 2)
            assert (await place(one).run(line(1, "echo once >> made; cat made"))).output == "once"
            assert relay.swallowed == 4
            assert (ground.project / "made").read_text("utf-8") == "once\n"


async def test_another_persons_session_is_not_copied_from_ones_own(tmp_path: Path) -> None:
    ground = ready(tmp_path)
    async with served(ground) as daemon:
        theirs, own = await said(daemon, token=USERS["ben"]), await said(daemon, token=USERS["anna"])
        async with guest(daemon.url, own, USERS["anna"]) as one:
            for which in (Resume(id=theirs), Resume(id=theirs, fork=True), Resume(id=theirs[-8:])):
                with pytest.raises(RemoteError) as refused:
                    await opened(one, ground, which)
                assert refused.value.status == 404
            new = await opened(one, ground, New())
            assert {each.id for each in await place(one).sessions(everywhere=True)} == {own, new[0]}
        async with daemon.caller(USERS["ben"]) as ben:
            assert (await ben.get(f"/sessions/{new[0]}")).status_code == 404


async def test_paths_are_those_of_the_sessions_folder_but_for_what_is_ignored(tmp_path: Path) -> None:
    ground = ready(tmp_path)
    (ground.project / "src").mkdir()
    for name in ("src/main.py", "src/other.py", "secret.pem", "gone.log"):
        (ground.project / name).write_text("x", "utf-8")
    (ground.project / ".gitignore").write_text("*.log\n", "utf-8")
    (tmp_path / "outside.py").write_text("x", "utf-8")
    (ground.project / "link").symlink_to(tmp_path)
    async with served(ground) as daemon, daemon.caller() as caller:
        session_id = await said(daemon)
        async with guest(daemon.url, session_id) as one:
            every = [each.text for each in await place(one).find("")]
            assert sorted(every) == [".gitignore", "secret.pem", "src/", "src/main.py", "src/other.py"]
            assert [each.text for each in await place(one).find("main")] == ["src/main.py"]
            for outside in ("outside", "../outside.py", "/etc/passwd", str(tmp_path), "gone"):
                assert await place(one).find(outside) == (), outside
            typed = await asyncio.gather(*(place(one).find("main"[:end]) for end in (1, 2, 3, 4)))
            assert [len(each) for each in typed] == [0, 0, 0, 1]  # of what is typed quickly only the last is asked
        for wrong in ({"limit": "51"}, {"limit": "0"}, {"text": "x" * 401}, {"folder": "/"}):
            assert (await caller.get(f"/sessions/{session_id}/views/files", params=wrong)).status_code == 400


async def test_a_command_runs_in_the_sessions_folder_and_all_who_watch_see_it(tmp_path: Path) -> None:
    ground = ready(tmp_path, settings=OPEN)
    async with served(ground, mode=None) as daemon, daemon.caller() as caller:
        session_id = await said(daemon)
        async with guest(daemon.url, session_id) as one, guest(daemon.url, session_id) as other:
            script = "mkdir deep; cd deep; echo made > new.txt; pwd; sleep 0.2; exit 3"
            ran = await place(one).run(line(1, script))
            assert ran == CommandEnded(id="own-00000001", how="exited", exit_code=3, output=f"{ground.project}/deep")
            assert (await place(one).run(line(2, "pwd"))).output == str(ground.project)
            last = await other.until(lambda each: getattr(each.event, "id", "") == "own-00000002" and _is_end(each))
            told = [each.event for each in other.seen if isinstance(each.event, CommandStarted | CommandEnded)]
            assert told[:2] == [CommandStarted(id="own-00000001", command=script), ran]
            assert isinstance(last.event, CommandEnded)
            pieces = [each.event.text for each in other.seen if isinstance(each.event, ToolProgress)]
            assert "".join(pieces) == f"{ground.project}/deep\n"
            assert any(isinstance(each.event, FilesChanged) for each in other.seen)
            rows = (await caller.get(f"/sessions/{session_id}/audit?tool=bash")).json()["rows"]
            assert [(each["kind"], each["decided_by"], each["told"]["command"]) for each in rows] == [
                ("command_started", "person", "pwd"),
                ("command_started", "person", script),
            ]
            one.ask("and then")  # what the model knows is what the surface tells it with the next prompt
            await one.client.settled()


@pytest.mark.security("D16")
async def test_a_command_may_do_what_the_agent_may_with_a_word_of_its_person_and_no_more(tmp_path: Path) -> None:
    ground = ready(tmp_path, settings=OPEN)
    async with served(ground, mode=None) as daemon, daemon.caller() as caller:
        session_id = await said(daemon)
        async with guest(daemon.url, session_id) as one:
            with pytest.raises(HeartbitError, match=r"Permission denied: The rule “deny bash\(git push\*\)"):
                await place(one).run(line(1, "true && git push"))
            denied = (await one.until(is_(PermissionDenied))).event
            assert isinstance(denied, PermissionDenied)
            assert denied.input["command"] == "true && git push"
            one.client.submit(SetMode(mode=Mode.PLAN))
            with pytest.raises(HeartbitError, match="Permission denied"):
                await place(one).run(line(2, "touch new.txt"))
            assert (await place(one).run(line(3, "echo read"))).output == "read"
            assert not (ground.project / "new.txt").exists()
            await one.until(is_(CommandEnded))
            assert [each.event.id for each in one.seen if isinstance(each.event, CommandStarted)] == ["own-00000003"]
        for wrong in ({"id": "1", "command": "ls"}, {"id": "own-00000009", "command": " "}, {"command": "ls"}):
            answer = await caller.post(f"/sessions/{session_id}/commands/run", json=wrong)
            assert answer.status_code == 422, wrong


@pytest.mark.security("D16")
async def test_nobody_runs_commands_where_the_agent_has_no_tool_for_them(tmp_path: Path) -> None:
    ground = ready(tmp_path, settings='[tools]\ndisabled = ["bash"]\n')
    async with served(ground) as daemon, guest(daemon.url, await said(daemon)) as one:
        with pytest.raises(HeartbitError, match=NO_TOOL):
            await place(one).run(line(1, "ls"))


@pytest.mark.security("D16")
async def test_one_command_runs_at_a_time_is_stopped_and_a_hidden_one_has_no_words_in_the_log(tmp_path: Path) -> None:
    ground = ready(tmp_path, settings=OPEN)
    async with served(ground) as daemon, daemon.caller() as caller:
        session_id = await said(daemon)
        async with guest(daemon.url, session_id) as one, guest(daemon.url, session_id) as other:
            hidden = line(1, "echo a-secret-word; touch begun; sleep 600", hidden=True)
            running = asyncio.create_task(place(one).run(hidden))
            await other.until(is_(CommandStarted))
            with pytest.raises(HeartbitError, match="A command still runs in this session"):
                await place(other).run(line(2, "ls"))
            async with asyncio.timeout(20):
                while not (ground.project / "begun").exists():
                    await place(other).find("begun")
            await place(other).stop()
            stopped = await running
            assert (stopped.how, stopped.exit_code) == ("stopped", None)
            log = (await caller.get(f"/sessions/{session_id}/log")).text
            assert HIDDEN in log
            assert "a-secret-word" not in log
            assert (await place(one).run(line(3, "echo again"))).output == "again"


async def test_a_command_ends_with_the_daemon_and_that_is_told(tmp_path: Path) -> None:
    ground = ready(tmp_path, settings=OPEN)
    async with served(ground) as daemon:
        session_id = await said(daemon)
        async with guest(daemon.url, session_id) as one:
            running = asyncio.create_task(place(one).run(line(1, "echo begun; sleep 600; touch late")))
            await one.until(is_(ToolProgress))
            daemon.stop.ask()
            daemon.stop.ask()
            with pytest.raises(HeartbitError, match=ENDING):
                await running
    async with served(ground) as daemon, guest(daemon.url, session_id) as one:
        ended = [each.event for each in one.client.history if isinstance(each.event, CommandEnded)]
        assert ended == [CommandEnded(id="own-00000001", how="closed", output="begun\n")]
        assert (await place(one).run(line(2, "ls"))).output == ""


async def test_a_plan_is_edited_here_and_goes_back_unless_somebody_was_quicker(tmp_path: Path) -> None:
    ground = ready(tmp_path)
    async with served(ground) as daemon, daemon.caller() as caller:
        session_id = await said(daemon)
        async with guest(daemon.url, session_id) as one:
            plans, written = one.client.plans, list[tuple[tuple[int, int], Path]]()
            assert plans is not None

            async def edit(path: Path) -> str:
                written.append((_modes(path), path))
                if len(written) == 2:  # somebody else is quicker
                    there = (await caller.get(f"/sessions/{session_id}/views/plan")).json()
                    other = {"text": f"{there['text']}4. Theirs\n", "digest": there["digest"]}
                    answer = await caller.post(f"/sessions/{session_id}/commands/plan", json=other)
                    assert answer.status_code == 200
                _add(path, "3. Mine\n")
                return ""

            plans.edit = edit
            one.client.submit(SetMode(mode=Mode.PLAN))
            one.ask("please plan")
            for count, chosen in enumerate((EDIT, EDIT, ASK), 1):
                await one.until(lambda _, count=count: len(_questions(one)) == count)
                question = _questions(one)[-1]
                assert EDIT in question.questions[0].options
                assert question.questions[0].question.startswith(EDITED if count > 1 else "Carry out")
                one.client.submit(Answer(id=question.id, answers=((chosen.label,),)))
            started = (await one.until(is_(PlanStarted))).event
            assert isinstance(started, PlanStarted)
            assert started.edited
            assert _text(started.path) == f"{PLAN}3. Mine\n4. Theirs\n"
            notices = [each.event.text for each in one.seen if isinstance(each.event, Notice)]
            assert f"{MEANWHILE.format(path=started.path)} What you wrote is in {written[1][1]}." in notices
            assert [modes for modes, _ in written] == [(0o700, 0o600)] * 2
            assert [path.exists() for _, path in written] == [False, True]
            late = await caller.post(
                f"/sessions/{session_id}/commands/plan", json={"text": "# Late\n\n1. x\n", "digest": ""}
            )
            assert (late.status_code, late.json()) == (409, {"error": STARTED})


async def test_pictures_go_along_up_to_the_size_of_those_of_a_draft(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon:
        session_id = await said(daemon)
        async with guest(daemon.url, session_id) as one:
            fits = Image(media_type="image/jpeg", data=PNG)
            one.client.submit(Prompt(content=(Text(text="look"), fits)))
            await one.until(lambda each: "look" in _prompts([each]))
            images = [each.event.message.content for each in one.seen if isinstance(each.event, UserMessage)]
            assert (Text(text="look"), Image(media_type="image/png", data=PNG)) in images
            for data, why in (("aGk=", "no PNG"), ("?", "base64"), (f"{PNG}AAAA", "at most"), (PNG * 4, "bytes")):
                one.client.submit(Prompt(content=(Text(text="no"), Image(media_type="image/png", data=data))))
                await one.until(lambda each, why=why: why in getattr(each.event, "text", ""))
            assert "no" not in _prompts(one.seen)


def _prompts(seen: Any) -> list[str]:
    return [
        "".join(part.text for part in each.event.message.content if isinstance(part, Text))
        for each in seen
        if isinstance(each.event, UserMessage) and each.event.origin == "prompt"
    ]


def _questions(one: Guest) -> list[QuestionAsked]:
    return [each.event for each in one.seen if isinstance(each.event, QuestionAsked)]


def _is_end(envelope: Envelope) -> bool:
    return isinstance(envelope.event, CommandEnded)


def _modes(path: Path) -> tuple[int, int]:
    """Who may do what with a file and its folder."""
    folder, file = (stat.S_IMODE(each.stat().st_mode) for each in (path.parent, path))
    return folder, file


def _add(path: Path, text: str) -> None:
    path.write_text(f"{_text(str(path))}{text}", "utf-8")


def _text(path: str) -> str:
    return Path(path).read_text("utf-8")
