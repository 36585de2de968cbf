"""Tokens of the settings, the daemon's own, and who is let in by which kind."""

import json
import pickle
from copy import deepcopy
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from heartbit_tui.auth.admission import Admission
from heartbit_tui.auth.bearer import Tokens, entries_of, hashed, new_token, of_environment
from heartbit_tui.auth.own_token import OwnToken
from heartbit_tui.auth.refusing import Refused
from heartbit_tui.auth.users import Hidden, UserContext
from heartbit_tui.config.locked import LockedFile
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.testing.clock import EPOCH, FakeClock
from tests.auth.keyserver import claims, key, key_server, public, signed, web_tokens

TOKEN = new_token()


def tokens(*values: object) -> Tokens:
    return Tokens(entries_of(values))


async def refusal(admission: Admission, *headers: str) -> tuple[int, str, str]:
    with pytest.raises(Refused) as caught:
        await admission.admit(headers)
    return caught.value.status, str(caught.value), caught.value.challenge


def test_a_token_stands_for_whom_its_entry_names() -> None:
    entry = {"token": hashed(TOKEN), "name": "ci", "user": "anna", "tenant": "acme", "roles": ["operator"]}
    found = tokens("other-" + TOKEN, entry).find(TOKEN, EPOCH)
    assert found == UserContext(user_id="anna", tenant_id="acme", roles=frozenset({"operator"}), name="ci")


def test_a_plain_token_a_salted_digest_and_one_without_salt_are_the_same_token() -> None:
    plain = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    assert [tokens(each).find("test", EPOCH) is not None for each in ("test", hashed("test"), plain)] == [True] * 3
    assert [tokens(each).find("Test", EPOCH) for each in ("test", hashed("test"), plain)] == [None] * 3
    assert tokens(plain).find(plain, EPOCH) is None
    assert hashed("test") != hashed("test")


def test_who_has_a_token_without_a_user_is_the_person_of_the_machine_and_others_are_users() -> None:
    first, second = tokens("a"), tokens({"token": "a", "user": "anna"})
    assert [first.find("a", EPOCH), second.find("a", EPOCH)] == [
        UserContext(roles=frozenset({"admin"}), name="daemon.auth.bearer_tokens[0]"),
        UserContext(user_id="anna", roles=frozenset({"user"}), name="daemon.auth.bearer_tokens[0]"),
    ]


@pytest.mark.parametrize("ends", ["2026-01-02", "2026-01-02T00:00:00", "2026-01-02T01:00:00+01:00"])
def test_a_token_counts_until_it_ends(ends: str) -> None:
    found = tokens({"token": TOKEN, "expires": ends})
    assert found.find(TOKEN, datetime(2026, 1, 1, 23, 59, 59, tzinfo=UTC)) is not None
    assert found.find(TOKEN, datetime(2026, 1, 2, tzinfo=UTC)) is None


WRONG: tuple[object, ...] = (
    *("", "a b", "ü", "a\n", "x" * 16_385, 7, None, [], {}, {"token": ""}, {"token": 7}, {"user": "anna"}),
    *("sha256:", "sha256:zz", "sha256:abc:" + "0" * 64, "sha256:" + "0" * 63, "sha256::" + "0" * 64),
    *(
        {"token": "x", name: value}
        for name, value in (("roles", "root"), ("roles", [["user"]]), ("roles", 7), ("admin", 1))
    ),
    *({"token": "x", name: value} for name in ("user", "tenant", "name") for value in (7, ["a"])),
    *(
        {"token": "x", name: value}
        for name in ("user", "tenant")
        for value in ("..", "a\x00", " ", "a" * 257, "\ud800")
    ),
    *({"token": "x", "expires": value} for value in ("soon", 7, "", "2026-13-01")),
)


@pytest.mark.parametrize("value", WRONG)
def test_an_entry_that_is_none_is_refused_with_its_place_and_without_its_token(value: object) -> None:
    with pytest.raises(ConfigError) as caught:
        entries_of(["fine", value])
    assert str(caught.value).startswith("daemon.auth.bearer_tokens[1]: ")


def test_an_empty_variable_is_no_token() -> None:
    assert of_environment("HEARTBIT_API_KEY", "") == ()
    assert Tokens(of_environment("HEARTBIT_API_KEY", "a")).find("a", EPOCH) == UserContext(
        roles=frozenset({"admin"}), name="HEARTBIT_API_KEY"
    )


def test_weak_tokens_are_told_by_name_and_long_ones_are_not() -> None:
    assert tokens({"token": "short", "name": "mine"}, TOKEN, hashed("short")).weak == ("mine",)


@pytest.mark.security("D14", n=9)
def test_no_token_is_shown_copied_or_written_down() -> None:
    who = UserContext(user_id="anna", roles=frozenset({"user"}), raw_token=Hidden(TOKEN))
    entry = entries_of([TOKEN])[0]
    texts = [repr(who), str(who), f"{who}", repr(who.raw_token), str(who.raw_token), repr(entry), repr(Tokens([entry]))]
    assert [text for text in texts if TOKEN in text] == []
    assert TOKEN.encode() not in entry.digest + entry.salt
    for written in (
        lambda: pickle.dumps(who),
        lambda: deepcopy(who),
        lambda: asdict(who),
        lambda: json.dumps(who.raw_token),
    ):
        with pytest.raises(TypeError):
            written()
    assert who.raw_token.reveal() == TOKEN


HEADERS: dict[str, tuple[tuple[str, ...], int, str]] = {
    "none": ((), 401, "missing Authorization header"),
    "empty": (("",), 400, "expected Bearer authentication"),
    "basic": (("Basic dTpw",), 400, "expected Bearer authentication"),
    "bare": ((TOKEN,), 400, "expected Bearer authentication"),
    "no space": ((f"Bearer{TOKEN}",), 400, "expected Bearer authentication"),
    "twice": ((f"Bearer {TOKEN}", f"Bearer {TOKEN}"), 400, "expected Bearer authentication"),
    "no token": (("Bearer",), 401, "invalid bearer token"),
    "spaces": (("Bearer   ",), 401, "invalid bearer token"),
    "wrong": (("Bearer x",), 401, "invalid bearer token"),
    "a beginning": ((f"Bearer {TOKEN[:-1]}",), 401, "invalid bearer token"),
    "longer": ((f"Bearer {TOKEN}x",), 401, "invalid bearer token"),
    "huge": (("Bearer " + "x" * 20_000,), 401, "invalid bearer token"),
    "two words": ((f"Bearer {TOKEN} x",), 400, "expected Bearer authentication"),
    "no ASCII": (("Bearer ü",), 400, "expected Bearer authentication"),
    "half characters": (("Bearer \udcff",), 400, "expected Bearer authentication"),
    "a line": ((f"Bearer {TOKEN}\n",), 400, "expected Bearer authentication"),
    "like a JWT": (("Bearer a.b.c",), 401, "invalid bearer token"),
}


@pytest.mark.parametrize("name", HEADERS)
async def test_each_wrong_header_has_its_answer(name: str) -> None:
    headers, status, text = HEADERS[name]
    given = await refusal(Admission(tokens(TOKEN), None, FakeClock()), *headers)
    assert given[:2] == (status, text)
    assert given[2].startswith('Bearer realm="heartbit"') is (status == 401)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_a_right_token_is_let_in_however_the_scheme_is_written(scheme: str) -> None:
    assert (await Admission(tokens(TOKEN), None, FakeClock()).admit([f"{scheme} {TOKEN}"])).has("admin")


async def test_where_nobody_is_configured_nobody_is_let_in() -> None:
    admission = Admission(Tokens(()), None, FakeClock())
    assert [(await refusal(admission, *each))[0] for each in ((), ("Bearer x",), (f"Bearer {TOKEN}",))] == [401] * 3


@pytest.mark.parametrize("static", [True, False])
@pytest.mark.parametrize("issued", [True, False])
@pytest.mark.parametrize("given", ["none", "token", "jwt", "bad token", "bad jwt", "basic"])
async def test_of_both_ways_either_suffices(static: bool, issued: bool, given: str) -> None:
    clock, native = FakeClock(), key("OKP")
    async with key_server(public(native, kid="k")) as server:
        web = signed({"alg": "EdDSA", "kid": "k"}, claims(clock), native, "EdDSA")
        admission = Admission(
            tokens(TOKEN) if static else Tokens(()), web_tokens(server, clock) if issued else None, clock
        )
        words = {"token": TOKEN, "jwt": web, "bad token": TOKEN[:-1], "bad jwt": web[:-8]}
        headers = {"none": [], "basic": ["Basic dTpw"]}.get(given, [f"Bearer {words.get(given)}"])
        status, who = 200, ""
        try:
            who = (await admission.admit(headers)).name
        except Refused as refused:
            status = refused.status
        right = (static and given == "token") or (issued and given == "jwt")
        assert status == (200 if right else 400 if given == "basic" else 401)
        assert who == ({"token": "daemon.auth.bearer_tokens[0]", "jwt": "jwt"}[given] if right else "")


async def test_the_daemons_own_token_is_private_told_once_and_the_same_at_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "state" / "daemon-token"
    first, second = OwnToken(LockedFile(path)).take(), OwnToken(LockedFile(path)).take()
    assert (first.made, second.made, first.token == second.token) == ("new", "", True)
    assert path.stat().st_mode & 0o777 == 0o600
    assert first.token not in repr(first)
    admission = Admission(first.tokens, None, FakeClock())
    assert (await admission.admit([f"Bearer {first.token}"])).roles == {"admin"}
    rotated = OwnToken(LockedFile(path)).rotate()
    assert OwnToken(LockedFile(path)).take().token == rotated.token != first.token


def test_an_own_token_that_others_could_read_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "daemon-token"
    first = OwnToken(LockedFile(path)).take()
    path.chmod(0o644)
    second = OwnToken(LockedFile(path)).take()
    assert (second.made, second.token == first.token) == ("exposed", False)
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", ["", "\n", "short", "hbt_", "hbt_" + "x" * 42, "x" * 47, "two\nlines"])
def test_a_file_without_a_token_in_it_gets_one(tmp_path: Path, text: str) -> None:
    path = tmp_path / "daemon-token"
    path.write_text(text)
    path.chmod(0o600)
    assert OwnToken(LockedFile(path)).take().made == "new"
    assert OwnToken(LockedFile(path)).take().made == ""
