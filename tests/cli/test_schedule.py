"""`heartbit schedule` keeps schedules without a daemon, tells their times, and does their tasks."""

import json

import pytest

from heartbit_tui.client.beats import NO_DAEMON
from heartbit_tui.store.locks import leases
from tests.headless.machine import Machine, says, service


async def schedule(machine: Machine, *words: str) -> str:
    """What a command says that succeeds."""
    done = await machine.run("schedule", *words)
    assert (done.code, done.err in ("", f"{NO_DAEMON}\n")) == (0, True), done.err
    return done.text


async def test_a_schedule_is_added_listed_and_removed(machine: Machine) -> None:
    words = ("tidy", "0 9 * * 1", "look", "around", "--timezone", "Asia/Tokyo", "--jitter", "90s", "--no-catch-up")
    said = await schedule(machine, "add", *words)
    assert said.startswith(f"tidy is added, in {machine.project}. It is due Mon ")
    assert "09:00:00 JST (Asia/Tokyo), and so on.\n" in said
    (row,) = json.loads(await schedule(machine, "list", "--json"))
    assert row.pop("next").endswith("T09:00:00+09:00")
    assert row == {
        "name": "tidy",
        "cron": "0 9 * * 1",
        "dialect": "standard",
        "timezone": "Asia/Tokyo",
        "task": "look around",
        "enabled": True,
        "paused": False,
        "overlap": "skip",
        "jitter": 90,
        "catch_up": False,
        "folder": str(machine.project),
        "origin": "added",
        "stage": "seen",
        "last_task": "",
        "passed_over": 0,
    }
    assert "skip, late by up to 1m30s, no catching up, added  not yet due  look around" in await schedule(machine)
    assert await schedule(machine, "remove", "tidy") == "tidy is removed.\n"
    again = await machine.run("schedule", "remove", "tidy")
    assert again.code == 2
    assert again.err.startswith("heartbit: There is no schedule 'tidy'. There are no schedules.")


async def test_a_schedule_rests_and_goes_on_and_one_that_is_removed_is_forgotten_to_rest(machine: Machine) -> None:
    await schedule(machine, "add", "tidy", "0 9 * * *", "look")
    assert await schedule(machine, "pause", "tidy") == "tidy rests until `heartbit schedule resume`.\n"
    assert "  paused  " in await schedule(machine, "list")
    assert json.loads(await schedule(machine, "next", "--json") or "[]") == []
    assert json.loads(await schedule(machine, "resume", "tidy", "--json")) == {"name": "tidy", "paused": False}
    await schedule(machine, "pause", "tidy")
    await schedule(machine, "remove", "tidy")
    await schedule(machine, "add", "tidy", "0 9 * * *", "look")
    assert [each["paused"] for each in json.loads(await schedule(machine, "list", "--json"))] == [False]
    assert (await machine.run("schedule", "pause", "other")).code == 2


async def test_the_coming_times_of_all_are_told_in_order_with_their_zones(machine: Machine) -> None:
    await schedule(machine, "add", "one", "0 0 1 1 *", "a")
    await schedule(machine, "add", "two", "0 0 1 7 *", "b", "--timezone", "Europe/Paris")
    rows = json.loads(await schedule(machine, "next", "-n", "4", "--json"))
    assert sorted(row["name"] for row in rows) == ["one", "one", "two", "two"]
    assert {row["at"][4:] for row in rows} == {"-01-01T00:00:00+00:00", "-07-01T00:00:00+02:00"}
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)
    said = await schedule(machine, "next", "two", "-n", "1")
    assert said.endswith("-07-01 00:00:00 CEST (Europe/Paris)  two\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("x", "61 * * * *", "t"), "schedule x: invalid cron expression '61 * * * *': the minute '61'"),
        (("x", "@daily"), "The schedule x has no task: say what is to be done."),
        (("x", "@daily", "t", "--timezone", "Mars"), "'Mars' is no known time zone"),
        (("x\ny", "@daily", "t"), "is no name for a schedule"),
    ],
)
async def test_what_is_no_schedule_is_refused_and_nothing_is_kept(
    machine: Machine, words: tuple[str, ...], said: str
) -> None:
    done = await machine.run("schedule", "add", *words)
    assert done.code == 2
    assert said in done.err
    assert await schedule(machine, "list", "--json") == "[]\n"


async def test_a_schedule_of_the_settings_is_listed_and_not_removed(machine: Machine) -> None:
    machine.config('[[daemon.schedules]]\nname = "own"\ncron = "@daily"\ntask = "t"\nenabled = false\n')
    assert await schedule(machine) == "own  @daily  switched off  skip  not yet due  t\n"
    refused = await machine.run("schedule", "remove", "own")
    assert refused.code == 2
    assert "The schedule 'own' stands in the settings, under [[daemon.schedules]]" in refused.err
    assert (await machine.run("schedule", "next")).err == "No schedule is switched on.\n"


async def test_a_task_is_done_now_in_the_folder_of_its_schedule(machine: Machine) -> None:
    folder = machine.project / "deep"
    folder.mkdir()
    async with service(machine, says("Hello.")) as (server, known):
        await schedule(known, "add", "tidy", "@daily", "say hello", "--cwd", str(folder))
        done = await known.run("schedule", "run", "tidy", "--output-format", "json")
        missing = await known.run("schedule", "run", "none")
    assert (done.code, json.loads(done.out)["result"]) == (0, "Hello.")
    (request,) = server.requests
    assert "say hello" in json.dumps(request.body)
    assert str(folder) in json.dumps(request.body)
    assert missing.code == 2
    assert "There is no schedule 'none'. There are: tidy." in missing.err


async def test_who_adds_or_lists_schedules_is_told_where_no_daemon_runs(machine: Machine) -> None:
    assert (await machine.run("schedule", "add", "tidy", "@daily", "look")).err == f"{NO_DAEMON}\n"
    assert (await machine.run("schedule")).err == f"{NO_DAEMON}\n"
    assert (await machine.run("schedule", "--json")).err == ""
    lease = leases(machine.home / ".local/share/heartbit/heartbit.db").take("daemon-x")
    assert (await machine.run("schedule")).err == ""
    lease.release()


async def test_an_expression_without_quotes_is_told_as_that(machine: Machine) -> None:
    done = await machine.run("schedule", "add", "tidy", "0", "9", "*", "*", "*", "look")
    assert (done.code, "put all of its fields in quotes" in done.err) == (2, True)
