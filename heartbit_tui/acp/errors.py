"""What went wrong, as the protocol tells it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import cast

from acp.exceptions import RequestError

from heartbit_tui.kernel.errors import HeartbitError

INVALID_REQUEST, INVALID_PARAMS, INTERNAL, AUTH_REQUIRED, NOT_FOUND = -32600, -32602, -32603, -32000, -32002

CODES: Mapping[str, int] = MappingProxyType({"auth": AUTH_REQUIRED, "usage": INVALID_PARAMS, "busy": INVALID_REQUEST})
"""By the kind of the error; all others are internal ones, with the kind beside the sentence."""

CRASH = "heartbit itself failed: {kind}: {error}. Please report this."


def failed(kind: str, text: str) -> RequestError:
    """The answer to a request that failed: a sentence for the person, and the kind of the error."""
    return RequestError(CODES.get(kind, INTERNAL), text, {"kind": kind})


def wrong(text: str) -> RequestError:
    """The answer to a request that asks for what cannot be."""
    return failed("usage", text)


def unknown(text: str) -> RequestError:
    """The answer to a request that names what is not there."""
    return RequestError(NOT_FOUND, text, {"kind": "not_found"})


def of(error: BaseException) -> RequestError:
    """The answer that an error comes to; of several that were raised together, the first."""
    error = first(error)
    if isinstance(error, RequestError):
        return error
    if isinstance(error, HeartbitError):
        return failed(error.kind, str(error))
    return failed("crash", CRASH.format(kind=type(error).__name__, error=error))


def first(error: BaseException) -> BaseException:
    """The error itself, or the first of those that were raised together."""
    if isinstance(error, BaseExceptionGroup):
        return first(cast("BaseExceptionGroup[BaseException]", error).exceptions[0])
    return error
