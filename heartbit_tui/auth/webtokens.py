"""Who the bearer of a JSON Web Token is: its form, its key, its signature and what it says, in this order."""

from collections.abc import Callable

from heartbit_tui.auth.claims import Expected, context_of
from heartbit_tui.auth.compact import bad, parsed, table
from heartbit_tui.auth.endpoint import Published
from heartbit_tui.auth.jwks import Keys, KeysError
from heartbit_tui.auth.signatures import Key, keys_of, proven
from heartbit_tui.auth.users import UserContext
from heartbit_tui.kernel.protocols import Clock

MOST_TRIED = 8
"""Keys that are tried for a token that names none."""


class WebTokens:
    """Tokens of one issuer, by one of `algorithms`, whatever the token itself would rather have."""

    def __init__(self, keys: Keys[Key], algorithms: frozenset[str], expected: Expected, clock: Clock) -> None:
        self._keys = keys
        self._algorithms = algorithms
        self._expected = expected
        self._clock = clock

    async def find(self, token: str) -> UserContext:
        """Whom a token is of. Raises `Refused`: 401, 403, or 503 where the issuer's keys are not to be had."""
        compact = parsed(token)
        if compact.algorithm not in self._algorithms:
            raise bad(f"the algorithm {compact.algorithm[:16]!r} is not allowed")
        keys = [key for key in await self._keys.of(compact.kid) if key.fits(compact.algorithm)]
        if not keys:
            raise bad("no key of the issuer fits the token")
        if not any(proven(compact, key) for key in keys[:MOST_TRIED]):
            raise bad("the signature is wrong")
        return context_of(table(compact.payload), self._expected, self._clock.now(), token)


def fetching(published: Published, url: str) -> Callable[[], tuple[Key, ...]]:
    """What fetches the keys at this address."""

    def fetch() -> tuple[Key, ...]:
        try:
            keys = keys_of(published(url))
        except ValueError as error:
            raise KeysError(f"{url}: this is no key set ({error})") from None
        if not keys:
            raise KeysError(f"{url}: no key in it may verify signatures")
        return keys

    return fetch
