"""What was decided and done is kept beside the session, masked, and cannot be changed without being found."""

import json
import random
import shutil
import sqlite3
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from heartbit_tui.config.redact import MARK, Redactor
from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.kernel.events import (
    ApprovalDecision,
    ApprovalRequested,
    Envelope,
    Event,
    GuardrailDenied,
    GuardrailWarned,
    ModeChanged,
    PermissionDenied,
    RunStarted,
    SessionStarted,
    ToolCallCompleted,
    ToolCallStarted,
    clip,
)
from heartbit_tui.kernel.messages import JsonObject, ToolCall
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.kernel.protocols import Action, Allow, Ask, Deny, Effects, Verdict
from heartbit_tui.runtime.masking import spellings
from heartbit_tui.store import chain, driver, migrations
from heartbit_tui.store.audit import Wanted
from heartbit_tui.store.chain import Row
from heartbit_tui.store.facts import PLAIN
from heartbit_tui.store.store import Store
from heartbit_tui.store.trail import MOST, Trail
from heartbit_tui.testing.clock import EPOCH, FakeClock
from heartbit_tui.wire.names import type_of
from heartbit_tui.wire.write import timestamp
from tests.store.logs import STARTED, give, placed, run

SECRET = "hunter2 is 'not\" a shape"
KEY = "sk-ant-" + "a1b2c3d4" * 4
STOLEN = "UPDATE audit SET decision = 'allow' WHERE id = 3"


def trail(secret: str = SECRET) -> Trail:
    return Trail(Redactor(spellings([secret])), user="ada", tenant="acme")


async def audited(store: Store, events: tuple[Event, ...], kept: Trail | None = None) -> tuple[Envelope, ...]:
    """Record events of the session `s` with an audit."""
    async with store.recorder("s", kept or trail()) as recorder:
        log = placed(events, first=recorder.seq + 1)
        give(recorder, log)
    return log


async def rows(store: Store, wanted: Wanted | None = None) -> list[Row]:
    return [row async for page in store.audit.pages(wanted or Wanted()) for row in page]


def told(row: Row) -> dict[str, Any]:
    return json.loads(row.told)


def action(call: ToolCall) -> Action:
    return Action(call=call, effects=Effects.EXECUTE)


@contextmanager
def opened(path: Path) -> Generator[sqlite3.Connection]:
    connection = driver.connect(path)
    try:
        yield connection
    finally:
        connection.close()


async def test_calls_results_answers_and_ends_are_audited_with_their_place(store: Store) -> None:
    log = await audited(store, (STARTED, *run("fix it", turns=2), ModeChanged(mode=Mode.PLAN)))
    found = await rows(store)
    kinds = (RunStarted, ToolCallStarted, ToolCallCompleted, ModeChanged, *PLAIN)
    expected = [each for each in log if isinstance(each.event, kinds)]
    assert [(row.seq, row.at, row.kind) for row in found] == [
        (each.seq, timestamp(each.at), type_of(type(each.event))) for each in expected
    ]
    assert {(row.session, row.run, row.agent, row.user, row.tenant) for row in found} == {
        ("s", "run-1", "heartbit", "ada", "acme")
    }
    (answer, *_) = [told(row) for row in found if row.kind == "llm_response"]
    assert answer["usage"]["input_tokens"] == 10
    assert told(found[-1]) == {"mode": "plan"}
    assert (await store.audit.check()).broken == ""


@pytest.mark.parametrize(
    ("verdict", "events", "expected"),
    [
        (Allow(rule="bash(ls)"), ["start"], [("allow", "rule", "bash(ls)")]),
        (Allow(rule="yolo mode"), ["start"], [("allow", "mode", "yolo mode")]),
        (Deny(reason="no", rule="bash(rm *)"), ["deny"], [("deny", "rule", "bash(rm *)")]),
        (
            Ask(reason="?", rule="ask mode"),
            ["ask", "yes", "start"],
            [("ask", "mode", "ask mode"), ("allow", "person", ""), ("allow", "person", "ask mode")],
        ),
        (
            Ask(reason="?", rule="ask mode"),
            ["ask", "policy", "deny"],
            [("ask", "mode", "ask mode"), ("deny", "policy", ""), ("deny", "policy", "ask mode")],
        ),
    ],
)
async def test_every_decision_says_who_decided_by_what(
    store: Store, verdict: Verdict, events: list[str], expected: list[tuple[str, str, str]]
) -> None:
    call = ToolCall(id="c1", name="bash", input={"command": "ls"})
    known: dict[str, Event] = {
        "start": ToolCallStarted(tool_name="bash", tool_call_id="c1", input='{"command":"ls"}'),
        "deny": PermissionDenied(tool_name="bash", tool_call_id="c1", reason="no", input=call.input),
        "ask": ApprovalRequested(turn=1, tool_names=("bash",), id="a1", call=call, rule=verdict.rule),
        "yes": ApprovalDecision(turn=1, approved=True, id="a1", tool_call_id="c1"),
        "policy": ApprovalDecision(turn=1, approved=False, id="a1", tool_call_id="c1", by="policy"),
    }
    kept = trail()
    kept.decided(action(call), verdict, Mode.ASK)
    await audited(store, tuple(known[name] for name in events), kept)
    found = await rows(store)
    assert [(row.decision, row.decided_by, told(row).get("rule", "")) for row in found] == expected
    assert {(row.tool, row.call) for row in found} == {("bash", "c1")}
    assert [told(row)["mode"] for row in found if row.kind != "approval_decision"] == ["ask"] * (len(expected) // 2 + 1)
    assert {told(row)["input"] for row in found if "input" in told(row)} == {'{"command":"ls"}'}


async def test_what_a_person_answered_lately_is_told_oldest_first(store: Store) -> None:
    """Commands alone, those that a person decided, and none that was cut or is somebody else's."""
    lines = [("a", True, "person"), ("b", False, "person"), ("c", False, "policy"), ("d" * 9_000, True, "person")]
    events: list[Event] = []
    for number, (line, allowed, by) in enumerate(lines):
        call = ToolCall(id=f"c{number}", name="bash", input={"command": line})
        decided = ApprovalDecision(turn=1, approved=allowed, id=f"a{number}", tool_call_id=call.id)
        events += [
            ApprovalRequested(turn=1, tool_names=("bash",), id=f"a{number}", call=call),
            decided if by == "person" else replace(decided, by="policy"),
        ]
    call = ToolCall(id="w", name="write", input={"file_path": "f", "command": "no"})
    events += [
        ApprovalRequested(turn=1, tool_names=("write",), id="w", call=call),
        ApprovalDecision(turn=1, approved=True, id="w", tool_call_id="w"),
    ]
    await audited(store, tuple(events))
    assert await store.audit.answered("ada", tenant="acme", limit=20) == [("a", True), ("b", False)]
    assert await store.audit.answered("ada", tenant="acme", limit=1) == [("b", False)]
    assert await store.audit.answered("bob", tenant="acme", limit=20) == []
    assert await store.audit.answered("ada", limit=20) == []


async def test_a_guardrail_that_refuses_is_who_decided(store: Store) -> None:
    said = {"reason": "it gives orders", "tool_name": "bash", "guardrail": "injection", "quote": "obey"}
    denied = GuardrailDenied(hook="pre_tool", tool_call_id="c1", **said)
    await audited(store, (denied, GuardrailWarned(hook="post_tool", tool_call_id="c2", changed=True, **said)))
    first, second = await rows(store)
    assert (first.decision, first.decided_by, first.tool, first.call) == ("deny", "guardrail", "bash", "c1")
    assert (second.decision, second.decided_by, second.tool, second.call) == ("", "", "bash", "c2")
    assert [told(row)["quote"] for row in (first, second)] == ["obey", "obey"]
    assert (told(first)["rule"], told(second)["changed"]) == ("injection", True)


def secret_events(secret: str) -> Iterator[Event]:
    """A secret wherever something may be audited: as a value, under a name, in a name, cut in half."""
    given: JsonObject = {"command": f"curl -H 'x: {secret}'", "nested": [{"x": secret}], secret: "name"}
    text = json.dumps(given)
    yield RunStarted(task=f"use {secret} now")
    yield ToolCallStarted(tool_name="bash", tool_call_id="c1", input=text)
    yield ToolCallStarted(tool_name="bash", tool_call_id="c2", input=clip(json.dumps({"a": secret + " " + "x" * 5000})))
    yield PermissionDenied(tool_name="bash", tool_call_id="c3", reason=f"rule ({secret})", input=given)
    call = ToolCall(id="c4", name="bash", input=given)
    yield ApprovalRequested(turn=1, tool_names=("bash",), id="a1", call=call, preview=f"$ {secret}")
    yield ApprovalDecision(turn=1, approved=False, id="a1", tool_call_id="c4", note=f"not {secret}")
    yield ToolCallCompleted(tool_name="bash", tool_call_id="c1", is_error=False, duration_ms=1, output=f"a\n{secret}\n")
    for before in range(4096 - len(secret), 4096):
        output = clip("x" * (before - 1) + " " + secret + "y" * 100)
        yield ToolCallCompleted(tool_name="bash", tool_call_id="c5", is_error=False, duration_ms=1, output=output)


@pytest.mark.security("I6")
@pytest.mark.parametrize("secret", [KEY, "a-secret-of-no-shape-at-all", 'with"quote\\and-ünicode'])
async def test_no_secret_stays_readable_not_even_half_of_it(
    store: Store, path: Path, secret: str, record_property: Callable[[str, object], None]
) -> None:
    events = tuple(secret_events(secret))
    await audited(store, events, trail(secret))
    found = await rows(store)
    assert len(found) == len(events)
    halves = {form[: len(form) // 2] for form in spellings(spellings([secret]))}
    assert [row for row in found if any(half in row.told for half in halves)] == []
    assert sum(MARK in row.told for row in found) >= 7
    record_property("cases", len(events))


async def test_a_value_under_a_telling_name_is_masked(store: Store) -> None:
    given = json.dumps({"password": "c0rrecth0rsebattery", "path": "a.txt"})
    await audited(store, (ToolCallStarted(tool_name="login", tool_call_id="c", input=given),))
    (row,) = await rows(store)
    assert json.loads(told(row)["input"]) == {"password": MARK, "path": "a.txt"}


async def test_a_row_is_bounded_whatever_a_call_holds(store: Store) -> None:
    wide: JsonObject = {f"key {number}": "x" * 5000 for number in range(100)}
    deep: JsonObject = {}
    for _ in range(2000):
        deep = {"d": deep}
    denied = [PermissionDenied(tool_name="t", tool_call_id="c", reason="no", input=each) for each in (wide, deep)]
    await audited(store, tuple(denied))
    assert [len(row.told) <= MOST for row in await rows(store)] == [True, True]


async def test_what_is_audited_is_there_as_soon_as_the_session_is(store: Store) -> None:
    async with store.recorder("s", trail()) as recorder:
        for envelope in placed((STARTED, *run("a", turns=20))):
            recorder.take(envelope)
            await recorder.committed(envelope.seq)
            newest = (await store.audit.search(Wanted(), limit=1) or [None])[0]
            if isinstance(envelope.event, ToolCallStarted):
                assert newest is not None
                assert newest.seq == envelope.seq


async def test_rows_are_found_by_session_time_tool_and_decision(store: Store) -> None:
    for session in ("a", "b"):
        async with store.recorder(session, trail()) as recorder:
            give(recorder, placed((STARTED, *run("x", turns=3)), session=session))
    since = timestamp(EPOCH + timedelta(seconds=20))
    asked: tuple[tuple[Wanted, Callable[[Row], bool]], ...] = (
        (Wanted(session="a"), lambda row: row.session == "a"),
        (Wanted(since=since), lambda row: row.at >= since),
        (Wanted(tool="bash", decision="allow"), lambda row: row.kind == "tool_call_started"),
        (Wanted(session="' OR 1=1 --"), lambda row: False),
    )
    for wanted, fits in asked:
        expected = [row for row in await rows(store) if fits(row)]
        assert await rows(store, wanted) == expected
        assert await store.audit.search(wanted, limit=2) == expected[::-1][:2]
    with pytest.raises(StoreError, match="no row 99"):
        await store.audit.row(99)


# Nothing is changed


@pytest.mark.parametrize(
    "statement",
    [
        STOLEN,
        "DELETE FROM audit WHERE id = 3",
        "DELETE FROM audit",
        "UPDATE audit SET id = 900 WHERE id = 1",
        "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE id = 2",
        "REPLACE INTO audit SELECT 2, at, session, seq, run, agent, user, tenant, kind, tool, call, 'allow', "
        "decided_by, told, previous, digest FROM audit WHERE id = 2",
        "UPDATE audit_kept SET until = 3",
        "DELETE FROM audit_kept",
        "INSERT INTO audit_kept VALUES (99, 'x')",
    ],
)
async def test_the_file_itself_refuses_a_change(store: Store, path: Path, statement: str) -> None:
    await audited(store, (STARTED, *run("x", turns=3)))
    before = await rows(store)
    with opened(path) as connection, pytest.raises(driver.errors(), match="only ever added to"):
        connection.execute(statement)
    assert await rows(store) == before


def tampered(path: Path, dice: random.Random) -> str:
    """Change one thing behind the back of the guards, which are put back afterwards; what was done."""
    with opened(path) as connection:
        guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            connection.execute(f"DROP TRIGGER {name}")
        most = connection.execute("SELECT max(id) FROM audit").fetchone()[0]
        spot = dice.randint(1, most)
        column = dice.choice([name for name in Row._fields if name not in ("id", "seq")])
        statement = dice.choice(
            [
                f'UPDATE audit SET "{column}" = "{column}" || \'x\' WHERE id = {spot}',
                f"UPDATE audit SET seq = seq + 1 WHERE id = {spot}",
                f"DELETE FROM audit WHERE id = {spot}",
                f"DELETE FROM audit WHERE id >= {spot}",
                f"UPDATE audit SET id = {most + 1} WHERE id = {spot}",
            ]
        )
        connection.execute(statement)
        for _, sql in guards:
            connection.execute(sql)
    return statement


async def test_whatever_was_changed_taken_out_or_moved_is_found(
    store: Store, path: Path, tmp_path: Path, clock: FakeClock, record_property: Callable[[str, object], None]
) -> None:
    await audited(store, (STARTED, *run("x", turns=4)))
    whole = await store.audit.check()
    assert (whole.broken, whole.rows, whole.last) == ("", len(await rows(store)), len(await rows(store)))
    with opened(path) as connection:
        connection.execute("VACUUM INTO ?", (str(tmp_path / "whole.db"),))
    dice, cases = random.Random(7), 200
    for number in range(cases):
        copy = tmp_path / f"{number}.db"
        shutil.copyfile(tmp_path / "whole.db", copy)
        done = tampered(copy, dice)
        async with Store.open(copy, clock) as other:
            assert (await other.audit.check()).broken, done
        copy.unlink()
    record_property("cases", cases)


async def test_a_guard_that_is_gone_is_told(store: Store, path: Path) -> None:
    await audited(store, (STARTED, *run("x")))
    with opened(path) as connection:
        connection.execute("DROP TRIGGER audit_changed")
    assert (await store.audit.check()).broken == "the guard audit_changed is missing"


async def test_two_sessions_at_once_make_one_chain(path: Path, clock: FakeClock) -> None:
    async with Store.open(path, clock) as one, Store.open(path, clock) as other:
        async with one.recorder("a", trail()) as first, other.recorder("b", trail()) as second:
            for a, b in zip(placed(run("x", 20), session="a"), placed(run("y", 20), session="b"), strict=True):
                first.take(a)
                second.take(b)
                await first.committed(a.seq)
        checked = await one.audit.check()
        assert (checked.broken, {row.session for row in await rows(one)}) == ("", {"a", "b"})


async def test_retention_takes_the_oldest_and_the_rest_still_hangs_together(store: Store) -> None:
    await audited(store, (STARTED, *run("x", turns=4)))
    before = await rows(store)
    oldest = before[5].at
    assert await store.audit.prune(oldest) == 5
    assert await rows(store) == before[5:]
    assert await store.audit.prune(oldest) == 0
    assert (await store.audit.check()).broken == ""
    assert await store.audit.prune("9999") == len(before) - 5
    assert (await store.audit.check()).broken == ""
    await audited(store, run("y"))
    checked = await store.audit.check()
    assert (checked.broken, (await rows(store))[0].id) == ("", len(before) + 1)


async def test_deleting_a_session_leaves_what_was_audited(store: Store) -> None:
    await audited(store, (STARTED, *run("x")))
    before = await rows(store)
    await store.delete("s")
    assert await rows(store) == before


async def test_who_deletes_a_session_is_audited_at_the_end_of_the_chain(store: Store) -> None:
    await audited(store, (STARTED, *run("x")))
    before = await rows(store)
    acting = Trail(lambda text: text, user="anna", tenant="acme", acts_for=("user:anna",))
    await store.delete("s", acting)
    (added,) = (await rows(store))[len(before) :]
    assert (added.kind, added.session, added.user, added.tenant) == ("session_deleted", "s", "anna", "acme")
    assert (added.decided_by, added.agent, added.told) == ("person", "", '{"delegation_chain":["user:anna"]}')
    assert (await store.audit.check()).broken == ""
    with pytest.raises(StoreError):
        await store.delete("s", acting)
    assert len(await rows(store)) == len(before) + 1


async def test_without_a_trail_nothing_is_audited(store: Store) -> None:
    async with store.recorder("s") as recorder:
        give(recorder, placed((STARTED, *run("x"))))
    assert await rows(store) == []


# Versions


@pytest.mark.parametrize("older", range(len(migrations.STEPS)))
async def test_a_file_of_every_older_version_is_audited_from_then_on(path: Path, clock: FakeClock, older: int) -> None:
    path.parent.mkdir()
    with opened(path) as connection:
        migrations.migrate(connection, migrations.STEPS[:older])
        if older:
            connection.execute("INSERT INTO sessions (id, title) VALUES ('old', 'kept')")
    async with Store.open(path, clock) as store:
        await audited(store, (STARTED, *run("x")))
        assert (await store.audit.check()).broken == ""
        assert {info.id for info in await store.index.search()} == ({"s", "old"} if older else {"s"})


def test_a_digest_is_of_every_column() -> None:
    row = Row(
        id=0, at="t", session="s", seq=1, run="r", agent="a", user="u", tenant="t", kind="k", tool="t", call="c",
        decision="", decided_by="", told="{}",
    )  # fmt: skip
    changed = {chain.digest_of(row._replace(**{name: 9})) for name in Row._fields if name != "digest"}
    assert len({chain.digest_of(row), *changed}) == len(Row._fields)


def test_every_type_that_is_audited_as_it_is_stands_there_once() -> None:
    assert len(set(PLAIN)) == len(PLAIN)
    assert SessionStarted not in PLAIN
