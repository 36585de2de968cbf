"""Who is let in by the `Authorization` of a request: by a token of the settings or by one of an issuer, either suffices."""

from collections.abc import Sequence
from typing import Protocol

from heartbit_tui.auth.bearer import LONGEST, VISIBLE, Tokens
from heartbit_tui.auth.compact import looks_like
from heartbit_tui.auth.refusing import BAD_REQUEST, REALM, UNAUTHORIZED, Refused, unproven
from heartbit_tui.auth.users import UserContext
from heartbit_tui.kernel.protocols import Clock

MISSING = "missing Authorization header"
NOT_BEARER = "expected Bearer authentication"
WRONG = "invalid bearer token"


class Issuer(Protocol):
    """What knows people by tokens that others have signed: `webtokens.WebTokens` is one."""

    async def find(self, token: str) -> UserContext:
        """Whom a token is of. Raises `Refused`."""
        ...


class Admission:
    """Lets in whoever has a token of `tokens`, or one that `issuer` knows; where there is neither, nobody."""

    def __init__(self, tokens: Tokens, issuer: Issuer | None, clock: Clock) -> None:
        self._tokens = tokens
        self._issuer = issuer
        self._clock = clock

    async def admit(self, headers: Sequence[str]) -> UserContext:
        """Whom a request with these `Authorization` headers is from.

        Raises `Refused`: 401 without one or with a wrong one, 400 for another scheme, several headers or what is no
        token, 403 for a token without a tenant where it has to have one, 503 where an issuer's keys are not to be had.
        """
        if not headers:
            raise Refused(UNAUTHORIZED, MISSING, challenge=REALM)
        scheme, _, token = headers[0].partition(" ")
        if len(headers) > 1 or scheme.lower() != "bearer":
            raise Refused(BAD_REQUEST, NOT_BEARER)
        return await self.known(token.strip(" "))

    async def known(self, token: str) -> UserContext:
        """Whom a token is of, wherever it came from: a header, or the login page. Raises `Refused`."""
        if not token:
            raise unproven(WRONG, "the token is empty")
        if not VISIBLE.fullmatch(token):
            raise Refused(BAD_REQUEST, NOT_BEARER, why="the token has characters that none has")
        if len(token) > LONGEST:
            raise unproven(WRONG, f"the token has {len(token)} characters")
        found = self._tokens.find(token, self._clock.now())
        if found is not None:
            return found
        if self._issuer is not None and looks_like(token):
            return await self._issuer.find(token)
        raise unproven(WRONG, "no token of the settings is this one, or it has expired")
