"""Reads what an embedding service answers: a vector for each text, in the order in which they were asked for."""

import json
import math
import re
from array import array
from base64 import b64decode
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, cast

from heartbit_tui.memory.errors import EmbeddingError
from heartbit_tui.memory.types import Floats

SHOWN = 200
"""Characters of a service's own words that a message repeats."""

_SECRET = re.compile(r"\b(?:sk|pk|rk|key|api)[-_][\w-]{8,}|\bbearer\s+\S{8,}", re.ASCII | re.IGNORECASE)


def vectors(body: bytes, count: int, *, service: str) -> list[Floats]:
    """The vectors of `count` texts, ordered by the index that each carries. Raises `EmbeddingError`.

    Numbers come as lists, or as 32-bit floats in base64. All vectors have one length, and only finite numbers.
    """
    items = _items(body, service)
    if len(items) != count:
        raise EmbeddingError(f"{service} gave {len(items)} vectors for {count} texts.")
    placed: dict[int, Floats] = {}
    for position, item in enumerate(items):
        index = item.get("index", position)
        if not isinstance(index, int) or not 0 <= index < count or index in placed:
            raise EmbeddingError(f"{service} did not say which vector belongs to which text.")
        placed[index] = _numbers(item.get("embedding"), service)
    found = [placed[index] for index in range(count)]
    if len({len(vector) for vector in found}) > 1:
        raise EmbeddingError(f"{service} gave vectors of different lengths, which cannot be compared.")
    return found


def said(body: bytes, key: str) -> str:
    """The service's own sentence about a refusal, without anything that looks like a key."""
    text = body.decode("utf-8", "replace")
    with suppress(ValueError, RecursionError):
        text = _sentence(json.loads(text)) or text
    plain = " ".join("".join(char if char.isprintable() else " " for char in text[:4000]).split())
    hidden = _SECRET.sub("[hidden]", plain.replace(key, "[hidden]") if key else plain)
    return hidden if len(hidden) <= SHOWN else hidden[:SHOWN] + "…"


def _items(body: bytes, service: str) -> Sequence[dict[str, Any]]:
    try:
        value: object = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise EmbeddingError(f"{service} did not answer with JSON; is memory.embedding.base_url right?") from error
    data = cast("dict[str, Any]", value).get("data") if isinstance(value, dict) else None
    if not isinstance(data, list) or not all(isinstance(item, dict) for item in cast("list[object]", data)):
        raise EmbeddingError(f"{service} answered without vectors; is memory.embedding.base_url right?")
    return cast("list[dict[str, Any]]", data)


def _numbers(value: object, service: str) -> Floats:
    try:
        found = array("f", b64decode(value)) if isinstance(value, str) else array("f", cast("list[float]", value))
    except (TypeError, ValueError, OverflowError) as error:
        raise EmbeddingError(f"{service} gave something that is no vector.") from error
    if not found or not all(map(math.isfinite, found)):
        raise EmbeddingError(f"{service} gave a vector with no numbers, or with such that are none.")
    return found


def _sentence(value: object) -> str:
    match value:
        case {"error": {"message": str(text)}} | {"error": str(text)} | {"message": str(text)} | {"detail": str(text)}:
            return text
        case _:
            return ""
