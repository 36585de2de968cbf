"""A task over A2A is a task of the queue: sent once, followed without loss, answered, stopped, and true after a restart."""

import asyncio
from pathlib import Path

import pytest
from a2a.types.a2a_pb2 import SubscribeToTaskRequest
from a2a.utils import errors

from heartbit_tui.a2a.folding import Folded
from heartbit_tui.a2a.serving import Declined, Heard as Taken, Said
from heartbit_tui.auth.users import UserContext
from heartbit_tui.daemon.a2a.backing import NOTHING_WAITS, QUICKER, Answered, Behind
from heartbit_tui.tasks import Request
from tests.daemon.a2a.speaking import answer_of, in_each_way, ready, speaker, state_of, words_of
from tests.daemon.ground import LONG, Heard, calls, daemon as daemon_at, says
from tests.daemon.http import ended, served

HOLD = says("at last", when="stay", wait=LONG, times=0)
WRITE = calls("write", {"file_path": "new.txt", "content": "x"}, when="write", times=0)
WROTE = says("written", when="new.txt", times=0)
DENIED = says("not written", when="denied", times=0)
COLOUR = {"question": "Which colour?", "options": [{"label": "Red"}, {"label": "Blue"}], "allow_other": False}
SIZE = {"question": "Which size?", "options": [{"label": "S"}, {"label": "L"}]}


@in_each_way
@pytest.mark.parametrize("streaming", [True, False])
async def test_a_message_is_a_task_of_the_queue_and_what_came_of_it_an_artifact(
    tmp_path: Path, binding: str, version: str, streaming: bool
) -> None:
    async with (
        served(ready(tmp_path)) as daemon,
        speaker(daemon, binding=binding, version=version, streaming=streaming) as it,
    ):
        reply = await it.say("say", "hello")
        assert (reply.state, reply.text) == ("completed", "hello")
        task = await it.get(reply.task_id)
        assert (state_of(task), answer_of(task), task.context_id) == ("completed", "hello", reply.context_id)
        assert [(each.message_id, each.parts[0].text) for each in task.history] == [("message-1", "say\n\nhello")]
        known = (await it.caller.get(f"/tasks/{reply.task_id}")).json()
        assert [known[name] for name in ("task", "state", "result", "source", "session_id")] == [
            *("say\n\nhello", "completed", "hello", "a2a", reply.context_id)
        ]


@in_each_way
async def test_a_message_in_the_same_context_goes_on_with_the_session(
    tmp_path: Path, binding: str, version: str
) -> None:
    async with served(ready(tmp_path)) as daemon, speaker(daemon, binding=binding, version=version) as it:
        first = await it.say("one")
        second = await it.say("two", context=first.context_id)
        assert (second.context_id, second.task_id != first.task_id) == (first.context_id, True)
        log = (await it.caller.get(f"/sessions/{first.context_id}/log")).json()["events"]
        said = [each for each in log if each["type"] == "user_message" and each["origin"] == "prompt"]
        assert [each["message"]["content"][0]["text"] for each in said] == ["one", "two"]
        third = await it.say("three")
        assert third.context_id != first.context_id
        with pytest.raises(errors.TaskNotFoundError if binding == "JSONRPC" else Exception, match="not found"):
            await it.say("four", context="20200101-000000-madeup")


@in_each_way
async def test_a_task_is_stopped_and_one_that_has_ended_is_not(tmp_path: Path, binding: str, version: str) -> None:
    async with served(ready(tmp_path, HOLD)) as daemon, speaker(daemon, binding=binding, version=version) as it:
        stream = it.stream("stay")
        events = [await anext(stream), await anext(stream)]
        task_id = events[0].task.id
        assert state_of(await it.cancel(task_id)) == "canceled"
        folded = Folded()
        for event in [*events, *[each async for each in stream]]:
            folded.take(event)
        assert folded.reply.state == "canceled"
        assert state_of(await it.get(task_id)) == "canceled"
        with pytest.raises(Exception, match=r"the task has ended|400"):
            await it.cancel(task_id)


async def test_the_same_message_is_the_same_task_and_another_one_under_its_id_is_none(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon, speaker(daemon) as it, speaker(daemon, binding="HTTP+JSON") as other:
        replies = [await each.say("once", id="the-id") for each in (it, other, it)]
        assert {(each.task_id, each.context_id, each.text) for each in replies} == {
            (replies[0].task_id, replies[0].context_id, "hello")
        }
        assert (await it.list()).total_size == 1
        assert "heartbit_daemon_tasks_submitted_total 1.0" in (await it.caller.get("/metrics")).text.splitlines()
        for texts, context in ((["twice"], ""), (["once"], (await it.say("else")).context_id)):
            with pytest.raises(errors.InvalidParamsError, match="another message"):
                await it.say(*texts, context=context, id="the-id")


@in_each_way
async def test_a_call_waits_for_an_answer_in_words_that_leave_no_doubt(
    tmp_path: Path, binding: str, version: str
) -> None:
    ground = ready(tmp_path, WRITE, WROTE, DENIED)
    async with served(ground, mode=None) as daemon, speaker(daemon, binding=binding, version=version) as it:
        asked = await it.say("write it")
        assert asked.state == "input-required"
        assert "write waits for a word" in asked.text
        assert "new.txt" in asked.text
        task = await it.get(asked.task_id)
        assert (state_of(task), words_of(task)) == ("input-required", asked.text)
        with pytest.raises(Exception, match=r"“allow” or “deny”|400"):
            await it.say("sure, whatever", task=asked.task_id)
        assert state_of(await it.get(asked.task_id)) == "input-required"
        done = await it.say("Allow.", task=asked.task_id, context=asked.context_id)
        assert (done.state, done.task_id, done.text) == ("completed", asked.task_id, "written")
        assert (ground.project / "new.txt").read_text() == "x"
        with pytest.raises(Exception, match=r"has ended|400"):
            await it.say("allow", task=asked.task_id)


async def test_of_two_answers_at_once_one_is_taken_and_the_other_is_told_that_it_was_not(tmp_path: Path) -> None:
    ground, heard = ready(tmp_path, WRITE, WROTE, DENIED), Heard()
    who = UserContext(roles=frozenset({"admin"}))
    async with daemon_at(ground, heard, mode=None) as found:
        task = await heard.until(await found.service.submit(Request(task="write it")), "running")
        async for lines in found.following.of_task(task, 0):
            if any(each.type == "approval_requested" for each in lines):
                break
        behind = Behind(found, who, Answered(), lambda _: {})
        told = await asyncio.gather(
            *(behind.say(Said(id=word, texts=(word,), task_id=task.id)) for word in ("allow", "deny")),
            return_exceptions=True,
        )
        assert [type(each) for each in told] == [Taken, Declined]
        assert str(told[1]) in (QUICKER, NOTHING_WAITS)  # whether the run has gone on already
        assert (await found.service.outcome(task.id)).text == "written"


async def test_a_denied_call_is_not_made(tmp_path: Path) -> None:
    ground = ready(tmp_path, WRITE, DENIED)
    async with served(ground, mode=None) as daemon, speaker(daemon, streaming=False) as it:
        asked = await it.say("write it")
        assert asked.state == "input-required"
        assert (await it.say("no", task=asked.task_id)).state == "completed"
        assert not (ground.project / "new.txt").exists()


async def test_questions_are_answered_by_labels_or_words_and_an_answer_sent_twice_answers_once(tmp_path: Path) -> None:
    first = calls("question", {"questions": [COLOUR, SIZE]}, when="paint")
    second = calls("question", {"questions": [COLOUR]}, when="large")
    async with served(ready(tmp_path, first, second)) as daemon, speaker(daemon, binding="HTTP+JSON") as it:
        asked = await it.say("paint")
        assert asked.state == "input-required"
        assert [line for line in asked.text.splitlines() if "?" in line] == ["Which colour?", "Which size?"]
        for wrong in (("red",), ("green", "large"), ("red", "large", "more")):
            with pytest.raises(errors.InvalidParamsError):
                await it.say(*wrong, task=asked.task_id)
        again = await it.say("red\nlarge", task=asked.task_id, id="the-answer")
        assert (again.state, again.task_id) == ("input-required", asked.task_id)
        repeated = await it.say("red\nlarge", task=asked.task_id, id="the-answer")
        assert repeated.state == "input-required"
        assert (await it.say("BLUE", task=asked.task_id)).state == "completed"
        log = (await it.caller.get(f"/sessions/{asked.context_id}/log")).json()["events"]
        answers = [each["answers"] for each in log if each["type"] == "question_answered"]
        assert answers == [[["Red"], ["large"]], [["Blue"]]]


@in_each_way
async def test_whoever_comes_back_to_a_task_loses_nothing_of_it(tmp_path: Path, binding: str, version: str) -> None:
    waits = "until test -e go; do sleep 0.01; done"
    look = {"blocks": [{"text": "I look first. " * 4}, {"call": "bash", "input": {"command": waits}}], "when": "find"}
    ground = ready(tmp_path, look, says("It is here, and it is here in pieces.", when="exit code", times=0, chunk=3))
    async with (
        served(ground) as daemon,
        speaker(daemon, binding=binding, version=version) as it,
        speaker(daemon) as other,
    ):
        stream = it.stream("find")
        seen = Folded()
        async for event in stream:
            seen.take(event)
            if "uses bash" in str(event):
                break
        await stream.aclose()  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType] # it is a generator
        task_id = seen.reply.task_id
        back = Folded()
        following = it.client.subscribe(SubscribeToTaskRequest(id=task_id))
        async for event in following:
            back.take(event)
            if "uses bash" in str(event):
                break
        assert back.reply == seen.reply
        waiting = asyncio.create_task(other.subscribed(task_id))
        (ground.project / "go").touch()
        async for event in following:
            back.take(event)
        whole = "It is here, and it is here in pieces."
        assert (back.reply.state, back.reply.text) == ("completed", whole)
        assert ((await waiting).state, (await waiting).text) == ("completed", whole)
        with pytest.raises(Exception, match=r"has ended|400"):
            await it.subscribed(task_id)


async def test_a_follower_stays_while_a_task_waits_for_a_person(tmp_path: Path) -> None:
    async with served(ready(tmp_path, WRITE, WROTE), mode=None) as daemon, speaker(daemon) as it:
        asked = await it.say("write it")
        stream = it.client.subscribe(SubscribeToTaskRequest(id=asked.task_id))
        folded = Folded()
        folded.take(await anext(stream))
        assert folded.reply.state == "input-required"
        await it.say("yes", task=asked.task_id)
        async for event in stream:
            folded.take(event)
        assert (folded.reply.state, folded.reply.text) == ("completed", "written")


async def test_what_is_asked_is_heard_by_whoever_followed_before_the_task_had_a_session(tmp_path: Path) -> None:
    ground = ready(tmp_path, HOLD, WRITE, settings="\n[daemon]\nmax_concurrent_tasks = 1\n")
    async with served(ground, mode=None) as daemon, speaker(daemon) as it:
        held = (await anext(it.stream("stay"))).task.id
        await it.until(held, "working")
        posted = (await it.caller.post("/tasks", json={"task": "write it"})).json()["id"]
        stream = it.client.subscribe(SubscribeToTaskRequest(id=posted))
        folded = Folded()
        folded.take(await anext(stream))
        assert (folded.reply.state, folded.reply.context_id) == ("submitted", "")
        await it.cancel(held)
        while folded.reply.state != "input-required":
            folded.take(await anext(stream))
        assert "new.txt" in folded.reply.text
        await it.cancel(posted)


async def test_a_message_to_a_task_that_waits_for_nothing_is_refused(tmp_path: Path) -> None:
    async with served(ready(tmp_path, HOLD)) as daemon, speaker(daemon) as it:
        task_id = (await anext(it.stream("stay"))).task.id
        await it.until(task_id, "working")
        with pytest.raises(errors.UnsupportedOperationError, match="waits for nothing"):
            await it.say("go on", task=task_id)
        with pytest.raises(errors.InvalidParamsError, match="not of this context"):
            await it.say("go on", task=task_id, context="another")
        assert state_of(await it.cancel(task_id)) == "canceled"


async def test_a_list_is_of_what_stands_like_that_page_by_page(tmp_path: Path) -> None:
    async with served(ready(tmp_path, HOLD, WRITE), mode=None) as daemon, speaker(daemon, binding="HTTP+JSON") as it:
        first = await it.say("one")
        second = await it.say("two", context=first.context_id)
        asked = await it.say("write it")
        held = (await anext(it.stream("stay"))).task.id
        await it.until(held, "working")
        whole = await it.list()
        assert {each.id for each in whole.tasks} == {first.task_id, second.task_id, asked.task_id, held}
        assert [answer_of(each) for each in whole.tasks] == [""] * 4
        page = await it.list(page_size=3)
        rest = await it.list(page_size=3, page_token=page.next_page_token)
        assert [each.id for each in (*page.tasks, *rest.tasks)] == [each.id for each in whole.tasks]
        assert (page.total_size, rest.total_size, rest.next_page_token) == (4, 4, "")
        for wanted, found in (
            ({"context_id": first.context_id}, {first.task_id, second.task_id}),
            ({"status": "TASK_STATE_COMPLETED"}, {first.task_id, second.task_id}),
            ({"status": "TASK_STATE_WORKING"}, {held}),
            ({"status": "TASK_STATE_INPUT_REQUIRED"}, {asked.task_id}),
            ({"status": "TASK_STATE_REJECTED"}, set[str]()),
            ({"status_timestamp_after": whole.tasks[0].status.timestamp}, {whole.tasks[0].id}),
        ):
            assert {each.id for each in (await it.list(**wanted)).tasks} == found, wanted
        answers = await it.list(status="TASK_STATE_COMPLETED", include_artifacts=True, history_length=0)
        assert [(answer_of(each), len(each.history)) for each in answers.tasks] == [("hello", 0)] * 2
        for wrong in ({"page_size": 101}, {"page_token": "x"}, {"history_length": -1}):
            with pytest.raises(errors.InvalidParamsError):
                await it.list(**wrong)
        for each in (asked.task_id, held):
            await it.cancel(each)


async def test_a_task_that_was_handed_over_otherwise_is_seen_too(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon, speaker(daemon) as it:
        posted = (await it.caller.post("/tasks", json={"task": "by post"})).json()["id"]
        done = await ended(it.caller, posted)
        task = await it.get(posted)
        assert (state_of(task), answer_of(task), task.context_id) == ("completed", "hello", done["session_id"])
        assert [each.id for each in (await it.list(context_id=done["session_id"])).tasks] == [posted]
