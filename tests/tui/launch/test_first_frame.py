"""The first frame is the application's own, drawn without its libraries; what is typed is followed as far as it can be."""

import random
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.color import Color, ColorSystem

from heartbit_tui.config.directories import directories
from heartbit_tui.tui.app import PLACEHOLDER as REAL_PLACEHOLDER
from heartbit_tui.tui.draft import chips
from heartbit_tui.tui.draft.painting import SIGN as REAL_SIGN
from heartbit_tui.tui.launch import shades
from heartbit_tui.tui.launch.colour import colour, is_full, is_poor, nearest
from heartbit_tui.tui.launch.echo import LARGE_CHARACTERS, LARGE_LINES, Echo
from heartbit_tui.tui.launch.frame import LEAST_COLUMNS, LEAST_ROWS, PLACEHOLDER, SIGN, Frame, tail, width
from heartbit_tui.tui.launch.start import remember
from heartbit_tui.tui.theme.load import load
from heartbit_tui.tui.theme.plain import wanted
from heartbit_tui.tui.theme.types import ANSI
from tests.tui.launch.emulator import Emulator

THEME = load("heartbit")


def echo(*pieces: str | bytes) -> Echo:
    made = Echo()
    for piece in pieces:
        made.feed(piece.encode() if isinstance(piece, str) else piece)
    return made


def test_what_is_drawn_twice_is_drawn_alike() -> None:
    assert (SIGN, PLACEHOLDER) == (REAL_SIGN, REAL_PLACEHOLDER)
    assert (LARGE_LINES, LARGE_CHARACTERS) == (chips.LINES, chips.CHARACTERS)
    screen = THEME.screen
    assert shades.standard().colours == {
        "background": screen["background"],
        "text": screen["foreground"],
        "muted": screen["muted"],
        "sign": screen["primary"],
        **{mode: paint.colour for mode, paint in THEME.modes.items()},
    }
    assert {name.removeprefix("bright-") for name in ANSI} == set(shades.ANSI)


def test_500_random_colours_are_in_the_palette_where_rich_puts_them() -> None:
    dice, alike = random.Random(5), 0
    for _ in range(500):
        red, green, blue = (dice.randrange(256) for _ in range(3))
        number = Color.from_rgb(red, green, blue).downgrade(ColorSystem.EIGHT_BIT).number
        assert nearest(red, green, blue) == number
        alike += 1
    assert alike == 500


@pytest.mark.parametrize("name", ["default", "red", "bright-black", "#a0b0c0"])
@pytest.mark.parametrize("full", [True, False])
def test_a_colour_is_told_as_rich_tells_it(name: str, full: bool) -> None:
    real = Color.parse(name.replace("-", "_"))
    real = real if full or not name.startswith("#") else real.downgrade(ColorSystem.EIGHT_BIT)
    assert colour(name, 38, full=full).split(";") == list(real.get_ansi_codes(foreground=True))
    assert colour(name, 48, full=full).split(";") == list(real.get_ansi_codes(foreground=False))


@pytest.mark.parametrize(
    "environment",
    [
        {"TERM": "xterm"},
        {"TERM": "linux"},
        {"TERM": "xterm-256color"},
        {"TERM": "xterm", "COLORTERM": "truecolor"},
        {"TERM": "xterm-kitty"},
        {"TERM": "xterm-256color", "NO_COLOR": "1"},
    ],
)
def test_few_colours_are_few_for_both(environment: dict[str, str]) -> None:
    theme = wanted(
        "heartbit",
        chosen=False,
        no_color=bool(environment.get("NO_COLOR")),
        term=environment["TERM"],
        colorterm=environment.get("COLORTERM", ""),
    )
    assert is_poor(environment) == (theme != "heartbit")
    assert is_full(environment) == (environment.get("COLORTERM") == "truecolor")


def test_shades_come_back_as_they_were_kept_and_damage_is_noticed(tmp_path: Path) -> None:
    environment = {"HOME": str(tmp_path)}
    kept = shades.standard()
    kept.mode = "plan"
    remember(environment, kept)
    text = Path(shades.file_in(environment)).read_text()
    again = shades.read(text)
    assert again is not None
    assert (again.colours, again.mode) == (kept.colours, "plan")
    for damaged in ("", "x", text[:-5], text.replace("plan", "\x1b[2J"), text.replace("#", "\x1b", 1), text + "\n"):
        assert shades.read(damaged) is None


@pytest.mark.parametrize(
    "environment", [{}, {"XDG_STATE_HOME": "/s"}, {"XDG_STATE_HOME": "relative"}, {"HEARTBIT_HOME": "/h"}]
)
def test_shades_are_kept_where_heartbit_keeps_its_state(environment: dict[str, str]) -> None:
    place = directories(environment, Path("/home/me")).state / "shades"
    assert shades.file_in({"HOME": "/home/me", **environment}) == str(place)


def test_shades_that_cannot_be_kept_hold_nobody_up(tmp_path: Path) -> None:
    (tmp_path / ".local").write_text("a file")
    remember({"HOME": str(tmp_path)}, shades.standard())


@pytest.mark.parametrize("mode", shades.MODES)
def test_every_size_is_filled_and_never_overfilled(mode: str) -> None:
    sizes = [(columns, rows) for columns in (LEAST_COLUMNS, 21, 33, 80, 200) for rows in (LEAST_ROWS, 24, 60)]
    for columns, rows in sizes:
        frame = Frame((columns, rows), shades.Shades(shades.standard().colours, mode), "~/漢字" * 40, full=True)
        for draft in ("", "a", "漢字" * 200, "one\ntwo\x1b[2J", "e\u0301" * 300):
            seen = Emulator(columns, rows).feed(frame.whole(draft, 12))
            assert [cell_len(line) for line in seen.lines[-4:-1]] == [columns] * 3
            assert cell_len(seen.lines[-1]) < columns
            assert seen.cursor[0] == rows - 3
            assert seen.cursor[1] < columns - 2


def test_a_text_takes_the_cells_that_rich_gives_it() -> None:
    for text in ("plain", "漢字", "é", "e\u0301", "ﬁ", "Ω≈ç√", "ｆｕｌｌ", "\u200b", "😀"):
        assert width(text) == cell_len(text)
    assert tail("漢字漢字", 5) == "漢字"


@pytest.mark.parametrize(
    ("pieces", "text", "sent"),
    [
        (("abc",), "abc", 0),
        (("ab\x7fc\x08",), "a", 0),
        ((b"\xe6\xbc", b"\xa2x"), "漢x", 0),
        (("one\rtwo",), "two", 1),
        (("  \r",), "  ", 0),
        (("one\\\rtwo",), "one\ntwo", 0),
        (("one\ntwo\x15x",), "one\nx", 0),
        (("abc\x15",), "", 0),
        (("ab\x1b[Dc",), "ab", 0),
        (("ab\x1b[Dc\rd",), "d", 1),
        (("a\x1b[?2026;2$yb",), "ab", 0),
        (("a\x1b]11;rgb:0/0/0\x1b\\b", "c"), "abc", 0),
        (("a\x1b[Ib\x1b[Oc",), "abc", 0),
        (("\x1b[200~a\rb\r\nc\x1b[201~d",), "a\nb\ncd", 0),
        (("\x1b[200~a\x03\x1b[31m\x1b[20", "1~d"), "a\x03\x1b[31md", 0),
        (("\x1b[200~" + "x\r" * 5 + "\x1b[201~",), "[Pasted text #1 +6 lines]", 0),
        (("\x1b[200~" + "x" * 801 + "\x1b[201~!",), "[Pasted text #1 +801 characters]!", 0),
        (("\x1bOAx",), "", 0),
        (("\x1bbx",), "", 0),
    ],
)
def test_what_is_typed_is_followed_as_far_as_it_can_be(pieces: tuple[str | bytes, ...], text: str, sent: int) -> None:
    seen = echo(*pieces)
    assert (seen.text, seen.sent, seen.quits) == (text, sent, False)


def test_ctrl_c_is_seen_wherever_it_is_no_text() -> None:
    assert [echo(typed).quits for typed in ("\x03", "abc\x03", "\x1b[D\x03", "\x1b[200~\x03\x1b[201~")] == [
        True,
        True,
        True,
        False,
    ]


def test_1000_rows_of_any_bytes_are_followed_without_a_fault() -> None:
    dice, followed = random.Random(2), 0
    frame = Frame((40, 10), shades.standard(), "~", full=True)
    for _ in range(1000):
        seen = echo(bytes(dice.choice(b"\x1b[]OPu~m;:019\r\n\x07\xff\xe6\xbc\xa2ab") for _ in range(40)))
        assert cell_len(Emulator(40, 10).feed(frame.whole(seen.text, seen.sent)).lines[-3]) == 40
        followed += 1
    assert followed == 1000


def test_the_first_frame_is_painted_with_the_standard_library_alone() -> None:
    code = "import sys, heartbit_tui.cli.screen; print(*sys.modules)"
    loaded = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True, check=True).stdout.split()
    heavy = {"textual", "rich", "asyncio", "argparse", "dataclasses", "pathlib", "re", "typing", "inspect", "json"}
    site = subprocess.run(
        (sys.executable, "-c", "import sys; print(*sys.modules)"), capture_output=True, text=True, check=True
    )
    assert heavy & (set(loaded) - set(site.stdout.split())) == set()
