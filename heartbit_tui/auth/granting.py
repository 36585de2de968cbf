"""What a token exchange asks and what its answer gives (RFC 8693); pure."""

import json
import re
from collections.abc import Mapping
from dataclasses import field
from typing import Any, cast
from urllib.parse import urlsplit

from heartbit_tui.auth.types import ExchangeError
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import ConfigError

GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
USUAL_SECONDS, MOST_SECONDS, EARLY_SECONDS = 300.0, 3_600.0, 30.0
"""How long a token lasts that does not say so, how long one is kept at most, and how long before its end it is not used."""

REFRESH = 0.8
"""The part of its life after which a token is asked for anew."""

MOST_WORDS = 300
SECRET = ("subject_token", "actor_token", "client_secret")
"""The fields of the form that nobody is told."""

OK = 200
HERE = frozenset({"127.0.0.1", "::1", "localhost"})
_TOKEN = re.compile(r"[\x21-\x7e]+")
_KINDS = frozenset({"", ACCESS_TOKEN, "urn:ietf:params:oauth:token-type:jwt"})
NOT_SAFE = "{key}: {url} has to begin with https://, because secrets are sent there."


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Where tokens are exchanged, and who exchanges them; the secrets show in no representation.

    `audience` is for whom the new token shall be, `scopes` what it shall allow; what is empty is not asked for.
    """

    url: str
    client_id: str
    client_secret: str = field(repr=False)
    agent_token: str = field(repr=False)
    scopes: tuple[str, ...] = ()
    audience: str = ""

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in HERE):
            raise ConfigError(NOT_SAFE.format(key="daemon.auth.token_exchange.exchange_url", url=self.url))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the place that exchanges tokens answered."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A header to send: asked for anew after `fresh` seconds, and sent for `valid` seconds at most."""

    header: str = field(repr=False)
    fresh: float
    valid: float


def form(exchange: Exchange, subject: str) -> Mapping[str, str]:
    """The fields of the request that exchanges a user's token."""
    asked = {
        "grant_type": GRANT,
        "subject_token": subject,
        "subject_token_type": ACCESS_TOKEN,
        "actor_token": exchange.agent_token,
        "actor_token_type": ACCESS_TOKEN,
        "requested_token_type": ACCESS_TOKEN,
        "client_id": exchange.client_id,
        "client_secret": exchange.client_secret,
    }
    more = {"scope": " ".join(exchange.scopes), "audience": exchange.audience}
    return asked | {name: text for name, text in more.items() if text}


def granted(answer: Answer, asked: Mapping[str, str]) -> Grant:
    """The header that the answer to this form gives.

    Raises `ExchangeError` for everything that is not plainly a bearer token.
    """
    found = _table(answer.body)
    if answer.status != OK:
        raise ExchangeError(f"the token exchange answered {answer.status}{_reason(found, asked)}")
    token, kind = found.get("access_token"), found.get("token_type")
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise ExchangeError("the answer of the token exchange has no access token in it")
    if not isinstance(kind, str) or kind.lower() != "bearer" or found.get("issued_token_type", "") not in _KINDS:
        raise ExchangeError("the token exchange gave a token of a kind that cannot be sent as a bearer token")
    seconds = _seconds(found.get("expires_in"))
    valid = max(0.0, seconds - EARLY_SECONDS)
    return Grant(header=f"Bearer {token}", fresh=min(REFRESH * seconds, valid), valid=valid)


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return USUAL_SECONDS
    return max(0.0, min(float(value), MOST_SECONDS))


def _reason(found: Mapping[str, Any], asked: Mapping[str, str]) -> str:
    """The code of the error and its words, as RFC 6749 has them, unless they quote a secret; nothing else of the answer."""
    said = [found.get(name) for name in ("error", "error_description")]
    secrets = [asked[name] for name in SECRET if asked.get(name)]
    words = [
        " ".join(each.split())[:MOST_WORDS]
        for each in said
        if isinstance(each, str) and each.strip() and not any(secret in each for secret in secrets)
    ]
    return f" ({': '.join(words)})" if words else ""


def _table(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return cast("Mapping[str, Any]", found) if isinstance(found, dict) else {}
