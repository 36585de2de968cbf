"""Vectors for tests: a model that knows words alone, in this process and as a service in OpenAI's format.

In a test: `async with EmbeddingServer() as server: server.url`. As a process:
`python -m heartbit_tui.testing.embeddings --port 0`, whose first line is its URL. Whatever it got is in `requests`.
"""

import argparse
import asyncio
import math
import re
import sys
import zlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import field
from types import MappingProxyType

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.memory.errors import EmbeddingError
from heartbit_tui.testing.http_wire import BadRequest, Connection, Listener

DIMENSION = 64
_WORD = re.compile(r"[a-z0-9]+")

ALIKE: Mapping[str, str] = MappingProxyType(
    {"car": "vehicle", "automobile": "vehicle", "publish": "release", "ship": "release", "mend": "fix", "repair": "fix"}
)
"""Words that mean the same to this model."""


def vector_of(text: str, dimension: int = DIMENSION) -> list[float]:
    """A text as a point of length 1: each word has a direction, and words that are `ALIKE` have the same."""
    numbers = [0.0] * dimension
    for word in _WORD.findall(text.lower()):
        hashed = zlib.crc32(ALIKE.get(word, word).encode())
        numbers[hashed % dimension] += 1.0 if hashed & 0x10000 else -1.0
    length = math.sqrt(sum(number * number for number in numbers)) or 1.0
    return [number / length for number in numbers]


@dataclass(slots=True, kw_only=True)
class WordEmbedder:
    """An `Embedder` in this process; texts that hold `fails` make it fail, all of them where that is empty."""

    model: str = "words"
    dimension: int = DIMENSION
    fails: str | None = None
    asked: list[str] = field(default_factory=list[str])

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """A vector for each text. Raises `EmbeddingError`."""
        self.asked += texts
        if self.fails is not None and any(self.fails in text for text in texts):
            raise EmbeddingError("The embedding service is down.")
        return [vector_of(text, self.dimension) for text in texts]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """An answer that is not what was asked for: a status, a whole body, or a connection that stays silent.

    `short` leaves a vector out, `wide` makes the last one longer, `same` gives all the same index.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: str = ""
    silent: bool = False
    short: bool = False
    wide: bool = False
    same: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request as it came; headers are in lower case."""

    path: str
    headers: Mapping[str, str]
    body: JsonObject


class EmbeddingServer(Listener):
    """The service; it gives its vectors in reverse order, each with its index, and its faults first, one a request."""

    def __init__(self, faults: Iterable[Fault] = (), *, dimension: int = DIMENSION, port: int = 0) -> None:
        super().__init__(port)
        self._faults = list(faults)
        self._dimension = dimension
        self.requests: list[Asked] = []

    async def attend(self, connection: Connection) -> None:
        """Answer what is asked on a connection."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while await self._serve(connection):
                pass

    async def _serve(self, connection: Connection) -> bool:
        try:
            received = await connection.receive()
        except BadRequest as error:
            return await connection.json(400, {"error": {"message": str(error)}})
        if received is None:
            return False
        self.requests.append(Asked(path=received.path, headers=received.headers, body=received.json()))
        fault = self._faults.pop(0) if self._faults else Fault()
        if fault.silent:
            await connection.gone()
        if fault.status != 200 or fault.body:
            return await connection.whole(fault.status, fault.body, fault.headers)
        if not received.path.endswith("/embeddings"):
            return await connection.json(404, {"error": {"message": f"Nothing is at {received.path}."}})
        return await connection.json(200, self._answer(self.requests[-1].body, fault))

    def _answer(self, body: JsonObject, fault: Fault) -> JsonObject:
        texts: list[str] = body["input"]
        vectors = [vector_of(text, self._dimension) for text in texts]
        if fault.wide:
            vectors[-1] = [*vectors[-1], 0.5]
        data = [
            {"object": "embedding", "index": 0 if fault.same else index, "embedding": vector}
            for index, vector in enumerate(vectors)
        ]
        return {"object": "list", "model": body.get("model"), "data": data[fault.short :][::-1]}


async def serve(port: int) -> None:
    """Serve until cancelled; the URL is printed as the first line."""
    async with EmbeddingServer(port=port) as server:
        print(server.url, flush=True)
        await asyncio.get_running_loop().create_future()


def main() -> None:
    """Run as a process."""
    parser = argparse.ArgumentParser(prog="embeddings", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(parser.parse_args().port))
    sys.exit(0)


if __name__ == "__main__":
    main()
