"""Daemons under load, each killed at a chosen moment, and all that they leave behind."""

import asyncio
import json
import os
import signal
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, Literal, TypeAlias
from uuid import uuid4

import httpx

from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.providers.script import Reply
from heartbit_tui.store import driver
from heartbit_tui.store.database import Database
from heartbit_tui.tasks import STEPS
from heartbit_tui.testing.model_server import ModelServer
from tests.daemon.appending import DONE, Appending, asks
from tests.daemon.http import SETTINGS, TOKEN, USERS
from tests.headless.machine import Machine
from tests.journeys.killing import MARK

Kind: TypeAlias = Literal[
    "born", "sent", "accepted", "resumed", "request", "piece", "armed before", "armed after", "final", "ended"
]
"""What a kill waits for: the start of the process, a task on its way or accepted, one taken up again by a person, a request
to the model or a piece of its answer, a command before or after its effect, the last answer of a task, its end."""

REACH: dict[Kind, int] = {
    "born": 1,
    "sent": 7,
    "accepted": 6,
    "resumed": 1,
    "request": 14,
    "piece": 40,
    "armed before": 6,
    "armed after": 6,
    "final": 5,
    "ended": 4,
}
"""Up to which number of such a thing a daemon lives, at most."""

PATIENCE = 5.0
"""Seconds after which a daemon is killed in which what its kill waits for does not happen."""

EFFECT = """\
echo "$1" >> "{root}/asked"
spring() {{
    if [ "$(cat "{root}/trap" 2>/dev/null)" = "$1" ] && mv "{root}/trap" "{root}/taken" 2>/dev/null; then
        kill -{signal} "$(cat "{root}/pid")" && echo > "{root}/sprung"
    fi
}}
spring before
echo "$2" >> "{root}/done"
spring after
sleep 0 | cat &
wait
"""
HISTORY = (
    "CREATE TABLE history (id TEXT, was TEXT, now TEXT, error TEXT, attempts INTEGER)",
    "CREATE TRIGGER history_begins AFTER INSERT ON tasks BEGIN "
    "INSERT INTO history VALUES (new.id, '', new.state, new.error, new.attempts); END",
    "CREATE TRIGGER history_goes_on AFTER UPDATE OF state ON tasks BEGIN "
    "INSERT INTO history VALUES (new.id, old.state, new.state, new.error, new.attempts); END",
    "CREATE TRIGGER history_ends AFTER DELETE ON tasks BEGIN "
    "INSERT INTO history VALUES (old.id, old.state, 'gone', '', old.attempts); END",
)
"""Every step of every task, written by the transaction that makes it."""

GONE = (httpx.NetworkError, httpx.RemoteProtocolError)
"""What a caller gets whose daemon is killed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """When a daemon is killed: `late` seconds after the so-manyeth thing of a kind that happens in its life."""

    kind: Kind
    number: int = 1
    late: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One change of a task's state, with how often it had been begun then."""

    id: str
    was: str
    now: str
    error: str
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One process; `url` is empty where it was killed before it listened."""

    process: asyncio.subprocess.Process
    url: str
    told: list[str]
    listening: "asyncio.Task[None]"


@dataclass(slots=True, kw_only=True)
class Known:
    """What callers know: which keys they sent and are not sure of, and what they were answered."""

    unsure: dict[str, str] = field(default_factory=dict[str, str])
    ids: dict[str, set[str]] = field(default_factory=lambda: defaultdict[str, set[str]](set))
    created: Counter[str] = field(default_factory=Counter[str])
    cancelled: set[str] = field(default_factory=set[str])


class Scene:
    """A machine, a model that survives, and daemons on one data file, each ended by the same signal."""

    def __init__(self, machine: Machine, dice: Random, end: signal.Signals = signal.SIGKILL) -> None:
        self._signal = end
        self._struck = False
        self.mark = f"{MARK}={uuid4().hex}"
        self.known = Known()
        self.stray: list[str] = []
        self.missed = 0
        self._bare = machine.having(**{MARK: self.mark.partition("=")[2]})
        self._machine = self._bare
        self._dice = dice
        self._names = count()
        self.model = Appending(machine.root / "effect")
        self._victim: asyncio.subprocess.Process | None = None
        self._point: Point | None = None
        self._seen: Counter[Kind] = Counter()

    @asynccontextmanager
    async def opened(self) -> AsyncGenerator["Scene"]:
        """The scene with its files and its model."""
        self._file("effect").write_text(
            EFFECT.format(root=self._bare.root, signal=self._signal.name.removeprefix("SIG"))
        )
        quiet = "[sandbox]\nenabled = false\n[heartbeat]\nenabled = false\n"
        self._bare.config(quiet + SETTINGS)
        async with Database.open(self.store, "tasks", STEPS):
            pass
        self._do(*HISTORY)
        async with ModelServer(compose=self._compose, sleep=self._paced) as server:
            self._machine = self._bare.with_service(server)
            yield self

    @property
    def store(self) -> Path:
        return self._bare.home / ".local/share/heartbit/heartbit.db"

    def lines(self, name: str) -> Counter[str]:
        """The lines of a file beside the project, and how often each stands there."""
        file = self._file(name)
        return Counter(file.read_text().split()) if file.exists() else Counter()

    def history(self) -> list[Step]:
        """All steps of all tasks, in order."""
        with closing(driver.connect(self.store)) as connection:
            rows = connection.execute("SELECT id, was, now, error, attempts FROM history ORDER BY rowid").fetchall()
        names = ("id", "was", "now", "error", "attempts")
        return [Step(**dict(zip(names, row, strict=True))) for row in rows]

    def drawn(self, *, born: bool = True) -> Point:
        """A moment for the next kill; without `born` one in the life of a daemon that listens."""
        kind = self._dice.choice(tuple(REACH)[not born :])
        late = self._dice.uniform(0.0, 1.0) if kind == "born" else self._dice.choice((0.0, self._dice.uniform(0, 0.03)))
        return Point(kind=kind, number=self._dice.randint(1, REACH[kind]), late=late)

    async def born(self, point: Point | None = None) -> Life:
        """Start a daemon, to be killed at this point; it listens, or has been killed before."""
        words = ("daemon", "--bind", "127.0.0.1:0", "--permission-mode", "yolo")
        process = await self._machine.start(*words, stdout=asyncio.subprocess.DEVNULL)
        if point is not None:
            self.doom(process, point)
            self._count("born")
        assert process.stderr is not None
        url, told = "", list[str]()
        async for line in process.stderr:
            if b"heartbit listens at " in line:
                url = json.loads(line)["message"].rpartition(" ")[2]
                break
            told.append(line.decode())
        listening = asyncio.create_task(_listen(process.stderr, told), name="what a daemon tells")
        return Life(process=process, url=url, told=told, listening=listening)

    def doom(self, process: asyncio.subprocess.Process, point: Point) -> None:
        """Let this process be killed at this point."""
        self._victim, self._point, self._seen, self._struck = process, point, Counter(), False
        self._file("pid").write_text(str(process.pid))
        for name in ("trap", "sprung"):
            self._file(name).unlink(missing_ok=True)

    async def serve(self, *lives: Life) -> None:
        """Let people hand over tasks, decide and look on, until the one of these is dead that is to be killed."""
        victim = self._victim
        assert victim is not None
        alarm = asyncio.get_running_loop().call_later(PATIENCE, self._give_up, victim)
        people = [asyncio.create_task(self._people(life)) for life in lives if life.url]
        await victim.wait()
        alarm.cancel()
        for each in people:
            each.cancel()
        await asyncio.gather(*people, return_exceptions=True)
        for each in people:
            if not each.cancelled() and (error := each.exception()) is not None:
                raise error

    async def gone(self, life: Life) -> int:
        """How a daemon ended that was killed or asked to stop; what it told that no daemon should is in `stray`."""
        code = await life.process.wait()
        await life.listening
        self.stray += [line for line in life.told if "Traceback" in line or '"level":"error"' in line]
        return code

    @asynccontextmanager
    async def caller(self, life: Life, token: str = TOKEN) -> AsyncGenerator[httpx.AsyncClient]:
        """Somebody who speaks with a daemon; one that dies ends what they do."""
        headers = {"authorization": f"Bearer {token}"}
        with suppress(*GONE):
            async with httpx.AsyncClient(base_url=life.url, headers=headers, timeout=60, trust_env=False) as http:
                yield http

    async def settle(self, life: Life) -> list[dict[str, Any]]:
        """All tasks, once a person has decided about the interrupted ones and everything has ended."""
        async with self.caller(life) as http:
            for name, user in tuple(self.known.unsure.items()):
                async with self.caller(life, USERS[user]) as own:
                    await self._send(own, user, name)
            while waiting := [
                each for state in ("interrupted", "running", "pending") for each in await _all(http, state)
            ]:
                for task in waiting:
                    if task["state"] == "interrupted":
                        await http.post(f"/tasks/{task['id']}/resume")
                    await _watch(http, task["id"])
            return await _all(http)
        raise AssertionError("The daemon died that nobody killed.")

    async def _people(self, life: Life) -> None:
        async with asyncio.TaskGroup() as group:
            for user in USERS:
                group.create_task(self._customer(life, user))
            group.create_task(self._person(life))

    async def _customer(self, life: Life, user: str) -> None:
        """Send again what nobody is sure of, then new tasks; look on at the last one, or cancel it."""
        unsure = [name for name, whose in self.known.unsure.items() if whose == user]
        fresh = [f"t{next(self._names)}" for _ in range(self._dice.randint(1, 3))]
        async with self.caller(life, USERS[user]) as http:
            last = ""
            for name in (*unsure, *fresh):
                last = await self._send(http, user, name) or last
            if not last:
                return
            if self._dice.random() < 0.15:
                self.known.cancelled.add(last)
                await http.delete(f"/tasks/{last}")
            await _watch(http, last)
            self._count("ended")

    async def _send(self, http: httpx.AsyncClient, user: str, name: str) -> str:
        """Hand a task over; its id, or nothing where the daemon takes none any more."""
        self.known.unsure[name] = user
        body = {"task": asks(name), "key": name, "priority": int(name[1:]) % 3}
        asyncio.get_running_loop().call_soon(self._count, "sent")
        answer = await http.post("/tasks", json=body)
        if answer.status_code == 503:
            return ""
        assert answer.status_code in (200, 201), answer.text
        self.known.unsure.pop(name, None)
        self.known.ids[name].add(answer.json()["id"])
        self.known.created[name] += answer.status_code == 201
        self._count("accepted")
        return answer.json()["id"]

    async def _person(self, life: Life) -> None:
        """Decide about some of the tasks that were interrupted."""
        async with self.caller(life) as http:
            for task in await _all(http, "interrupted"):
                if (decision := self._dice.random()) < 0.5:
                    await http.post(f"/tasks/{task['id']}/resume")
                    self._count("resumed")
                elif decision < 0.6:
                    self.known.cancelled.add(task["id"])
                    await http.delete(f"/tasks/{task['id']}")

    def _compose(self, body: JsonObject) -> Reply:
        self._count("request")
        reply = self.model.compose(body)
        if any(getattr(block, "text", "") == DONE for block in reply.blocks):
            self._count("final")
        else:
            for kind in ("armed before", "armed after"):
                self._count(kind)
        return reply

    async def _paced(self, seconds: float) -> None:
        if seconds:
            self._count("piece")
        await asyncio.sleep(0)

    def _count(self, kind: Kind) -> None:
        self._seen[kind] += 1
        point, victim = self._point, self._victim
        if point is None or victim is None or (point.kind, point.number) != (kind, self._seen[kind]):
            return
        if kind.startswith("armed "):
            self._file("trap").write_text(kind.removeprefix("armed "))
        else:
            asyncio.get_running_loop().call_later(point.late, self._kill, victim)

    def _give_up(self, victim: asyncio.subprocess.Process) -> None:
        if not self._struck and not self._file("sprung").exists():
            self.missed += 1
            self._kill(victim)

    def _kill(self, process: asyncio.subprocess.Process) -> None:
        """Send the signal, once: a second one means something else to who is asked to stop."""
        if process.returncode is None and not self._struck:
            self._struck = True
            with suppress(ProcessLookupError):
                os.kill(process.pid, self._signal)

    def _do(self, *statements: str) -> None:
        with closing(driver.connect(self.store)) as connection:
            for each in statements:
                connection.execute(each)

    def _file(self, name: str) -> Path:
        return self._bare.root / name


async def _all(http: httpx.AsyncClient, state: str = "") -> list[dict[str, Any]]:
    """The tasks that stand like this, or all."""
    found = list[dict[str, Any]]()
    while True:
        page = (await http.get(f"/tasks?limit=500&offset={len(found)}&state={state}")).json()
        found += page["tasks"]
        if len(found) >= page["total"]:
            return found


async def _watch(http: httpx.AsyncClient, task_id: str) -> None:
    """Look on at a task until it has ended or was interrupted."""
    async with http.stream("GET", f"/tasks/{task_id}/events", timeout=60) as answer:
        async for _ in answer.aiter_lines():
            pass


async def _listen(stream: asyncio.StreamReader, told: list[str]) -> None:
    while line := await stream.readline():
        told.append(line.decode())
