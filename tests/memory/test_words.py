import sqlite3

import pytest

from heartbit_tui.memory import words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Which port does Postgres use?", ("port", "postgres", "use")),
        ("CAFÉ, café; ｃａｆé", ("cafe",)),
        ("don't re-read snake_case x2", ("read", "snake", "case", "x2")),
        ("北京大学", ("北京", "京大", "大学")),
        ("see 京 now", ("see", "京")),
        ("what is it of the", ()),
        ("?! \0 \t", ()),
    ],
)
def test_a_query_is_about_these_words(text: str, found: tuple[str, ...]) -> None:
    assert words.asked(text) == found


def test_signs_that_belong_to_a_letter_do_not_cut_its_word() -> None:
    assert len(words.asked("हिन्दी में")) == 2


def test_a_long_query_is_bounded() -> None:
    assert len(words.asked(" ".join(f"word{n}" for n in range(500)))) == words.MOST
    assert words.asked("x" * 10_000_000)[0] == "x" * words.LONGEST


@pytest.mark.parametrize("text", ['say "hi"', "北京", "a NEAR b", "x OR y*", "col:val", "^", "-", "\0", '"""', ""])
def test_nothing_in_a_quoted_word_has_a_meaning_of_its_own(text: str) -> None:
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("CREATE VIRTUAL TABLE t USING fts5 (content)")
        connection.execute("INSERT INTO t VALUES (?)", (words.spaced(text),))
        found = connection.execute("SELECT count(*) FROM t WHERE t MATCH ?", (words.quoted(text),)).fetchone()[0]
    finally:
        connection.close()
    assert found == any(each.isalnum() for each in text)
