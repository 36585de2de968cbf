"""What a service's refusal means: status, body or error event to a typed error with a sentence for a person."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, cast

from heartbit_tui.kernel.errors import (
    AuthenticationError,
    ContextOverflowError,
    InvalidRequestError,
    MalformedError,
    NetworkError,
    OverloadedError,
    ProviderError,
    RateLimitError,
)

TROUBLE = frozenset({408, 409, 425, *range(500, 600)} - {501, 505})
"""Statuses that may pass: timeouts, conflicts, and trouble of the service's own (520-524 are a proxy's, 529 is overload)."""

OVERFLOWING = frozenset({400, 413, 422, 500})
"""Statuses under which services say that a request is too long; some local servers say so with 500."""

OVERFLOW = re.compile(
    r"prompt is too long|input is too long|request too large|content too large|context_length_exceeded"
    r"|maximum context length|context window|context size|context length|too many (?:input )?tokens"
    r"|exceed_context_size|exceeds the (?:model'?s )?maximum (?:context|number of tokens)|model_max_prompt_tokens"
    r"|input token count .{0,80}exceeds|prompt .{0,40}exceeds .{0,40}(?:limit|maximum)|string too long"
    r"|reduce the length of the (?:messages|input|prompt)|longer than the model|max_prompt_tokens"
    r"|prompt contains .{0,60}tokens.{0,80}(?:limit|maximum)|tokens? .{0,40}exceeds? .{0,40}(?:limit|maximum)"
    r"|request_too_large|too large for model",
    re.IGNORECASE,
)
NOT_OVERFLOW = re.compile(r"rate limit|per minute|\btpm\b|^max_(?:completion_|output_)?tokens", re.IGNORECASE)
SPENT = re.compile(
    r"enforced_spend_limit_reached|insufficient_quota|billing_hard_limit|billing_not_active|credit balance"
    r"|exceeded your current quota|spend(?:ing)? limit|insufficient credits|out of credits",
    re.IGNORECASE,
)
BUSY = re.compile(r"overloaded|server_error|api_error|internal|unavailable|timeout|try again|capacity", re.IGNORECASE)
LIMITED = re.compile(r"rate.?limit|too many requests|too_many_requests|throttl", re.IGNORECASE)
REJECTED = re.compile(r"authentication|permission_error|invalid.{0,3}api.?key|unauthori[sz]ed|forbidden", re.IGNORECASE)
SECRETS = re.compile(
    r"\b(?:sk|pk|rk|key|api)[-_](?=[\w-]*\d)[\w-]{8,}|\bbearer\s+\S{8,}|\bkey=\S{8,}|\b(?=[\w-]*\d)[\w-]{40,}",
    re.ASCII | re.IGNORECASE,
)

SHOWN = 400
"""How many characters of a service's own words a message repeats."""


def error_from_status(
    status: int,
    body: str,
    headers: Mapping[str, str],
    *,
    service: str,
    key_variable: str = "",
    now: datetime | None = None,
) -> ProviderError:
    """The error that an answer with this status means; header names are in lower case."""
    said, clue = _said(body), body[:20_000]
    wait = retry_after(headers, now or datetime.now(UTC))
    match status:
        case _ if 300 <= status < 400:
            return InvalidRequestError(_redirect(service, status, headers.get("location", "")), status=status)
        case 401 | 403:
            return AuthenticationError(_auth(service, status, key_variable), status=status)
        case 402:
            return RateLimitError(_spent(service, said), status=status, spent=True)
        case 429:
            return _limited(service, clue, said, wait)
        case _ if status == 413 or (status in OVERFLOWING and _overflows(clue, said)):
            return ContextOverflowError(_overflow(service, said), status=status)
        case _ if status in TROUBLE:
            return OverloadedError(_trouble(service, status, said), status=status, retry_after=wait)
        case _:
            return InvalidRequestError(_refused(service, status, said), status=status)


def error_from_event(error: Mapping[str, Any], *, service: str) -> ProviderError:
    """The error that an error object inside a stream (status 200) means."""
    said = _clean(str(error.get("message") or error.get("type") or error.get("code") or "no reason given"))
    clue = " ".join(str(error.get(key, "")) for key in ("type", "code", "status", "message", "metadata"))
    status = _status(error)
    if status >= 400:
        return error_from_status(status, json.dumps({"error": dict(error)}, default=str), {}, service=service)
    if SPENT.search(clue):
        return RateLimitError(_spent(service, said), status=0, spent=True)
    if _overflows(clue, said):
        return ContextOverflowError(_overflow(service, said))
    if LIMITED.search(clue):
        return RateLimitError(f"{service} gets too many requests: {said}", status=0)
    if REJECTED.search(clue):
        return AuthenticationError(_auth(service, 0, ""))
    if BUSY.search(clue):
        return OverloadedError(f"{service} broke off the answer: {said}")
    return InvalidRequestError(f"{service} broke off the answer: {said}")


def raise_error_in(data: Mapping[str, Any], *, service: str) -> None:
    """Raise the error that an event of a stream carries, if it carries one."""
    error = data.get("error")
    if data.get("type") == "error" and not isinstance(error, dict):
        error = {key: value for key, value in data.items() if key != "type"}
    if isinstance(error, str):
        error = {"message": error}
    if isinstance(error, dict) and error:
        raise error_from_event(cast("dict[str, Any]", error), service=service)


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that the service asks to wait, from `retry-after-ms`, `retry-after` (seconds or a date); else None.

    None too where the value is no number, zero or negative.
    """
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None and milliseconds > 0:
        return milliseconds / 1000
    raw = headers.get("retry-after", "").strip()
    seconds = _number(raw)
    if seconds is None:
        seconds = _until(raw, now)
    return seconds if seconds is not None and seconds > 0 else None


def not_an_answer(service: str, kind: str) -> MalformedError:
    """The error for an answer that is no stream and no JSON, such as a login page."""
    return MalformedError(
        f"{service} answered with {kind or 'an unknown type'} instead of an event stream. "
        "Look at provider.base_url: it may lead to a web page or a proxy."
    )


def cut_short(service: str) -> NetworkError:
    """The error for a stream that ended before its last event."""
    return NetworkError(f"{service} ended the answer before it was whole. It is safe to ask again.")


def _limited(service: str, clue: str, said: str, wait: float | None) -> RateLimitError:
    if SPENT.search(clue):
        return RateLimitError(_spent(service, said), spent=True)
    then = f" Wait {wait:.0f} s or" if wait else ""
    text = f"{service} gets too many requests (429): {said}{then} use another model with --model."
    return RateLimitError(text, retry_after=wait)


def _overflows(clue: str, said: str) -> bool:
    return bool(OVERFLOW.search(clue)) and not NOT_OVERFLOW.search(said)


def _auth(service: str, status: int, variable: str) -> str:
    shown = f" ({status})" if status else ""
    how = f"set {variable} or " if variable else ""
    return f"{service} does not accept the key{shown}. To mend it, {how}run `heartbit auth login {service}`; on the screen, /login."


def _spent(service: str, said: str) -> str:
    return f"{service}: a spend limit or quota is used up, waiting does not help: {said} Raise it at the service."


def _overflow(service: str, said: str) -> str:
    return f"The conversation does not fit the model's window ({service}: {said}). Shorten it with /compact."


def _trouble(service: str, status: int, said: str) -> str:
    return f"{service} has trouble of its own ({status}): {said} Try again later, or set provider.fallback_model."


def _redirect(service: str, status: int, location: str) -> str:
    where = re.sub(r"[?#].*", "", _clean(location)) or "nowhere"
    return (
        f"{service} redirects ({status}) to {where}; heartbit does not follow, so that the key stays where it belongs. "
        "Set provider.base_url to the right address."
    )


def _refused(service: str, status: int, said: str) -> str:
    if status != 404:
        return f"{service} refuses the request ({status}): {said}"
    return f"{service} does not know this model or address (404): {said} Look at provider.model and provider.base_url."


def _said(body: str) -> str:
    """The service's own sentence, without anything that looks like a key."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return _clean(_without_tags(body)) or "no reason given."
    return _clean(_sentence(value)) or "no reason given."


def _sentence(value: object) -> str:
    match value:
        case {"error": {"message": str(text)}} | {"error": str(text)} | {"message": str(text)} | {"detail": str(text)}:
            return text
        case list() if value:
            return _sentence(cast("list[object]", value)[0])
        case _:
            return json.dumps(value)


def _without_tags(text: str) -> str:
    return re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", text[:20_000], flags=re.DOTALL | re.IGNORECASE)


def _clean(text: str) -> str:
    plain = " ".join("".join(char if char.isprintable() else " " for char in text[:4000]).split())
    hidden = SECRETS.sub("[hidden]", plain)
    cut = hidden if len(hidden) <= SHOWN else hidden[:SHOWN] + "…"
    return cut if not cut or cut[-1] in ".!?…" else cut + "."


def _status(error: Mapping[str, Any]) -> int:
    for key in ("code", "status", "http_status", "status_code"):
        value = error.get(key)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) == 3:
            return int(value)
    return 0


def _number(text: str) -> float | None:
    if re.fullmatch(r"\s*[+-]?\d{1,18}(?:\.\d{1,18})?(?:e\d{1,2})?\s*", text, re.ASCII | re.IGNORECASE):
        return float(text)
    return None


def _until(text: str, now: datetime) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - now).total_seconds()


def as_object(value: object) -> dict[str, Any]:
    """A JSON object, empty where it is none."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
