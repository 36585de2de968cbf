"""How somebody is turned away, as whoever answers requests has to say it."""

from collections.abc import Mapping
from typing import ClassVar

from heartbit_tui.kernel.errors import HeartbitError

BAD_REQUEST, UNAUTHORIZED, FORBIDDEN, NOT_FOUND, UNAVAILABLE = 400, 401, 403, 404, 503
REALM = 'Bearer realm="heartbit"'
INVALID = f'{REALM}, error="invalid_token"'


class Refused(HeartbitError):
    """A request that is not let in, or may not do what it wants.

    `status` is that of HTTP, and the message what the other side is told: never which of several reasons it was. `why`
    is for the log and has no secret in it. `challenge` is the value of `WWW-Authenticate`, empty where there is none.
    """

    kind: ClassVar[str] = "refused"

    def __init__(self, status: int, text: str, *, why: str = "", challenge: str = "") -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.why = why or text
        self.challenge = challenge

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of the answer."""
        return {"www-authenticate": self.challenge} if self.challenge else {}


def unproven(text: str, why: str = "") -> Refused:
    """Nobody is known by what came: 401."""
    return Refused(UNAUTHORIZED, text, why=why, challenge=INVALID)


def forbidden(text: str, why: str = "") -> Refused:
    """Who it is is known, and may not: 403."""
    return Refused(FORBIDDEN, text, why=why)


def unknown(text: str) -> Refused:
    """There is no such thing, for this one at least: 404, so that nobody learns what others have."""
    return Refused(NOT_FOUND, text)
