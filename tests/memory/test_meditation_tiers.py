"""How near an entry is kept follows from what it is and how it is used, by the figures of the specification."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from heartbit_tui.memory import entries
from heartbit_tui.memory.meditation_choice import fingerprint, strongest
from heartbit_tui.memory.meditation_tiers import Promotion, Tier, relevance, tier_of
from heartbit_tui.memory.types import Entry, EntryType, NewEntry

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def entry(days: float = 0, **more: object) -> Entry:
    """An entry that is so many days old."""
    made = entries.whole(NewEntry(content="x"), id="e", at=NOW - timedelta(days=days))
    return replace(made, **more)


@pytest.mark.parametrize(
    ("importance", "accesses", "days", "tier", "wanted"),
    [
        (0.5, 0, 0, "working", 0.55),
        (0.5, 0, 30, "working", 0.4383),
        (0.5, 0, 90, "working", 0.3),
        (0.5, 3, 90, "working", 0.4351),
        (0.01, 6, 8, "core", 0.9),
    ],
)
def test_the_golden_figures(importance: float, accesses: int, days: float, tier: Tier, wanted: float) -> None:
    assert relevance(importance, accesses, days, tier) == pytest.approx(wanted, abs=5e-5)


@pytest.mark.parametrize(
    ("found", "tier"),
    [
        (entry(), "working"),
        (entry(type=EntryType.REFLECTION), "core"),
        (entry(type=EntryType.SEMANTIC), "working"),
        (entry(pinned=True, importance=1, days=900), "core"),
        (entry(access_count=15), "core"),
        (entry(access_count=14), "working"),
        (entry(importance=9), "core"),
        (entry(importance=8, access_count=4), "working"),
        (entry(importance=8, access_count=5), "core"),
        (entry(days=61), "peripheral"),
        (entry(days=61, access_count=3), "working"),
        (entry(days=59, importance=1), "peripheral"),
    ],
)
def test_use_and_importance_promote_and_age_demotes(found: Entry, tier: Tier) -> None:
    assert tier_of(found, NOW) == tier


def test_what_was_demoted_stays_so_however_often_it_is_recalled_unless_it_is_pinned() -> None:
    used = entry(access_count=100, importance=10)
    assert tier_of(used, NOW, demoted=True) == "peripheral"
    assert tier_of(replace(used, pinned=True), NOW, demoted=True) == "core"


def test_the_settings_say_what_promotes() -> None:
    assert tier_of(entry(access_count=3), NOW, promotion=Promotion(access_only=3)) == "core"


def test_the_more_important_stays_then_the_stronger_then_the_more_used_then_the_older() -> None:
    base = entry(days=3)
    fresh = replace(base, last_accessed=NOW)
    assert strongest([base, replace(fresh, importance=4), replace(base, id="i", importance=6)], NOW).id == "i"
    assert strongest([base, replace(fresh, id="s")], NOW).id == "s"
    assert strongest([base, replace(base, id="u", access_count=1)], NOW).id == "u"
    assert strongest([replace(base, id="n", created_at=NOW), base], NOW).id == "e"


def test_a_cluster_is_known_whatever_the_order_of_its_members() -> None:
    assert fingerprint(["a", "b", "c"]) == fingerprint(["c", "a", "b"]) != fingerprint(["a", "b"])
    assert fingerprint(["ab", "c"]) != fingerprint(["a", "bc"])
