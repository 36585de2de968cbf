"""Signatures of tokens, by joserfc; of a published key set, what may verify one. Needs the extra `daemon`."""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TypeAlias, cast

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from heartbit_tui.auth.compact import Compact
from heartbit_tui.kernel.dataclass import dataclass

Native: TypeAlias = RSAKey | ECKey | OKPKey

KINDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), ("RSA", "")),
        "ES256": ("EC", "P-256"),
        "ES384": ("EC", "P-384"),
        "ES512": ("EC", "P-521"),
        "EdDSA": ("OKP", "Ed25519"),
    }
)
"""The algorithms there are to choose from, and the type and curve of the key that each needs. None has a shared secret."""

SMALLEST, LARGEST = 2_048, 8_192
"""Bits of an RSA key: fewer can be broken, and more take long."""

MOST_KEYS = 100
MODEL: Mapping[str, str] = MappingProxyType({"EdDSA": "Ed25519"})
"""Names that joserfc has for algorithms, where they differ."""

NOTHING: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key that may verify; `algorithm` is the one that it is for, empty where it does not say."""

    kid: str | None
    kind: tuple[str, str]
    algorithm: str
    native: Native

    def fits(self, algorithm: str) -> bool:
        """Whether it may verify signatures by this algorithm."""
        return self.kind == KINDS.get(algorithm) and self.algorithm in ("", algorithm)


def keys_of(document: bytes) -> tuple[Key, ...]:
    """The keys of a published key set (RFC 7517) that may verify; others in it are left out. Raises `ValueError`."""
    try:
        found: object = json.loads(document)
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    listed: object = cast("Mapping[str, object]", found).get("keys") if isinstance(found, dict) else None
    if not isinstance(listed, list):
        raise ValueError("it has no list of keys")
    return tuple(_usable(cast("list[object]", listed)[:MOST_KEYS]))


def proven(token: Compact, key: Key) -> bool:
    """Whether a token was signed with this key, by the algorithm that it names."""
    if not key.fits(token.algorithm):
        return False
    model = JWSRegistry.algorithms[MODEL.get(token.algorithm, token.algorithm)]
    try:
        return model.verify(token.signed, token.signature, key.native)
    except (JoseError, ValueError, TypeError):  # a signature of the wrong length
        return False


def _usable(listed: list[object]) -> Iterator[Key]:
    for each in listed:
        jwk = cast("Mapping[str, object]", each) if isinstance(each, dict) else NOTHING
        native = _native(jwk) if _is_for_verifying(jwk) else None
        if native is not None:
            kind = (_text(jwk, "kty"), "" if jwk["kty"] == "RSA" else _text(jwk, "crv"))
            kid = _text(jwk, "kid") if "kid" in jwk else None
            yield Key(kid=kid, kind=kind, algorithm=_text(jwk, "alg"), native=native)


def _is_for_verifying(jwk: Mapping[str, object]) -> bool:
    """By what it says of its use, and as long as the half of it that has to stay secret was not published."""
    operations = jwk.get("key_ops", ["verify"])
    return (
        jwk.get("use", "sig") == "sig"
        and isinstance(operations, list)
        and "verify" in operations
        and all(isinstance(jwk.get(name, ""), str) for name in ("kid", "alg"))
        and "d" not in jwk
    )


def _native(jwk: Mapping[str, object]) -> Native | None:
    """The key itself, None where it cannot be used."""
    kind, curve = _text(jwk, "kty"), _text(jwk, "crv")
    try:
        if kind == "RSA" and SMALLEST <= _bits(_text(jwk, "n")) <= LARGEST:
            return RSAKey.import_key(_parts(jwk, "kty", "n", "e"))
        if kind == "EC" and (kind, curve) in KINDS.values():
            return ECKey.import_key(_parts(jwk, "kty", "crv", "x", "y"))
        if kind == "OKP" and (kind, curve) in KINDS.values():
            return OKPKey.import_key(_parts(jwk, "kty", "crv", "x"))
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return None


def _parts(jwk: Mapping[str, object], *names: str) -> dict[str, str | list[str]]:
    """What makes up the key; what is said about it was looked at before."""
    return {name: _text(jwk, name) for name in names}


def _text(jwk: Mapping[str, object], name: str) -> str:
    value = jwk.get(name)
    return value if isinstance(value, str) else ""


def _bits(text: str) -> int:
    try:
        return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))).bit_length()
    except (binascii.Error, ValueError):
        return 0
