"""What was decided and done is listed, shown, exported and verified."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from heartbit_tui.cli.since import moment
from heartbit_tui.headless.endings import UsageError
from heartbit_tui.store import driver
from tests.headless.machine import Done, Machine, bash, says, service

KEY = "sk-ant-0123456789abcdefghij"
COMMAND = f"echo {KEY}; touch done"
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


async def worked(machine: Machine, *flags: str, command: str = COMMAND) -> Done:
    """A run with one command."""
    async with service(machine, bash(command), says("Done.")) as (_, known):
        return await known.run("-p", "do it", *flags)


def database(machine: Machine) -> Path:
    return machine.home / ".local/share/heartbit/heartbit.db"


async def listed(machine: Machine, *flags: str) -> list[dict[str, object]]:
    return json.loads((await machine.run("audit", "list", "--json", *flags)).text)


async def test_a_run_is_audited_without_being_asked_to_and_without_its_keys(machine: Machine) -> None:
    await worked(machine, "--allow", f"bash({COMMAND})")
    rows = await listed(machine)
    assert [row["kind"] for row in rows[::-1]] == [
        *("run_started", "model_called", "llm_response", "tool_call_started", "tool_call_completed"),
        *("model_called", "llm_response", "run_completed"),
    ]
    (call,) = await listed(machine, "--decision", "allow")
    assert (call["tool"], call["decided_by"], call["agent"]) == ("bash", "rule", "heartbit")
    assert call["user"]
    exported = await machine.run("audit", "export")
    assert KEY not in json.dumps(rows) + exported.text
    assert exported.text.count("[redacted]") >= 2


async def test_a_refusal_is_found_by_decision_tool_session_and_time(machine: Machine) -> None:
    await worked(machine)
    denied = await listed(machine, "--decision", "deny")
    assert [(row["kind"], row["decided_by"]) for row in denied] == [
        ("permission_denied", "policy"),
        ("approval_decision", "policy"),
    ]
    session = str(denied[0]["session"])
    everything = await listed(machine, "--limit", "99")
    assert await listed(machine, "--session", session[-8:], "--tool", "bash") == [
        row for row in everything if row["tool"] == "bash"
    ]
    assert await listed(machine, "--since", "1h") == everything[:50]
    assert await listed(machine, "--since", "2999-01-01") == []
    assert len(await listed(machine, "--limit", "2")) == 2
    assert (await machine.run("sessions", "delete", "-y", session)).code == 0
    newest, *others = await listed(machine, "--session", session)
    assert (newest["kind"], newest["decided_by"], others) == ("session_deleted", "person", everything)
    assert (await machine.run("audit", "list", "--session", "none")).code != 0


async def test_rows_are_listed_by_tenant_and_user(machine: Machine) -> None:
    await worked(machine)
    whole = await listed(machine)
    name = str(whole[0]["user"])
    assert whole == await listed(machine, "--tenant", "") == await listed(machine, "--by", name)
    assert await listed(machine, "--tenant", "acme") == await listed(machine, "--by", f"{name}x") == []


async def test_one_row_is_shown_whole(machine: Machine) -> None:
    await worked(machine)
    (row, *_) = await listed(machine, "--tool", "bash")
    shown = await machine.run("audit", "show", str(row["id"]))
    assert (shown.code, str(row["digest"]) in shown.text, '"reason"' in shown.text or "output" in shown.text) == (
        0,
        True,
        True,
    )
    assert json.loads((await machine.run("audit", "show", str(row["id"]), "--json")).text) == row
    for wrong in ("x", "-1", "١", "9" * 30):
        assert (await machine.run("audit", "show", "--", wrong)).code == 2
    assert "no row 999" in (await machine.run("audit", "show", "999")).err


async def test_an_export_is_json_lines_for_its_owner_alone(machine: Machine) -> None:
    await worked(machine)
    to_stdout = await machine.run("audit", "export")
    to_file = await machine.run("audit", "export", "audit.jsonl")
    file = machine.project / "audit.jsonl"
    assert (to_stdout.code, to_file.code, to_file.text) == (0, 0, "")
    assert file.read_text() == to_stdout.text
    assert file.stat().st_mode & 0o777 == 0o600
    rows = [json.loads(line) for line in to_stdout.text.splitlines()]
    assert rows[::-1] == await listed(machine, "--limit", "99")
    assert (await machine.run("audit", "export", "--since", "2999-01-01")).text == ""
    assert (await machine.run("audit", "export", "no/such/folder")).code == 2


async def test_the_chain_is_verified_and_a_change_found(machine: Machine) -> None:
    await worked(machine)
    good = await machine.run("audit", "verify")
    assert (good.code, "as they were written" in good.text) == (0, True)
    connection = driver.connect(database(machine))
    (trigger,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'audit_changed'").fetchone()
    connection.execute("DROP TRIGGER audit_changed")
    connection.execute("UPDATE audit SET decision = 'allow' WHERE id = 5")
    connection.execute(trigger)
    connection.close()
    bad = await machine.run("audit", "verify")
    assert (bad.code, "row 5 was changed" in bad.text) == (1, True)
    assert json.loads((await machine.run("audit", "verify", "--json")).text)["broken"] == "row 5 was changed"


async def test_what_would_steer_a_terminal_is_shown_and_not_sent(machine: Machine) -> None:
    await worked(machine, command="printf '\x1b]0;x\x07' # \u202e\x1b[31m")
    read = [await machine.run(*words) for words in (("audit",), ("audit", "show", "5"), ("audit", "export"))]
    assert [sign for done in read for sign in "\x1b\x07\u202e" if sign in done.text] == []
    assert all("printf" in done.text for done in (read[0], read[2]))


async def test_nothing_is_audited_of_a_session_that_is_not_kept(machine: Machine) -> None:
    await worked(machine, "--ephemeral")
    done = await machine.run("audit")
    assert (done.code, done.text, done.err) == (0, "", "Nothing of this kind was audited.\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30m", NOW - timedelta(minutes=30)),
        (" 12h ", NOW - timedelta(hours=12)),
        ("7d", NOW - timedelta(days=7)),
        ("2w", NOW - timedelta(weeks=2)),
        ("2026-01-31T09:30:00+02:00", datetime(2026, 1, 31, 7, 30, tzinfo=UTC)),
        ("2026-01-31T09:30:00Z", datetime(2026, 1, 31, 9, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_as_people_write_it(text: str, expected: datetime) -> None:
    assert moment(text, NOW) == expected


@pytest.mark.parametrize("text", ["", "x", "7", "d", "-7d", "7.5d", "2026-13-01", "٣d"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--since takes"):
        moment(text, NOW)
