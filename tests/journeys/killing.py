"""heartbit in a project with ten steps to go, killed at a chosen point, and what it leaves behind."""

import asyncio
import json
import os
import select
import signal
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias
from uuid import uuid4

from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.providers.script import Reply
from heartbit_tui.testing.model_server import ModelServer
from tests.headless.machine import SECONDS, Machine
from tests.journeys import careful_model

Kind: TypeAlias = Literal["line", "event", "request", "piece", "before", "after"]
MARK = "JOURNEY_MARK"
EFFECT = """\
echo "$1" >> ../asked
if [ "$(cat ../trap)" = "before $1" ]; then kill -KILL "$(cat ../pid)"; fi
echo "$2" >> log.txt
if [ "$(cat ../trap)" = "after $1" ]; then kill -KILL "$(cat ../pid)"; fi
sleep 0 | cat &
wait
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """When to kill: after so many lines of stdout, events on stderr, requests, streamed pieces, or in a command.

    `before` and `after` are about the effect of the command with the call id `call`.
    """

    kind: Kind
    number: int = 0
    call: str = ""


@dataclass(slots=True, kw_only=True)
class Run:
    """What one process wrote, whole lines only, and how it ended."""

    lines: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    events: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    stray: str = ""
    code: int = 0


class Scene:
    """A project, a model that survives, and processes of heartbit one after the other."""

    def __init__(self, machine: Machine) -> None:
        self.mark = f"{MARK}={uuid4().hex}"
        self._bare = machine.having(**{MARK: self.mark.partition("=")[2]})
        self._machine = self._bare
        self._point: Point | None = None
        self._pid = 0
        self._seen: Counter[Kind] = Counter()
        self.runs: list[Run] = []

    @asynccontextmanager
    async def opened(self) -> AsyncGenerator["Scene"]:
        """The scene with its files and its service."""
        for name, text in careful_model.BEFORE.items():
            (self.project / name).write_text(text)
        self._beside("effect").write_text(EFFECT)
        self._beside("trap").touch()
        # The points in a command are reached by a command that kills heartbit, which none in a sandbox can do.
        self._bare.config("[sandbox]\nenabled = false\n")
        async with ModelServer(compose=self._compose, sleep=self._paced) as server:
            self._machine = self._bare.with_service(server)
            yield self

    @property
    def project(self) -> Path:
        return self._bare.project

    @property
    def store(self) -> Path:
        return self._bare.home / ".local/share/heartbit/heartbit.db"

    @property
    def asked(self) -> list[str]:
        """The ids of all calls whose command began, as often as it began."""
        file = self._beside("asked")
        return file.read_text().splitlines() if file.exists() else []

    def tree(self) -> dict[str, str]:
        """All files of the project but the log of lines, and but what a writer that was killed had not named yet."""
        found = (path for path in self.project.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        files = {str(path.relative_to(self.project)): path.read_text() for path in found if path.suffix != ".tmp"}
        files.pop("log.txt", None)
        return files

    def log(self) -> list[str]:
        file = self.project / "log.txt"
        return sorted(file.read_text().splitlines()) if file.exists() else []

    async def run(self, *words: str, point: Point | None = None) -> Run:
        """Run heartbit with these words to its end, or to this point."""
        self._point, self._seen = point, Counter()
        trap = f"{point.kind} {point.call}" if point else ""
        self._beside("trap").write_text(trap)
        process = await self._machine.start(
            *words, "--json", "--include-partial-messages", "-v", "--permission-mode", "yolo"
        )
        self._pid = process.pid
        self._beside("pid").write_text(str(process.pid))
        assert process.stdout is not None
        assert process.stderr is not None
        run = Run()
        async with asyncio.timeout(SECONDS):
            await asyncio.gather(self._follow(process.stdout, "line", run), self._follow(process.stderr, "event", run))
            run.code = await process.wait()
        self._pid = 0
        self.runs.append(run)
        return run

    async def _follow(self, pipe: asyncio.StreamReader, kind: Kind, run: Run) -> None:
        async for line in pipe:
            if not line.endswith(b"\n"):
                break
            if kind == "line":
                run.lines.append(json.loads(line))
            elif line.startswith(b"{"):
                run.events.append(json.loads(line))
            else:
                run.stray += line.decode()
            self._count(kind)

    def _compose(self, body: JsonObject) -> Reply:
        self._count("request")
        return careful_model.compose(body)

    async def _paced(self, seconds: float) -> None:
        if seconds:
            self._count("piece")
        await asyncio.sleep(0)

    def _count(self, kind: Kind) -> None:
        self._seen[kind] += 1
        point = self._point
        if point is not None and (point.kind, point.number) == (kind, self._seen[kind]) and self._pid:
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)

    def _beside(self, name: str) -> Path:
        return self._bare.root / name


def survivors(mark: str) -> set[int]:
    """The processes that carry this mark in their environment and do not end by themselves soon."""
    return {pid for pid in _marked(mark) if not _ends(pid, seconds=5.0)}


def _marked(mark: str) -> list[int]:
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]
    return [pid for pid in pids if mark.encode() in _environment(pid)]


def _environment(pid: int) -> list[bytes]:
    with suppress(OSError):
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    return []


def _ends(pid: int, *, seconds: float) -> bool:
    """Whether a process ends within so many seconds."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], seconds)[0])
    finally:
        os.close(descriptor)
