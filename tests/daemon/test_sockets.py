"""Whoever chats over a WebSocket misses nothing, and sees nothing of others."""

from pathlib import Path
from typing import Any

import pytest

from heartbit_tui.store import driver
from tests.daemon.ground import LONG, Ground, calls, says
from tests.daemon.http import SETTINGS, TOKEN, USERS, ended, served
from tests.daemon.wsclient import Refused, Socket, socket

STAY = says("at last", when="please stay", wait=LONG, times=0)
HELLO = says("hello there", times=0, chunk=3)


def ready(tmp_path: Path, *replies: Any, settings: str = SETTINGS) -> Ground:
    ground = Ground(tmp_path)
    ground.prepare([*replies, STAY, HELLO], settings)
    return ground


async def test_sessions_are_there_as_soon_as_they_are_made(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon:
        async with socket(daemon.url, TOKEN) as one:
            made = await one.ask("session.create", title="mine")
        async with socket(daemon.url, TOKEN) as other:
            (listed,) = (await other.ask("session.list"))["sessions"]
            assert {**listed, "created_at": ""} == {
                "id": made["session_id"],
                "title": "mine",
                "created_at": "",
                "message_count": 0,
            }
            assert await other.ask("session.delete", **made) == {"deleted": True}
            assert await other.ask("session.delete", **made) == {"error": "session not found"}
            assert await other.ask("chat.send", message="hi", **made) == {"error": "session not found"}
            assert (await other.ask("session.list"))["sessions"] == []


async def test_a_session_keeps_the_title_that_it_was_made_with(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon, daemon.caller() as caller, socket(daemon.url, TOKEN) as one:
        made = await one.ask("session.create", title="mine")
        for words in ("hello", "and again"):
            task = await one.ask("chat.send", message=words, **made)
            await ended(caller, task["task_id"])
            (listed,) = (await one.ask("session.list"))["sessions"]
            assert (listed["id"], listed["title"]) == (made["session_id"], "mine")


async def test_what_no_client_should_send_is_answered_in_words(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon, socket(daemon.url, TOKEN) as found:
        assert await found.ask("nothing.known") == {"error": "unknown method: nothing.known"}
        assert (await found.ask("chat.send", session_id="x"))["error"].startswith("invalid params: message")
        assert await found.ask("approval.resolve", interaction_id="x:1", decision="maybe") == {
            "error": "invalid decision: maybe"
        }
        assert await found.ask("approval.resolve", interaction_id="x:1", decision="allow") == {
            "error": "no pending interaction with id x:1"
        }
        for text in ("not json", "[]", '{"type": "req"}', '{"type": "other", "id": "1", "method": "x"}'):
            await found.say(text)
            answer = await found.answer("unknown")
            assert (answer["ok"], answer["payload"]["error"][:14]) == (False, "invalid frame:")
        await found.say('{"type": "res", "id": "1", "ok": true}')
        await found.say_bytes(b"\x00")
        assert (await found.ask("session.list"))["sessions"] == []


async def test_a_message_is_answered_in_pieces_then_as_a_whole_and_kept(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon, socket(daemon.url, TOKEN) as found:
        made = await found.ask("session.create")
        sent = await found.ask("chat.send", message="hi", **made)
        final = await found.pushed("chat.final", "chat.error")
        place = {**made, **sent}
        assert {name: final[name] for name in (*place, "result")} == {**place, "result": "hello there"}
        assert all(place.items() <= each["payload"].items() for each in found.pushes)
        assert [each["seq"] for each in found.pushes] == list(range(len(found.pushes)))
        pieces = [each["payload"]["text"] for each in found.pushes if each["event"] == "chat.delta"]
        assert "".join(pieces) == "hello there"
        history = await found.ask("chat.history", **made)
        assert [(each["role"], each["content"]) for each in history] == [("user", "hi"), ("assistant", "hello there")]
        await found.ask("chat.send", message="again", **made)
        await found.pushed("chat.final")
        assert len(await found.ask("chat.history", **made)) == 4


async def test_nothing_is_missed_by_who_comes_back(tmp_path: Path) -> None:
    write = calls("write", {"file_path": "new.txt", "content": "x"}, when="please write")
    ground = ready(tmp_path, write)
    async with served(ground, mode=None) as daemon:
        async with socket(daemon.url, TOKEN) as first:
            made = await first.ask("session.create")
            sent = await first.ask("chat.send", message="please write", **made)
            needed = await first.pushed("approval.needed")
            seen = _seqs(first)
        async with socket(daemon.url, TOKEN) as second:
            assert (await second.ask("session.subscribe", after=0, **made))["tasks"] == [sent["task_id"]]
            again = await second.pushed("approval.needed")
            assert (again["interaction_id"], again["data"]) == (needed["interaction_id"], needed["data"])
            assert _seqs(second)[: len(seen)] == seen
            wrong = await second.ask("question.resolve", interaction_id=needed["interaction_id"], answers=[["x"]])
            assert wrong == {"error": f"{needed['interaction_id']} is not a question interaction"}
            assert await second.ask("approval.resolve", interaction_id=needed["interaction_id"], decision="allow") == {}
            final = await second.pushed("chat.final", "chat.error")
            assert final["result"] == "hello there"
        async with socket(daemon.url, TOKEN) as third:
            await third.ask("session.subscribe", after=needed["seq"], **made)
            assert (await third.pushed("chat.final"))["seq"] == final["seq"]
            assert min(_seqs(third)) > needed["seq"]
    assert (ground.project / "new.txt").read_text() == "x"


async def test_who_reads_nothing_for_long_has_the_whole_answer_in_the_end(tmp_path: Path) -> None:
    words = "".join(f"{number:07} " for number in range(20_000))
    ground = ready(tmp_path, says(words, when="tell much", chunk=32))
    async with served(ground) as daemon, daemon.caller() as caller, socket(daemon.url, TOKEN) as found:
        made = await found.ask("session.create")
        sent = await found.ask("chat.send", message="tell much", **made)
        await ended(caller, sent["task_id"])  # meanwhile nobody reads what is pushed
        final = await found.pushed("chat.final", "chat.error")
        assert (final["task_id"], final["result"]) == (sent["task_id"], words)
        assert [each["seq"] for each in found.pushes] == list(range(len(found.pushes)))


async def test_a_chat_is_aborted_and_says_so(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon, socket(daemon.url, TOKEN) as found:
        made = await found.ask("session.create")
        sent = await found.ask("chat.send", message="please stay", **made)
        assert await found.ask("chat.abort", **made, **sent) == {"cancelled": True}
        ended = await found.pushed("chat.error", "chat.final")
        assert (ended["state"], ended["error"]) == ("cancelled", "It was cancelled.")
        assert await found.ask("chat.abort", **made, **sent) == {"cancelled": False}


async def test_a_chat_that_cannot_be_followed_any_more_ends_with_a_word(tmp_path: Path) -> None:
    ground = ready(tmp_path, settings=f"[daemon]\nmax_concurrent_tasks = 1\n{SETTINGS}")
    async with served(ground) as daemon, socket(daemon.url, TOKEN) as found:
        chats: list[tuple[str, str]] = []
        for words in ("please stay", "hello"):
            sent = await found.ask("chat.send", message=words, **(made := await found.ask("session.create")))
            chats.append((sent["task_id"], made["session_id"]))
        connection = driver.connect(next(ground.home.rglob("*.db")))
        connection.execute("ALTER TABLE tasks RENAME TO elsewhere")
        told = await found.pushed("chat.error", "chat.final")
        connection.execute("ALTER TABLE elsewhere RENAME TO tasks")
        connection.close()
        assert ((told["task_id"], told["session_id"]) in chats, told["state"]) == (True, "unknown")


async def test_nobody_sees_or_touches_the_chats_of_others(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon, socket(daemon.url, USERS["anna"]) as anna:
        made = await anna.ask("session.create")
        sent = await anna.ask("chat.send", message="please stay", **made)
        for name in ("ben", "carl"):
            async with socket(daemon.url, USERS[name]) as other:
                assert (await other.ask("session.list"))["sessions"] == []
                for method in ("session.delete", "session.subscribe", "chat.history"):
                    assert await other.ask(method, **made) == {"error": "session not found"}
                assert await other.ask("chat.abort", **made, **sent) == {"error": "task not found"}
        assert await anna.ask("chat.abort", **made, **sent) == {"cancelled": True}


@pytest.mark.parametrize(
    ("token", "headers", "status"),
    [("", {}, 401), ("wrong", {}, 401), (TOKEN, {"origin": "https://evil.example"}, 403)],
)
async def test_who_may_not_come_in_is_turned_away_before_the_first_frame(
    tmp_path: Path, token: str, headers: dict[str, str], status: int
) -> None:
    async with served(ready(tmp_path)) as daemon:
        with pytest.raises(Refused) as refused:
            async with socket(daemon.url, token, headers=headers):
                pass
        assert refused.value.status == status


async def test_a_page_shows_its_token_among_the_subprotocols(tmp_path: Path) -> None:
    offered = ("heartbit", f"token.{TOKEN}")
    async with served(ready(tmp_path)) as daemon, socket(daemon.url, subprotocols=offered) as found:
        assert found.subprotocol == "heartbit"
        assert (await found.ask("session.list"))["sessions"] == []


async def test_so_many_connections_as_the_settings_allow(tmp_path: Path) -> None:
    settings = f"{SETTINGS}\n[daemon.ws]\nmax_connections = 1\n"
    async with served(ready(tmp_path, settings=settings)) as daemon, socket(daemon.url, TOKEN):
        with pytest.raises(Refused) as refused:
            async with socket(daemon.url, TOKEN):
                pass
        assert refused.value.status == 503


def _seqs(found: Socket) -> list[int]:
    """The places in the session of the events that were pushed, but for pieces, which the store need not have."""
    events = (each["payload"] for each in found.pushes if each["event"] == "agent.event")
    return [each["seq"] for each in events if not each["event"]["type"].endswith("_delta")]
