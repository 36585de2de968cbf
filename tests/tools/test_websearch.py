"""Search results come as a short list; whatever goes wrong comes as a sentence."""

import json
from collections.abc import Sequence

import httpx
import pytest

from heartbit_tui.kernel.protocols import Output, Touch
from heartbit_tui.tools.websearch import WebSearch, listed, results
from tests.tools.calls import Context


async def searched(
    answer: httpx.Response | Exception, *, key: str = "k3y", query: str = "cats", count: int = 8
) -> tuple[Output, Sequence[httpx.Request]]:
    asked: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    tool = WebSearch(
        key, lambda: httpx.AsyncClient(transport=httpx.MockTransport(handle)), base_url="https://exa.test/"
    )
    return await tool.run({"query": query, "num_results": count}, Context()), asked


def found(*each: object) -> httpx.Response:
    return httpx.Response(200, json={"results": list(each)})


async def test_what_is_sent_is_what_the_service_takes() -> None:
    _, (request,) = await searched(found(), query="two cats", count=99)
    assert (request.method, str(request.url), request.headers["x-api-key"]) == (
        "POST",
        "https://exa.test/search",
        "k3y",
    )
    assert json.loads(request.content) == {"query": "two cats", "numResults": 50, "contents": {"text": True}}


async def test_results_are_a_numbered_list() -> None:
    one = {"title": "A \n cat", "url": "https://a.example", "text": "meow\n\nmeow"}
    got, _ = await searched(found(one, {"url": "https://b.example"}, {"title": None, "text": "é" * 600}))
    assert got.content == (
        "1. **A cat**\n   https://a.example\n   meow meow\n\n2. **Untitled**\n   https://b.example\n\n3. **Untitled**\n   "
        + "é" * 250
        + "..."
    )
    assert (got.is_error, got.details) == (False, {"results": 3})


async def test_nothing_found_is_no_error() -> None:
    got, _ = await searched(found())
    assert (got.content, got.is_error) == ("No results for “cats”.", False)


async def test_without_a_key_nobody_is_asked_and_the_model_hears_what_to_do() -> None:
    got, asked = await searched(found(), key="")
    assert (got.is_error, asked) == (True, [])
    assert "EXA_API_KEY" in got.content


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (httpx.Response(401), "refused the key"),
        (httpx.Response(429), "too many searches"),
        (httpx.Response(503), "HTTP 503"),
        (httpx.Response(200, text="<html>"), "no list of results"),
        (httpx.Response(200, json=[]), "no list of results"),
        (httpx.Response(200, json={"results": "x"}), "no list of results"),
        (httpx.ConnectError("refused"), "could not be reached: refused"),
        (httpx.ReadTimeout("slow"), "did not answer within 30 s"),
    ],
)
async def test_a_failure_is_a_sentence_without_the_key(answer: httpx.Response | Exception, said: str) -> None:
    got, _ = await searched(answer)
    assert got.is_error
    assert said in got.content
    assert "k3y" not in got.content


def test_odd_results_are_left_out_or_shown_as_they_are() -> None:
    assert listed(results({"results": [1, None, {"title": 3, "url": None}]})) == "1. **3**"


def test_it_touches_the_service() -> None:
    tool = WebSearch("k", httpx.AsyncClient)
    assert tool.touches({"query": "x"}) == (Touch(kind="url", what="https://api.exa.ai/search"),)
