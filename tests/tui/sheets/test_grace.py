import random

import pytest

from heartbit_tui.tui.sheets.grace import SECONDS, Grace


def opened(now: float = 0.0) -> Grace:
    grace = Grace()
    grace.opened(now)
    return grace


def test_a_key_within_the_grace_is_the_drafts_and_restarts_the_clock() -> None:
    grace = opened()
    owners = [grace.owner("y", 0.3 * turn) for turn in range(1, 41)]
    assert owners == ["draft"] * 40
    assert grace.owner("y", 12.0 + SECONDS + 0.01) == "sheet"


def test_a_sheet_ignores_keys_until_it_was_in_view_for_a_while_even_when_nobody_types() -> None:
    assert opened(5.0).owner("y", 5.0 + SECONDS - 0.001) == "draft"
    assert opened(5.0).owner("y", 5.0 + SECONDS) == "sheet"


def test_a_key_from_before_the_sheet_was_seen_is_the_drafts_however_late_it_is_heard_of() -> None:
    grace = opened(10.0)
    assert grace.owner("y", 9.9) == "draft"
    assert grace.left(10.1) == 10.0 + SECONDS - 10.1


def test_once_the_sheet_took_a_key_the_next_ones_are_its_own_at_once() -> None:
    grace = opened()
    grace.took("down", 1.0)
    assert (grace.owner("enter", 1.01), grace.left(1.01)) == ("sheet", 0.0)


def test_a_letter_that_means_nothing_gives_the_following_ones_to_the_draft() -> None:
    grace = opened()
    grace.took("down", 1.0)
    grace.passed(2.0)
    assert grace.owner("y", 2.1) == "draft"


def test_a_key_that_answered_and_is_held_or_comes_twice_is_nobodys() -> None:
    grace = opened()
    grace.took("y", 1.0)
    grace.opened(1.0)
    assert [grace.owner("y", 1.0 + 0.03 * turn) for turn in range(1, 100)] == ["nobody"] * 99
    assert grace.owner("n", 4.1) == "draft"


def test_the_same_letter_much_later_is_the_drafts() -> None:
    grace = opened()
    grace.took("y", 1.0)
    grace.opened(50.0)
    assert grace.owner("y", 50.1) == "draft"


@pytest.mark.security("K42")
def test_no_key_is_the_sheets_less_than_the_grace_after_the_one_before_or_the_opening() -> None:
    chance = random.Random(3)
    counted = 0
    for _ in range(1000):
        now = last = chance.random()
        grace = opened(now)
        for _ in range(20):
            now += chance.random() * 0.6
            owner = grace.owner(chance.choice("ynsa"), now)
            assert (owner == "sheet") == (now >= last + SECONDS)
            if owner == "sheet":
                break
            last = now
            counted += 1
    assert counted > 1000
