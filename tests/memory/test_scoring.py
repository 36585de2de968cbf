"""The formulas of scores, with vectors computed independently of this code."""

from datetime import timedelta

import pytest

from heartbit_tui.memory import bm25, fusion, scoring
from heartbit_tui.memory.reflection import Tracker
from heartbit_tui.memory.scoring import Parts, Weights
from heartbit_tui.testing.clock import EPOCH

WEIGHTS = Weights()


def after(hours: float) -> float:
    return scoring.strength_at(1.0, EPOCH, EPOCH + timedelta(hours=hours))


def test_strength_fades_by_the_golden_vectors() -> None:
    assert [after(h) for h in (24, 168, 460.5, 720)] == pytest.approx([0.88692, 0.43171, 0.10001, 0.02732], abs=5e-6)
    assert after(138.629436) == pytest.approx(0.5, abs=1e-6)
    assert after(-5) == 1.0
    assert scoring.strength_at(0.8, EPOCH, EPOCH + timedelta(hours=415.9)) == pytest.approx(0.1, abs=5e-5)


def test_ages_count_in_whole_seconds() -> None:
    assert scoring.hours(EPOCH, EPOCH + timedelta(seconds=7.999)) == 7 / 3600
    assert scoring.hours(EPOCH + timedelta(hours=1), EPOCH) == 0


def test_recency_halves_in_69_hours_and_the_future_is_now() -> None:
    assert scoring.recency(EPOCH, EPOCH + timedelta(hours=69.3147), WEIGHTS) == pytest.approx(0.5, abs=1e-5)
    assert scoring.recency(EPOCH + timedelta(days=9), EPOCH, WEIGHTS) == 1.0


def test_importance_is_0_to_1() -> None:
    assert [scoring.importance(value) for value in (-4, 1, 5, 10, 15)] == pytest.approx([0, 0, 4 / 9, 1, 1])


def test_weights_sum_up_to_1_and_so_does_the_best_score() -> None:
    assert WEIGHTS.recency + WEIGHTS.importance + WEIGHTS.relevance + WEIGHTS.strength == pytest.approx(1.0)
    assert Parts(recency=1, importance=1, relevance=1, strength=1).score(WEIGHTS) == pytest.approx(1.0)
    parts = Parts(recency=0.5, importance=0.25, relevance=0.8, strength=0.1)
    assert parts.score(WEIGHTS) == pytest.approx(0.125 + 0.0625 + 0.24 + 0.02)


def test_reinforcement_starts_from_what_is_left() -> None:
    assert scoring.reinforced(0.5, EPOCH, EPOCH) == pytest.approx(0.7)
    assert scoring.reinforced(0.7, EPOCH, EPOCH) == pytest.approx(0.9)
    assert scoring.reinforced(0.95, EPOCH, EPOCH) == 1.0
    assert scoring.reinforced(1.0, EPOCH, EPOCH + timedelta(hours=720)) == pytest.approx(0.02732 + 0.2, abs=5e-6)


@pytest.mark.parametrize("stored", [1.0, 0.8, 0.33, 0.1])
@pytest.mark.parametrize("least", [0.5, 0.1, 0.02])
def test_the_anchor_orders_by_strength_at_every_moment(stored: float, least: float) -> None:
    anchor = scoring.anchor(stored, EPOCH)
    assert anchor is not None
    for hours in range(0, 900, 7):
        now = EPOCH + timedelta(hours=hours)
        before = scoring.faded_before(least, now)
        assert before is not None
        assert (anchor < before) == (scoring.strength_at(stored, EPOCH, now) < least)
    assert scoring.anchor(0.0, EPOCH) is None
    assert scoring.faded_before(0.0, EPOCH) is None


@pytest.mark.parametrize(
    ("content", "keywords", "query", "score"),
    [
        ("rust is fast", (), "rust", 1.401274),
        ("rust is fast", (), "rust fast", 2.802548),
        ("rust is great", ("performance",), "performance", 1.712062),
        ("rust has good performance", (), "performance", 1.325301),
        ("one a b c d e f g h i", (), "one", 1.0),
        ("rust rust is great", (), "rust", 1.654135),
        ("rust is great", (), "python", 0.0),
        ("rust is great", (), "", 0.0),
    ],
)
def test_bm25_of_the_seed_by_its_golden_vectors(
    content: str, keywords: tuple[str, ...], query: str, score: float
) -> None:
    assert bm25.score(content, keywords, bm25.terms(query), 10.0) == pytest.approx(score, abs=1e-6)


def test_bm25_of_the_seed_prefers_more_terms_keywords_and_shorter_texts() -> None:
    def score(content: str, *keywords: str) -> float:
        return bm25.score(content, keywords, ("fast", "rust"), 6.0)

    assert score("rust is fast") > score("rust is slow")
    assert score("rust is slow", "rust") > score("rust is slow")
    assert score("rust") > score("rust and many other words beside it")
    assert bm25.score("rust", (), ("rust",), 0.0) == 0.0


def test_terms_and_relevance_of_the_seed() -> None:
    assert bm25.terms("Rust rust?  FAST rust") == ("rust", "rust?", "fast")
    assert bm25.average(["a b", "a b c d"]) == 3.0
    assert bm25.average(["", ""]) == bm25.average([]) == 1.0
    assert bm25.relevance({"a": 4.0, "b": 1.0}) == {"a": 1.0, "b": 0.25}
    assert bm25.relevance({"a": 0.5}) == {"a": 0.5}


def test_fusion_by_its_golden_vectors() -> None:
    assert fusion.fused([["a"], ["a"]]) == {"a": pytest.approx(0.0392157, abs=1e-7)}
    scores = fusion.fused([["m1", "m2", "m3"], ["m2", "m3", "m1"]])
    assert scores["m2"] == pytest.approx(0.0388386, abs=1e-7)
    assert scores["m1"] == pytest.approx(0.0384758, abs=1e-7)
    assert scores["m3"] == pytest.approx(0.0380987, abs=1e-7)


def test_fusion_keeps_the_order_of_a_single_list_and_of_none() -> None:
    assert list(fusion.fused([["x", "y", "z"], []])) == ["x", "y", "z"]
    assert fusion.fused([[], []]) == fusion.by_best({}) == {}
    assert max(fusion.by_best(fusion.fused([["x", "y"], ["y"]])).values()) == 1.0


def test_the_cosine_of_what_cannot_be_compared_is_0() -> None:
    assert fusion.cosine([1, 0], [1, 1]) == pytest.approx(0.5**0.5)
    assert fusion.cosine([1, 2, 3], [-1, -2, -3]) == pytest.approx(-1)
    assert fusion.cosine([], []) == fusion.cosine([1], [1, 0]) == fusion.cosine([0, 0], [1, 0]) == 0.0


def test_reflection_comes_when_the_sum_reaches_the_threshold_and_drops_what_is_over() -> None:
    tracker = Tracker(10)
    assert [tracker.record(value) for value in (4, 5, 7, 9, 1, 10)] == [False, False, True, False, True, True]
