"""Searches the web through Exa."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import httpx
from pydantic import Field

from heartbit_tui.kernel.protocols import CallContext, Effects, Output, Touch
from heartbit_tui.tools.arguments import Arguments, TypedTool

BASE_URL = "https://api.exa.ai"
DEFAULT_RESULTS = 8
MAX_RESULTS = 50
SNIPPET_BYTES = 500
SECONDS = 30.0
_NO_KEY = (
    "Web search needs a key of Exa in the environment variable EXA_API_KEY, and there is none. Tell the person that "
    "one can be made at https://dashboard.exa.ai; until then, use webfetch with a URL that you know."
)


class Query(Arguments):
    """What to look for."""

    query: str = Field(min_length=1, description="What to look for, in words or as a question.")
    num_results: int = Field(default=DEFAULT_RESULTS, gt=0, description="How many results; more than 50 counts as 50.")


class WebSearch(TypedTool[Query]):
    """Asks Exa. `client` opens an HTTP client for one search; `key` is empty where there is none."""

    name = "websearch"
    effects = Effects.NETWORK
    arguments = Query

    def __init__(self, key: str, client: Callable[[], httpx.AsyncClient], *, base_url: str = BASE_URL) -> None:
        self._key = key
        self._client = client
        self._url = f"{base_url.rstrip('/')}/search"

    def reach(self, given: Query) -> tuple[Touch, ...]:
        """The search service."""
        return (Touch(kind="url", what=self._url),)

    async def show(self, given: Query) -> str:
        """The query."""
        return given.query

    async def act(self, given: Query, context: CallContext) -> Output:
        """Search, and list what was found."""
        if not self._key:
            return Output(content=_NO_KEY, is_error=True)
        try:
            response = await self._ask(given)
        except httpx.TimeoutException:
            return Output(content=f"The search service did not answer within {SECONDS:.0f} s.", is_error=True)
        except httpx.HTTPError as error:
            return Output(content=f"The search service could not be reached: {error}.", is_error=True)
        if not response.is_success:
            return Output(content=_failure(response), is_error=True)
        try:
            found = results(response.json())
        except ValueError:
            return Output(
                content="The search service answered with something that is no list of results.", is_error=True
            )
        return Output(content=listed(found) or f"No results for “{given.query}”.", details={"results": len(found)})

    async def _ask(self, given: Query) -> httpx.Response:
        body = {
            "query": given.query,
            "numResults": min(given.num_results, MAX_RESULTS),
            "contents": {"text": True},
        }
        async with self._client() as client:
            return await client.post(self._url, json=body, headers={"x-api-key": self._key}, timeout=SECONDS)


def _failure(response: httpx.Response) -> str:
    if response.status_code in {401, 403}:
        return "The search service refused the key in EXA_API_KEY. Tell the person to check it."
    if response.status_code == 429:
        return "The search service has had too many searches for now; wait a little, or go on without."
    return f"The search service answered with HTTP {response.status_code} {response.reason_phrase}."


def results(answer: object) -> Sequence[Mapping[str, Any]]:
    """The results in an answer; raises `ValueError` where it is not shaped like one."""
    found = cast("Mapping[str, Any]", answer).get("results") if isinstance(answer, Mapping) else None
    if not isinstance(found, list):
        raise ValueError(json.dumps(answer)[:200])
    return [cast("Mapping[str, Any]", each) for each in cast("list[object]", found) if isinstance(each, Mapping)]


def listed(found: Sequence[Mapping[str, Any]]) -> str:
    """A numbered list: the title in bold, the URL, the beginning of the text."""
    return "\n\n".join(f"{number}. {_entry(each)}" for number, each in enumerate(found, 1))


def _entry(result: Mapping[str, Any]) -> str:
    title, url, text = (str(result.get(name) or "") for name in ("title", "url", "text"))
    lines = (f"**{' '.join(title.split()) or 'Untitled'}**", url, _snippet(text))
    return "\n   ".join(line for line in lines if line)


def _snippet(text: str) -> str:
    data = " ".join(text.split()).encode("utf-8", "replace")
    return data.decode() if len(data) <= SNIPPET_BYTES else data[:SNIPPET_BYTES].decode("utf-8", "ignore") + "..."
