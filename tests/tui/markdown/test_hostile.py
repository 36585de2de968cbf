import random
import time
from collections.abc import Callable, Iterator
from itertools import islice

import pytest

from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.markdown.set import lines
from heartbit_tui.tui.markdown.split import Pieces, pieces_of
from heartbit_tui.tui.markdown.syntax import LANGUAGES
from heartbit_tui.tui.theme.ink import ink
from heartbit_tui.tui.theme.load import load
from tests.stopwatch import cost

INK = ink(load("heartbit"))
SECONDS = 0.2
"""What 100 kB, or 2,000 lines, may take at most."""

BITS = (
    *(
        "*",
        "**",
        "***",
        "_",
        "`",
        "``",
        "```",
        "~~~",
        "~~",
        "[",
        "]",
        "(",
        ")",
        "![",
        "](",
        "<",
        ">",
        "</",
        "<!--",
        "-->",
    ),
    *(
        "|",
        "|-|-|",
        "\n",
        "\n\n",
        "    ",
        "\t",
        "- ",
        "1. ",
        "> ",
        "# ",
        "---",
        "===",
        "\\",
        "&",
        "&#27;",
        "&#x202e;",
        ";",
    ),
    *(
        "\x1b[31m",
        "\x1b]0;x\x07",
        "\x9b2J",
        "\x00",
        "\u202e",
        "\u2066",
        "\u200d",
        "\ufe0f",
        "\u0301",
        "日本",
        "👨‍👩‍👧",
        "🇩🇪",
    ),
    *(
        "[link](javascript:alert(1))",
        "<http://a.b>",
        "http://",
        "a.py:12",
        "<details>",
        "<script>",
        "[x]",
        "[ ] ",
        "word",
        " ",
    ),
    *(
        "[a]: http://b.c\n",
        "![x](y)",
        "{}",
        "$$",
        ":::",
        "\r",
        "\r\n",
        "\x0b",
        "\x0c",
        "\u2028",
        "\ud800",
        "\ufeff",
        "\xa0",
    ),
)
UNITS = (
    *BITS,
    "[a](",
    "*a **b ",
    "_a",
    "`a",
    "<a ",
    "|a|b|\n|-|-|\n",
    "> - ",
    "- a\n\n",
    "  - x\n",
    "a\n=\n",
    "\\`",
    "- [ ] ",
)


def mixed() -> Iterator[str]:
    chance = random.Random(1)
    for _ in range(400):
        yield "".join(chance.choice(BITS) for _ in range(chance.randrange(1, 120)))


def repeated() -> Iterator[str]:
    for unit in UNITS:
        yield unit * (20_000 // len(unit))
        yield f"```python\n{unit * (4_000 // len(unit))}"


def nested() -> Iterator[str]:
    for mark in (
        ">",
        "> ",
        "- ",
        "1. ",
        "> - ",
        "[",
        "![",
        "*",
        "**",
        "_",
        "`",
        "(",
        "<",
        "<div>",
        "<!--",
        "|",
        "#",
        "~",
    ):
        yield mark * 10_000 + "x"
        yield "\n".join(f"{' ' * number}{mark}x" for number in range(200))


def code() -> Iterator[str]:
    for language in sorted(LANGUAGES):
        yield f"```{language}\n" + "({[<\"'/*#\\$@`{{%<?<<A\nif x: 'a\n" * 40


def set_in(text: str, width: int) -> list[Line]:
    look = Look(width, INK)
    return [line for piece in pieces_of(text) for line in lines(piece, look, open=False)]


@pytest.mark.security("T8")
@pytest.mark.slow
def test_hostile_texts_are_set_in_time_and_fit_and_are_harmless(record_property: Callable[[str, object], None]) -> None:
    texts = [*mixed(), *repeated(), *nested(), *code()]
    assert len(texts) >= 600
    record_property("cases", len(texts))
    for text in code():
        set_in(text[:20], 80)
    chance = random.Random(2)
    for text in texts:
        width = chance.choice((5, 20, 80, 120))
        found, taken = cost(lambda text=text, width=width: set_in(text, width), enough=SECONDS / 2)
        assert taken <= SECONDS * 2 * max(len(text) / 100_000, len(found) / 2_000, 0.25), (text[:40], len(text))
        for line in found:
            assert setting.cells(line.text) <= width, text[:200]
            assert all(each.isprintable() or each in "\u200d\ufeff\xa0" for each in line.text), ascii(line.text)


def test_hostile_texts_can_be_streamed() -> None:
    for text in islice(mixed(), 0, None, 3):
        pieces = Pieces()
        for at in range(0, len(text), 7):
            pieces.feed(text[at : at + 7])
            for piece in pieces.open:
                lines(piece, Look(40, INK), open=True)
        pieces.finish()
        assert list(pieces.pieces) == pieces_of(text)


def log(count: int) -> str:
    return "".join(f"2024-01-02 03:04:05 INFO app[{n}] **handled** `/a/{n}` in 12 ms\n" for n in range(count))


def assert_in_time(text: str) -> None:
    found, taken = cost(lambda: set_in(text, 100), enough=SECONDS * len(text) / 100_000)
    assert taken <= SECONDS * max(len(text) / 100_000, len(found) / 2_000)


@pytest.mark.security("T8", n=5)
def test_large_answers_are_set_in_time() -> None:
    fence = "```python\n" + "value = compute(1, 'two')  # three\n" * 30_000
    for text in (log(6_000), fence, "word " * 200_000, "x" * 1_000_000, "> " * 10_000 + "deep"):
        assert_in_time(text)


@pytest.mark.slow
def test_a_log_of_four_megabytes_is_set_in_time() -> None:
    assert_in_time(log(62_000))


def test_streaming_a_large_answer_looks_at_each_letter_once() -> None:
    for unit in ("word ", "x", "- item\n", "x = 1\n"):
        text = ("```py\n" if unit == "x = 1\n" else "") + unit * (400_000 // len(unit))
        pieces, start = Pieces(), time.process_time()
        for at in range(0, len(text), 100):
            pieces.feed(text[at : at + 100])
            assert len(pieces.pieces) - pieces.frozen <= 20
        assert time.process_time() - start < 4.0


def test_a_short_answer_is_split_at_once() -> None:
    text = "I looked at the file. The test fails because of a rounding error.\n\nI will fix it now."
    _, taken = cost(lambda: [pieces_of(text) for _ in range(2_000)], enough=2_000 * 60e-6)
    assert taken < 2_000 * 60e-6


def test_no_word_is_lost_whatever_stands_around_it() -> None:
    bits = [bit for bit in BITS if bit not in ("(", ")", "](", "\u202e", "\x1b]0;x\x07")]
    chance = random.Random(5)
    for _ in range(600):
        words = [f"w{number}q" for number in range(chance.randrange(1, 20))]
        text = "".join(f"{chance.choice(bits)}{chance.choice(('', chance.choice(bits)))}{word}" for word in words)
        found = "".join(line.text for line in set_in(text, 400))
        assert [word for word in words if word not in found] == [], text
