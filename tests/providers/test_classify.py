"""What a service's refusal is taken for, and what is said about it."""

import json
from datetime import UTC, datetime

import pytest

from heartbit_tui.kernel.errors import (
    AuthenticationError,
    ContextOverflowError,
    InvalidRequestError,
    OverloadedError,
    ProviderError,
    RateLimitError,
)
from heartbit_tui.providers.classify import error_from_event, error_from_status, retry_after

NOW = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)

OVERFLOWS = {
    "anthropic": (
        400,
        {
            "type": "error",
            "error": {"type": "invalid_request_error", "message": "prompt is too long: 209041 tokens > 200000 maximum"},
        },
    ),
    "anthropic, with output": (
        400,
        {
            "error": {
                "message": "input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000, decrease input length or `max_tokens` and try again (context window)"
            }
        },
    ),
    "anthropic, by size": (
        413,
        {"error": {"type": "request_too_large", "message": "Request exceeds the maximum size"}},
    ),
    "openai": (
        400,
        {
            "error": {
                "message": "This model's maximum context length is 128000 tokens. However, your messages resulted in 140000 tokens.",
                "code": "context_length_exceeded",
            }
        },
    ),
    "openai responses": (
        400,
        {
            "error": {
                "message": "Your input exceeds the context window of this model.",
                "code": "context_length_exceeded",
            }
        },
    ),
    "gemini": (
        400,
        {
            "error": {
                "message": "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
                "status": "INVALID_ARGUMENT",
            }
        },
    ),
    "vllm": (
        400,
        {
            "message": "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens",
            "code": 400,
        },
    ),
    "llama.cpp": (
        400,
        {
            "error": {
                "code": 400,
                "message": "the request exceeds the available context size, try increasing it",
                "type": "exceed_context_size_error",
                "n_prompt_tokens": 9000,
                "n_ctx": 4096,
            }
        },
    ),
    "llama.cpp, older": (500, {"error": {"code": 500, "message": "context size exceeded", "type": "server_error"}}),
    "groq": (
        400,
        {
            "error": {
                "message": "Please reduce the length of the messages or completion.",
                "code": "context_length_exceeded",
            }
        },
    ),
    "xai": (
        400,
        {
            "error": "This model's maximum prompt length is 131072 but the request contains 200000 tokens: prompt contains 200000 tokens, over the limit"
        },
    ),
    "copilot": (
        400,
        {
            "error": {
                "message": "prompt token count of 130000 exceeds the limit of 128000",
                "code": "model_max_prompt_tokens_exceeded",
            }
        },
    ),
    "mistral": (
        422,
        {
            "message": "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length"
        },
    ),
    "openrouter": (
        400,
        {
            "error": {
                "message": "This endpoint's maximum context length is 8192 tokens. However, you requested about 9000",
                "code": 400,
            }
        },
    ),
    "bedrock": (400, {"message": "Input is too long for requested model."}),
    "ollama": (400, {"error": {"message": "prompt too long; exceeded max context length by 12 tokens"}}),
    "together": (
        422,
        {
            "error": {
                "message": "Input validation error: inputs tokens + max_new_tokens must be <= 8193: too many tokens"
            }
        },
    ),
    "a proxy": (413, "<html><h1>413 Request Entity Too Large</h1></html>"),
    "upper case": (400, {"error": {"message": "PROMPT IS TOO LONG"}}),
    "a list": (400, [{"error": {"message": "exceeds the model's maximum context"}}]),
}


def refused(status: int, body: object, **headers: str) -> ProviderError:
    text = body if isinstance(body, str) else json.dumps(body)
    return error_from_status(status, text, headers, service="svc", key_variable="SVC_KEY", now=NOW)


@pytest.mark.parametrize("wording", OVERFLOWS)
def test_a_conversation_that_is_too_long_is_recognised_in_every_wording(wording: str) -> None:
    status, body = OVERFLOWS[wording]
    error = refused(status, body)
    assert isinstance(error, ContextOverflowError)
    assert "/compact" in str(error)


NOT_OVERFLOWS = [
    (400, "max_tokens: 300000 > 64000, which is the maximum allowed number of output tokens"),
    (400, "max_completion_tokens is too large: 300000. This model supports at most 128000 completion tokens"),
    (400, "messages: roles must alternate"),
    (429, "Request too large for gpt-5 on tokens per min (TPM): Limit 30000, Requested 40000"),
    (500, "Internal server error"),
    (404, "model: claude-nothing"),
]


@pytest.mark.parametrize(("status", "message"), NOT_OVERFLOWS)
def test_other_complaints_about_tokens_are_no_overflow(status: int, message: str) -> None:
    assert not isinstance(refused(status, {"error": {"message": message}}), ContextOverflowError)


SPENT = [
    {
        "error": {
            "type": "rate_limit_error",
            "message": "spend",
            "details": {"error_code": "enforced_spend_limit_reached"},
        }
    },
    {"error": {"code": "insufficient_quota", "message": "You exceeded your current quota, please check your plan"}},
    {"error": {"message": "Your credit balance is too low to access the API"}},
]


@pytest.mark.parametrize("body", SPENT)
def test_a_spend_limit_is_not_waited_for(body: object) -> None:
    error = refused(429, body, **{"retry-after": "5"})
    assert isinstance(error, RateLimitError)
    assert error.spent
    assert error.retry_after is None


STATUSES: dict[int, type[ProviderError]] = {
    **dict.fromkeys((401, 403), AuthenticationError),
    **dict.fromkeys((402, 429), RateLimitError),
    **dict.fromkeys((301, 302, 307, 308, 400, 404, 405, 418, 422, 501), InvalidRequestError),
    **dict.fromkeys((408, 409, 425, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529, 599), OverloadedError),
    413: ContextOverflowError,
}


@pytest.mark.parametrize("status", STATUSES)
def test_each_status_has_its_error(status: int) -> None:
    error = refused(status, {"error": {"message": "Something."}})
    assert type(error) is STATUSES[status]
    assert error.status == status


def test_the_key_is_never_repeated() -> None:
    keys = [
        "sk-ant-api03-AbCd1234EfGh",
        "sk-proj-9f8e7d6c5b4a",
        "Bearer eyJhbGciOi.J9.abc123",
        "key=AIzaSyA1234567890",
        "0123456789abcdef0123456789abcdef01234567",
    ]
    for key in keys:
        for status in STATUSES:
            for body in (f"bad key {key} given", json.dumps({"error": {"message": f"got {key}"}}), f"<b>{key}</b>"):
                assert key.rpartition(" ")[2] not in str(refused(status, body, location=f"http://x/{key}")), (
                    status,
                    body,
                )
        assert key.rpartition(" ")[2] not in str(error_from_event({"message": f"for {key}"}, service="svc"))


def test_messages_say_what_to_do_and_stay_short() -> None:
    assert "set SVC_KEY or run `heartbit auth login svc`" in str(refused(401, "x" * 100_000))
    assert "provider.base_url" in str(refused(307, "", location="https://elsewhere.example/v1?key=secret12"))
    assert "provider.model" in str(refused(404, {"error": {"message": "model: x"}}))
    for status in STATUSES:
        said = str(refused(status, "word " * 50_000))
        assert len(said) < 900
        assert "\x1b" not in str(refused(status, "\x1b[2Jcleared"))


WAITS: dict[str, tuple[dict[str, str], float | None]] = {
    "seconds": ({"retry-after": "7"}, 7.0),
    "a fraction": ({"retry-after": "0.5"}, 0.5),
    "milliseconds": ({"retry-after-ms": "1500"}, 1.5),
    "milliseconds first": ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
    "a date": ({"retry-after": "Thu, 01 Jan 2026 12:00:20 GMT"}, 20.0),
    "a past date": ({"retry-after": "Thu, 01 Jan 2026 11:00:00 GMT"}, None),
    "absent": ({}, None),
    "zero": ({"retry-after": "0"}, None),
    "negative": ({"retry-after": "-5"}, None),
    "huge": ({"retry-after": "1000000000"}, 1e9),
    "words": ({"retry-after": "soon"}, None),
    "infinite": ({"retry-after": "inf"}, None),
    "not a number": ({"retry-after": "nan"}, None),
    "too many digits": ({"retry-after": "9" * 5000}, None),
    "a broken date": ({"retry-after": "Thu, 99 Foo 2026 12:00:20 GMT"}, None),
}


@pytest.mark.parametrize("form", WAITS)
def test_each_form_of_retry_after_is_read(form: str) -> None:
    headers, expected = WAITS[form]
    assert retry_after(headers, NOW) == expected
