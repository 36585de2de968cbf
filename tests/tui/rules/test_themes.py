"""Colours: none where none are wanted, and the terminal's own sixteen where it has no more."""

import re
from pathlib import Path

import pytest

from heartbit_tui.tui.theme.load import load, names
from tests.tui.rules.stage import staged

COLOUR = re.compile(r"\x1b\[(?:[\d;]*;)?(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;[\d;]*)?m")
MANY = re.compile(r"\x1b\[(?:[\d;]*;)?[34]8;[25];[\d;]*m")


@pytest.mark.parametrize("name", names(None))
@pytest.mark.slow
async def test_every_shipped_theme_can_be_worn(tmp_path: Path, name: str) -> None:
    async with staged(tmp_path) as stage:
        stage.app.wear(load(name))
        await stage.press("ctrl+p")
        assert stage.app.theme == name
        await stage.back()
        assert "What is to be done?" in "\n".join(stage.shown)


async def test_a_terminal_of_sixteen_colours_gets_no_others_once_its_theme_is_worn(tmp_path: Path) -> None:
    async with staged(tmp_path, environment={"TERM": "xterm", "COLORTERM": ""}) as stage:
        stage.said.clear()
        await stage.press("ctrl+p", "escape")
        assert stage.app.worn.ansi
        assert MANY.findall("".join(stage.said)) == []
