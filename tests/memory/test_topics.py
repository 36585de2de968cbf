"""What a text is about, and when the talk has come to something else."""

import pytest

from heartbit_tui.memory.topics import answers, keywords, shared, shifted, terms


def test_terms_are_the_words_that_say_something_once_each() -> None:
    assert terms("Which ports have the dev servers? The ports!") == ("port", "dev", "server")
    assert terms("and so on") == ()


def test_keywords_are_the_words_that_stand_most() -> None:
    assert keywords("parser parser tokens; the parser reads tokens slowly", 2) == ("parser", "token")


@pytest.mark.parametrize(
    ("asked", "told", "expected"),
    [
        ("Which port has the dev server?", "The dev server listens on port 4711.", True),
        ("Deploy?", "Deploy with make release.", True),
        ("Mend the failing parser test about unicode input", "The parser was written in Perl.", False),
        ("Which port?", "Deploy with make release.", False),
        ("ok", "ok computer", True),
    ],
)
def test_an_entry_answers_by_two_words_or_by_enough_of_a_short_question(asked: str, told: str, expected: bool) -> None:
    assert answers(terms(asked), terms(told)) is expected


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ("mend the parser test", "the parser test fails on unicode input", False),
        ("mend the parser test", "now deploy a release to staging by hand", True),
        ("mend the parser test", "thanks", False),
        ("", "deploy a release to staging by hand", True),
    ],
)
def test_the_topic_shifts_when_next_to_nothing_is_said_again(before: str, now: str, expected: bool) -> None:
    assert shifted(terms(before), terms(now)) is expected


def test_shared_words_keep_the_order_of_the_question() -> None:
    assert shared(("b", "a", "c"), ("c", "b")) == ("b", "c")
