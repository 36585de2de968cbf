"""The same ten turns at the terminal and headless leave the same files and the same log."""

import asyncio
from pathlib import Path
from typing import Any

from heartbit_tui.demo.project import copy_to
from tests.journeys.sides import AtTheTerminal, Headless
from tests.journeys.ten_turns import REPLIES, log, normal, the_session, tree, walk
from tests.repl.service import service
from tests.repl.terminal import environment


def walked(folder: Path, side: type[AtTheTerminal] | type[Headless]) -> tuple[dict[str, bytes], list[Any]]:
    """Walk the journey in a folder of its own; the files and the log that it leaves."""
    folder.mkdir()
    project, home = copy_to(folder / "project"), folder / "home"
    with service(folder, REPLIES) as variables:
        env = environment(home, **variables)
        walk(lambda session: side(project, env, session), lambda: the_session(home))
    return dict(tree(project)), normal(asyncio.run(log(home)), project, home)


def test_the_terminal_and_headless_leave_the_same_files_and_the_same_log(tmp_path: Path) -> None:
    screen_tree, screen_log = walked(tmp_path / "terminal", AtTheTerminal)
    headless_tree, headless_log = walked(tmp_path / "headless", Headless)
    assert screen_tree == headless_tree
    assert b"gaps = len(beats) - 1" in screen_tree["pulse.py"]
    assert screen_tree["docs/notes.md"] == b"# Notes\n"
    assert "notes.txt" not in screen_tree
    assert screen_log == headless_log
    kinds = [each["type"] for each in screen_log]
    assert kinds.count("turn_started") >= 10
    assert (kinds.count("run_completed"), kinds.count("run_interrupted")) == (2, 1)
    assert kinds.count("approval_decision") == 7
