"""Outputs of commands do not pile up."""

import os
from pathlib import Path

from heartbit_tui.runtime.outputs import prune

NOW = 1_000_000_000.0


def output(folder: Path, name: str, *, days: float, size: int = 10) -> Path:
    path = folder / name
    path.write_bytes(b"x" * size)
    written = NOW - days * 86_400
    os.utime(path, (written, written))
    return path


def test_old_outputs_go_and_new_ones_stay(tmp_path: Path) -> None:
    old, new = output(tmp_path, "old.log", days=8), output(tmp_path, "new.log", days=6)
    assert prune(tmp_path, now=NOW) == 1
    assert (old.exists(), new.exists()) == (False, True)


def test_the_oldest_go_until_the_rest_fits(tmp_path: Path) -> None:
    files = [output(tmp_path, f"{day}.log", days=day, size=40) for day in range(4)]
    assert prune(tmp_path, most=100, now=NOW) == 2
    assert [file.exists() for file in files] == [True, True, False, False]


def test_a_folder_that_is_not_there_is_no_problem(tmp_path: Path) -> None:
    assert prune(tmp_path / "none", now=NOW) == 0


def test_a_link_to_elsewhere_is_left_alone(tmp_path: Path) -> None:
    elsewhere = output(tmp_path, "precious.log", days=100)
    folder = tmp_path / "outputs"
    folder.mkdir()
    (folder / "link.log").symlink_to(elsewhere)
    assert prune(folder, now=NOW) == 0
    assert elsewhere.exists()
