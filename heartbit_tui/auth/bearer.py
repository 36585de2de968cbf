"""Tokens that are set in the configuration, plain or as digests, each with whom it stands for.

A digest is `sha256:SALT:DIGEST`, that of the salt's bytes and the token, or `sha256:DIGEST` without salt. No slower scheme
is used, because a token of `new_token` has 256 random bits, which no speed of guessing finds; a slow one would cost every
request, and let whoever sends wrong tokens keep the processor busy.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import UTC, date, datetime
from typing import Any, cast

from heartbit_tui.auth.users import ROLES, Role, UserContext, fault_of
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import ConfigError

KEY = "daemon.auth.bearer_tokens"
PREFIX = "hbt_"
"""How tokens of heartbit begin, so that what looks for secrets in texts knows them."""

BYTES, SALT_BYTES = 32, 16
SHORT = 16
"""Characters below which a plain token can be guessed."""

LONGEST = 16_384
FIELDS = ("token", "name", "user", "tenant", "roles", "expires")
VISIBLE = re.compile(r"[\x21-\x7e]+")
WEAK = "{place}: a token of fewer than {count} characters can be guessed; `heartbit auth token` makes a better one."
_DIGEST = re.compile(r"sha256:(?:([0-9a-f]{2,128}):)?([0-9a-f]{64})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One token and whom it stands for; of the token there is the digest alone."""

    salt: bytes = field(repr=False)
    digest: bytes = field(repr=False)
    context: UserContext
    weak: bool = False


class Tokens:
    """All tokens that count; the first that fits says who it is."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = tuple(entries)

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def weak(self) -> tuple[str, ...]:
        """The names of those that can be guessed."""
        return tuple(entry.context.name for entry in self._entries if entry.weak)

    def find(self, token: str, now: datetime) -> UserContext | None:
        """Whom a token stands for, None where it is none of these or has expired.

        It is compared with every entry, whichever fits, and each time in full: how long that takes tells nothing.
        """
        given = token.encode()
        fits = [
            entry.context for entry in self._entries if hmac.compare_digest(_digest(entry.salt, given), entry.digest)
        ]
        return next((context for context in fits if not context.ended(now)), None)


def new_token() -> str:
    """A token that nobody guesses: 256 random bits."""
    return f"{PREFIX}{secrets.token_urlsafe(BYTES)}"


def hashed(token: str, salt: bytes | None = None) -> str:
    """What to write into the configuration in a token's place. Raises `ConfigError` for what cannot be sent as one."""
    _sendable(token, KEY)
    salt = secrets.token_bytes(SALT_BYTES) if salt is None else salt
    return f"sha256:{salt.hex()}:{_digest(salt, token.encode()).hex()}"


def entries_of(values: Iterable[object], place: str = KEY) -> tuple[Entry, ...]:
    """The entries of `daemon.auth.bearer_tokens`: texts, and tables with the fields of `FIELDS`. Raises `ConfigError`.

    Who has a token without a user is the person whose daemon it is, and an admin unless its roles say otherwise; one
    with a user has the role `user`.
    """
    return tuple(_entry(value, f"{place}[{number}]") for number, value in enumerate(values))


def of_environment(variable: str, token: str) -> tuple[Entry, ...]:
    """The token of a variable of the environment; none where it is empty. Raises `ConfigError`."""
    return (_made(token, UserContext(roles=frozenset({"admin"}), name=variable), variable),) if token else ()


def _entry(value: object, place: str) -> Entry:
    table = cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {"token": value}
    if strange := next((name for name in table if name not in FIELDS), ""):
        raise _wrong(place, f"{strange!r} is not known; there are {', '.join(FIELDS)}.")
    token = table.get("token")
    if not isinstance(token, str):
        raise _wrong(place, "it needs a token, which is a text.")
    user, tenant = (_id(table, name, place) for name in ("user", "tenant"))
    context = UserContext(
        user_id=user,
        tenant_id=tenant,
        roles=_roles(table.get("roles"), "user" if user else "admin", place),
        name=_text(table, "name", place) or place,
        expires=_moment(table.get("expires"), place),
    )
    return _made(token, context, place)


def _made(token: str, context: UserContext, place: str) -> Entry:
    if token.startswith("sha256:"):
        match = _DIGEST.fullmatch(token)
        if match is None or len(match[1] or "") % 2:
            raise _wrong(place, "this is no digest; `heartbit auth token --hash` writes one.")
        return Entry(salt=bytes.fromhex(match[1] or ""), digest=bytes.fromhex(match[2]), context=context)
    _sendable(token, place)
    salt = secrets.token_bytes(SALT_BYTES)
    return Entry(salt=salt, digest=_digest(salt, token.encode()), context=context, weak=len(token) < SHORT)


def _digest(salt: bytes, token: bytes) -> bytes:
    return hashlib.sha256(salt + token).digest()


def _sendable(token: str, place: str) -> None:
    if not VISIBLE.fullmatch(token) or len(token) > LONGEST:
        raise _wrong(place, f"a token has 1 to {LONGEST:,} visible ASCII characters and no spaces.")


def _id(table: Mapping[str, Any], name: str, place: str) -> str:
    text = _text(table, name, place)
    if text and (fault := fault_of(text)):
        raise _wrong(place, f"the {name} {fault}.")
    return text


def _text(table: Mapping[str, Any], name: str, place: str) -> str:
    value = table.get(name, "")
    if not isinstance(value, str):
        raise _wrong(place, f"{name} has to be a text.")
    return value


def _roles(value: object, usual: Role, place: str) -> frozenset[Role]:
    if value is None:
        return frozenset({usual})
    found = cast("list[object]", value) if isinstance(value, list) else [value]
    if strange := next((each for each in found if each not in ROLES), None):
        raise _wrong(place, f"{strange!r} is no role; there are {', '.join(ROLES)}.")
    return frozenset(cast("list[Role]", found))


def _moment(value: object, place: str) -> datetime | None:
    """When a token ends; a time without a zone is UTC, and a date its beginning."""
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        found = None
    if isinstance(found, date) and not isinstance(found, datetime):
        found = datetime(found.year, found.month, found.day, tzinfo=UTC)
    if not isinstance(found, datetime):
        raise _wrong(place, "expires has to be a date or a time, such as 2027-01-31.")
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _wrong(place: str, text: str) -> ConfigError:
    return ConfigError(f"{place}: {text}", key=place)
