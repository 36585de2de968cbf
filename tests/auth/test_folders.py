"""Folders of tenants and users: no id leads out, and no two share one, on any file system."""

import unicodedata
from datetime import timedelta
from pathlib import Path

import pytest

from heartbit_tui.auth.folders import folder_of, made, name_of
from heartbit_tui.auth.subjects import MOST, Subjects
from heartbit_tui.auth.users import Hidden, Owner, UserContext, fault_of
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.testing.clock import FakeClock
from tests.auth.owners import owners
from tests.permissions.test_traversals import LEAST, climbs


def folded(path: Path) -> str:
    """A path as the least distinguishing of file systems takes it."""
    return unicodedata.normalize("NFKC", str(path)).casefold()


@pytest.mark.security("D7", n=10_000)
def test_ten_thousand_owners_whose_names_are_made_to_collide_share_no_folder() -> None:
    base, found = Path("/b"), owners(10_000)
    places = {folded(folder_of(base, owner)) for owner in found}
    assert len(found) == len(places) == 10_000
    for owner in found:
        tenant, user = folder_of(base, owner).relative_to(base).parts
        for name in (tenant, user):
            assert len(name) <= 57
            assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
            assert not name.startswith("-")


@pytest.mark.security("D7", n=LEAST)
def test_no_climbing_as_an_id_leads_out(tmp_path: Path) -> None:
    texts = list(climbs())
    assert len(texts) >= LEAST
    for text in texts:
        for owner in (Owner(tenant=text, user="anna"), Owner(tenant="acme", user=text)):
            place = folder_of(tmp_path, owner)
            assert place.parent.parent == tmp_path
            assert ".." not in place.parts


def test_a_name_begins_as_its_id_does_where_that_is_plain() -> None:
    assert name_of("Acme Inc.").startswith("acme-inc-")
    assert name_of("con").startswith("con-")
    assert name_of("../../etc").startswith("etc-")
    assert name_of("日本").isalnum()
    assert name_of("x" * 10_000).startswith("x" * 24 + "-")


def test_a_folder_is_made_for_its_owner_alone_and_is_the_same_each_time(tmp_path: Path) -> None:
    owner = Owner(tenant="acme", user="anna")
    place = made(tmp_path / "w", owner)
    assert place == made(tmp_path / "w", owner) == folder_of(tmp_path / "w", owner)
    assert [each.stat().st_mode & 0o777 for each in (place, place.parent, place.parent.parent)] == [0o700] * 3
    place.chmod(0o777)
    assert made(tmp_path / "w", owner).stat().st_mode & 0o777 == 0o700


def test_what_stands_in_the_place_of_a_folder_is_not_used(tmp_path: Path) -> None:
    owner = Owner(tenant="acme", user="anna")
    elsewhere = made(tmp_path, Owner(tenant="acme", user="bob"))
    place = folder_of(tmp_path, owner)
    place.symlink_to(elsewhere)
    with pytest.raises(ConfigError, match="it is a link or a file"):
        made(tmp_path, owner)
    place.unlink()
    place.write_text("x")
    with pytest.raises(ConfigError):
        made(tmp_path, owner)


def test_ids_that_no_column_could_keep_apart_are_none() -> None:
    assert [fault_of(each) for each in ("anna", "a:b/c", "日本", "a b", "..a", "%", "é", "e\u0301")] == [""] * 8
    assert all(fault_of(each) for each in ("", " ", ".", "..", "a\x00", "a\nb", "\ud800", "\x85", "a" * 257))


def bearer(token: str, seconds: float | None, clock: FakeClock, user: str = "anna") -> UserContext:
    ends = None if seconds is None else clock.now() + timedelta(seconds=seconds)
    return UserContext(user_id=user, tenant_id="acme", expires=ends, raw_token=Hidden(token))


async def test_the_token_of_a_user_stays_for_all_their_tasks_until_it_ends() -> None:
    clock = FakeClock()
    subjects = Subjects(clock)
    subjects.keep(bearer("first", 100, clock))
    assert [subjects.token("anna", "acme") for _ in range(3)] == ["first"] * 3
    subjects.keep(bearer("shorter", 50, clock))
    assert subjects.token("anna", "acme") == "first"
    subjects.keep(bearer("longer", 200, clock))
    assert subjects.token("anna", "acme") == "longer"
    await clock.advance(200)
    assert subjects.token("anna", "acme") == ""
    subjects.keep(bearer("over", -1, clock))
    assert subjects.token("anna", "acme") == ""


def test_a_token_is_one_users_of_one_tenant_and_can_be_forgotten() -> None:
    clock = FakeClock()
    subjects = Subjects(clock)
    subjects.keep(bearer("hers", None, clock))
    subjects.keep(bearer("", None, clock, "bob"))
    asked = [("anna", "acme"), ("acme", "anna"), ("anna", ""), ("bob", "acme"), ("anna:acme", "")]
    assert [subjects.token(user, tenant) for user, tenant in asked] == ["hers", "", "", "", ""]
    assert "hers" not in repr(subjects.__dict__)
    subjects.drop(Owner(tenant="acme", user="anna"))
    assert subjects.token("anna", "acme") == ""


def test_tokens_are_bounded_and_who_was_heard_of_last_stays() -> None:
    clock = FakeClock()
    subjects = Subjects(clock)
    for number in range(MOST + 1):
        subjects.keep(bearer("x", 60, clock, f"u{number}"))
    assert [subjects.token(each, "acme") for each in ("u0", "u1", f"u{MOST}")] == ["", "x", "x"]
