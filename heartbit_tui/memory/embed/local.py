"""Vectors from a model on this machine, which runs in a process of its own."""

import asyncio
import json
import os
import signal
import sys
from array import array
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import count
from types import MappingProxyType, TracebackType
from typing import Any, Self

from heartbit_tui.memory.embed.types import Tell
from heartbit_tui.memory.errors import EmbeddingError
from heartbit_tui.memory.types import Floats

BATCH = 16
"""Texts that are read in one go; a question waits for one batch of others at most."""

LONGEST = 20_000
"""Characters of a text that are sent; the models read far fewer."""

PROGRAM = "heartbit_tui.memory.embed.child"
PASSED = frozenset(
    {
        *("PATH", "HOME", "LANG", "TMPDIR", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "VIRTUAL_ENV"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "XDG_CACHE_HOME"),
        *("HF_HUB_OFFLINE", "HF_HOME", "HF_ENDPOINT", "HF_HUB_CACHE", "HF_TOKEN"),
        *("http_proxy", "https_proxy", "no_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"),
    }
)
LAST_WORDS = 4000
GONE = "The process of the embedding model ended{why}."
BEGUN = (
    "Downloading the embedding model {name} (about {megabytes} MB) to {folder}; until it is there, words alone count."
)
COMING = "The embedding model {name}: {part:.0f} of about {megabytes} MB."
THERE = "The embedding model {name} is there."
STEPS = 4
"""How often a download is told on its way."""


class LocalEmbedder:
    """An `Embedder` whose process is started by the first text, and ended with `aclose` or `async with`.

    `spec` says which model, as the process reads it. `tell` hears of a download. A cancelled call leaves the process
    at its work, so that a model which is being loaded is there for the next one.
    """

    def __init__(self, spec: Mapping[str, Any], model: str, environment: Mapping[str, str], tell: Tell) -> None:
        self._spec = MappingProxyType(dict(spec))
        self._model = model
        self._environment = {name: value for name, value in environment.items() if name in PASSED}
        self._tell = tell
        self._dimension: int = spec["dimension"]
        self._child: _Child | None = None
        self._starting = asyncio.Lock()

    @property
    def model(self) -> str:
        """The name of the model; for a folder, its name and the size of the network in it."""
        return self._model

    @property
    def dimension(self) -> int:
        """The length of the vectors; the model's own word for it once it is loaded."""
        return self._dimension

    async def embed(self, texts: Sequence[str]) -> Sequence[Floats]:
        """A vector for each text, in order. Raises `EmbeddingError` where there is no model, with the reason."""
        child = await self._running()
        self._dimension = await asyncio.shield(child.ready)
        found: list[Floats] = []
        for start in range(0, len(texts), BATCH):
            found += await child.ask([text[:LONGEST] for text in texts[start : start + BATCH]], self._dimension)
        return found

    async def aclose(self) -> None:
        """End the process."""
        if self._child is not None:
            await self._child.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _running(self) -> "_Child":
        async with self._starting:
            if self._child is None or self._child.over:
                self._child = await _Child.started(self._spec, self._environment, self._tell)
            return self._child


class _Child:
    """The process, with all that was asked of it and is not answered yet."""

    def __init__(self, process: asyncio.subprocess.Process, spec: Mapping[str, Any], tell: Tell) -> None:
        self._process = process
        self._spec = spec
        self._tell = tell
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[bytes]] = {}
        self._said = deque[bytes](maxlen=20)
        self._told = -1
        self.ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.over = False
        self._listening = asyncio.create_task(self._listen(), name="answers of the embedding model")
        self._hearing = asyncio.create_task(self._hear(), name="words of the embedding model")

    @classmethod
    async def started(cls, spec: Mapping[str, Any], environment: Mapping[str, str], tell: Tell) -> Self:
        """The process; raises `EmbeddingError` where none can be started."""
        pipe = asyncio.subprocess.PIPE
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", PROGRAM, json.dumps(dict(spec))),
                stdin=pipe,
                stdout=pipe,
                stderr=pipe,
                env=environment,
                start_new_session=True,
            )
        except OSError as error:
            raise EmbeddingError(f"The process of the embedding model could not be started: {error}.") from error
        return cls(process, spec, tell)

    async def ask(self, texts: Sequence[str], dimension: int) -> list[Floats]:
        """The vectors of these texts."""
        if self.over:
            raise EmbeddingError(self._ending())
        number = next(self._numbers)
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps({"id": number, "texts": list(texts)}).encode() + b"\n")
            with suppress(ConnectionError):  # its end is told through the answer
                await self._process.stdin.drain()
            body = await answer
        finally:
            self._waiting.pop(number, None)
        step = dimension * 4
        return [array("f", body[start : start + step]) for start in range(0, len(body), step)]

    async def aclose(self) -> None:
        """Kill it, and wait for its end."""
        self._kill()
        await asyncio.wait([self._listening, self._hearing])
        await self._process.wait()

    async def _listen(self) -> None:
        """Hand answers over until there are none any more; whoever still waits then hears why."""
        assert self._process.stdout is not None
        stream = self._process.stdout
        try:
            while line := await stream.readline():
                head: dict[str, Any] = json.loads(line)
                body = await stream.readexactly(head.get("bytes", 0))
                self._take(head, body)
        except (asyncio.IncompleteReadError, ValueError):
            pass  # it was killed in the middle of an answer
        finally:
            self.over = True
            self._kill()
            await self._hearing
            self._end()

    def _kill(self) -> None:
        """End the process with all that it started; asyncio's own way would take its end from who waits for it."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def _take(self, head: Mapping[str, Any], body: bytes) -> None:
        match head:
            case {"ready": True, "dimension": int(dimension)}:
                self.ready.set_result(dimension)
                if self._told >= 0:
                    self._tell(THERE.format(**self._named))
            case {"failed": str(why)}:
                self._fail(self.ready, why)
            case {"download": int(done)}:
                self._downloading(done)
            case {"id": int(number), "error": str(why)}:
                self._fail(self._waiting.get(number), f"The embedding model could not read a text: {why}")
            case {"id": int(number)} if (waiting := self._waiting.get(number)) and not waiting.done():
                waiting.set_result(body)
            case _:
                pass

    @property
    def _named(self) -> dict[str, Any]:
        return {"name": self._spec["name"], "megabytes": self._spec["megabytes"], "folder": self._spec["cache_dir"]}

    def _downloading(self, done: int) -> None:
        """Tell that a download begins, and each quarter of it."""
        if self._told < 0:
            self._told = 0
            self._tell(BEGUN.format(**self._named))
        elif (step := int(done / 1e6 * STEPS / self._spec["megabytes"])) > self._told and step < STEPS:
            self._told = step
            self._tell(COMING.format(part=done / 1e6, **self._named))

    async def _hear(self) -> None:
        assert self._process.stderr is not None
        while said := await self._process.stderr.read(LAST_WORDS):
            self._said.append(said)

    def _end(self) -> None:
        for waiting in (self.ready, *self._waiting.values()):
            self._fail(waiting, self._ending())

    def _ending(self) -> str:
        said = b"".join(self._said).decode("utf-8", "replace").strip().splitlines()
        return GONE.format(why=f": {said[-1][:300]}" if said else "")

    def _fail(self, waiting: asyncio.Future[Any] | None, why: str) -> None:
        if waiting is not None and not waiting.done():
            waiting.set_exception(EmbeddingError(why))
            waiting.exception()  # nobody may be waiting any more
