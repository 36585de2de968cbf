"""A daemon under load: how quickly tasks are accepted and begun, what it costs while idle, and many readers at once."""

import asyncio
import base64
import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.processes import HEARTBIT
from benchmarks.table import Row, bound

CALLERS = 32
ACCEPTED = 500
STARTS = 9
READERS = 50
SOCKETS = 500
ASKED = 200
EVENTS = 10_000
IDLE_SECONDS = 10.0
SOCKETED = f"max_concurrent_tasks = 1\n[daemon.ws]\nmax_connections = {SOCKETS}"
TOKEN = "a-token-for-the-benchmark-alone"
HEAD = f"authorization: Bearer {TOKEN}\r\nhost: localhost\r\n"


def rows() -> Iterator[Row]:
    """The rows of this benchmark."""
    with _daemon({"blocks": [{"text": "x"}], "wait": 3_600, "times": 0}, "max_concurrent_tasks = 1") as found:
        spent = asyncio.run(_accepted(found))
        yield bound(f"accepting {ACCEPTED} tasks from {CALLERS} callers", spent, 1_000, unit="ms")
    with _daemon({"blocks": [{"text": "x"}], "times": 0}) as found:
        asyncio.run(_first_event(found))  # the first task loads what all need
        begun, seen = zip(*(asyncio.run(_first_event(found)) for _ in range(STARTS)), strict=True)
        yield bound("from the start of a task to its first event, median", statistics.median(begun), 20, unit="ms")
        yield bound("from its acceptance until a reader has that, median", statistics.median(seen), 20, unit="ms")
    with _daemon({"blocks": [{"text": "x"}], "times": 0}) as found:
        time.sleep(3)
        before, began = found.cpu_seconds, time.perf_counter()
        time.sleep(IDLE_SECONDS)
        share = (found.cpu_seconds - before) / (time.perf_counter() - began) * 100
        yield bound("memory of an idle daemon", found.mebibytes, 90, unit="MiB")
        yield bound("processor of an idle daemon", share, 0.1, unit="%")
    with _daemon({"blocks": [{"text": "x"}], "wait": 3_600, "times": 0}, SOCKETED) as found:
        healthy, handed_over = asyncio.run(_beside_idle(found))
        yield bound(f"GET /healthz beside {SOCKETS} idle sockets and {READERS} readers, p95", healthy, 250, unit="ms")
        yield bound("handing over a task beside them, p95", handed_over, 250, unit="ms")
    text = "word " * EVENTS
    with _daemon({"blocks": [{"text": text}], "chunk": 5, "wait": 3, "pace": 0.0002, "times": 0}) as found:
        before = found.mebibytes
        spent = asyncio.run(_read_by_many(found))
        yield bound(
            f"{READERS - 1} readers of {EVENTS:,} pieces beside one that reads nothing", spent, 30_000, unit="ms"
        )
        yield bound("memory that this takes", found.mebibytes - before, 100, unit="MiB")


@dataclass(frozen=True)
class _Daemon:
    """A daemon in a process."""

    url: str
    pid: int

    @property
    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def mebibytes(self) -> float:
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@contextmanager
def _daemon(reply: dict[str, Any], settings: str = "") -> Generator[_Daemon]:
    """A daemon whose model always gives this reply."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        (home / "script.json").write_text(json.dumps({"replies": [reply]}), "utf-8")
        config = home / ".config" / "heartbit" / "config.toml"
        config.parent.mkdir(parents=True)
        model = f'[provider]\nname = "scripted"\nscript = "{home / "script.json"}"\n'
        config.write_text(f"{model}[lsp]\nenabled = false\n[daemon]\n{settings}\n", "utf-8")
        environment = {"HOME": name, "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HEARTBIT_API_KEY": TOKEN}
        command = (HEARTBIT, "daemon", "--bind", "127.0.0.1:0")
        with subprocess.Popen(command, env=environment, cwd=name, stderr=subprocess.PIPE, text=True) as process:
            try:
                assert process.stderr is not None
                first = json.loads(process.stderr.readline())["message"]
                yield _Daemon(url=first.rpartition(" ")[2], pid=process.pid)
            finally:
                process.kill()


async def _accepted(daemon: _Daemon) -> float:
    """Milliseconds until all tasks were accepted."""
    await _post(*await _connected(daemon), "warm")
    began = time.perf_counter()

    async def call(count: int) -> None:
        reader, writer = await _connected(daemon)
        for number in range(count):
            await _post(reader, writer, f"task {number}")
        writer.close()

    await asyncio.gather(*(call(ACCEPTED // CALLERS + (each < ACCEPTED % CALLERS)) for each in range(CALLERS)))
    return (time.perf_counter() - began) * 1_000


async def _first_event(daemon: _Daemon) -> tuple[float, float]:
    """Milliseconds from the start of a task to its first event, as the daemon dates both; and from the answer that it was
    accepted until a reader has that event.

    It is read to its end, so that the next one does not begin beside it.
    """
    task_id = (await _post(*await _connected(daemon), "say something"))["id"]
    sent, spent, first = time.perf_counter(), 0.0, ""
    async for event in _events(daemon, task_id):
        if not first:
            spent, first = (time.perf_counter() - sent) * 1_000, event["at"]
    if not first:
        raise SystemExit("a task ended without any event")
    begun = (await _get(*await _connected(daemon), f"/tasks/{task_id}"))["started_at"]
    return (datetime.fromisoformat(first) - datetime.fromisoformat(begun)).total_seconds() * 1_000, spent


async def _beside_idle(daemon: _Daemon) -> tuple[float, float]:
    """Milliseconds in which 95 of 100 requests are answered, for health and for tasks, while others are there and idle."""
    reader, writer = await _connected(daemon)
    task_id = (await _post(reader, writer, "wait"))["id"]
    open_ones = [await _asked(daemon, task_id) for _ in range(READERS)]
    open_ones += [await _logged_in(daemon) for _ in range(SOCKETS)]
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(ASKED):
        began = time.perf_counter()
        await _get(reader, writer, "/healthz")
        halfway = time.perf_counter()
        await _post(reader, writer, f"task {number}")
        times[0].append(halfway - began)
        times[1].append(time.perf_counter() - halfway)
    for _, each in open_ones:
        each.close()
    healthy, handed_over = (statistics.quantiles(each, n=20)[-1] * 1_000 for each in times)
    return healthy, handed_over


async def _logged_in(daemon: _Daemon) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A WebSocket that was let in."""
    reader, writer = await _connected(daemon)
    upgrade = "connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n"
    key = base64.b64encode(os.urandom(16)).decode()
    writer.write(f"GET /ws HTTP/1.1\r\n{HEAD}{upgrade}sec-websocket-key: {key}\r\n\r\n".encode())
    answer = await reader.readuntil(b"\r\n\r\n")
    if b" 101 " not in answer.partition(b"\r\n")[0]:
        raise SystemExit(f"a socket was not let in: {answer!r}")
    return reader, writer


async def _get(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str) -> dict[str, Any]:
    writer.write(f"GET {path} HTTP/1.1\r\n{HEAD}\r\n".encode())
    status, text = await _answer(reader)
    if b" 200 " not in status:
        raise SystemExit(f"the daemon does not answer {path}: {status!r} {text!r}")
    return json.loads(text)


async def _answer(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """The first line of an answer, and its body."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    return head.partition(b"\r\n")[0], await reader.readexactly(int(length.partition(b":")[2]))


async def _read_by_many(daemon: _Daemon) -> float:
    """Milliseconds until all readers but the one that reads nothing have all that was said."""
    task_id = (await _post(*await _connected(daemon), "say much"))["id"]
    idle = await _asked(daemon, task_id)
    began = time.perf_counter()

    async def read() -> int:
        said, last = 0, 0
        async for event in _events(daemon, task_id):
            if event.get("type") == "text_delta":
                said += len(event["text"])
            if last > event.get("seq", last):
                raise SystemExit("events came out of order")
            last = event.get("seq", last)
        return said

    said = await asyncio.gather(*(read() for _ in range(READERS - 1)))
    spent = (time.perf_counter() - began) * 1_000
    idle[1].close()
    if {*said} != {5 * EVENTS}:
        raise SystemExit(f"a reader has missed some of what was said: {sorted(said)}")
    return spent


async def _connected(daemon: _Daemon) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    place = urlsplit(daemon.url)
    return await asyncio.open_connection(place.hostname, place.port, limit=1 << 22)


async def _post(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, task: str) -> dict[str, Any]:
    body = json.dumps({"task": task})
    head = f"POST /tasks HTTP/1.1\r\n{HEAD}content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    writer.write((head + body).encode())
    status, text = await _answer(reader)
    if b" 201 " not in status:
        raise SystemExit(f"a task was not accepted: {status!r} {text!r}")
    return json.loads(text)


async def _asked(daemon: _Daemon, task_id: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection on which the events of a task were asked for."""
    reader, writer = await _connected(daemon)
    writer.write(f"GET /tasks/{task_id}/events HTTP/1.1\r\n{HEAD}\r\n".encode())
    return reader, writer


async def _events(daemon: _Daemon, task_id: str) -> AsyncIterator[dict[str, Any]]:
    reader, writer = await _asked(daemon, task_id)
    try:
        name = ""
        async for line in reader:
            if line.startswith(b"event: "):
                name = line[7:].strip().decode()
            if line.startswith(b"data: "):
                if name == "end":
                    return
                yield json.loads(line[6:])
    finally:
        writer.close()
