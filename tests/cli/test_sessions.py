"""Sessions are searched, looked over and repaired from a shell, line by line and in the list of what is missing."""

import json
from dataclasses import replace
from pathlib import Path

from heartbit_tui.client.moments import moment
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.store.store import Store
from heartbit_tui.testing.clock import FakeClock
from tests.headless.machine import Machine
from tests.store.logs import STARTED, placed, record, run

KEY = "sk-ant-0123456789abcdefghij"


async def kept(machine: Machine) -> Path:
    """Two sessions, one of them of this project; the file with them."""
    file = machine.home / ".local/share/heartbit/heartbit.db"
    clock = SystemClock()
    async with Store.open(file, clock) as store:
        for name, cwd in (
            ("20260101-000000-aaaaaaaa", str(machine.project)),
            ("20260102-000000-bbbbbbbb", "/elsewhere"),
        ):
            async with store.recorder(name) as recorder:
                events = (replace(STARTED, cwd=cwd), *run(f"mend the parser, not with {KEY}\n[red]now[/]", turns=2))
                for envelope in placed(events, session=name):
                    recorder.take(replace(envelope, at=clock.now()))
    return file


def content(file: Path) -> bytes:
    return file.read_bytes()


async def test_sessions_are_searched_everywhere_or_here_and_keys_are_masked(machine: Machine) -> None:
    await kept(machine)
    done = await machine.run("sessions", "search", "parser")
    assert (done.code, done.text.count("»parser«"), done.text.count("prompt")) == (0, 2, 2)
    assert KEY not in done.text
    here = json.loads((await machine.run("sessions", "search", "mend", "parser", "--here", "--json")).text)
    (hit,) = here["hits"]
    assert (hit["session"], hit["kind"], here["not_indexed_yet"]) == ("20260101-000000-aaaaaaaa", "prompt", 0)
    assert [hit["sentence"][begin:end] for begin, end in hit["marks"]] == ["mend", "parser"]
    nothing = await machine.run("sessions", "search", "sk-ant-0123456789abcdefghij")
    assert (nothing.code, nothing.text) == (0, "")
    assert "Nothing" in nothing.err
    assert (await machine.run("sessions", "search")).code == 2


async def test_a_damaged_file_is_told_by_doctor_and_repaired(machine: Machine) -> None:
    file = await kept(machine)
    data = content(file)
    file.write_bytes(bytes(4096) + data[4096:])
    refused = await machine.run("sessions", "list", "--all")
    assert (refused.code, "heartbit sessions repair" in refused.err) == (1, True)
    assert "heartbit sessions repair" in (await machine.run("doctor")).text
    look = await machine.run("sessions", "repair", "--dry-run")
    assert (look.code, "Can be saved: 2 sessions" in look.text) == (1, True)
    told = json.loads((await machine.run("sessions", "repair", "--json")).text)
    assert (told["state"], told["saved"]["rows"]["sessions"], told["saved"]["lost"]) == ("damaged", 2, {})
    assert content(Path(told["kept"]))[4096:] == data[4096:]
    assert "whole" in (await machine.run("sessions", "repair")).text
    assert (await machine.run("sessions", "list", "--all")).text.count("mend the parser") == 2


async def test_moments_are_those_of_the_persons_own_clock(machine: Machine) -> None:
    async with Store.open(machine.home / ".local/share/heartbit/heartbit.db", FakeClock()) as store:
        await record(store, "20260101-000000-aaaaaaaa", [STARTED, *run("mend the parser")])
    there = machine.having(TZ="JST-9")
    for words in (("sessions", "list", "--all"), ("sessions", "search", "parser"), ("undo", "aaaa", "--list")):
        assert "2026-01-01 09:00" in (await there.run(*words)).text, words
    assert moment("no time") == "no time"
