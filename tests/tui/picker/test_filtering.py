"""Typing finds rows by their words, in any order, and by letters where no row holds the words."""

import random

from heartbit_tui.tui.picker.filtering import LONGEST, found, places, runs, texts
from heartbit_tui.tui.picker.types import Row
from tests.stopwatch import Stopwatch

TITLES = ("a new session", "open the news", "go on in a copy", "Renew it", "weitere Straße", "日本語の題")
LOOKED = texts([Row(key=title, title=title) for title in TITLES])


def titles(query: str) -> list[str]:
    return [TITLES[at] for at in found(LOOKED, query)]


def test_an_empty_query_keeps_all_rows_in_their_order() -> None:
    assert titles("  ") == list(TITLES)


def test_every_word_has_to_be_there_and_beginnings_of_words_come_first() -> None:
    assert titles("new") == ["a new session", "open the news", "Renew it"]
    assert titles("session new") == ["a new session"]
    assert titles("STRASSE") == []
    assert titles("題") == ["日本語の題"]


def test_letters_in_order_count_only_where_nothing_holds_the_words() -> None:
    assert titles("nwses") == ["a new session"]
    assert titles("gcopy") == ["go on in a copy"]
    assert titles("zzz") == []


def test_a_row_is_found_by_its_other_words_and_its_note() -> None:
    rows = [Row(key=1, title="one", also="/resume"), Row(key=2, title="two", note="~/project")]
    assert (found(texts(rows), "resume"), found(texts(rows), "proj")) == ([0], [1])


def test_the_letters_that_answer_are_marked() -> None:
    assert [text for text, marked in runs("a new session", places("a new session", "ses new")) if marked] == [
        "new",
        "ses",
    ]
    assert [text for text, marked in runs("a new session", places("a new session", "nwses")) if marked] == [
        "n",
        "w",
        "ses",
    ]
    assert places("a new session", "zz") == frozenset()
    assert list(runs("", frozenset())) == []


def test_hostile_queries_and_titles_are_found_or_not_and_never_slow() -> None:
    chance = random.Random(3)
    odd = ("a" * 100_000, "\x1b[31m[bold]", "\ud800", "(((((", "\\", "İ" * 50, "\n\t", " ", "🧑‍🤝‍🧑")
    looked = texts([Row(key=each, title=each) for each in odd])
    assert max(map(len, looked)) <= LONGEST + 2
    for _ in range(300):
        query = "".join(chance.choice(chance.choice(odd)) for _ in range(chance.randint(1, 80)))
        for at in found(looked, query):
            places(odd[at], query)


def test_ten_thousand_rows_are_filtered_while_one_types() -> None:
    looked = texts([Row(key=n, title=f"Mend the parser of session files number {n}") for n in range(10_000)])
    watch = Stopwatch()
    counts = [len(found(looked, query)) for query in ("p", "pars", "pars 99", "mtpsf", "zzzz")]
    assert counts == [10_000, 10_000, 280, 10_000, 0]
    assert watch.unhindered < 1
