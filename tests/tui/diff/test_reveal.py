"""Source that reads as something else than it is, as in the attacks called Trojan Source."""

from collections.abc import Iterator, Mapping

import pytest

from heartbit_tui.tui.diff import split, unified
from heartbit_tui.tui.diff.parse import parse
from heartbit_tui.tui.diff.pieces import pieces
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.renderers.scene import Scene
from heartbit_tui.tui.renderers.table import render
from heartbit_tui.tui.theme.ink import ink as ink_of
from heartbit_tui.tui.theme.load import load
from heartbit_tui.tui.transcript.blocks import Call

LANGUAGES: Mapping[str, tuple[str, str]] = {
    "py": ("# ", ""),
    "c": ("/* ", " */"),
    "cpp": ("// ", ""),
    "cs": ("/* ", " */"),
    "go": ("// ", ""),
    "java": ("/* ", " */"),
    "js": ("// ", ""),
    "rs": ("/* ", " */"),
    "sol": ("/* ", " */"),
    "sh": ("# ", ""),
}
"""How a comment begins and ends in each language."""


def attacks(opens: str, closes: str) -> Iterator[tuple[str, str, str]]:
    """The name of an attack, a line with it, and the characters that must not go unseen."""
    yield "comment", f"{opens}\u202e }}\u2066if (admin)\u2069 \u2066 begin{closes}", "\u202e\u2066\u2069"
    yield "return", f"{opens}subtract \u2067{closes} ; return{opens}\u2069", "\u2067\u2069"
    yield "string", f'if level != "user\u202e \u2066{opens}check admin\u2069 \u2066":', "\u202e\u2066\u2069"
    yield "look-alike", "def s\u0430yHello(): p\u0430ss", "\u0430"
    yield "invisible", "def is_\u200badmin(): return 1", "\u200b"


OTHERS: Mapping[str, str] = {
    **{f"U+{code:04X}": chr(code) for code in (0x061C, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF, 0x00AD, 0x3164)},
    **{
        f"U+{code:04X}": chr(code) for code in (0x202A, 0x202B, 0x202C, 0x202D, 0x2068, 0x034F, 0x180E, 0xE0041, 0xFE0F)
    },
    **{
        f"U+{code:04X}": chr(code)
        for code in (0x00A0, 0x2009, 0x3000, 0xFF41, 0x2028, 0x2029, 0x0085, 0x1B, 0x08, 0x07)
    },
    **{f"letter U+{code:04X}": chr(code) for code in (0x0441, 0x0435, 0x043E, 0x0440, 0x03BF, 0x0391, 0x0578, 0x13A0)},
}

FILES = [
    *((f"{name}.{end}", line, hidden) for end, marks in LANGUAGES.items() for name, line, hidden in attacks(*marks)),
    *((f"{name}.py", f"if x{letter}y:", letter) for name, letter in OTHERS.items()),
]


@pytest.fixture(scope="module")
def ink() -> Ink:
    return ink_of(load("heartbit"))


def diff(name: str, line: str) -> str:
    return f"--- a/src/{name}\n+++ b/src/{name}\n@@ -1,2 +1,2 @@ {line}\n {line}\n-old\n+{line}\n"


def unseen(lines: list[Line], hidden: str) -> list[str]:
    """Which of the characters are drawn as they are, without a mark, or without standing out."""
    text = "".join(line.text[line.gutter :] for line in lines)
    marks = [f"<U+{ord(letter):04X}>" for letter in hidden if ord(letter) >= 0x20]
    loud = "".join(part.text for line in lines for part in line.parts if part.style and part.style.reverse)
    acting = [letter for letter in hidden if letter in text and not letter.isalpha()]
    return acting + [mark for mark in marks if mark not in text or mark not in loud]


@pytest.mark.security("T3", n=len(FILES))
def test_every_file_that_deceives_is_flagged_where_a_person_approves(ink: Ink) -> None:
    assert len(FILES) >= 86
    found: dict[str, list[str]] = {}
    for name, line, hidden in FILES:
        for width, draw in ((80, unified.lines), (140, split.lines)):
            for piece in pieces(parse(diff(name, line)))[1:]:
                missing = unseen(draw(piece, Look(width, ink), reveal=True), hidden)
                found |= {f"{name} {width}": missing} if missing else {}
    assert found == {}


def test_a_call_that_is_approved_reveals_too(ink: Ink) -> None:
    scene = Scene(reveal=True)
    found: dict[str, list[str]] = {}
    for name, line, hidden in FILES:
        call = Call(id="1", tool="edit", state="asking", input={"file_path": name}, preview=diff(name, line))
        missing = unseen(render(call, Look(100, ink), open=True, scene=scene), hidden)
        found |= {name: missing} if missing else {}
    assert found == {}


def test_a_name_that_deceives_is_flagged(ink: Ink) -> None:
    text = "--- a/src/ap\u0440.py\n+++ b/src/ap\u0440\u202egnp.py\n@@ -1,1 +1,1 @@\n-a\n+b\n"
    heading = unified.lines(pieces(parse(text))[0], Look(80, ink), reveal=True)
    assert "ap\u0440<U+0440><U+202E>gnp.py" in heading[0].text


def test_honest_source_is_shown_as_it_is(ink: Ink) -> None:
    honest = ["naïve = 'façade'", "имя = 1", "x = '漢字'", "def f(a: int) -> str:", "print('→ ✓')"]
    for line in honest:
        piece = pieces(parse(diff("a.py", line)))[1]
        lines = unified.lines(piece, Look(80, ink), reveal=True)
        assert [part for each in lines for part in each.parts if part.style and part.style.reverse] == []
        assert line in lines[-1].text


def test_blanks_at_the_end_of_a_line_are_seen(ink: Ink) -> None:
    piece = pieces(parse("--- a/a\n+++ b/a\n@@ -1,1 +1,1 @@\n-x\n+x \t \n"))[1]
    assert [line.text for line in unified.lines(piece, Look(80, ink), reveal=True)] == ["1 - x", "1 + x·⇥·"]


def test_what_stands_behind_many_blanks_is_on_the_screen(ink: Ink) -> None:
    piece = pieces(parse(f"--- a/a\n+++ b/a\n@@ -0,0 +1,1 @@\n+echo ok{' ' * 400}; rm -rf ~{chr(9) * 90}; evil\n"))[1]
    text = "".join(line.text for line in unified.lines(piece, Look(80, ink), reveal=True))
    assert "; rm -rf ~" in text
    assert "; evil" in text
