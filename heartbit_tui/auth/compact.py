"""A JSON Web Token taken apart (RFC 7515, compact form), strictly: what two readers could read in two ways is none; pure."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import field
from typing import Any, NoReturn, cast

from heartbit_tui.auth.refusing import Refused, unproven
from heartbit_tui.kernel.dataclass import dataclass

LONGEST = 16_384
"""Bytes of a token; the seed's limit."""

LONGEST_KID = 1_024
INVALID = "invalid or expired token"
"""What the other side is told of every token that does not count, whatever is wrong with it."""

_PART = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Compact:
    """A token whose form is right; nothing in it is proven. `kid` is None where it names no key."""

    algorithm: str
    kid: str | None
    payload: bytes = field(repr=False)
    signed: bytes = field(repr=False)
    signature: bytes = field(repr=False)


def bad(why: str) -> Refused:
    """A token that does not count, and why, which the log is told alone."""
    return unproven(INVALID, why)


def looks_like(token: str) -> bool:
    """Whether a text could be such a token, by its dots."""
    return token.count(".") == 2


def parsed(token: str) -> Compact:
    """The parts of a token. What it says of keys beside `kid` is not read. Raises `Refused`: 401."""
    if not token or len(token) > LONGEST:
        raise bad(f"the token has {len(token)} characters")
    parts = token.split(".")
    if len(parts) != 3:
        raise bad(f"the token has {len(parts)} parts")
    header, payload, signature = (_decoded(part) for part in parts)
    said = table(header)
    if strange := next((name for name in ("crit", "b64", "enc", "zip") if name in said), ""):
        raise bad(f"the header has {strange}")
    algorithm, kid = said.get("alg"), said.get("kid")
    if not isinstance(algorithm, str):
        raise bad("the header has no alg")
    if "kid" in said and (not isinstance(kid, str) or len(kid) > LONGEST_KID):
        raise bad("the kid of the header is no text, or too long")
    return Compact(
        algorithm=algorithm,
        kid=cast("str | None", kid),
        payload=payload,
        signed=f"{parts[0]}.{parts[1]}".encode(),
        signature=signature,
    )


def table(data: bytes) -> Mapping[str, Any]:
    """A JSON object in which no name stands twice. Raises `Refused`: 401."""
    try:
        found: object = json.loads(data.decode(), object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise bad("the token has a part that is no JSON, or says something twice") from None
    if not isinstance(found, dict):
        raise bad("the token has a part that is no object")
    return cast("Mapping[str, Any]", found)


def _decoded(part: str) -> bytes:
    """Base64 of the URL's letters without padding, in the one way to write it."""
    if not _PART.fullmatch(part):
        raise bad("the token has a part that is empty or no base64")
    try:
        data = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise bad("the token has a part that is no base64") from None
    if base64.urlsafe_b64encode(data).rstrip(b"=").decode() != part:
        raise bad("the token has a part that is not written as base64 is")
    return data


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")
