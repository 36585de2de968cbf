"""What each role may do, and that what others have does not exist for whom it does not concern."""

from itertools import product

import pytest

from heartbit_tui.auth.refusing import Refused
from heartbit_tui.auth.roles import TABLE, Action, Extent, allowed, check, extent
from heartbit_tui.auth.users import Owner, Role, UserContext

ANNA = Owner(tenant="acme", user="anna")
BOB = Owner(tenant="acme", user="bob")
EVE = Owner(tenant="evil", user="anna")
NOBODY = Owner()


def who(*roles: Role, owner: Owner = ANNA) -> UserContext:
    return UserContext(user_id=owner.user, tenant_id=owner.tenant, roles=frozenset(roles))


def reach(action: Action, *roles: Role) -> str:
    """On whose things of four owners something may be done, by their letters."""
    found = ""
    for letter, owner in zip("abe-", (ANNA, BOB, EVE, NOBODY), strict=True):
        try:
            check(who(*roles), action, owner)
        except Refused as refused:
            if refused.status == 403:
                return "403"
        else:
            found += letter
    return found


EXPECTED: dict[Action, tuple[str, str, str, str]] = {
    "submit": ("403", "a", "a", "a"),
    "read": ("403", "a", "ab", "abe-"),
    "cancel": ("403", "a", "ab", "abe-"),
    "delete": ("403", "a", "a", "a"),
    "answer": ("403", "a", "a", "abe-"),
    "remember": ("403", "a", "a", "a"),
    "audit": ("403", "a", "ab", "abe-"),
    "stats": ("403", "a", "ab", "abe-"),
    "metrics": ("403", "403", "403", "abe-"),
    "schedules": ("403", "403", "403", "abe-"),
    "manage": ("403", "403", "403", "abe-"),
}


@pytest.mark.security("D6", n=len(EXPECTED) * 16)
@pytest.mark.parametrize("action", TABLE)
def test_each_role_does_what_its_row_says_and_no_more(action: Action) -> None:
    rows = (reach(action), reach(action, "user"), reach(action, "operator"), reach(action, "admin"))
    assert rows == EXPECTED[action]


def test_what_others_have_is_answered_as_what_nobody_has() -> None:
    told: set[tuple[int, str]] = set()
    for owner in (BOB, EVE, NOBODY, None):
        with pytest.raises(Refused) as caught:
            check(who("user"), "cancel", owner, "task not found")
        told.add((caught.value.status, str(caught.value)))
    assert told == {(404, "task not found")}


def test_who_may_nothing_does_not_learn_what_there_is() -> None:
    for owner in (ANNA, None):
        with pytest.raises(Refused) as caught:
            check(who(), "read", owner)
        assert caught.value.status == 403


def test_the_most_that_a_role_is_counts() -> None:
    assert allowed(who("user", "operator"), "read") == Extent(tenant="acme")
    assert extent(who("admin"), "read") == Extent()
    assert extent(who(), "read") is None


def test_an_operator_without_a_tenant_sees_no_tenant() -> None:
    found = allowed(who("operator", owner=Owner(user="anna")), "read")
    assert [found.includes(each) for each in (ANNA, EVE, NOBODY, Owner(user="bob"))] == [False, False, True, True]


def test_no_two_owners_are_the_same_however_their_names_could_be_joined() -> None:
    parts = ("a", "b", "a:b", "a/b", "", "A", "a ", "a\x00b")
    owners = [Owner(tenant=tenant, user=user) for tenant, user in product(parts, parts)]
    seen = [
        (one, other)
        for one, other in product(owners, owners)
        if one is not other and Extent(tenant=one.tenant, user=one.user).includes(other)
    ]
    assert (len(set(owners)), seen) == (64, [])
