import random
import tomllib
from pathlib import Path

import pytest

from heartbit_tui.client.settings_file import with_key
from heartbit_tui.client.settings_shown import Shown, shown, write
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.runtime.options import Options
from heartbit_tui.tui.keys.keymap import keymap
from heartbit_tui.tui.screens.settings import settings, turned
from heartbit_tui.tui.theme.load import names
from tests.tui.picker.board import Board, ink, said, settled

FILE = """# mine
mode = "plan"

[provider]
model = "claude"  # the good one

[ui]  # how it looks
# the colours
theme = "paper" # light
mouse = true

[limits]
max_turns = 3
"""


def options(folder: Path, **flags: object) -> Options:
    environment = {"HOME": str(folder), "HEARTBIT_HOME": str(folder / "home")}
    return Options(cwd=folder, environment=environment, surface="tui", flags=flags)


def test_one_key_is_changed_and_everything_else_left_as_it_was() -> None:
    changed = with_key(FILE, "ui.theme", "frost")
    assert changed == FILE.replace('theme = "paper" # light', 'theme = "frost"  # light')
    added = with_key(FILE, "ui.bell", True)
    assert added == FILE.replace("[ui]  # how it looks\n", "[ui]  # how it looks\nbell = true\n")
    assert with_key("", "ui.theme", "frost") == '[ui]\ntheme = "frost"\n'
    assert with_key('mode = "ask"', "ui.mouse", False) == 'mode = "ask"\n\n[ui]\nmouse = false\n'
    assert with_key("[a]\nb = 1\n", "mode", "plan") == 'mode = "plan"\n[a]\nb = 1\n'


def test_the_dotted_spelling_is_kept() -> None:
    assert with_key('ui.theme = "paper"\n[a]\nb = 1\n', "ui.theme", "frost") == 'ui.theme = "frost"\n[a]\nb = 1\n'


@pytest.mark.parametrize(
    "text", ['ui = { theme = "paper" }\n', '[ui]\ntheme = """\npaper"""\n', '"ui".theme = "x"\n', "[[ui]]\na = 1\n"]
)
def test_what_cannot_be_changed_safely_is_left_alone_and_said(text: str) -> None:
    with pytest.raises(ConfigError, match=r"by hand: ui\.theme = .frost"):
        with_key(text, "ui.theme", "frost")


def test_a_broken_file_is_not_made_worse() -> None:
    with pytest.raises(ConfigError, match="nothing was changed"):
        with_key("[ui", "ui.theme", "frost")


def test_whatever_stands_in_a_file_only_the_one_key_changes() -> None:
    pieces = [
        "",
        "# [ui] theme",
        "a = 1",
        'b = "theme = 3"',
        "[ui]",
        'theme = "x" # y',
        "[ui.more]",
        "[other]",
        'c = """\n[ui]\n"""',
    ]
    done = 0
    for seed in range(400):
        random_ = random.Random(seed)
        text = "\n".join(random_.sample(pieces, random_.randrange(len(pieces)))) + "\n"
        try:
            before = tomllib.loads(text)
            after = tomllib.loads(with_key(text, "ui.theme", "new"))
        except (tomllib.TOMLDecodeError, ConfigError):
            done += 1
            continue
        assert after == {**before, "ui": {**before.get("ui", {}), "theme": "new"}}
        done += 1
    assert done == 400


def test_every_key_is_shown_with_where_it_comes_from_and_the_screens_first(tmp_path: Path) -> None:
    write(options(tmp_path), "ui.theme", "frost")
    rows = {row.key: row for row in shown(options(tmp_path), names)}
    assert rows["ui.theme"].value == "frost"
    assert rows["ui.theme"].source.endswith("config.toml:2")
    assert rows["ui.mouse"].choices == (True, False)
    assert rows["provider.model"].choices == ()
    assert len(rows) > 100
    assert next(iter(rows)).startswith("ui.")


def test_values_go_round() -> None:
    row = Shown(key="ui.mouse", value="true", source="default", choices=(True, False))
    assert [turned(row), turned(row, -1)] == [False, False]
    other = Shown(key="ui.theme", value="gone", source="default", choices=("a", "b", "c"))
    assert [turned(other), turned(other, -1)] == ["a", "c"]


async def test_a_setting_is_changed_in_the_list_and_kept(tmp_path: Path) -> None:
    given = options(tmp_path)

    async def rows() -> tuple[Shown, ...]:
        return shown(given, names)

    async def put(key: str, value: str | bool | int | float) -> None:
        write(given, key, value)

    app = Board(lambda: settings(rows, put, keymap(), ink()))
    async with app.run_test(size=(120, 30)) as pilot:
        await settled(pilot)
        await pilot.press(*"mouse")
        await settled(pilot)
        await pilot.press("right")
        await settled(pilot)
        assert "ui.mouse is now false" in said(app)
        await pilot.press("right")
        await settled(pilot)
        assert "ui.mouse is now true" in said(app)
    assert "mouse = true" in (tmp_path / "home" / "config.toml").read_text("utf-8")


async def test_a_flag_wins_and_that_is_said(tmp_path: Path) -> None:
    row = Shown(key="ui.theme", value="x", source="flag --theme", choices=("x", "y"))
    written: list[str] = []

    async def rows() -> tuple[Shown, ...]:
        return (row, Shown(key="provider.model", value="m[/]\x1b[2J", source="default"))

    async def put(key: str, value: str | bool | int | float) -> None:
        written.append(key)

    app = Board(lambda: settings(rows, put, keymap(), ink()))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("right")
        await settled(pilot)
        assert "ui.theme comes from flag --theme" in said(app)
        await pilot.press("down", "right")
        await settled(pilot)
        assert "changed in the file that it stands in" in said(app)
        assert "\x1b" not in said(app)
    assert written == []
