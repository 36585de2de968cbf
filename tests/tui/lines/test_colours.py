import time

from rich.color import Color
from rich.style import Style

from heartbit_tui.tui.lines.setting import coloured
from heartbit_tui.tui.theme.ink import ink
from heartbit_tui.tui.theme.load import load

BASE = Style(color="#111111")
INK = ink(load("heartbit"))


def style(codes: str) -> Style:
    ((text, found),) = coloured(f"\x1b[{codes}mx", BASE)
    assert text == "x"
    return found


def test_text_without_colours_keeps_its_own_style() -> None:
    assert coloured("a\tb\r\nc", BASE) == [("a   b\nc", BASE)]
    assert coloured("", BASE) == [("", BASE)]


def test_colours_of_every_kind_are_kept() -> None:
    cases = {
        **{str(30 + code): BASE + Style(color=Color.from_ansi(code)) for code in range(8)},
        **{str(90 + code): BASE + Style(color=Color.from_ansi(8 + code)) for code in range(8)},
        **{str(40 + code): BASE + Style(bgcolor=Color.from_ansi(code)) for code in range(8)},
        **{str(100 + code): BASE + Style(bgcolor=Color.from_ansi(8 + code)) for code in range(8)},
        **{f"38;5;{code}": BASE + Style(color=Color.from_ansi(code)) for code in range(256)},
        **{f"48;5;{code}": BASE + Style(bgcolor=Color.from_ansi(code)) for code in range(256)},
        "38;2;1;2;3": BASE + Style(color="#010203"),
        "38:2::1:2:3": BASE + Style(color="#010203"),
        "1;3;4;7;9;2": BASE + Style(bold=True, italic=True, underline=True, reverse=True, strike=True, dim=True),
    }
    assert len(cases) == 547
    assert {codes: style(codes) for codes in cases} == cases


def test_what_was_set_is_taken_back() -> None:
    for codes in (
        "31;39",
        "41;49",
        "1;22",
        "3;23",
        "4;24",
        "7;27",
        "9;29",
        "1;31;44;0",
        "31;",
        "38;5",
        "38;5;999",
        "8",
        "5",
        "999999",
    ):
        assert style(codes) == BASE, codes


def test_the_theme_lends_its_colours_to_letters_without_a_ground() -> None:
    assert coloured("\x1b[31mno", INK.text, INK) == [("no", INK.text + Style(color=INK.error.color))]
    assert coloured("\x1b[31;47mno", INK.text, INK)[0][1].color == Color.from_ansi(1)


def test_nothing_but_colours_survives() -> None:
    hostile = "\x1b]8;;http://x\x07link\x1b]8;;\x07\x1b[2J\x1b[31mred\x1b[0K\x1bP1q\x1b\\\x9b31m\x07\x08\u202eabc"
    found = "".join(text for text, _ in coloured(hostile, BASE))
    assert found.isprintable()
    assert "red" in found


def test_tabs_stand_where_they_would_without_colours() -> None:
    text = "ab\x1b[31m\tc\x1b[0m\td\n\x1b[32mx\ty"
    assert "".join(each for each, _ in coloured(text, BASE)) == "ab  c   d\nx   y"


def test_endless_colours_are_bounded() -> None:
    start = time.process_time()
    found = coloured("\x1b[31ma\x1b[32mb" * 100_000, BASE)
    assert time.process_time() - start < 2.0
    assert len(found) < 5_000
    assert "".join(text for text, _ in found) == "ab" * 100_000
