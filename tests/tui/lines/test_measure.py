import unicodedata
from collections.abc import Callable

import pytest
from rich.cells import cell_len

from heartbit_tui.tui.lines.measure import boundary, cells, clean, clusters, kind_of, single

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
WHOLE = (
    *("a", "Z", "7", "-", "é", "e\u0301", "o\u0308\u0304", "n\u0303\u0323", "\u0301", "ß", "Я", "ж\u0301", "Ω", "…"),
    *("日", "本", "か\u3099", "ｶ\uff9e", "한", "\u1112\u1161\u11ab", "\u1112\u1161", "각\u0301", "\uac00\u11a8"),
    *(
        "\U0001f600",
        "\U0001f44d\U0001f3fd",
        FAMILY,
        "\U0001f3f3\ufe0f\u200d\U0001f308",
        "❤\ufe0f",
        "❤\ufe0f\u200d\U0001f525",
    ),
    *(
        "\U0001f1e9\U0001f1ea",
        "\U0001f1ef\U0001f1f5",
        "1\ufe0f\u20e3",
        "#\ufe0f\u20e3",
        "\U0001f9d1\U0001f3fb\u200d\U0001f4bb",
    ),
    *("\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", "☎\ufe0f", "↔\ufe0f", "©\ufe0f"),
    *(
        "क्ष",
        "क्षि",
        "र्क",
        "স্ত্র",
        "നി",
        "క్ష",
        "ક્ત",
        "ส\u0e34\u0e48",
        "ก\u0e33",
        "ရ\u103e\u1031",
        "\u0600١",
        "مـ\u064e"[:1],
    ),
)
"""Clusters of every kind: combining marks, Hangul, flags, tones, joined pictures, keycaps, tags, Indic conjuncts."""


def ends(*parts: str) -> list[int]:
    found = [0]
    for part in parts:
        found.append(found[-1] + len(part))
    return found[1:]


@pytest.mark.security("T4")
def test_two_clusters_are_told_apart_and_none_is_cut(record_property: Callable[[str, object], None]) -> None:
    pairs = [(one, two) for one in WHOLE for two in WHOLE if two != "\u0301"]
    assert len(pairs) >= 602
    record_property("cases", len(pairs))
    wrong = [pair for pair in pairs if [stop for stop, _ in clusters("".join(pair))] != ends(*pair)]
    assert wrong == []


def test_a_cluster_among_letters_stays_whole() -> None:
    for each in WHOLE[1:]:
        text = f"ab{each}c{each}{each}d"
        found = [stop for stop, _ in clusters(text)]
        expected = ends("ab"[:1], "b", each, "c", each, each, "d")
        if each != "\u0301":
            assert found == expected


def test_a_cluster_is_as_wide_as_rich_says() -> None:
    assert [(each, width) for each in WHOLE for _, width in clusters(each) if width != cell_len(each)] == []


def test_what_counts_as_simple_takes_one_cell_and_joins_nothing() -> None:
    simple = [chr(code) for code in range(0x20, 0x11000) if code != 0x7F and single(chr(code))]
    assert len(simple) > 1_500
    assert [each for each in simple if cell_len(each) != 1 or unicodedata.category(each)[0] in "MC"] == []
    assert {kind_of(each)[0] for each in simple} <= {kind_of("a")[0], kind_of("→")[0]}


def test_text_is_measured_in_cells() -> None:
    assert [cells(each) for each in ("", "abc", "日本", "e\u0301", "→ ok…", FAMILY)] == [0, 3, 4, 1, 5, 2]


def test_a_place_to_cut_is_between_clusters() -> None:
    text = f"some words {FAMILY}{FAMILY} \U0001f1e9\U0001f1ea\U0001f1ef\U0001f1f5 क्षक्ष e\u0301\u0301"
    allowed = {0, *(stop for stop, _ in clusters(text))}
    assert [at for at in range(len(text) + 1) if boundary(text, at) not in allowed] == []
    assert boundary("x" * 100, 50) == 50
    assert boundary("a" + "\u0301" * 1_000, 900) == 900


def test_nothing_that_a_terminal_obeys_is_left() -> None:
    everything = "".join(map(chr, range(0x2100))) + "\u2066\u2069\ud800"
    left = [each for each in clean(everything) if unicodedata.category(each) in ("Cc", "Cs") and each != "\n"]
    assert left == []
    assert clean("a\tb\x1b[31mred\x1b[0m\x1b]0;title\x07\r\nend\r") == "a   bred␛]0;title␇\nend␍"


def test_a_joiner_that_joins_no_pictures_is_left_out() -> None:
    assert clean(f"a\u200db \u200d{FAMILY}\u200d x") == f"ab {FAMILY} x"
