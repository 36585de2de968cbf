"""Tokens of an issuer, really signed and really fetched: which count, and which never do."""

import asyncio
import hashlib
import hmac
import json
from typing import Any

import pytest

from heartbit_tui.auth.jwks import Keeping
from heartbit_tui.auth.refusing import Refused
from heartbit_tui.auth.users import Hidden
from heartbit_tui.auth.webtokens import WebTokens
from heartbit_tui.testing.clock import FakeClock
from tests.auth.keyserver import claims, encoded, key, key_server, part, public, signed, web_tokens

KINDS = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "EdDSA": "OKP"}


def good(clock: FakeClock, algorithm: str = "RS256", *, kid: str | None = "k", **more: Any) -> str:
    header = {"alg": algorithm, "typ": "JWT"} | ({} if kid is None else {"kid": kid})
    return signed(header, claims(clock, **more), key(KINDS[algorithm]), algorithm)


async def refused(tokens: WebTokens, token: str) -> tuple[int, str]:
    """The status and the reason for the log; the other side is told the same of every token that does not count."""
    with pytest.raises(Refused) as caught:
        await tokens.find(token)
    assert caught.value.status != 401 or caught.value.text == "invalid or expired token"
    return caught.value.status, caught.value.why


@pytest.mark.parametrize("algorithm", KINDS)
async def test_a_token_that_was_signed_by_an_allowed_algorithm_says_who_it_is(algorithm: str) -> None:
    clock = FakeClock()
    async with key_server(public(key(KINDS[algorithm]), kid="k", use="sig", alg=algorithm)) as server:
        token = good(clock, algorithm, roles=["operator", "else"])
        found = await web_tokens(server, clock).find(token)
    assert (found.user_id, found.tenant_id, found.roles) == ("anna", "acme", {"operator"})
    assert found.raw_token == Hidden(token)
    assert token not in repr(found)


async def test_a_key_is_found_by_its_name_alone_and_without_one_by_its_kind() -> None:
    clock, other = FakeClock(), key("RSA", 1)
    keys = (public(key("EC"), kid="ec"), public(other, kid="other"), public(key("RSA"), kid="k"))
    async with key_server(*keys) as server:
        tokens = web_tokens(server, clock)
        assert (await tokens.find(good(clock))).user_id == "anna"
        assert (await tokens.find(good(clock, kid=None))).user_id == "anna"
        assert (await tokens.find(good(clock, "ES256", kid="ec"))).user_id == "anna"
        assert await refused(tokens, good(clock, kid="other")) == (401, "the signature is wrong")
        assert await refused(tokens, good(clock, kid="ec")) == (401, "no key of the issuer fits the token")


def spoiled(token: str, told: dict[str, Any]) -> dict[str, str]:
    """A good token cut, stretched and put together anew."""
    head, body, signature = token.split(".")
    return {
        "no signature": f"{head}.{body}.",
        "zeros as signature": f"{head}.{body}.{encoded(bytes(256))}",
        "short signature": f"{head}.{body}.{signature[:-8]}",
        "other claims": f"{head}.{part({**told, 'sub': 'root'})}.{signature}",
        "padded": f"{head}.{body}.{signature}==",
        "with a space": f"{head}.{body}.{signature[:9]} {signature[9:]}",
        "with a line": f"{head}\n.{body}.{signature}",
        "other alphabet": f"{head}.{body}.{signature[:-1]}+",
        "four parts": f"{token}.x",
        "five parts": f"{token}.x.y",
        "two parts": f"{head}.{body}",
        "empty": "",
        "dots": "..",
        "huge": f"{head}.{body}.{'A' * 20_000}",
    }


def forged(clock: FakeClock) -> dict[str, str]:
    """Tokens as attackers make them."""
    rsa, mine = key("RSA"), key("RSA", 2)
    token = good(clock)
    _, body, signature = token.split(".")
    told = claims(clock)
    pem = rsa.as_pem(private=False)

    def symmetric(secret: bytes) -> str:
        text = f"{part({'alg': 'HS256', 'kid': 'k'})}.{body}"
        return f"{text}.{encoded(hmac.new(secret, text.encode(), hashlib.sha256).digest())}"

    found = {
        f"none as {name}": f"{part({'alg': name, 'kid': 'k'})}.{body}." for name in ("none", "None", "NONE", "nOnE")
    }
    found |= {
        f"{name} signed": f"{part({'alg': name, 'kid': 'k'})}.{body}.{signature}" for name in ("none", "HS256", "")
    }
    found |= {
        f"symmetric {n}": symmetric(each) for n, each in enumerate((pem, pem.strip(), b"", rsa.as_der(private=False)))
    }
    named = {"jwk": public(mine), "jku": "http://127.0.0.1:1/k", "x5u": "http://127.0.0.1:1/k", "x5c": ["MII"]}
    found |= {
        f"own key in {name}": signed({"alg": "RS256", "kid": "k", name: value}, told, mine, "RS256")
        for name, value in named.items()
    }
    extra = {"crit": ["x"], "b64": False, "enc": "A128GCM", "zip": "DEF"}
    found |= {f"{n} said": signed({"alg": "RS256", "kid": "k", n: v}, told, rsa, "RS256") for n, v in extra.items()}
    found |= {
        "other's signature": signed({"alg": "RS256", "kid": "k"}, told, mine, "RS256"),
        "header twice": signed('{"alg":"none","alg":"RS256","kid":"k"}', told, rsa, "RS256"),
        "claims twice": signed({"alg": "RS256", "kid": "k"}, json.dumps(told)[:-1] + ',"sub":"root"}', rsa, "RS256"),
        "claims no object": signed({"alg": "RS256", "kid": "k"}, "[1]", rsa, "RS256"),
        "claims no json": signed({"alg": "RS256", "kid": "k"}, "{", rsa, "RS256"),
        "claims nested": signed({"alg": "RS256", "kid": "k"}, "[" * 6_000, rsa, "RS256"),
        "claims nan": signed({"alg": "RS256", "kid": "k"}, json.dumps({**told, "exp": float("nan")}), rsa, "RS256"),
        "header no object": signed('"RS256"', told, rsa, "RS256"),
        "alg a list": signed({"alg": ["RS256"], "kid": "k"}, told, rsa, "RS256"),
        "alg not allowed": signed({"alg": "RS512", "kid": "k"}, told, rsa, "RS512"),
        "alg of another kind": signed({"alg": "ES256", "kid": "k"}, told, rsa, "RS256"),
        "kid a number": signed({"alg": "RS256", "kid": 1}, told, rsa, "RS256"),
        "kid null": signed({"alg": "RS256", "kid": None}, told, rsa, "RS256"),
    }
    kids = ("../../etc/passwd", "k' OR '1'='1", "http://127.0.0.1:1/k", "k\x00", "K", " k", "k" * 1_025, "/dev/null")
    return (
        found
        | spoiled(token, told)
        | {f"kid {kid[:20]!r}": signed({"alg": "RS256", "kid": kid}, told, rsa, "RS256") for kid in kids}
    )


@pytest.mark.security("D2", n=54)
async def test_no_forged_token_counts() -> None:
    clock = FakeClock()
    async with key_server(public(key("RSA"), kid="k")) as server:
        tokens = web_tokens(server, clock)
        assert (await tokens.find(good(clock))).user_id == "anna"
        found = forged(clock)
        passed = [name for name, token in found.items() if (await refused(tokens, token))[0] != 401]
    assert passed == []
    assert len(found) == 54
    assert server.asked == 1


@pytest.mark.security("D4", n=10)
async def test_a_key_that_is_not_for_verifying_or_too_weak_verifies_nothing() -> None:
    clock = FakeClock()
    native = key("RSA")
    n = native.as_dict(private=False)["n"]
    short = {"kty": "RSA", "n": encoded(bytes([255] * 128)), "e": "AQAB", "kid": "k"}
    unfit: list[dict[str, Any]] = [
        public(native, kid="k", use="enc"),
        public(native, kid="k", key_ops=["encrypt"]),
        public(native, kid="k", key_ops=["sign"]),
        public(native, kid="k", key_ops="verify"),
        public(native, kid="k", use=["sig"]),
        public(native, kid="k", alg="RS512"),
        {**native.as_dict(private=True), "kid": "k"},
        {"kty": "oct", "k": n, "kid": "k"},
        {"kty": "RSA", "e": "AQAB", "kid": "k"},
        short,
    ]
    for jwk in unfit:
        async with key_server(public(key("EC"), kid="other"), jwk) as server:
            assert (await refused(web_tokens(server, clock), good(clock)))[0] == 401, jwk
    assert len(unfit) == 10


STRANGE: dict[str, list[Any]] = {
    "exp": ["soon", True, -1, 1e30, [9e9], {}, float("inf")],
    "nbf": ["now", False, -1, 1e30, [0]],
    "iat": ["now", False, -1, 1e30, [0]],
    "iss": ["https://issuer.test/", "https://issuer.tes", "", 1, ["x"]],
    "aud": ["heartbit2", "heart", "", 1, [], ["x"], ["heartbit", 1], {}],
    "sub": ["", " ", [], ["anna"], {}, True, 1.5, "..", ".", "a\x00", "a\n", "a" * 257, "\ud800"],
    "tid": [" ", [], {}, False, "..", "a\x1b[2J", "\x7f", 2.5, 10**30],
}
CLAIMS: dict[str, tuple[dict[str, Any], int]] = {
    **{f"{name} {value!r}"[:40]: ({name: value}, 401) for name, values in STRANGE.items() for value in values},
    "no exp": ({"exp": None}, 401),
    "no iss": ({"iss": None}, 401),
    "no aud": ({"aud": None}, 401),
    "no sub": ({"sub": None}, 401),
    "no tid": ({"tid": None}, 403),
}


@pytest.mark.security("D5", n=len(CLAIMS))
async def test_no_token_with_a_claim_that_is_missing_or_none_counts() -> None:
    clock = FakeClock()
    async with key_server(public(key("OKP"), kid="k")) as server:
        tokens = web_tokens(server, clock)
        for name, (more, status) in CLAIMS.items():
            given, why = await refused(tokens, good(clock, "EdDSA", **more))
            claim = next(iter(more))
            assert (name, given) == (name, status)
            assert f"claim {claim} " in why or f"claim {claim}:" in why or "no JSON" in why
    assert len(CLAIMS) >= 50


async def test_the_times_of_a_token_are_kept_to_the_minute() -> None:
    clock = FakeClock()
    now = clock.now().timestamp()
    async with key_server(public(key("OKP"), kid="k")) as server:
        tokens = web_tokens(server, clock)
        fine: list[dict[str, Any]] = [
            {"exp": now - 59},
            {"nbf": now + 60},
            {"iat": now + 60},
            {"exp": now + 0.5},
            {"iat": None},
        ]
        for more in fine:
            assert (await tokens.find(good(clock, "EdDSA", **more))).user_id == "anna"
        late: list[dict[str, Any]] = [{"exp": now - 60}, {"nbf": now + 61}, {"iat": now + 61}]
        for more in late:
            assert (await refused(tokens, good(clock, "EdDSA", **more)))[0] == 401
        short = await tokens.find(good(clock, "EdDSA", exp=now + 5))
        assert not short.ended(clock.now())
        await clock.advance(65)
        assert short.ended(clock.now())


ROLES: dict[str, tuple[Any, set[str]]] = {
    "a list": (["operator", "user"], {"operator", "user"}),
    "a text": ("user admin", {"user", "admin"}),
    "strange ones": (["root", 7, None, "Admin"], {"user"}),
    "missing": (None, {"user"}),
    "an object": ({"admin": True}, {"user"}),
    "a number": (7, {"user"}),
}


@pytest.mark.parametrize("name", ROLES)
async def test_roles_are_read_leniently_and_a_strange_one_is_none(name: str) -> None:
    clock, (value, roles) = FakeClock(), ROLES[name]
    async with key_server(public(key("OKP"), kid="k")) as server:
        found = await web_tokens(server, clock).find(good(clock, "EdDSA", roles=value))
    assert found.roles == roles


async def test_claims_can_have_other_names_and_numbers_for_values() -> None:
    clock = FakeClock()
    more: dict[str, Any] = {
        "sub": 12,
        "org": {"id": 7},
        "https://x.test/roles": ["ops"],
        "tid": None,
        "aud": ["a", "heartbit"],
    }
    names: dict[str, Any] = {
        "tenant_claim": "org.id",
        "roles_claim": "https://x.test/roles",
        "names": {"ops": "operator"},
        "usual": None,
    }
    async with key_server(public(key("OKP"), kid="k")) as server:
        found = await web_tokens(server, clock, **names).find(good(clock, "EdDSA", **more))
        without: dict[str, Any] = {**more, "https://x.test/roles": []}
        nobody = await web_tokens(server, clock, **names).find(good(clock, "EdDSA", **without))
        alone = await web_tokens(server, clock, tenant_claim="").find(good(clock, "EdDSA", tid=None))
    assert (found.user_id, found.tenant_id, found.roles) == ("12", "7", {"operator"})
    assert nobody.roles == set()
    assert (alone.user_id, alone.tenant_id) == ("anna", "")


@pytest.mark.security("D3", n=10_000)
async def test_ten_thousand_unknown_keys_lead_to_one_fetch() -> None:
    clock = FakeClock()
    async with key_server(public(key("EC"), kid="k")) as server:
        tokens = web_tokens(server, clock)
        token = good(clock, "ES256")
        _, body, signature = token.split(".")
        unknown = (f"{part({'alg': 'ES256', 'kid': f'k{n}'})}.{body}.{signature}" for n in range(10_000))
        assert {(await refused(tokens, each))[0] for each in unknown} == {401}
        assert server.asked == 1
        assert (await tokens.find(token)).user_id == "anna"
        await clock.advance(10)
        await refused(tokens, good(clock, "ES256", kid="new"))
        assert server.asked == 2


async def test_one_fetch_serves_all_who_ask_at_once_and_who_leaves_does_not_end_it() -> None:
    clock = FakeClock()
    async with key_server(public(key("OKP"), kid="k")) as server:
        server.go = asyncio.Event()
        tokens, token = web_tokens(server, clock), good(clock, "EdDSA")
        asking = [asyncio.create_task(tokens.find(token)) for _ in range(50)]
        await server.came.wait()
        asking[0].cancel()
        server.go.set()
        found = await asyncio.gather(*asking[1:])
        assert {each.user_id for each in found} == {"anna"}
        assert server.asked == 1


async def test_a_key_that_comes_new_counts_and_one_that_went_does_not() -> None:
    clock = FakeClock()
    async with key_server(public(key("EC"), kid="k")) as server:
        tokens = web_tokens(server, clock)
        assert (await tokens.find(good(clock, "ES256"))).user_id == "anna"
        server.keys = [public(key("OKP"), kid="new")]
        await clock.advance(10)
        assert (await tokens.find(good(clock, "EdDSA", kid="new"))).user_id == "anna"
        assert (await refused(tokens, good(clock, "ES256")))[0] == 401


async def test_keys_count_a_while_longer_where_no_new_ones_are_to_be_had_and_then_nobody_is_let_in() -> None:
    clock = FakeClock()
    async with key_server(public(key("OKP"), kid="k")) as server:
        tokens = web_tokens(server, clock, Keeping(fresh=300, stale=600, pause=10))
        later = clock.now().timestamp() + 9_000
        token = good(clock, "EdDSA", exp=later)
        assert (await tokens.find(token)).user_id == "anna"
        server.status = "500 Internal Server Error"
        await clock.advance(899)
        assert (await tokens.find(token)).user_id == "anna"
        await clock.advance(1)
        assert await refused(tokens, token) == (
            503,
            f"the keys of the issuer are not known: {server.url} answered 500",
        )
        server.status = "200 OK"
        await clock.advance(10)
        assert (await tokens.find(token)).user_id == "anna"


FAULTS: dict[str, dict[str, Any]] = {
    "an error": {"status": "500 Internal Server Error"},
    "elsewhere": {"status": "302 Found", "headers": "location: http://127.0.0.1:1/\r\n"},
    "no JSON": {"body": b"<html>"},
    "no keys": {"body": b'{"keys": {}}'},
    "none that fits": {"body": b'{"keys": [1, null, {"kty": "RSA"}]}'},
    "nested": {"body": b"[" * 100_000},
    "too long": {"body": b'{"keys": [' + b" " * 300_000 + b"]}"},
    "no text": {"body": b"\xff\xfe"},
    "silence": {"silent": True},
}


@pytest.mark.parametrize("name", FAULTS)
async def test_where_no_keys_are_published_nobody_is_let_in(name: str) -> None:
    clock = FakeClock()
    async with key_server() as server:
        for field, value in FAULTS[name].items():
            setattr(server, field, value)
        tokens = web_tokens(server, clock, seconds=0.3)
        status, why = await refused(tokens, good(clock, "EdDSA"))
        assert (status, server.asked) == (503, 1)
        assert server.url in why
        await refused(tokens, good(clock, "EdDSA"))
        assert server.asked == 1
