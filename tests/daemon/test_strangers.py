"""Users whose ids are made to be taken for each other's, at the real routes: nobody gets at anything of somebody else."""

import asyncio
import io
import json
import logging
import sqlite3
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from heartbit_tui.auth.admission import Admission
from heartbit_tui.auth.bearer import Tokens
from heartbit_tui.auth.users import Owner, UserContext, fault_of
from heartbit_tui.daemon.http.app import application
from heartbit_tui.daemon.http.openapi import document
from heartbit_tui.daemon.http.timed import UNKNOWN
from heartbit_tui.daemon.logs import JsonLines, Masked
from heartbit_tui.daemon.metrics import MOST, OTHER, Figures
from heartbit_tui.daemon.opening import Daemon
from heartbit_tui.kernel.events import RunStarted, ToolCallCompleted
from heartbit_tui.memory.sqlite import STEPS, SqliteMemory
from heartbit_tui.memory.types import NewEntry, Scope
from heartbit_tui.runtime.beating import ledger
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.store import driver
from heartbit_tui.store.database import Database
from heartbit_tui.store.inbox import KEPT, Letter
from heartbit_tui.store.recorder import Place, save_summary
from heartbit_tui.store.summary import Summary
from heartbit_tui.store.trail import Trail
from tests.auth.owners import owners
from tests.daemon.ground import LONG, Ground, calls, daemon, says
from tests.samples import samples
from tests.store.logs import placed

STRANGERS = samples(10_000, 150)
TALKING = 12
"""Users of whom each has a task that waits for a word, at the same time."""

LISTS = ("tasks", "sessions", "letters", "entries", "rows", "approvals", "questions")
FOREIGN: tuple[tuple[str, str, dict[str, Any] | None], ...] = (
    ("GET", "/tasks/{task}", None),
    ("GET", "/tasks/{task}/events", None),
    ("DELETE", "/tasks/{task}", None),
    ("POST", "/tasks/{task}/resume", None),
    ("GET", "/sessions/{session}", None),
    ("GET", "/sessions/{session}/events", None),
    ("GET", "/sessions/{session}/log", None),
    ("GET", "/sessions/{session}/audit", None),
    ("POST", "/sessions/{session}/ops", {"type": "interrupt"}),
    ("POST", "/tasks", {"task": "go on", "session_id": "{session}"}),
    ("POST", "/approvals/{session}/a1", {"decision": "allow"}),
    ("POST", "/questions/{session}/a1", {"answers": []}),
    ("POST", "/inbox/{letter}/done", None),
    ("GET", "/memory/{memory}", None),
    ("POST", "/memory/{memory}/pin", {"pinned": True}),
    ("DELETE", "/memory/{memory}", None),
)
"""What somebody tries with what is somebody else's; all of it is answered as for what nobody has."""

CLOSED = ("/schedules", "/heartbeats", "/todo", "/drafts", "/metrics")
"""What is for whom the machine belongs to."""


class Numbered:
    """An issuer whose tokens have the number of an owner in them."""

    def __init__(self, known: Sequence[Owner]) -> None:
        self._known = known

    async def find(self, token: str) -> UserContext:
        owner = self._known[int(token.split(".")[1])]
        return UserContext(user_id=owner.user, tenant_id=owner.tenant, roles=frozenset({"user"}), name="jwt")


class Street:
    """A daemon, and callers at its door, each of whom is one of the owners."""

    def __init__(self, found: Daemon, known: Sequence[Owner]) -> None:
        admission = Admission(Tokens(()), Numbered(known), found.clock)
        self.daemon = replace(found, door=replace(found.door, admission=admission))
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(application(self.daemon)), base_url="http://localhost"
        )

    async def ask(self, number: int, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        headers = {"authorization": f"Bearer t.{number}.s"}
        return await self._client.request(method, path, json=body, headers=headers)

    async def close(self) -> None:
        await self._client.aclose()


@asynccontextmanager
async def street(ground: Ground, known: Sequence[Owner], **more: Any) -> AsyncGenerator[Street]:
    async with daemon(ground, **more) as found:
        made = Street(found, known)
        try:
            yield made
        finally:
            await made.close()


def strangers(count: int) -> list[Owner]:
    """So many whom the door lets in: no token has an id with a control character."""
    likely = owners(2 * count)
    fitting = [
        each for each in likely if each.user and not fault_of(each.user) and not (each.tenant and fault_of(each.tenant))
    ]
    return fitting[:count]


def kept(known: Sequence[Owner]) -> Callable[[sqlite3.Connection], None]:
    """Gives each a session and an audited event."""

    def work(connection: sqlite3.Connection) -> None:
        with driver.transaction(connection):
            for number, owner in enumerate(known):
                place = Place(
                    session_id=f"s{number}", summary=Summary(title=f"t{number}"), owner=(owner.tenant, owner.user)
                )
                save_summary(connection, place)
                trail = Trail(str, user=owner.user, tenant=owner.tenant, acts_for=(f"user:{owner.user}",))
                fact = trail.fact(placed((RunStarted(task=f"t{number}"),), session=f"s{number}")[0])
                assert fact is not None
                trail.write(connection, [fact])

    return work


async def furnish(found: Street, file: Path, known: Sequence[Owner]) -> list[str]:
    """Give each owner one of everything; the ids of their tasks."""
    connection = driver.connect(file)
    kept(known)(connection)
    connection.close()
    async with Database.open(file, "memory", STEPS, driver.with_vectors) as database:
        memory = SqliteMemory(database, SystemClock())
        for first in range(0, len(known), 1_000):
            part = list(enumerate(known))[first : first + 1_000]
            await memory.store_many(
                [
                    NewEntry(id=f"m{n}", content=f"of {n}", scope=Scope(tenant=each.tenant, user=each.user))
                    for n, each in part
                ]
            )
    tasks = list[str]()
    for number in range(len(known)):
        # Everybody says the same, and gives it the same name: it is another task for each of them.
        answer = await found.ask(number, "POST", "/tasks", {"task": "stay", "key": "same"})
        assert answer.status_code == 201
        tasks.append(answer.json()["id"])
    return tasks


async def post(found: Street, number: int, owner: Owner) -> None:
    """A letter for somebody, with their number as its title; the inbox keeps the newest thousand of all."""
    letter = Letter(at=datetime(2026, 1, 1, tzinfo=UTC), kind="reply", source="x", title=str(number), text="x")
    await found.daemon.inbox.put(replace(letter, tenant_id=owner.tenant, user_id=owner.user))


async def seen(found: Street, number: int) -> dict[str, list[Any]]:
    """All that somebody is shown, as the marks of what it is."""
    lists = dict[str, list[Any]]()
    for path in ("/tasks", "/sessions", "/inbox", "/memory", "/audit", "/approvals", "/questions"):
        told = (await found.ask(number, "GET", path)).json()
        lists |= {name: value for name, value in told.items() if name in LISTS}
    stats = (await found.ask(number, "GET", "/stats")).json()
    marks = {"tasks": "id", "sessions": "id", "letters": "title", "entries": "id", "rows": "session"}
    found_marks = {name: [each[marks.get(name, "session_id")] for each in value] for name, value in lists.items()}
    return {**found_marks, "total": [stats["total_tasks"]]}


@pytest.mark.slow
@pytest.mark.timeout(3_000)
@pytest.mark.security("M6", n=STRANGERS)
@pytest.mark.security("D6", n=STRANGERS)
async def test_ten_thousand_users_whose_ids_are_made_to_collide_are_shown_nothing_of_each_other_by_any_route(
    tmp_path: Path,
) -> None:
    ground, known = Ground(tmp_path), strangers(STRANGERS)
    ground.prepare([says("at last", when="stay", wait=LONG, times=0)], "[daemon]\nmax_concurrent_tasks = 1\n")
    async with street(ground, known) as found:
        tasks = await furnish(found, ground.home / ".local/share/heartbit/heartbit.db", known)
        await post(found, 0, known[0])
        shared, answered = list[tuple[Owner, object]](), set[tuple[str, int]]()
        for number, owner in enumerate(known):
            if number + 1 < len(known):
                await post(found, number + 1, known[number + 1])
            own = [f"s{number}"]
            wanted = {"tasks": [tasks[number]], "sessions": own, "letters": [str(number)], "entries": [f"m{number}"]}
            told = await seen(found, number)
            sessions = [each for each in told["sessions"] if each.startswith("s")]  # beside that of a task at work
            audited = sorted({each for each in told["rows"] if each.startswith("s")})
            if {**told, "sessions": sessions, "rows": audited} != {
                **wanted,
                "rows": own,
                "approvals": [],
                "questions": [],
                "total": [1],
            }:
                shared.append((owner, told))
            other = (number + 1) % len(known)
            place = {"task": tasks[other], "session": f"s{other}", "letter": str(other + 1), "memory": f"m{other}"}
            for turn in range(6):
                method, path, body = FOREIGN[(number * 6 + turn) % len(FOREIGN)]
                given = json.loads(json.dumps(body).replace("{session}", place["session"])) if body else None
                status = (await found.ask(number, method, path.format(**place), given)).status_code
                answered.add((f"{method} {path}", status))
                if status != 404:
                    shared.append((owner, (method, path, status)))
            closed = (await found.ask(number, "GET", CLOSED[number % len(CLOSED)])).status_code
            if closed != 403:
                shared.append((owner, (CLOSED[number % len(CLOSED)], closed)))
        assert shared == []
        assert answered == {(f"{method} {path}", 404) for method, path, _ in FOREIGN}
        _check_figures(found.daemon.figures.text().decode(), known)


@pytest.mark.security("D6", n=TALKING)
async def test_what_waits_for_one_user_is_told_to_nobody_else_and_decided_by_nobody_else(tmp_path: Path) -> None:
    ground, known = Ground(tmp_path), strangers(400)[:: 400 // TALKING][:TALKING]
    write = calls("write", {"file_path": "new.txt", "content": "x"}, when="please write")
    ground.prepare([write, says("done", times=0)], f"[daemon]\nmax_concurrent_tasks = {TALKING}\n")
    async with street(ground, known, mode=None) as found:
        tasks = list[str]()
        for number in range(TALKING):
            answer = await found.ask(number, "POST", "/tasks", {"task": f"please write {number}"})
            tasks.append(answer.json()["id"])
        waiting = [await _waiting(found, number) for number in range(TALKING)]
        assert len({each["session_id"] for each in waiting}) == TALKING
        for number, each in enumerate(waiting):
            place = f"/approvals/{each['session_id']}/{each['interaction_id']}"
            for other in (number - 1, (number + 1) % TALKING):
                assert (await found.ask(other, "POST", place, {"decision": "allow"})).status_code == 404
                for path in (f"/tasks/{tasks[number]}/events", f"/sessions/{each['session_id']}/events?follow=true"):
                    assert (await found.ask(other, "GET", path)).status_code == 404
        for number, each in enumerate(waiting):
            assert await _waiting(found, number) == each
            place = f"/approvals/{each['session_id']}/{each['interaction_id']}"
            assert (await found.ask(number, "POST", place, {"decision": "allow"})).json() == {"late": False}
            stream = (await found.ask(number, "GET", f"/tasks/{tasks[number]}/events")).text
            assert (f"please write {number}" in stream, "event: end" in stream) == (True, True)
            sessions = {json.loads(line[6:])["session"] for line in stream.splitlines() if '"seq"' in line}
            assert sessions == {each["session_id"]}


async def _waiting(found: Street, number: int) -> dict[str, Any]:
    """The one call that waits for somebody, once it does."""
    async with asyncio.timeout(30):
        while True:
            told = (await found.ask(number, "GET", "/approvals")).json()["approvals"]
            if told:
                (only,) = told
                return only
            await asyncio.sleep(0)  # all of this is one process: the daemon has its turn


async def test_the_letters_of_one_user_push_none_of_another_out_of_the_inbox(tmp_path: Path) -> None:
    letter = Letter(at=datetime(2026, 1, 1, tzinfo=UTC), kind="reply", source="x", title="first", text="x")
    async with ledger(tmp_path / "heartbit.db") as found:
        ben = await found.inbox.put(replace(letter, tenant_id="acme", user_id="ben"))
        anna = [await found.inbox.put(replace(letter, tenant_id="acme", user_id="anna")) for _ in range(KEPT + 2)]
        assert [each.id for each in await found.inbox.list(user_id="ben")] == [ben.id]
        kept = await found.inbox.list(user_id="anna", limit=2 * KEPT)
        assert [each.id for each in reversed(kept)] == [each.id for each in anna[2:]]


def _check_figures(text: str, known: Sequence[Owner]) -> None:
    """No figure says whose it is, and what callers ask for makes no further ones."""
    paths = {*document(spoken=True)["paths"], UNKNOWN}
    values = dict[str, set[str]]()
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            for name, value in sample.labels.items():
                values.setdefault(name, set()).add(value)
    assert values["path"] <= paths
    assert set(values) <= {"path", "method", "status", "source", "agent", "tool_name", "le"}
    ids = {text for owner in known for text in (owner.tenant, owner.user) if len(text) > 3}
    assert not ids & {value for name in ("source", "agent", "tool_name") for value in values.get(name, set())}


@pytest.mark.security("D14")
def test_names_that_others_make_up_neither_break_the_figures_nor_let_them_grow() -> None:
    figures, evil = Figures(), 'x"} 1\nheartbit_evil_total{a="\\\ud800'
    for number in range(3 * MOST):
        call = ToolCallCompleted(tool_name=f"{evil}{number}", tool_call_id="c", is_error=True, duration_ms=1, output="")
        figures.take(placed((call,), session="s", agent=f"{evil}{number}")[0])
    text = figures.text().decode()
    families = {family.name: family for family in text_string_to_metric_families(text)}
    assert [name for name in families if "evil" in name] == []
    counted = {
        sample.labels["tool_name"]: sample.value
        for sample in families["heartbit_tool_errors"].samples
        if sample.name.endswith("_total")
    }
    assert (len(counted), counted[OTHER]) == (MOST + 1, 2 * MOST)
    assert sum(counted.values()) == 3 * MOST


@pytest.mark.security("D14")
@pytest.mark.parametrize("kind", ["json", "lines"])
def test_whatever_an_id_says_a_log_has_one_line_a_record_and_nothing_that_moves_a_cursor(kind: str) -> None:
    stream, logger = io.StringIO(), logging.Logger("heartbit.test")
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines(str) if kind == "json" else Masked(str))
    logger.addHandler(handler)
    said = owners(samples(10_000, 1_000))
    for owner in said:
        logger.error("%s of %s", owner.user, owner.tenant)
    lines = stream.getvalue().split("\n")[:-1]
    assert len(lines) == len(said)
    assert [each for each in lines if set(each) & set("\x00\x1b\r\x07\x85\u2028\u202e")] == []
    if kind == "json":
        assert [json.loads(line)["message"] for line in lines] == [f"{each.user} of {each.tenant}" for each in said]
