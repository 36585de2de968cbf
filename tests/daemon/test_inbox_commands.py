"""`heartbit inbox` as its user has it, on the file alone."""

import json
from datetime import UTC, datetime

from heartbit_tui.runtime import beating
from heartbit_tui.store.inbox import Letter
from tests.headless.machine import Machine

AT = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


async def written(machine: Machine) -> None:
    file = machine.home / ".local" / "share" / "heartbit" / "heartbit.db"
    async with beating.ledger(file) as ledger:
        for number, kind in enumerate(("reply", "failure"), 1):
            letter = Letter(
                at=AT,
                kind="reply" if kind == "reply" else "failure",
                source="cron:tidy",
                title=f"title {number}",
                text=f"text {number}",
                changed=("/p/new.txt",),
                cost_usd=0.25,
                about=f"task {number}",
                key=f"{number}:1",
            )
            assert await ledger.inbox.put(letter) == await ledger.inbox.put(letter)


async def test_letters_are_listed_shown_and_done_with(machine: Machine) -> None:
    assert (await machine.run("inbox")).err == "Nothing waits in the inbox.\n"
    await written(machine)
    assert (await machine.run("inbox")).text.splitlines() == [
        "2  2026-05-04 09:00  failure, new  cron:tidy  title 2",
        "1  2026-05-04 09:00  reply, new    cron:tidy  title 1",
    ]
    shown = (await machine.run("inbox", "show", "1")).text
    assert all(each in shown for each in ("reply of cron:tidy, $0.2500", "text 1", "/p/new.txt", "About task 1"))
    assert (await machine.run("inbox", "done", "1")).text == "1 done with.\n"
    left = json.loads((await machine.run("inbox", "list", "--json")).text)
    assert [(each["id"], each["cost_usd"], each["changed"]) for each in left] == [(2, 0.25, ["/p/new.txt"])]
    assert (await machine.run("inbox", "done", "--all")).text == "1 done with.\n"
    assert (await machine.run("inbox", "restore", "1")).text == "1 waiting again.\n"
    assert (await machine.run("inbox")).text == "1  2026-05-04 09:00  reply  cron:tidy  title 1\n"
    assert (await machine.run("inbox", "accept", "1")).text == "What was changed stays. Done with.\n"
    nothing = await machine.run("inbox", "answer", "2", "yes")
    assert (nothing.code, nothing.err) == (1, "heartbit: Letter 2 asks nothing that can be answered in words.\n")
    wrong = [await machine.run("inbox", "show", which) for which in ("7", "x")]
    assert [each.code for each in wrong] == [2, 2]
    assert [("has the number 7" in wrong[0].err), ("no number of a letter" in wrong[1].err)] == [True, True]
