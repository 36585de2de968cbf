"""Vectors from a service that speaks OpenAI's format: in batches, within a time limit, tried again where that helps."""

import asyncio
import json
from collections.abc import Sequence
from random import Random

import httpx

from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.memory.embed import answer
from heartbit_tui.memory.embed.names import remote_dimension
from heartbit_tui.memory.embed.types import Settings
from heartbit_tui.memory.errors import EmbeddingError
from heartbit_tui.memory.types import Floats

BASE_URL = "https://api.openai.com"
SECONDS = 30.0
"""How long one request may take."""

CONNECT_SECONDS = 5.0
TRIES = 3
FIRST_WAIT, LONGEST_WAIT = 0.5, 20.0
"""Seconds before the second try, doubled for each further one; what a service asks for counts up to the longest."""

BATCH, BATCH_CHARACTERS = 64, 200_000
"""Texts, and their characters, that go into one request."""

LONGEST = 24_000
"""Characters of a text that are read; about 8,000 tokens, which is what OpenAI's models take."""

MOST_BYTES = 64 * 1024 * 1024
PASSING = frozenset({408, 409, 425, 429, *range(500, 600)})
"""Statuses that may pass."""

NO_KEY = "There is no key for embeddings in {variable}. Set it, or set memory.embedding.provider to none or local."
REFUSED = "{service} does not accept the key for embeddings ({status}). Look at {variable}."
REDIRECT = "{service} redirects ({status}); heartbit does not follow, so that the key stays where it belongs. Look at memory.embedding.base_url."
CHANGED = "{service} gave vectors of {found} numbers, and {wanted} were expected; look at memory.embedding.dimension."


class _Again(Exception):
    """A request failed for a reason that may pass; `wait` is what the service asks for in seconds."""

    def __init__(self, error: EmbeddingError, wait: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.wait = wait


class OpenAIEmbedder:
    """An `Embedder` over HTTP; `client` is shared with others and not closed."""

    def __init__(self, settings: Settings, client: httpx.AsyncClient, clock: Clock, random: Random) -> None:
        self._settings = settings
        self._client = client
        self._clock = clock
        self._random = random
        self._url = address(settings.base_url)
        self._service = httpx.URL(self._url).host
        self._known = settings.dimension
        self._answered = 0

    @property
    def model(self) -> str:
        """The name of the model, and the length that its vectors are to have where the settings give one."""
        own = self._settings.dimension
        return f"{self._settings.model}@{own}" if own else self._settings.model

    @property
    def dimension(self) -> int:
        """The length that the settings give, else that of the first answer; before that, what is known of the model."""
        return self._known or self._answered or remote_dimension(self._settings.model)

    async def embed(self, texts: Sequence[str]) -> Sequence[Floats]:
        """A vector for each text, in order; what is longer than 24,000 characters is read up to there."""
        if not self._settings.key and not self._settings.base_url:
            raise EmbeddingError(NO_KEY.format(variable=self._settings.key_variable))
        found: list[Floats] = []
        for batch in batches(texts):
            found += await self._patiently(batch)
        return found

    async def _patiently(self, batch: Sequence[str]) -> list[Floats]:
        wait = FIRST_WAIT
        for _ in range(TRIES - 1):
            try:
                return await self._once(batch)
            except _Again as again:
                asked = min(again.wait, LONGEST_WAIT) if again.wait is not None else self._random.uniform(0, wait)
            await self._clock.sleep(asked)
            wait *= 2
        try:
            return await self._once(batch)
        except _Again as again:
            raise again.error from again

    async def _once(self, batch: Sequence[str]) -> list[Floats]:
        response, body = await self._exchange(self._request(batch))
        if response.status_code != 200:
            raise self._refusal(response, body)
        found = await asyncio.to_thread(answer.vectors, body, len(batch), service=self._service)
        length = len(found[0])
        wanted = self._known or self._answered
        if wanted and length != wanted:
            raise EmbeddingError(CHANGED.format(service=self._service, found=length, wanted=wanted))
        self._answered = length
        return found

    def _request(self, batch: Sequence[str]) -> httpx.Request:
        settings = self._settings
        body: dict[str, object] = {"model": settings.model, "input": list(batch), "encoding_format": "float"}
        if settings.dimension and "text-embedding-3" in settings.model:
            body["dimensions"] = settings.dimension
        headers = {"content-type": "application/json", "accept": "application/json", "accept-encoding": "identity"}
        if settings.key:
            headers["authorization"] = f"Bearer {settings.key}"
        timeout = httpx.Timeout(None, connect=CONNECT_SECONDS)
        return self._client.build_request("POST", self._url, content=json.dumps(body), headers=headers, timeout=timeout)

    async def _exchange(self, request: httpx.Request) -> tuple[httpx.Response, bytes]:
        service = self._service
        try:
            async with asyncio.timeout(SECONDS):
                response = await self._client.send(request, stream=True)
                try:
                    return response, await _read(response, service)
                finally:
                    await response.aclose()
        except TimeoutError as error:
            raise _Again(EmbeddingError(f"{service} gave no vectors within {SECONDS:.0f} s.")) from error
        except (httpx.UnsupportedProtocol, httpx.InvalidURL, UnicodeError) as error:
            raise EmbeddingError(f"{self._url} cannot be asked for vectors: {error}.") from error
        except (httpx.HTTPError, httpx.StreamError, OSError) as error:
            told = answer.said(str(error).encode(), self._settings.key) or type(error).__name__
            raise _Again(EmbeddingError(f"{service} cannot be reached for vectors: {told}.")) from error

    def _refusal(self, response: httpx.Response, body: bytes) -> Exception:
        status, settings = response.status_code, self._settings
        if 300 <= status < 400:
            return EmbeddingError(REDIRECT.format(service=self._service, status=status))
        if status in (401, 403):
            told = REFUSED.format(service=self._service, status=status, variable=settings.key_variable)
            return EmbeddingError(told)
        words = answer.said(body, settings.key) or "no reason given"
        error = EmbeddingError(f"{self._service} gives no vectors ({status}): {words}")
        return _Again(error, _asked(response)) if status in PASSING else error


def address(base_url: str) -> str:
    """Where embeddings are asked for: `/v1/embeddings` below the base, which may name the version already."""
    base = (base_url or BASE_URL).rstrip("/")
    if base.endswith("/embeddings"):
        return base
    last = base.rpartition("/")[2]
    return f"{base}/embeddings" if last[:1] == "v" and last[1:2].isdigit() else f"{base}/v1/embeddings"


def batches(texts: Sequence[str]) -> list[list[str]]:
    """The texts as they are sent: cut at the longest, none empty, so many in a request."""
    found: list[list[str]] = []
    room = 0
    for text in texts:
        sent = text[:LONGEST] if text.strip() else "-"
        if not found or len(found[-1]) >= BATCH or len(sent) > room:
            found.append([])
            room = BATCH_CHARACTERS
        found[-1].append(sent)
        room -= len(sent)
    return found


async def _read(response: httpx.Response, service: str) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > MOST_BYTES:
            raise EmbeddingError(f"{service} sent more than {MOST_BYTES} bytes; that is no answer.")
    return bytes(body)


def _asked(response: httpx.Response) -> float | None:
    """Seconds that the service asks to wait."""
    try:
        seconds = float(response.headers.get("retry-after", ""))
    except ValueError:
        return None
    return seconds if 0 < seconds < float("inf") else None
