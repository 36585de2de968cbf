"""heartbit daemon status and logs: what can be seen of daemons without a token, and what cannot is said."""

import asyncio
import json
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from heartbit_tui import __version__
from heartbit_tui.client.registered import Found, found, registered
from heartbit_tui.daemon.log_reading import Said
from heartbit_tui.daemon.seen import Seen, rows
from heartbit_tui.store.locks import Leases
from tests.daemon.ground import says
from tests.daemon.test_commands import daemon, prepared
from tests.headless.machine import Machine, told

AT = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)


async def status(machine: Machine, *words: str) -> tuple[int, dict[str, Any]]:
    done = await machine.run("daemon", "status", "--json", *words)
    return done.code, json.loads(done.text)


async def test_where_no_daemon_ever_was_that_is_said_and_nothing_is_made(machine: Machine) -> None:
    code, seen = await status(machine)
    assert (code, seen["running"], seen["daemons"], seen["tasks"], seen["last_error"]) == (3, False, [], None, None)
    assert any("no data file" in each for each in seen["unknown"])
    shown = await machine.run("daemon", "status")
    assert (shown.code, "none is running" in shown.text) == (3, True)
    assert [*machine.home.rglob("*")] == []


async def test_a_daemon_is_seen_with_its_address_version_and_tasks_without_a_token(machine: Machine) -> None:
    prepared(machine, says("It is done.", times=0))
    async with daemon(machine) as (caller, process):
        await caller.run("submit", "--wait", "x")
        stranger = machine.having(HEARTBIT_API_KEY="wrong")
        code, seen = await status(stranger)
        (one,) = seen["daemons"]
        assert (code, seen["running"], seen["tasks"]) == (0, True, {"completed": 1})
        assert one.pop("uptime_seconds") >= 0
        assert datetime.fromisoformat(one.pop("since")) <= datetime.now(UTC)
        url = caller.variables["HEARTBIT_URL"]
        assert one == {"pid": process.pid, "address": url, "version": __version__, "health": "answers"}
        shown = await stranger.run("daemon", "status")
        assert (shown.code, f"running at {url}, process {process.pid}" in shown.text) == (0, True)
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.wait(), 30)
        code, seen = await status(machine)
        assert (code, seen["running"], seen["died"]) == (3, False, [])


async def test_a_daemon_that_was_killed_is_no_running_one_and_is_told_until_the_next(machine: Machine) -> None:
    prepared(machine, says("It is done.", times=0))
    async with daemon(machine) as (_, process):
        process.kill()
        await process.wait()
        code, seen = await status(machine)
        assert (code, seen["running"], [each["pid"] for each in seen["died"]]) == (3, False, [process.pid])
        assert f"A daemon (process {process.pid})" in (await machine.run("daemon", "status")).text
    async with daemon(machine):
        code, seen = await status(machine)
        assert (code, len(seen["daemons"]), seen["died"]) == (0, 1, [])


async def test_a_daemon_that_is_stuck_runs_and_does_not_answer(machine: Machine) -> None:
    prepared(machine, says("It is done.", times=0))
    async with daemon(machine) as (_, process):
        process.send_signal(signal.SIGSTOP)
        try:
            code, seen = await status(machine)
        finally:
            process.send_signal(signal.SIGCONT)
        assert (code, "does not answer" in seen["daemons"][0]["health"]) == (0, True)


async def test_two_daemons_on_one_data_file_are_both_seen(machine: Machine) -> None:
    prepared(machine, says("It is done.", times=0))
    async with daemon(machine) as (one, _), daemon(machine) as (other, _):
        _, seen = await status(machine)
        urls = {each.variables["HEARTBIT_URL"] for each in (one, other)}
        assert {each["address"] for each in seen["daemons"]} == urls


async def test_why_a_daemon_did_not_start_is_in_the_log_and_the_status(machine: Machine) -> None:
    prepared(machine, says("It is done.", times=0))
    failed = await machine.run("daemon", "--bind", "0.0.0.0:0")
    assert failed.code == 52
    shown = await machine.run("daemon", "logs", "--level", "error")
    assert "daemon.auth.bearer_tokens" in shown.text
    _, seen = await status(machine)
    assert "daemon.auth.bearer_tokens" in seen["last_error"]["message"]


async def test_the_log_tells_of_tasks_and_can_be_asked_for_one(machine: Machine) -> None:
    prepared(machine, says("It is done.", times=0))
    async with daemon(machine) as (caller, _):
        one, other = [(await caller.run("submit", "--wait", "--json", text)).text for text in ("first words", "second")]
    task = json.loads(one)["id"]
    lines = [
        json.loads(line)
        for line in (await machine.run("daemon", "logs", "--json", "--task", task[:8])).text.splitlines()
    ]
    told_of = [each["message"].partition(": ")[2].split(" after ")[0] for each in lines]
    assert ({each["task"] for each in lines}, told_of) == ({task}, ["pending", "running", "completed"])
    everything = (await machine.run("daemon", "logs")).text
    assert f"task {json.loads(other)['id'][:8]} of api" in everything
    assert "first words" not in everything
    assert len((await machine.run("daemon", "logs", "-n", "2")).text.splitlines()) == 2
    assert (await machine.run("daemon", "logs", "--since", "tomorrow")).code == 2
    assert (await machine.run("daemon", "logs", "--level", "loud")).code == 2


async def test_what_is_followed_comes_as_it_happens_over_the_move_to_a_new_file(machine: Machine) -> None:
    prepared(machine, says("It is done.", times=0), settings="[log]\nmax_bytes = 600\nkeep = 9\n")
    follower = await machine.start("daemon", "logs", "--follow")
    try:
        async with daemon(machine) as (caller, _):
            await told(follower.stdout, b"heartbit listens")
            for _ in range(3):
                task = json.loads((await caller.run("submit", "--wait", "--json", "x")).text)["id"]
                await told(follower.stdout, f"task {task[:8]} of".encode())
        await told(follower.stdout, b"heartbit has ended")
    finally:
        follower.terminate()
        await follower.communicate()
    assert len([*(machine.home / ".local/state/heartbit").glob("daemon.log.*")]) >= 2


async def test_a_log_of_its_own_of_sessions_takes_nothing_from_that_of_the_daemon(machine: Machine) -> None:
    prepared(machine, says("It is done.", times=0), settings='[log]\nlevel = "debug"\n')
    async with daemon(machine) as (caller, _):
        await caller.run("submit", "--wait", "x")
    shown = (await machine.run("daemon", "logs")).text
    assert ": completed after" in shown
    assert "heartbit has ended" in shown


async def test_the_daemon_runs_by_its_name_alone_and_by_two_words(machine: Machine) -> None:
    prepared(machine, says("It is done.", times=0))
    for words in (("daemon",), ("--headless", "daemon"), ("daemon", "run")):
        process = await machine.start(*words, "--bind", "127.0.0.1:0")
        await told(process.stderr, b"heartbit listens at ")
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 30) == 0


def test_a_daemon_that_has_not_said_where_it_listens_is_seen_by_its_lock(tmp_path: Path) -> None:
    store = tmp_path / "heartbit.db"
    leases = Leases(tmp_path / "heartbit.db.locks")
    lease = leases.take("daemon-1")
    (one,) = found(store)
    assert (one.name, one.lives, one.pid > 0, one.address) == ("daemon-1", True, True, "")
    with registered(store, "daemon-1", "http://127.0.0.1:1", AT):
        assert found(store) == (
            Found(
                name="daemon-1", lives=True, pid=one.pid, address="http://127.0.0.1:1", version=__version__, since=AT
            ),
        )
        record = tmp_path / "heartbit.db.locks" / "daemon-1.json"
        assert record.stat().st_mode & 0o777 == 0o600
        for broken in ("{", "[]", '{"pid": "x", "since": 7}', '{"since": "2026"}'):
            record.write_text(broken)
            assert found(store)[0].lives
    lease.release()
    assert found(store) == ()


def test_a_person_reads_times_of_day_and_how_long_it_has_been() -> None:
    one = Found(name="d", lives=True, pid=7, address="http://127.0.0.1:1", version="0.1.0", since=AT)
    dead = Found(name="e", lives=False, pid=6)
    seen = Seen(
        store=Path("/d"),
        log=Path("/l"),
        daemons=(one, dead),
        health={"d": "answers"},
        tasks={"pending": 2, "running": 1},
        units=(),
        last_error=Said(message="it broke", at=AT, level="error"),
        unknown=("something",),
    )
    at = f"{AT.astimezone():%Y-%m-%d %H:%M:%S}"
    assert rows(seen, AT + timedelta(hours=25, minutes=3)) == [
        ("daemon", "running at http://127.0.0.1:1, process 7"),
        ("version", "0.1.0"),
        ("since", f"{at}, for 1 d 1 h"),
        ("health", "answers"),
        ("died", "A daemon (process 6) that began at an unknown time ended without a word."),
        ("tasks", "2 waiting, 1 at work, 0 interrupted, 0 failed"),
        ("unit", "none; `heartbit daemon install` makes one"),
        ("log", "/l"),
        ("last error", f"{at} it broke"),
        ("unknown", "something"),
    ]
