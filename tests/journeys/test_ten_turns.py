"""The same ten turns on the screen, at the terminal and headless leave the same files and the same log."""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from heartbit_tui.demo.project import copy_to
from tests.journeys.sides import AtTheTerminal, Headless, OnTheScreen
from tests.journeys.ten_turns import REPLIES, Side, log, normal, the_session, tree, walk
from tests.repl.service import service
from tests.repl.terminal import environment

Begin: TypeAlias = Callable[[Path, Mapping[str, str], str], Side]
Walked: TypeAlias = tuple[dict[str, bytes], list[Any]]

SIDES: Mapping[str, Begin] = {
    "at the terminal": AtTheTerminal,
    "on a small screen": partial(OnTheScreen, size=(80, 24)),
    "on a screen": partial(OnTheScreen, size=(120, 40)),
    "on a large screen": partial(OnTheScreen, size=(200, 60)),
}


def walked(folder: Path, begin: Begin) -> Walked:
    """Walk the journey in a folder of its own; the files and the log that it leaves."""
    project, home = copy_to(folder / "project"), folder / "home"
    with service(folder, REPLIES) as variables:
        env = environment(home, COLORTERM="truecolor", **variables)
        walk(lambda session: begin(project, env, session), lambda: the_session(home))
    return dict(tree(project)), normal(asyncio.run(log(home)), project, home)


@pytest.fixture(scope="module")
def headless(tmp_path_factory: pytest.TempPathFactory) -> Walked:
    return walked(tmp_path_factory.mktemp("headless"), Headless)


@pytest.mark.parametrize("side", SIDES)
def test_every_side_leaves_the_files_and_the_log_that_headless_leaves(
    tmp_path: Path, side: str, headless: Walked
) -> None:
    files, told = walked(tmp_path, SIDES[side])
    assert files == headless[0]
    assert told == headless[1]


def test_ten_turns_do_what_they_are_to_do(headless: Walked) -> None:
    files, told = headless
    assert b"gaps = len(beats) - 1" in files["pulse.py"]
    assert files["docs/notes.md"] == b"# Notes\n"
    assert "notes.txt" not in files
    kinds = [each["type"] for each in told]
    assert kinds.count("turn_started") >= 10
    assert (kinds.count("run_completed"), kinds.count("run_interrupted")) == (2, 1)
    assert kinds.count("approval_decision") == 7
