import re
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given, strategies as st

from heartbit_tui.client.visible import harmless, one_line, revealed

ACTING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def test_every_control_character_is_written_out_but_tab_and_newline() -> None:
    codes = [*range(0x20), *range(0x7F, 0xA0), *range(0xD800, 0xD820)]
    shown = {code: harmless(f"a{chr(code)}b") for code in codes}
    assert len(shown) == 97
    assert {code for code, text in shown.items() if text == f"a{chr(code)}b"} == {0x09, 0x0A}
    assert [code for code, text in shown.items() if ACTING.search(text)] == []


@pytest.mark.security("T2")
def test_sequences_that_move_write_or_ask_lose_their_escape(record_property: Callable[[str, object], None]) -> None:
    sequences = [
        *(f"\x1b[{count}{final}" for count in ("", "2", "1;1", "?1049", "?25") for final in "ABCDEFGHJKLMPSTXhlnrsu"),
        *(f"\x1b]{number};{text}\x07" for number in (0, 2, 8, 52, 777, 1337) for text in ("x", "c;AAAA", "http://x")),
        *(f"\x1b{final}" for final in "78=>cDEHMNOPVWXZ\\]^_"),
        *(f"{chr(code)}31m" for code in range(0x80, 0xA0)),
    ]
    assert len(sequences) >= 170
    record_property("cases", len(sequences))
    assert [each for each in sequences if ACTING.search(harmless(f"a{each}b"))] == []


def test_colours_of_tools_are_left_out_whole() -> None:
    assert harmless("\x1b[1;31mred\x1b[0m and \x1b[38:2::1:2:3mmore\x1b[m") == "red and more"


def test_windows_line_ends_are_line_ends_and_a_lone_return_is_shown() -> None:
    assert harmless("a\r\nb\rc") == "a\nb␍c"


@given(st.text())
@pytest.mark.slow
def test_whatever_comes_nothing_is_left_that_a_terminal_would_obey(text: str) -> None:
    for shown in (harmless(text), revealed(text), one_line(text, 40)):
        assert not ACTING.search(shown)
    assert "\n" not in one_line(text, 40)
    assert len(one_line(text, 40)) <= 40


def test_what_hides_or_reverses_is_written_out_where_a_person_decides() -> None:
    hidden = [
        "\u200b",
        "\u200e",
        "\u200f",
        "\u202e",
        "\u2066",
        "\ufeff",
        "\u00ad",
        "\u00a0",
        "\u3000",
        "\U000e0041",
        "\uff41",
    ]
    assert [revealed(f"rm{each}x") for each in hidden] == [f"rm<U+{ord(each):04X}>x" for each in hidden]


def test_every_invisible_format_character_is_written_out_where_a_person_decides() -> None:
    formats = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == "Cf"]
    kept = [each for each in formats if each in revealed(f"a{each}b")]
    assert len(formats) >= 150
    # Signs of Arabic, Kaithi, Egyptian and shorthand writing that are drawn, and so hide nothing.
    assert {unicodedata.name(each).split()[0] for each in kept} <= {
        "ARABIC",
        "SYRIAC",
        "KAITHI",
        "EGYPTIAN",
        "SHORTHAND",
    }


def test_letters_that_imitate_latin_ones_are_marked_inside_latin_words_alone() -> None:
    assert revealed("pаypal") == "pа<U+0430>ypal"
    assert revealed("git commit -m 'привет мир'") == "git commit -m 'привет мир'"
    assert revealed("αβγ + abc") == "αβγ + abc"
    assert revealed("cοde") == "cο<U+03BF>de"


def test_colours_are_written_out_where_a_person_decides() -> None:
    assert revealed("ls \x1b[8mrm -rf\x1b[0m") == "ls ␛[8mrm -rf␛[0m"
