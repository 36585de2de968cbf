import subprocess
import sys
from pathlib import Path

import pytest

from heartbit_tui.tui.theme.load import load, names, paint
from heartbit_tui.tui.theme.plain import FirstFrame, first_frame, wanted
from heartbit_tui.tui.theme.types import Paint, ThemeError

SHIPPED = (
    *("heartbit", "blue-orange", "blue-orange-light", "contrast-dark", "contrast-light"),
    *("dusk", "frost", "harbour", "paper", "terminal"),
)


def own(config: Path, name: str, text: str) -> Path:
    folder = config / "themes"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.toml").write_text(text, "utf-8")
    return config


def faults(config: Path, text: str) -> tuple[str, ...]:
    with pytest.raises(ThemeError) as caught:
        load("mine", own(config, "mine", text))
    return caught.value.faults


def test_the_standard_theme_comes_first_and_the_persons_own_stand_among_the_shipped(tmp_path: Path) -> None:
    assert names() == SHIPPED
    own(tmp_path, "mine", 'base = "heartbit"')
    own(tmp_path, "paper", 'base = "frost"\ntitle = "My paper"')
    assert set(names(tmp_path)) == {*SHIPPED, "mine"}
    assert load("paper", tmp_path).title == "My paper"


def test_every_shipped_theme_says_what_it_is() -> None:
    for name in SHIPPED:
        theme = load(name)
        assert theme.title
        assert theme.about.endswith(".")


def test_a_theme_takes_what_it_leaves_out_from_its_base(tmp_path: Path) -> None:
    own(tmp_path, "mine", 'base = "heartbit"\n[screen]\nprimary = "#7FD18C"\n[text]\ntool = "bold #7fd18c"')
    mine, base = load("mine", tmp_path), load("heartbit")
    assert mine.screen == {**base.screen, "primary": "#7fd18c"}
    assert mine.text == {**base.text, "tool": Paint(colour="#7fd18c", words=frozenset({"bold"}))}
    assert mine.syntax == base.syntax


def test_what_is_wrong_is_told_in_sentences(tmp_path: Path) -> None:
    text = """
        base = "heartbit"
        titel = "Mine"
        dark = "yes"
        [screen]
        background = "#12345"
        foregruond = "#ffffff"
        border = 7
        [text]
        ok = "bolder #00ff00"
        error = "#ff0000 #00ff00"
        prompt = "bold on blu"
        code = "red"
    """
    assert faults(tmp_path, text) == (
        "'titel' is no part of a theme; did you mean 'title'?",
        "'screen.foregruond' is no part of a theme; did you mean 'screen.foreground'?",
        "dark must be true or false.",
        "screen.background: '#12345' is no colour; write #rrggbb.",
        'screen.border: it must be text in quotes, such as "#ffcc00".',
        "text.code: the terminal's own colours need ansi = true; write #rrggbb.",
        "text.prompt: 'blu' is no colour for a background; write #rrggbb, an ANSI name such as red, or default.",
        "text.ok: 'bolder' is no colour and no style; write #rrggbb, an ANSI name such as bright-red, or "
        "bold, dim, italic, underline, reverse or strike.",
        "text.error: It names two colours, #ff0000 or #00ff00; keep one and put the background after 'on'.",
    )


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    found = faults(tmp_path, 'title = "Mine"\nmodes = 3\n[screen]\nbackground = "#000000"')
    assert found[0].startswith("[screen] lacks surface, panel, foreground")
    assert found[-1] == "modes must be a table: write [modes] above its entries."


def test_a_broken_file_an_unknown_name_and_a_circle_are_told(tmp_path: Path) -> None:
    own(tmp_path, "one", 'base = "two"')
    own(tmp_path, "two", 'base = "one"')
    for name, part in {
        "papper": "Did you mean 'paper'?",
        "../paper": "There is no theme with this name.",
        "": "There is no theme with this name.",
        "one": "leads back to itself",
    }.items():
        with pytest.raises(ThemeError, match=part.replace("?", r"\?")):
            load(name, tmp_path)
    for text in ("[screen", "\x00", "a = [" * 5000):
        assert "could not be read" in faults(tmp_path, text)[0]
    assert "larger than a theme" in faults(tmp_path, "# " + "x" * 70_000)[0]


def test_a_colour_of_the_theme_of_the_terminal_is_one_of_its_own(tmp_path: Path) -> None:
    found = faults(tmp_path, 'base = "terminal"\n[text]\nok = "#00ff00"')
    assert found == (
        "text.ok: a theme with ansi = true has no colours but the terminal's own: an ANSI name or default.",
    )


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("", Paint()),
        ("bold", Paint(words=frozenset({"bold"}))),
        ("on #102030", Paint(ground="#102030")),
        (
            "BOLD italic #FFCC00 on #102030",
            Paint(colour="#ffcc00", ground="#102030", words=frozenset({"bold", "italic"})),
        ),
        ("bright-red on default", Paint(colour="bright-red", ground="default")),
    ],
)
def test_a_style_is_words_a_colour_and_a_background(style: str, expected: Paint) -> None:
    assert paint(style) == expected


@pytest.mark.parametrize("name", SHIPPED)
def test_the_first_frame_has_the_colours_of_the_theme(name: str) -> None:
    screen = load(name).screen
    frame = first_frame(name)
    assert frame == FirstFrame(**{key: screen[key] for key in FirstFrame.__slots__})


def test_the_first_frame_of_a_theme_with_a_base_and_of_none(tmp_path: Path) -> None:
    own(tmp_path, "mine", 'base = "paper"\n[screen]\nborder = "#123456"\n[text]\nmuted = "#ffffff"\n')
    paper = first_frame("paper")
    assert first_frame("mine", tmp_path) == FirstFrame(
        background=paper.background,
        foreground=paper.foreground,
        border="#123456",
        muted=paper.muted,
        primary=paper.primary,
    )
    assert first_frame("nothing", tmp_path) == first_frame("heartbit")
    own(tmp_path, "odd", '[screen]\nborder = "\x1b[31m"\n')
    assert first_frame("odd", tmp_path) == first_frame("heartbit")


def test_the_first_frame_needs_no_library() -> None:
    code = (
        "import sys; from heartbit_tui.tui.theme.plain import first_frame; first_frame('paper');"
        "print([name for name in ('rich', 'textual', 'tomllib', 'pydantic', 'asyncio') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("chosen", "no_color", "term", "colorterm", "expected"),
    [
        (False, False, "xterm-256color", "", "paper"),
        (False, False, "xterm-256color", "truecolor", "paper"),
        (False, False, "xterm-kitty", "", "paper"),
        (False, False, "linux", "", "terminal"),
        (False, False, "xterm", "", "terminal"),
        (True, False, "linux", "", "paper"),
        (True, True, "xterm-256color", "truecolor", "terminal"),
    ],
)
def test_few_or_no_colours_start_with_the_theme_of_the_terminal(
    chosen: bool, no_color: bool, term: str, colorterm: str, expected: str
) -> None:
    assert wanted("paper", chosen=chosen, no_color=no_color, term=term, colorterm=colorterm) == expected
