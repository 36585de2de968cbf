from collections.abc import Iterator
from pathlib import Path

import pytest

from heartbit_tui.client.doctor import Finding, Patient, look
from heartbit_tui.runtime.options import Options
from heartbit_tui.tui.keys.keymap import keymap
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.lines.setting import cells
from heartbit_tui.tui.screens.doctor import Doctor, lines, text
from heartbit_tui.tui.screens.themes import sample, themes
from heartbit_tui.tui.screens.timeline import TimelineScreen
from heartbit_tui.tui.theme.load import load, names
from heartbit_tui.tui.theme.types import Theme
from heartbit_tui.tui.timeline.draw import narrow
from tests.tui.picker.board import Board, ink, said, settled
from tests.tui.timeline.test_drawing import story

FINDINGS = (
    Finding(state="ok", name="heartbit", what="0.1.0"),
    Finding(state="note", name="rg", what="not found; searching is slower"),
    Finding(state="bad", name="config folder", what="[red]~/x\x1b[2J: cannot be written"),
)


async def test_each_theme_is_worn_when_the_cursor_stands_on_it() -> None:
    worn: list[str] = []
    app = Board(lambda: themes(load("heartbit"), lambda theme: worn.append(theme.name), keymap(), ink()))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("down", "down")
        await settled(pilot)
        assert "Colour-blind safe" in said(app)
        await pilot.press("enter")
        await settled(pilot)
    assert worn[0] == "heartbit"
    assert worn[-1] == "blue-orange-light"
    assert app.results == ["blue-orange-light"]


async def test_a_theme_that_cannot_be_used_is_listed_with_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "themes").mkdir()
    (tmp_path / "themes" / "mine.toml").write_text('base = "heartbit"\n[text]\nok = "grean"\n', "utf-8")
    worn: list[Theme] = []
    app = Board(lambda: themes(load("paper"), worn.append, keymap(), ink(), tmp_path))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press(*"mine")
        await settled(pilot)
        assert "text.ok: 'grean' is no colour" in said(app)
    assert "mine" not in {theme.name for theme in worn}


def test_a_sample_of_every_theme_fits_and_keeps_its_own_ground() -> None:
    for name in names():
        for width in (1, 10, 48):
            found = sample(load(name), Look(width, ink()))
            assert all(cells(line.text) <= width for line in found)
            assert all(part.style and part.style.bgcolor for line in found for part in line.parts)


@pytest.mark.parametrize(
    ("keys", "result"),
    [
        (("enter",), "e"),
        (("up", "enter"), "d"),
        (("home", "down", "enter"), "a"),
        (("f", "enter"), "d"),
        (("slash", *"edit", "enter", "enter"), "c"),
        (("slash", *"tool", "colon", *"read", "enter", "enter"), "a"),
        (("slash", *"xyz", "escape", "enter"), "e"),
        (("slash", *"xyz", "enter", "escape", "enter"), "e"),
        (("pageup", "pagedown", "k", "j", "enter"), "e"),
        (("home", "enter", "escape"), None),
        (("q",), None),
    ],
)
async def test_a_call_is_found_and_chosen_in_the_timeline(keys: tuple[str, ...], result: str | None) -> None:
    app = Board(lambda: TimelineScreen(story().timeline, ink()))
    async with app.run_test(size=(120, 24)) as pilot:
        await settled(pilot)
        await pilot.press(*keys)
        await settled(pilot)
    assert app.results == [result]


async def test_the_timeline_tells_whose_time_it_was() -> None:
    app = Board(lambda: TimelineScreen(story().timeline, ink()))
    async with app.run_test(size=(120, 24)) as pilot:
        await settled(pilot)
        assert "Timeline  4 calls, 1 failed  model 1.8 s" in said(app)
        assert "you 8.4 s" in said(app)
        assert "$0.01" in said(app)


async def test_a_row_opens_to_its_call() -> None:
    shown = story()

    def details(call: str, given: Look) -> list[Line]:
        return [narrow(row, given, None) for row in shown.timeline.rows() if row.id == call]

    app = Board(lambda: TimelineScreen(shown.timeline, ink(), details=details))
    async with app.run_test(size=(120, 24)) as pilot:
        await settled(pilot)
        before = said(app).count("exit 1")
        await pilot.press("up", "space")
        await settled(pilot)
        assert said(app).count("exit 1") == before + 1
        await pilot.press("space")
        await settled(pilot)
        assert said(app).count("exit 1") == before


@pytest.mark.parametrize("size", [(20, 5), (3, 2), (40, 10), (200, 50)])
async def test_screens_hold_at_any_size(size: tuple[int, int]) -> None:
    for make in (lambda: TimelineScreen(story().timeline, ink()), lambda: Doctor(lambda: FINDINGS, ink())):
        app = Board(make)
        async with app.run_test(size=size) as pilot:
            await settled(pilot)
            await pilot.press("down", "up", "pagedown")
            await pilot.resize_terminal(100, 30)
            await settled(pilot)
            await pilot.press("escape")
            await settled(pilot)
        assert app.results == [None]


async def test_the_doctor_tells_what_is_bad_first_and_gives_a_text_to_paste() -> None:
    app = Board(lambda: Doctor(lambda: FINDINGS, ink()))
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        assert "✗ 1 thing keeps heartbit from working." in said(app)
        await pilot.press("c")
        await settled(pilot)
    assert app.results == [text(FINDINGS)]
    first = lines(FINDINGS, Look(80, ink()))[0].text
    assert first.startswith("✗ config folder")
    assert "\x1b" not in first


def test_what_the_doctor_finds_names_no_person(tmp_path: Path) -> None:
    environment = {"HOME": str(tmp_path), "PATH": "/nowhere"}
    found: Iterator[Finding] = look(Patient(options=Options(cwd=tmp_path, environment=environment), terminal="80x24"))
    told = tuple(found)
    assert str(tmp_path) not in text(told)
    states = {finding.name: finding.state for finding in told}
    assert (states["bash"], states["git"], states["sessions"], states["settings"]) == ("bad", "note", "note", "ok")
