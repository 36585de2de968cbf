"""What a proven token says of its bearer, checked against what is expected of it; pure."""

from collections.abc import Mapping
from dataclasses import field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, cast

from heartbit_tui.auth.compact import bad
from heartbit_tui.auth.refusing import forbidden
from heartbit_tui.auth.users import Hidden, Role, UserContext, fault_of
from heartbit_tui.kernel.dataclass import dataclass

LEEWAY = 60.0
"""Seconds by which clocks may differ."""

LAST = 253_402_300_799.0
"""The last second of the year 9999, the largest time that is one."""

OWN_NAMES: Mapping[str, Role] = MappingProxyType({"user": "user", "operator": "operator", "admin": "admin"})
NO_TENANT = "this token names no tenant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What has to stand in a token, and under which names.

    Without an `issuer` or an `audience` that claim is not looked at. A name may be a path, such as
    `realm_access.roles`, where no claim has just that name. Without a `tenant_claim` everybody is of the one tenant that
    has no name. `usual` is the role of a token that names none that `names` knows; None is no role at all.
    """

    issuer: str = ""
    audience: str = ""
    user_claim: str = "sub"
    tenant_claim: str = "tid"
    roles_claim: str = "roles"
    names: Mapping[str, Role] = field(default_factory=lambda: OWN_NAMES)
    usual: Role | None = "user"
    leeway: float = LEEWAY


def context_of(claims: Mapping[str, Any], expected: Expected, now: datetime, token: str) -> UserContext:
    """Who the bearer of a token with these claims is.

    Raises `Refused`: 401 for a token that does not count, now or here, and 403 for one that names no tenant where it has
    to. Which claim it was is for the log.
    """
    expires = _times(claims, expected.leeway, now.timestamp())
    _issued(claims, expected)
    user = _id(claims, expected.user_claim)
    if not user:
        raise bad(f"claim {expected.user_claim} is missing or null")
    tenant = _id(claims, expected.tenant_claim) if expected.tenant_claim else ""
    if expected.tenant_claim and not tenant:
        raise forbidden(NO_TENANT, f"claim {expected.tenant_claim} is missing or null")
    return UserContext(
        user_id=user,
        tenant_id=tenant,
        roles=_roles(claims, expected),
        name="jwt",
        expires=datetime.fromtimestamp(min(expires + expected.leeway, LAST), UTC),
        raw_token=Hidden(token),
    )


def _times(claims: Mapping[str, Any], leeway: float, now: float) -> float:
    expires, begins, issued = (_time(claims, name) for name in ("exp", "nbf", "iat"))
    if expires is None:
        raise bad("claim exp is missing")
    if now >= expires + leeway:
        raise bad("claim exp: the token has expired")
    for name, moment in (("nbf", begins), ("iat", issued)):
        if moment is not None and moment > now + leeway:
            raise bad(f"claim {name}: the token does not count yet")
    return expires


def _time(claims: Mapping[str, Any], name: str) -> float | None:
    if name not in claims:
        return None
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LAST:
        raise bad(f"claim {name} is no time")
    return float(value)


def _issued(claims: Mapping[str, Any], expected: Expected) -> None:
    if expected.issuer and claims.get("iss") != expected.issuer:
        raise bad("claim iss is missing or another one")
    if not expected.audience:
        return
    given = claims.get("aud")
    named = cast("list[object]", given) if isinstance(given, list) else [given]
    if not all(isinstance(each, str) for each in named) or expected.audience not in named:
        raise bad("claim aud is missing or has not this audience in it")


def _id(claims: Mapping[str, Any], name: str) -> str:
    """A user or a tenant: a text, or a whole number; empty where the claim is missing or null."""
    value = _found(claims, name)
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < 1e18 else ""
    if not isinstance(value, str):
        raise bad(f"claim {name} is neither a text nor a whole number")
    if fault := fault_of(value):
        raise bad(f"claim {name} {fault}")
    return value


def _roles(claims: Mapping[str, Any], expected: Expected) -> frozenset[Role]:
    """The roles that the names in a list, or in a text with spaces between them, stand for."""
    value = _found(claims, expected.roles_claim)
    given = value.split() if isinstance(value, str) else cast("list[object]", value) if isinstance(value, list) else []
    known: frozenset[Role] = frozenset(
        expected.names[each] for each in given if isinstance(each, str) and each in expected.names
    )
    return known or (frozenset({expected.usual}) if expected.usual else known)


def _found(claims: Mapping[str, Any], name: str) -> Any:
    if name in claims:
        return claims[name]
    value: Any = claims
    for part in name.split("."):
        value = cast("Mapping[str, Any]", value).get(part) if isinstance(value, Mapping) else None
    return value
