"""Clusters and links by keywords: the quick search against the rule said plainly."""

import random
from collections.abc import Sequence

import pytest

from heartbit_tui.memory.clusters import CLUSTER, clusters, jaccard, linkable
from heartbit_tui.memory.entries import made
from heartbit_tui.memory.types import Entry, NewEntry
from heartbit_tui.testing.clock import EPOCH


def entry(name: str, *keywords: str, pinned: bool = False) -> Entry:
    return made(NewEntry(content=name, keywords=keywords, pinned=pinned), new_id=name, now=EPOCH)


def plainly(entries: Sequence[Entry]) -> list[list[Entry]]:
    """One pass; who comes later joins when it is similar to any member."""
    left = list(entries)
    found: list[list[Entry]] = []
    while left:
        cluster = [left[0]]
        for each in left[1:]:
            if any(jaccard(each.keywords, member.keywords) >= CLUSTER for member in cluster):
                cluster.append(each)
        left = [each for each in left if each not in cluster]
        found.append(cluster)
    return [each for each in found if len(each) > 1]


def test_similarity_is_what_is_shared_of_all() -> None:
    assert jaccard(("a", "b"), ("B", "c")) == pytest.approx(1 / 3)
    assert jaccard((), ()) == 0.0
    assert jaccard(("a",), ("A",)) == 1.0


def test_a_thousand_random_sets_are_clustered_as_the_rule_says() -> None:
    dice = random.Random(7)
    for _ in range(1_000):
        names = [f"k{n}" for n in range(dice.randint(2, 14))]
        entries = [entry(str(n), *dice.sample(names, dice.randint(0, min(6, len(names))))) for n in range(9)]
        assert clusters(entries) == plainly(entries)


def test_a_pinned_entry_and_one_without_keywords_are_in_no_cluster() -> None:
    assert clusters([entry("a", "k"), entry("b", "k", pinned=True), entry("c"), entry("d")]) == []


def test_ten_thousand_entries_that_share_a_word_are_clustered_without_comparing_all() -> None:
    entries = [entry(str(n), "python", f"a{n}", f"b{n}", f"c{n}") for n in range(10_000)]
    assert clusters(entries) == []
    assert [len(each) for each in clusters([entry(str(n), "same") for n in range(10_000)])] == [10_000]


def test_links_begin_at_a_fifth_and_never_lead_to_itself() -> None:
    mine = entry("me", "a", "b", "c")
    others = [mine, entry("near", "a", "x", "y"), entry("far", "a", "w", "x", "y", "z"), entry("none")]
    assert linkable(mine, others) == ("near",)
    assert linkable(entry("bare"), others) == ()
