"""heartbit as a process on a machine of its own: empty folders, a model service on localhost, nothing else."""

import asyncio
import json
import os
import shlex
import signal
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from heartbit_tui.kernel.messages import Text, Usage
from heartbit_tui.providers.script import Reply, ScriptBlock, call
from heartbit_tui.testing.model_server import ModelServer
from tests.stopwatch import Stopwatch
from tests.without import SANDBOX

RESULT_KEYS = (
    "type",
    "subtype",
    "is_error",
    "exit_code",
    "session_id",
    "num_turns",
    "duration_ms",
    "usage",
    "total_cost_usd",
    "cascade",
    "judged",
    "plan",
    "permission_denials",
    "changed_files",
    "result",
    "structured_output",
    "error",
)
"""The keys of a result, in their order."""

SECONDS = 30.0
"""What a process may take before its test fails; all of them take much less."""

ROOT = Path(__file__).resolve().parents[2]

LONGEST_LINE = 1 << 24
"""Bytes; what a slow reader finds waiting is one piece, however long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How a process ended; `seconds` from its start, without those in which the machine was busy with others."""

    code: int
    out: bytes
    err: str
    seconds: float

    @property
    def text(self) -> str:
        """What it wrote to stdout."""
        return self.out.decode()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The lines of stream-json, each of which has to be a JSON object."""
        return lines_of(self.out)

    @property
    def result(self) -> dict[str, Any]:
        """The result line."""
        return self.lines[-1]


def lines_of(out: bytes) -> list[dict[str, Any]]:
    assert out.endswith(b"\n"), out
    parsed = [json.loads(line) for line in out.decode("ascii").splitlines()]
    assert all(isinstance(line, dict) for line in parsed)
    return parsed


def kept(done: Done) -> dict[str, Any]:
    """The result of a stream that keeps what is promised of every stream; checks it."""
    lines = done.lines
    first, last = lines[0], lines[-1]
    assert (first["type"], first["subtype"], first["schema"]) == ("system", "init", "heartbit.v1")
    assert [line["type"] for line in lines].count("result") == 1
    assert last["type"] == "result"
    assert last["exit_code"] == done.code
    assert last["is_error"] == (done.code != 0)
    assert (last["subtype"] == "success") == (done.code == 0)
    assert {line["session_id"] for line in lines} == {first["session_id"]}
    return last


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Folders below `root`, and the environment that leads there."""

    root: Path
    environment: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def home(self) -> Path:
        return self.root / "home"

    @property
    def project(self) -> Path:
        return self.root / "project"

    def made(self) -> "Machine":
        """The machine with its folders."""
        self.home.mkdir(parents=True)
        self.project.mkdir()
        return self

    def with_service(self, server: ModelServer | str) -> "Machine":
        """The machine with a key and with the address of a service of Anthropic's kind."""
        url = server if isinstance(server, str) else server.url
        return self.having(ANTHROPIC_API_KEY="sk-test", ANTHROPIC_BASE_URL=url)

    def having(self, **variables: str) -> "Machine":
        """The machine with these variables too."""
        return Machine(root=self.root, environment={**self.environment, **variables})

    def config(self, text: str) -> "Machine":
        """The machine with these settings of the user."""
        file = self.home / ".config/heartbit/config.toml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return self

    @property
    def variables(self) -> dict[str, str]:
        """All variables of its processes."""
        base = {
            "HOME": str(self.home),
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            "PYTHONWARNINGS": "error",
            "PYTHONDEVMODE": "",
            "HEARTBIT_LSP_ENABLED": "0",  # servers of the machine that the tests run on would be started by all of them
        }
        return {**base, **SANDBOX, **self.environment}

    async def start(self, *words: str | bytes, **traits: Any) -> asyncio.subprocess.Process:
        """Start heartbit with these words; stdin is empty and both outputs are pipes unless told otherwise."""
        usual: dict[str, Any] = {
            "env": self.variables,
            "cwd": self.project,
            "stdin": asyncio.subprocess.DEVNULL,
            "stdout": asyncio.subprocess.PIPE,
            "stderr": asyncio.subprocess.PIPE,
            "limit": LONGEST_LINE,
        }
        program = (sys.executable, "-m", "heartbit_tui", *words)
        return await asyncio.create_subprocess_exec(*program, **usual | traits)

    async def run(self, *words: str | bytes, input: bytes | None = None, **traits: Any) -> Done:
        """The same, to its end; `input` is what stands on stdin."""
        if input is not None:
            traits["stdin"] = asyncio.subprocess.PIPE
        watch = Stopwatch()
        process = await self.start(*words, **traits)
        return await ended(process, input=input, watch=watch)

    async def shell(self, line: str) -> Done:
        """A command line of a shell to its end; `heartbit` in it is this one."""
        watch = Stopwatch()
        process = await asyncio.create_subprocess_shell(
            f'heartbit() {{ {shlex.quote(sys.executable)} -m heartbit_tui "$@"; }}; {line}',
            env=self.variables,
            cwd=self.project,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        return await ended(process, watch=watch)

    async def stream(self, *words: str | bytes, **traits: Any) -> Done:
        """The same in stream-json."""
        return await self.run(*words, "--json", **traits)


async def ended(
    process: asyncio.subprocess.Process, *, input: bytes | None = None, watch: Stopwatch | None = None
) -> Done:
    """Wait for the end of a process; one that does not end is killed, and the test fails."""
    watch = watch or Stopwatch()
    try:
        async with asyncio.timeout(SECONDS):
            out, err = await process.communicate(input)
    except TimeoutError:
        process.kill()
        raise AssertionError(f"no end within {SECONDS} s") from None
    assert process.returncode is not None
    told = (err or b"").decode()
    assert "Traceback" not in told, told
    return Done(code=process.returncode, out=out or b"", err=told, seconds=watch.unhindered)


@asynccontextmanager
async def service(machine: Machine, *replies: Reply) -> AsyncGenerator[tuple[ModelServer, Machine]]:
    """A model service that gives these replies, and the machine that knows it."""
    async with ModelServer(replies) as server:
        yield server, machine.with_service(server)


async def told(stream: asyncio.StreamReader | None, word: bytes) -> bytes:
    """Read lines until one holds `word`; that line. Fails when none does."""
    assert stream is not None
    async with asyncio.timeout(SECONDS):
        while word not in (line := await stream.readline()):
            assert line, f"no line with {word!r}"
    return line


def says(text: str = "Hello.", **traits: Any) -> Reply:
    """A reply of one text."""
    return Reply(blocks=(Text(text=text),), **traits)


def calls(*blocks: ScriptBlock, **traits: Any) -> Reply:
    """A reply that asks for calls."""
    return Reply(blocks=blocks, **traits)


def bash(command: str, **traits: Any) -> Reply:
    """A reply that asks for one command."""
    return Reply(blocks=(call("bash", command=command),), **traits)


def usage(input: int, output: int) -> Usage:
    return Usage(input_tokens=input, output_tokens=output)


def signals(*names: str) -> list[signal.Signals]:
    return [signal.Signals[name] for name in names]
